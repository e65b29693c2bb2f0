"""New files are made to last, also where the system has no call for all of them."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

import pytest

from neuronetra.adapters.disk import syncing


@pytest.fixture
def synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with two files; which paths were synced one by one."""
    for name in ("a", "b"):
        (tmp_path / name).touch()
    found: list[str] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        found.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return found


def failing(number: int) -> object:
    """A system call that always fails so."""

    def call(_: int) -> int:
        ctypes.set_errno(number)
        return -1

    return call


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into /proc")
@pytest.mark.parametrize("call", [None, failing(errno.ENOSYS), failing(errno.EPERM)])
def test_file_by_file(
    call: object, synced: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that call, or where a container does not know or allow it, each file is synced."""
    monkeypatch.setattr(syncing, "_syncfs", lambda: call)
    syncing.sync_files(tmp_path, ["a", "b"])
    assert synced == ["a", "b"]


def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk says is raised: what is not on it must not count as whole."""
    monkeypatch.setattr(syncing, "_syncfs", lambda: failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        syncing.sync_files(tmp_path, [])


def test_a_folder_that_cannot_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems do not sync folders: that is no reason to stop."""
    tried = []

    def refuse(handle: int) -> None:
        tried.append(handle)
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    syncing.sync_folder(tmp_path)
    syncing.sync_folder(tmp_path / "absent")
    assert len(tried) == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(tried[0])
