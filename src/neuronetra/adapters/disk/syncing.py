"""Making many new files last: one call for all of them where the system has it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any


def sync_files(folder: Path, names: Iterable[str]) -> None:
    """Return once these files of ``folder``, just written, are on the disk. Raises ``OSError``.

    Linux writes out the whole file system at once, which takes half the time that its files take one by one.
    """
    if not _sync_file_system(folder):
        for name in names:
            _sync(folder / name)


def sync_folder(folder: Path) -> None:
    """The same for the names in it."""
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file_system(folder: Path) -> bool:
    """Whether there is such a call, and it did. Raises ``OSError`` where the disk refuses."""
    call = _syncfs()
    if call is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if call(handle) == 0:
            return True
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)


@cache
def _syncfs() -> Any | None:
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
