"""Finding files: regular files only, never out of the folder, never twice round a loop."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from attrs import define, field, frozen

from neuronetra.domain.series import LeftOut
from neuronetra.errors import InputNotFoundError


@frozen
class FoundFile:
    """A regular file: ``source`` opens it, ``file`` is its name relative to the path given."""

    source: str
    file: str


@define
class _Walk:
    root: str
    files: list[FoundFile] = field(factory=list)
    left_out: list[LeftOut] = field(factory=list)

    def name(self, path: str) -> str:
        return shown_name(os.path.relpath(path, self.root))


def shown_name(path: str) -> str:
    """A relative path as text: forward slashes, and escapes for what a terminal or JSON would choke on.

    Two files never have one name.
    """
    text = os.fsencode(path.replace(os.sep, "/")).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def find_files(path: str | os.PathLike[str]) -> tuple[list[FoundFile], list[LeftOut]]:
    """Every regular file under ``path`` (a folder or one file), and what was passed over and why.

    The path itself may be a link. A link below it that stays inside leads to a file that is found
    anyway, so no link is ever followed twice and loops cannot be entered. Sorted by name.
    Raises ``InputNotFoundError`` where there is neither a file nor a folder.
    """
    try:
        root = os.path.realpath(path) if os.fspath(path) else ""
    except (OSError, ValueError):
        root = ""
    if os.path.isdir(root):
        walk = _Walk(root)
        for entry in _entries(walk):
            _take(walk, entry)
        return sorted(walk.files, key=lambda f: f.file), sorted(walk.left_out)
    if os.path.isfile(root):
        return [FoundFile(root, shown_name(os.path.basename(os.path.normpath(path))))], []
    found = "something that is neither a file nor a folder" if os.path.lexists(root) else "nothing there"
    raise InputNotFoundError(
        "the path cannot be read",
        where=shown_name(os.fspath(path)) or "an empty path",
        found=found,
        expected="a folder of DICOM files",
        fix="check the spelling of the path, and that it is mounted",
    )


def _entries(walk: _Walk) -> Iterator[os.DirEntry[str]]:
    """All entries below the root, folders entered as they are met; links are not entered."""
    folders = [walk.root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError:
            walk.left_out.append(LeftOut(walk.name(folder), "folder cannot be opened"))
            continue
        folders += [e.path for e in entries if _is_folder(e)]
        yield from (e for e in entries if not _is_folder(e))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _take(walk: _Walk, entry: os.DirEntry[str]) -> None:
    try:
        if entry.is_file(follow_symlinks=False):
            walk.files.append(FoundFile(entry.path, walk.name(entry.path)))
            return
        reason = _link_reason(walk.root, entry.path) if entry.is_symlink() else _special_reason(entry)
    except OSError:
        reason = "cannot be examined"
    if reason:
        walk.left_out.append(LeftOut(walk.name(entry.path), reason))


def _link_reason(root: str, path: str) -> str:
    """Why a link is not followed; empty for one to a folder inside, which is walked by itself."""
    target = os.path.realpath(path)
    if not os.path.exists(target):
        return "link that leads nowhere"
    if target != root and not target.startswith(root.rstrip(os.sep) + os.sep):
        return "link that leads out of the folder"
    return "" if os.path.isdir(target) else "duplicate: link to a file that is found under its own name"


def _special_reason(entry: os.DirEntry[str]) -> str:
    mode = entry.stat(follow_symlinks=False).st_mode
    kinds = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    kind = next((name for test, name in kinds if test(mode)), "device")
    return f"not a regular file ({kind})"
