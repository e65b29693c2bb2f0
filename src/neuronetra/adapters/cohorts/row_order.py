"""In which order a cohort's table lists its series: it must not tell the label."""

from __future__ import annotations

from pathlib import Path

from neuronetra.adapters.cohorts.rsna_reading import TRAIN
from neuronetra.adapters.cohorts.tables import TableFile
from neuronetra.domain import cohort_columns as columns
from neuronetra.errors import CohortError


def row_order(location: str) -> dict[str, int]:
    """The row of each series in ``train.csv``, from 0; none where there is no such table."""
    try:
        root = Path(location).resolve()
        table = TableFile.read(root / TRAIN, TRAIN, root).table(columns.TRAIN)
        place = table.header.index(columns.UID)
    except (CohortError, ValueError, OSError):
        return {}
    found: dict[str, int] = {}
    for number, row in enumerate(table.rows):
        if place < len(row.cells):
            found.setdefault(row.cells[place], number)
    return found
