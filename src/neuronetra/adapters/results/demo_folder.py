"""The folder of a demonstration: made beside its place, which it takes when it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from neuronetra.adapters.disk.atomic import folder_to_work_in, refused, write_bytes
from neuronetra.adapters.disk.here import require_not_here
from neuronetra.errors import OutputError

RESULT = "result.json"
_OWN = frozenset({RESULT, "report.html", "study"})
_SLICE = ".dcm"
_LARGEST = 16 * 1024 * 1024


@frozen
class DemoFolder:
    """A folder that is being made."""

    place: Path

    def path(self, name: str) -> str:
        return str(self.place / name)

    def write(self, name: str, content: bytes) -> None:
        write_bytes(self.place / name, content)


@contextmanager
def demo_folder(out: str) -> Iterator[DemoFolder]:
    """A folder that takes the place of ``out`` when the block ends well.

    What is at ``out`` must be an earlier demonstration and nothing else, or an empty folder, and not the
    working folder, which would be gone for those who are in it. Raises ``OutputError``.
    """
    goal = _resolved(out)
    _require_own(goal, out)
    with folder_to_work_in(goal.parent) as work:
        made = work / "demo"
        try:
            made.mkdir()
        except OSError as error:
            raise refused(goal, error) from error
        yield DemoFolder(made)
        _require_own(goal, out)  # it may have become something else meanwhile
        try:
            _exchange(made, goal, work / "before")
        except OSError as error:
            raise refused(goal, error) from error


def _exchange(made: Path, goal: Path, before: Path) -> None:
    """``made`` in the place of ``goal``, which goes to ``before``, and comes back where that is cut short."""
    try:
        if goal.exists():
            goal.replace(before)
        made.replace(goal)
    except BaseException:
        if before.exists() and not goal.exists():
            before.replace(goal)
        raise


def _resolved(out: str) -> Path:
    try:
        return Path(out).resolve()
    except (OSError, ValueError, RuntimeError):
        raise OutputError("not a folder's name", where=repr(out[:80])) from None


def _require_own(goal: Path, out: str) -> None:
    require_not_here(goal, out)
    try:
        if not goal.exists():
            return
        own = goal.is_dir() and (not any(goal.iterdir()) or _is_demo(goal))
    except OSError as error:
        raise refused(goal, error) from error
    if not own:
        raise OutputError(
            "there is something else already",
            where=out,
            expected="nothing, or an earlier demonstration alone, which is made anew",
            fix="name another folder: --out DIR",
        )


def _is_demo(goal: Path) -> bool:
    """Whether all that lies there was written by a demonstration."""
    result, study = goal / RESULT, goal / "study"
    if {path.name for path in goal.iterdir()} - _OWN or not result.is_file():
        return False
    try:
        document = json.loads(result.read_bytes()) if result.stat().st_size <= _LARGEST else None
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or document.get("demo") is not True:
        return False
    slices = list(study.iterdir()) if study.exists() else []
    return all(path.suffix == _SLICE for path in slices) and len(slices) <= _written(document)


def _written(document: dict[str, Any]) -> int:
    """How many slices the demonstration wrote: with more, somebody added their own."""
    try:
        return int(document["prediction"]["report"]["files_found"])
    except (KeyError, TypeError, ValueError):
        return 0
