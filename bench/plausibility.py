"""Which series under some folders look like a head, and which do not.

    python bench/plausibility.py FOLDER... [--reader pydicom|simpleitk] [--format table|json]

Each series is read as a prediction reads it (headers, then 8 sampled slices); nothing else of it is shown
than the folder that it lies in, its lengths, the verdict and the time that the verdict took.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.app.reading import Sampled, sampled
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.series import Series
from neuronetra.errors import NeuronetraError, NoSeriesError
from neuronetra.ports import SeriesReader

COLUMNS = ("series", "modality", "plane", "slices", "body mm", "ms", "verdict", "reasons")


def rows(reader: SeriesReader, folder: str) -> Iterator[dict[str, Any]]:
    """One row a series under ``folder``; none where there are no series."""
    try:
        found = reader.scan(folder)
    except NoSeriesError as error:
        yield _row(folder, verdict="not read", reasons=(error.problem,))
        return
    for series in found:
        try:
            yield _judged(folder, sampled(reader, series, SegmentSampler()))
        except NeuronetraError as error:
            yield _row(folder, verdict="not read", reasons=(error.problem,))


def _judged(folder: str, read: Sampled) -> dict[str, Any]:
    series = read.series
    started = time.perf_counter()
    found = read.plausibility
    milliseconds = 1000.0 * (time.perf_counter() - started)
    if found is None or series.geometry is None:
        return _row(folder, verdict="not read", reasons=(series.error or "",))
    document = found.as_document()
    return _row(
        _place(folder, series),
        modality="" if series.modality is None else series.modality.modality.value,
        plane=series.geometry.plane.value,
        slices=series.frame_count,
        body_mm=document["body_mm"],
        ms=round(milliseconds, 1),
        verdict=document["verdict"],
        reasons=document["reasons"],
    )


def _row(series: str, **known: Any) -> dict[str, Any]:
    return {"series": series, **known}


def _place(folder: str, series: Series) -> str:
    """The folder of its first slice, below the one that was given."""
    inside = Path(series.slices[0].file).parent.as_posix()
    return folder if inside == "." else f"{folder}/{inside}"


def table(found: Sequence[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    for row in found:
        cells = (row.get(name.replace(" ", "_"), "") for name in COLUMNS)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        whole = all(isinstance(one, int) or one is None for one in value)
        return (" x " if whole else "; ").join("?" if one is None else str(one) for one in value)
    return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--reader", choices=("pydicom", "simpleitk"), default="pydicom")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    asked = parser.parse_args()
    reader: SeriesReader = PydicomReader() if asked.reader == "pydicom" else SimpleITKReader()
    found = [row for folder in asked.folders for row in rows(reader, folder)]
    print(json.dumps(found, indent=1) if asked.format == "json" else table(found))


if __name__ == "__main__":
    main()
