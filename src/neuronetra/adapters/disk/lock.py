"""Locks by file: held by a process, and let go of by the system when it ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from neuronetra.adapters.disk.atomic import refused
from neuronetra.errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_PAUSE = 0.05


@contextmanager
def held(
    path: Path, *, shared: bool = False, patience: float = 0.0, what: str = "another run"
) -> Iterator[None]:
    """Hold the lock ``path`` (a file of its own, gone afterwards) for the block.

    ``shared`` locks exclude exclusive ones alone (on Windows every lock is exclusive). Where ``what`` holds it
    already it is waited for, at most ``patience`` seconds. Raises ``OutputError`` where it is held still, or
    no file can be made there.
    """
    try:
        handle = _awaited(path, shared, patience)
    except BlockingIOError:
        raise _busy(path, what) from None
    except OSError as error:
        raise refused(path, error) from error
    try:
        yield
    finally:
        _release(path, handle, shared)


def _awaited(path: Path, shared: bool, patience: float) -> int:
    deadline = time.monotonic() + patience
    while True:
        try:
            return _acquired(path, shared)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def _acquired(path: Path, shared: bool) -> int:
    """An open file that is locked and is still the one under that name. Raises ``OSError``."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            _lock(handle, shared)
            if _is_at(path, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its last holder removed it as he left: the next one has another file


def _release(path: Path, handle: int, shared: bool) -> None:
    """Remove the file, unless others hold it too, and let go."""
    try:
        with suppress(OSError):  # others hold it, or it cannot be removed: an empty file stays
            if shared:
                _lock(handle, shared=False)
            if _is_at(path, handle):
                path.unlink()
    finally:
        os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _busy(path: Path, what: str) -> OutputError:
    return OutputError(
        f"{what} works on this folder",
        where=str(path.parent),
        fix="wait for it to end, or name another folder",
    )


if sys.platform == "win32":

    def _lock(handle: int, shared: bool) -> None:  # noqa: ARG001 - there are no shared ones
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None

else:

    def _lock(handle: int, shared: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
