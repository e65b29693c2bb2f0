"""Processes at work keep the promises of the port, and end with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from neuronetra.adapters.executors.cores import usable_cores
from neuronetra.adapters.executors.processes import ProcessExecutor
from neuronetra.errors import UsageError, WorkerError
from neuronetra.testing.executor_contract import doubled
from neuronetra.testing.executor_deaths import ExecutorDeaths, noted
from neuronetra.testing.executor_naps import open_files

PARENT = """
import sys
from functools import partial
from neuronetra.adapters.executors.processes import ProcessExecutor
from neuronetra.testing.executor_naps import napping

list(ProcessExecutor(2).map(partial(napping, folder=sys.argv[1]), [60.0, 60.0]))
"""

QUIETLY: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
IMPATIENT = """
import signal, time
from neuronetra.adapters.executors.processes import ProcessExecutor
from neuronetra.testing.executor_deaths import leaving

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
for outcome in ProcessExecutor(1).map(leaving, list(range(7))):
    print(outcome.value)
    time.sleep(0.3)
"""
SILENT = """
from neuronetra.adapters.executors.processes import ProcessExecutor
from neuronetra.testing.executor_deaths import printing

print([outcome.value for outcome in ProcessExecutor(2).map(printing, [1, 2])])
"""


class TestProcesses(ExecutorDeaths):
    """The contract, with two processes."""

    def make(self, workers: int = 2) -> ProcessExecutor:
        return ProcessExecutor(workers)


def running(process: int) -> bool:
    """Whether it is there and no mere entry that waits to be reaped."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def soon(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(how: signal.Signals, tmp_path: Path) -> None:
    """However the parent alone is ended, its workers are gone at once, in the middle of their work."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stderr=subprocess.DEVNULL)
    assert soon(lambda: len(list(tmp_path.iterdir())) == 2)
    workers = [int(path.name) for path in tmp_path.iterdir()]
    assert all(map(running, workers))
    parent.send_signal(how)
    assert parent.wait(timeout=20) != 0
    assert soon(lambda: not any(map(running, workers)), 5.0)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_closing_ends_the_workers(tmp_path: Path) -> None:
    """An iterator that is closed leaves no process behind."""
    outcomes = ProcessExecutor(2).map(partial(noted, folder=str(tmp_path)), list(range(50)))
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert not any(running(int(path.name.split("-")[1])) for path in tmp_path.iterdir())


def test_an_exception_of_the_caller_ends_the_workers(tmp_path: Path) -> None:
    """What the caller raises between two outcomes comes through, and no process is left."""
    with pytest.raises(ZeroDivisionError):
        for _ in ProcessExecutor(2).map(partial(noted, folder=str(tmp_path)), list(range(50))):
            raise ZeroDivisionError
    assert soon(lambda: not any(running(int(path.name.split("-")[1])) for path in tmp_path.iterdir()), 5.0)


def test_workers_hold_no_file_of_the_parent(tmp_path: Path) -> None:
    """An open file, and with it a lock, stays with the parent alone."""
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        outcome = next(ProcessExecutor(1).map(open_files, [0]))
    assert outcome.value is not None
    assert str(tmp_path / "held") not in outcome.value


def test_a_worker_that_dies_between_two_items() -> None:
    """Writing to one that is gone does not end the parent, even where a broken pipe ends it elsewhere."""
    done = subprocess.run([sys.executable, "-c", IMPATIENT], check=False, **QUIETLY)
    assert (done.returncode, done.stdout.split()) == (0, list("0123456")), done.stderr


def test_a_parent_without_standard_error() -> None:
    """Where that is closed a worker's own answers do not end up in its place."""
    line = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, SILENT]
    done = subprocess.run(line, check=False, **QUIETLY)
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n")


def test_modules_where_the_parent_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the working folder that is named as a module of Python's is none of a worker's."""
    for name in ("ctypes", "queue", "pickle", "attrs"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert [one.value for one in ProcessExecutor(1).map(doubled, [4])] == [8]


def test_a_function_that_no_worker_can_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of a module that cannot be imported is refused with the reason, not tried for each item."""
    here_alone = ModuleType("here_alone")
    exec("def function(number):\n    return number", here_alone.__dict__)  # noqa: S102 - a module of no file
    monkeypatch.setitem(sys.modules, "here_alone", here_alone)
    with pytest.raises(WorkerError, match="module that can be imported"):
        list(ProcessExecutor(1).map(here_alone.function, [1, 2]))


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True])
def test_jobs_that_are_none(jobs: object) -> None:
    """A number of processes below one is refused."""
    with pytest.raises(UsageError, match="1 or more"):
        ProcessExecutor(jobs)  # type: ignore[arg-type]


def test_one_process_is_another_process(tmp_path: Path) -> None:
    """Work never runs in the caller, where it could end it."""
    list(ProcessExecutor(1).map(partial(noted, folder=str(tmp_path)), [0, 1]))
    assert str(os.getpid()) not in {path.name.split("-")[1] for path in tmp_path.iterdir()}


def test_no_more_workers_than_items() -> None:
    """A wide executor starts what it needs."""
    assert [one.value for one in ProcessExecutor(64).map(doubled, [4])] == [8]


@pytest.mark.parametrize(("quota", "most"), [("150000 100000", 2), ("max 100000", 10**6), ("1000 100000", 1)])
def test_cores_of_a_container(quota: str, most: int, tmp_path: Path) -> None:
    """A container's quota bounds the number of processes; none leaves it to the machine."""
    (tmp_path / "cpu.max").write_text(quota)
    assert 1 <= usable_cores(str(tmp_path / "cpu.max")) <= most
    assert usable_cores(str(tmp_path / "absent")) == ProcessExecutor().workers or most < 10**6
