"""The tables beside prepared frames: where each frame came from, and which series failed and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from neuronetra.domain.prepared import PreparedSeries

MAPPING, FAILURES = "series_index_mapping.csv", "failures.csv"
MAPPING_COLUMNS = (
    "SeriesInstanceUID",
    "folder",
    "index",
    "x",
    "y",
    "z",
    "modality",
    "plane",
    "SOPInstanceUID",
    "frame",
)
FAILURE_COLUMNS = ("SeriesInstanceUID", "reason")


def mapping_header() -> str:
    """The first line of the table of frames."""
    return _lines([MAPPING_COLUMNS])


def mapping_lines(prepared: PreparedSeries, folder: str) -> str:
    """The lines of a series, one a stored frame: its ``folder`` below the table, index, place in mm, source."""
    start, kind = (prepared.uid, folder), (prepared.modality.value, prepared.plane.value)
    return _lines(
        (
            *start,
            frame.index,
            *(("", "", "") if frame.point is None else (repr(float(value)) for value in frame.point)),
            *kind,
            frame.instance_uid,
            "" if frame.frame is None else frame.frame,
        )
        for frame in prepared.frames
    )


def failures_table(failures: Mapping[str, str]) -> str:
    """The series that failed, sorted by uid; the header alone where none did."""
    return _lines([FAILURE_COLUMNS, *sorted(failures.items())])


def failures_from(content: str) -> Iterator[tuple[str, str]]:
    """Uid and reason of each row. Raises ``ValueError`` where it is another table."""
    rows = csv.reader(StringIO(content, newline=""))
    try:
        if tuple(next(rows, ())) != FAILURE_COLUMNS:
            raise ValueError("not a table of failures")
        yield from ((uid, reason) for uid, reason in rows)
    except csv.Error:
        raise ValueError("not a table of failures") from None


def _lines(rows: Iterable[Iterable[object]]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
