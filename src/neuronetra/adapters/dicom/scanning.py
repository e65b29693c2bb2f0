"""Scanning a folder: every file's header once, grouped to series by the domain's rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from neuronetra.adapters.dicom.files import FoundFile, find_files, shown_name
from neuronetra.adapters.dicom.header import FileHeaders, read_headers
from neuronetra.adapters.dicom.side_by_side import side_by_side
from neuronetra.domain.budget import Budget
from neuronetra.domain.series import LeftOut, Series
from neuronetra.domain.series_files import FileSorter
from neuronetra.domain.stacking import series_of
from neuronetra.domain.twins import Digest
from neuronetra.errors import NoSeriesError
from neuronetra.ports import Progress

SHARE_THREADS = 16
"""Files opened at once where opening waits for a network, however few processors there are."""


@frozen
class Scanner:
    """Finds series by one ``budget`` each: stack number ``stack``, 0 the largest.

    ``digest`` gives a digest of a slice's pixels, asked for only where slices share a position; ``threads`` is
    how many were asked for, if any were.
    """

    digest: Digest
    budget: Budget = field(factory=Budget)
    stack: int = 0
    threads: int | None = None

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:
        """Every series under ``path``, sorted by uid. Raises ``InputNotFoundError`` and ``NoSeriesError``."""
        found, passed_over = find_files(path)
        sorter = FileSorter(self.budget)
        for done, held in enumerate(self._read(found), start=1):
            sorter.add(held)
            if progress is not None:
                progress(done, len(found))
        files, stray = sorter.series(), tuple(sorted([*sorter.stray(), *passed_over]))
        if not files:
            raise _no_series(path, stray)
        return tuple(series_of(one, stray, self.digest, self.stack) for one in files)

    def _read(self, found: Sequence[FoundFile]) -> Iterator[FileHeaders]:
        """What each file holds, in the order given; a slow share is asked for many at once."""

        def read(file: FoundFile) -> FileHeaders:
            return read_headers(file, self.budget)

        return side_by_side(read, found, self.threads or SHARE_THREADS, sample=8)


def _no_series(path: str, stray: Sequence[LeftOut]) -> NoSeriesError:
    reasons = Counter(item.reason for item in stray).most_common(3)
    told = ", ".join(f"{count} x {reason}" for reason, count in reasons)
    return NoSeriesError(
        "no image series here",
        where=shown_name(os.fspath(path)),
        found=f"{len(stray)} file(s): {told}" if stray else "no files",
        expected="the DICOM slices of a CT or MR head series",
        fix="give the folder that holds the DICOM files",
    )
