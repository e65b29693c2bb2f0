"""The folder of a demonstration: made beside its place, which it takes when it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from neuronetra.adapters.disk.atomic import folder_to_work_in, refused, write_bytes
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

    What is at ``out`` must be an earlier demonstration and nothing else, or an empty folder. Raises
    ``OutputError``.
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
            if goal.exists():
                goal.replace(work / "before")
            made.replace(goal)
        except OSError as error:
            raise refused(goal, error) from error


def _resolved(out: str) -> Path:
    try:
        return Path(out).resolve()
    except (OSError, ValueError, RuntimeError):
        raise OutputError("not a folder's name", where=repr(out[:80])) from None


def _require_own(goal: Path, out: str) -> None:
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
    if study.exists() and any(path.suffix != _SLICE for path in study.iterdir()):
        return False
    try:
        document = json.loads(result.read_bytes()) if result.stat().st_size <= _LARGEST else None
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("demo") is True
