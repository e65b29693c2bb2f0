"""Writing that leaves a whole file or none: a temporary file beside it, fsync, rename."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from neuronetra.adapters.disk.syncing import sync_folder
from neuronetra.errors import NeuronetraError, OutputError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes ``path``'s place when the block ends well, and vanishes otherwise.

    Raises ``OutputError`` where the disk refuses.
    """
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except NeuronetraError:  # of the block's own work; some derive from OSError
        raise
    except OSError as error:
        raise refused(path, error) from error
    finally:
        with suppress(OSError):  # renamed, as it should be, or never there
            partial.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, whole or not at all. Raises ``OutputError``."""
    with replacing(path) as stream:
        stream.write(content)


def copy_file(source: Path, path: Path) -> None:
    """Copy a file's content to ``path``, whole or not at all. Raises ``OutputError``."""
    with source.open("rb") as given, replacing(path) as stream:
        shutil.copyfileobj(given, stream, 1 << 20)


def take_file(source: Path, path: Path) -> None:
    """Move a file to ``path``, or copy it from another disk, whole or not at all. Raises ``OutputError``."""
    try:
        with source.open("rb") as stream:
            os.fsync(stream.fileno())
        source.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise refused(path, error) from error
        copy_file(source, path)


def make_folder(path: Path) -> Path:
    """The folder, made with its parents where it is not there. Raises ``OutputError``."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(path, error) from error
    return path


@contextmanager
def folder_to_work_in(parent: Path | None) -> Iterator[Path]:
    """A folder below ``parent`` (made if need be; ``None``: the system's own place), gone afterwards.

    Those of processes that were killed are removed. Raises ``OutputError``.
    """
    try:
        if parent is not None:
            _remove_orphans(make_folder(parent))
        made = tempfile.mkdtemp(prefix=f"{_WORK}{os.getpid()}-", dir=parent)
    except NeuronetraError:
        raise
    except OSError as error:
        raise refused(parent or Path(tempfile.gettempdir()), error) from error
    try:
        yield Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


_WORK = ".making-"


def _remove_orphans(parent: Path) -> None:
    for left in parent.glob(f"{_WORK}*-*"):
        owner = left.name.removeprefix(_WORK).partition("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs, as somebody else
        return True
    return True


def refused(path: Path, error: OSError) -> OutputError:
    """The error for a place that cannot be written to."""
    return OutputError(
        "cannot be written",
        where=str(path),
        found=error.strerror or type(error).__name__,
        fix="name a folder that can be written to and has room",
    )
