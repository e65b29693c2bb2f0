"""The working folder: a new folder in its place would leave those who are in it with one that is gone."""

from __future__ import annotations

from pathlib import Path

from neuronetra.errors import OutputError


def require_not_here(goal: Path, named: str) -> None:
    """``goal``, which a user ``named``, is to be replaced.

    Raises ``OutputError`` where the process works in it.
    """
    try:
        here = Path.cwd()
    except OSError:  # gone already
        return
    if here.is_relative_to(goal):
        raise OutputError(
            "is the folder that you are in", where=named, fix="name a folder in it: ./new-folder"
        )
