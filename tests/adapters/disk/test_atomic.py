"""A file is written whole or not at all, and a folder to work in leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from neuronetra.adapters.disk.atomic import folder_to_work_in, make_folder, replacing, take_file, write_bytes
from neuronetra.errors import MissingMemberError, OutputError


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """An error half-way leaves the old content and no other file."""
    path = tmp_path / "result.json"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_errors_of_the_work_keep_their_kind(tmp_path: Path) -> None:
    """An error that derives from OSError, raised by the work itself, is not taken for the disk's."""
    with pytest.raises(MissingMemberError), replacing(tmp_path / "result.json"):
        raise MissingMemberError("a member is missing")


def test_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk that refuses is an OutputError that names the file; the old content stays."""
    path = tmp_path / "result.json"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"result\.json.*No space left"):
        write_bytes(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_names_too_long_for_the_disk(tmp_path: Path) -> None:
    """A long name that the disk takes is written, one that it does not take is an OutputError."""
    write_bytes(tmp_path / ("a" * 250), b"x")
    with pytest.raises(OutputError):
        write_bytes(tmp_path / ("a" * 300), b"x")


def test_taking_a_file_moves_it(tmp_path: Path) -> None:
    """A file taken over is in its new place and no longer in the old one."""
    (tmp_path / "given").write_bytes(b"x")
    take_file(tmp_path / "given", tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_folder_where_a_file_is(tmp_path: Path) -> None:
    """A folder that cannot be made is an OutputError."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        make_folder(tmp_path / "file" / "folder")


def test_working_folder_is_gone_afterwards(tmp_path: Path) -> None:
    """Whether the work ends well or not."""
    with pytest.raises(ZeroDivisionError), folder_to_work_in(tmp_path) as folder:
        (folder / "half").write_text("made")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """The folder of a process that is no more is removed by the next, that of a running one is kept."""
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    dead = tmp_path / f".making-{done.stdout.strip()}-abc"
    alive = tmp_path / f".making-{os.getpid()}-abc"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "weights").write_text("left")
    with folder_to_work_in(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [alive.name]
