"""What every ``Executor`` with processes of its own must do when one of them dies, as tests to inherit."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from neuronetra.errors import WorkerError
from neuronetra.ports import Executor
from neuronetra.testing.executor_contract import ExecutorContract


def noted(number: int, folder: str) -> int:
    """The item, after a file of this attempt was made: ``<item>-<process>``."""
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    return number


def ended(number: int, folder: str, how: str, fatal: int, spared: int = 0) -> int:
    """As ``noted``, but for the item ``fatal`` its process dies, except after ``spared`` deaths (0: ever)."""
    noted(number, folder)
    attempts = len(list(Path(folder).glob(f"{number}-*")))
    if number == fatal and not 0 < spared < attempts:
        die(how)
    time.sleep(0.01)
    return number


def die(how: str) -> None:
    """End this process as accidents do."""
    if how == "exit":
        os._exit(3)
    if how == "memory":
        raise MemoryError
    os.kill(os.getpid(), getattr(signal, how))


def alone(number: int, folder: str) -> int:
    """As ``noted``; item 0 dies, and when it is tried again counts who else is at work."""
    mark = Path(folder) / f"at-work-{number}"
    if number == 0 and not (Path(folder) / "died").exists():
        (Path(folder) / "died").touch()
        die("exit")
    others = len(list(Path(folder).glob("at-work-*")))
    mark.touch()
    time.sleep(0.05)
    mark.unlink()
    return others


def leaving(number: int) -> int:
    """The item; a moment after it gave item 4 its process ends, with nothing to do."""
    if number == 4:
        Timer(0.05, os._exit, (3,)).start()
    return number


def interrupted_yet_done(number: int) -> int:
    """Survives what a terminal and a batch system send to every process."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), signum)
    return number


def printing(number: int) -> int:
    """Prints and reads as careless libraries do."""
    os.write(1, b"noise\n")
    sys.stdout.write("more noise\n")
    sys.stdout.flush()
    assert os.read(0, 1) == b""
    return number


class Unpicklable:
    """A result that cannot leave its process."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("it stays here")


def unpicklable(number: int) -> Any:
    """The item, but for item 1 what cannot be pickled."""
    return Unpicklable() if number == 1 else number


class ExecutorDeaths(ExecutorContract):
    """Subclass it and give ``make``, with two workers; the machine is a POSIX one."""

    def make(self, workers: int = 2) -> Executor:
        raise NotImplementedError

    @pytest.mark.parametrize("how", ["exit", "memory", "SIGKILL", "SIGSEGV"])
    def test_an_item_that_kills_is_tried_twice_and_told(self, how: str, tmp_path: Path) -> None:
        """Whatever ends its process, the item alone fails, after two attempts; the others are done."""
        function = partial(ended, folder=str(tmp_path), how=how, fatal=2)
        outcomes = list(self.make().map(function, list(range(5))))
        assert [outcome.value for outcome in outcomes] == [0, 1, None, 3, 4]
        assert isinstance(outcomes[2].error, WorkerError)
        assert len(list(tmp_path.glob("2-*"))) == 2

    def test_an_item_that_dies_once_is_done(self, tmp_path: Path) -> None:
        """A worker that was killed for another's greed costs nothing but time."""
        function = partial(ended, folder=str(tmp_path), how="SIGKILL", fatal=1, spared=1)
        assert [outcome.value for outcome in self.make().map(function, [0, 1, 2])] == [0, 1, 2]

    def test_the_second_attempt_is_alone(self, tmp_path: Path) -> None:
        """What died for lack of memory is tried again with no other at work."""
        outcomes = list(self.make().map(partial(alone, folder=str(tmp_path)), list(range(12))))
        assert outcomes[0].value == 0

    def test_signals_to_all_are_left_to_the_parent(self) -> None:
        """A worker heeds neither Ctrl-C nor a termination: its parent decides."""
        assert [one.value for one in self.make().map(interrupted_yet_done, [1, 2])] == [1, 2]

    def test_noise_does_not_spoil_the_answers(self) -> None:
        """What a library prints or reads does not get between parent and worker."""
        assert [one.value for one in self.make().map(printing, [1, 2])] == [1, 2]

    def test_a_result_that_cannot_be_sent(self) -> None:
        """It fails its own item, by the type of what went wrong."""
        first, second, third = self.make().map(unpicklable, [0, 1, 2])
        assert (first.value, third.value) == (0, 2)
        assert isinstance(second.error, WorkerError)
        assert "TypeError" in str(second.error)

    def test_only_a_few_items_are_begun_before_they_are_asked_for(self, tmp_path: Path) -> None:
        """A caller that lingers over an outcome is not buried under those that follow."""
        outcomes = self.make().map(partial(noted, folder=str(tmp_path)), list(range(200)))
        next(outcomes)
        time.sleep(0.3)
        assert len(list(tmp_path.iterdir())) <= 20
        getattr(outcomes, "close")()  # noqa: B009 - iterators need not have it
