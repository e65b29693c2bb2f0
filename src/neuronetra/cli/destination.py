"""Where a command's one document goes: a file that is whole or not there, or stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from neuronetra.errors import UsageError


def require_place(out: str | None, form: str) -> None:
    """Before any work: that ``out`` can be a file. Raises ``UsageError``."""
    if out is None:
        return
    place = Path(out)
    try:
        is_folder, has_folder = place.is_dir(), place.absolute().parent.is_dir()
    except (OSError, ValueError):
        raise UsageError("not a file's name", found=repr(out[:80])) from None
    if not out or out.endswith("/") or is_folder:
        raise UsageError(f"{form} is one document", where=out, found="a folder", expected="a file's name")
    if not has_folder:
        raise UsageError("no such folder", where=str(place.parent), fix="make it first")


def require_no_input(out: str | None, inputs: Iterable[str | None]) -> None:
    """That ``out`` is none of the files read, nor in one of the folders read. Raises ``UsageError``."""
    if out is None:
        return
    place = Path(os.path.realpath(out))
    if any(place.is_relative_to(os.path.realpath(path)) for path in inputs if path):
        raise UsageError("it is read, and would be overwritten", where=out, fix="name another file")


def write_document(out: str | None, content: bytes) -> None:
    """Write it whole. Raises ``OutputError``, or ``OSError`` where stdout is gone."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    from neuronetra.wiring import result_file

    with result_file(Path(out)) as stream:
        stream.write(content)
