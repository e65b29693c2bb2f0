"""Locks exclude each other, let shared holders in, and end with their process."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from neuronetra.adapters.disk.lock import held
from neuronetra.errors import OutputError

HOLDER = """
import sys, time
from pathlib import Path
from neuronetra.adapters.disk.lock import held

with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def test_only_one_holds_it(path: Path) -> None:
    """A second holder is refused in words, even in the same process, and may come when the first has gone."""
    with held(path):
        with pytest.raises(OutputError, match="another run works on this folder"), held(path):
            raise AssertionError("both hold it")
        with pytest.raises(OutputError), held(path, shared=True):
            raise AssertionError("both hold it")
    with held(path):
        pass


def test_the_file_is_gone_afterwards(path: Path) -> None:
    """Nothing of it stays in the folder, whoever of several leaves last and however the block ends."""
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(held(path, shared=True))
        second.enter_context(held(path, shared=True))
        first.close()
        assert path.exists()
        with pytest.raises(OutputError), held(path):
            raise AssertionError("a shared holder is still there")
        second.close()
    assert not path.exists()
    with pytest.raises(ZeroDivisionError), held(path):
        raise ZeroDivisionError
    assert not path.exists()


def test_waiting_takes_turns(path: Path) -> None:
    """Those that wait are let in one after the other, though each removes the file as it leaves."""
    inside, most, order = [], [], []

    def enter(number: int) -> None:
        with held(path, patience=60.0):
            inside.append(number)
            most.append(len(inside))
            order.append(number)
            inside.remove(number)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert sorted(order) == list(range(12))


def test_a_killed_holder_holds_nothing(path: Path) -> None:
    """The lock of a process that was killed is free at once, though its file is still there."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(OutputError), held(path):
        raise AssertionError("two processes hold it")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert path.exists()
    with held(path):
        pass


def test_no_place_for_a_lock(tmp_path: Path) -> None:
    """A folder that is not there, or a link in the lock's place, is an error of the place."""
    with pytest.raises(OutputError, match="cannot be written"), held(tmp_path / "absent" / ".lock"):
        raise AssertionError("held")
    (tmp_path / "target").touch()
    (tmp_path / ".lock").symlink_to(tmp_path / "target")
    with pytest.raises(OutputError), held(tmp_path / ".lock"):
        raise AssertionError("held")
