"""Scanning a folder: every file's header once, grouped to series by the domain's rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from neuronetra.adapters.dicom.files import FoundFile, find_files, shown_name
from neuronetra.adapters.dicom.header import read_header
from neuronetra.adapters.dicom.side_by_side import side_by_side
from neuronetra.adapters.dicom.stored import stored_digest
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.domain.series import LeftOut, Series
from neuronetra.domain.series_files import files_by_series
from neuronetra.domain.stacking import series_of
from neuronetra.errors import NoSeriesError

SHARE_THREADS = 16
"""Files opened at once where opening waits for a network, however few processors there are."""


def scan_folder(path: str, stack: int = 0, threads: int | None = None) -> tuple[Series, ...]:
    """Every series under ``path``, sorted by uid: stack number ``stack`` of each, 0 the largest.

    ``threads`` is how many were asked for, if any were.

    Raises ``InputNotFoundError`` and ``NoSeriesError``.
    """
    found, passed_over = find_files(path)
    parsed = read_headers(found, threads)
    files, stray = files_by_series(parsed)
    stray = tuple(sorted([*stray, *passed_over]))
    if not files:
        raise _no_series(path, stray)
    return tuple(series_of(one, stray, stored_digest, stack) for one in files)


def read_headers(found: Sequence[FoundFile], threads: int | None) -> list[SliceHeader | Refused]:
    """The header of each file, in the order given; a slow share is asked for many at once."""
    return side_by_side(read_header, found, threads or SHARE_THREADS, sample=8)


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
