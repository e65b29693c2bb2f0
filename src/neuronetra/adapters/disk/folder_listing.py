"""The files of a folder as files: names, sizes and times, without reading any."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from neuronetra.domain.leaks.folder import FolderListing


@frozen
class FolderLister:
    """Lists folders of the cohort at ``root`` by their path. What cannot be listed is not there."""

    root: str

    def __call__(self, folder: str) -> FolderListing:
        found = sorted(_files(folder))
        names, sizes, times = zip(*found, strict=True) if found else ((), (), ())
        real = _below(os.path.realpath(folder), os.path.realpath(self.root))
        place = _below(folder, self.root) or _below(folder, os.path.realpath(self.root)) or real
        return FolderListing(names, sizes, times, place, real if real != place else ())


def _files(folder: str) -> Iterator[tuple[str, int, float]]:
    """Name relative to the folder, bytes and time of each regular file below it; links are not followed."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                status = path.lstat()
            except OSError:  # gone since its folder was listed: there is nothing left to tell of it
                continue
            if stat.S_ISREG(status.st_mode):
                shown = shown_text(path.relative_to(folder).as_posix())
                yield shown, status.st_size, status.st_mtime


def _below(path: str, root: str) -> tuple[str, ...]:
    """The names of the folders from ``root`` down to ``path``; none where it lies elsewhere."""
    own, whole = Path(root).absolute(), Path(path).absolute()
    return tuple(map(shown_text, whole.relative_to(own).parts)) if whole.is_relative_to(own) else ()


def shown_text(name: str) -> str:
    """A file's name as text that can be written anywhere, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
