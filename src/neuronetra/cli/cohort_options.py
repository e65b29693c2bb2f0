"""Options of the commands that work on a cohort, and what they say of how it was read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from neuronetra.cli.options import options
from neuronetra.errors import CohortError

if TYPE_CHECKING:
    from neuronetra.domain.cohort import LabelledSet
    from neuronetra.ports import Cohort, Progress

F = TypeVar("F", bound=Callable[..., Any])
SHOWN_ROWS = 20
_OF_A_COHORT = (
    *("train.csv", "train_localizers.csv", "synthetic.json", "series"),
    *("manifest.json", "cohort.csv", "series_index_mapping.csv", "failures.csv", "frames"),
)

COHORT = (
    click.option(
        "--patients",
        metavar="FILE",
        help="Table of patients: SeriesInstanceUID,PatientID (default: train.csv's PatientID, else DICOM's).",
    ),
    click.option(
        "--patient-key",
        metavar="FILE",
        help="A secret of 16 bytes or more by which patients are hashed (default: made from the tables).",
    ),
    click.option("--strict", is_flag=True, help="Refuse a cohort with bad rows instead of leaving them out."),
)


def cohort_options(function: F) -> F:
    """Adds ``--patients``, ``--patient-key`` and ``--strict``."""
    return options(*COHORT)(function)


def read_cohort(
    location: str,
    patients: str | None = None,
    patient_key: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> LabelledSet:
    """The labelled series at ``location``; notes and bad rows go to stderr. Raises ``CohortError``."""
    from neuronetra.wiring import registry
    from neuronetra.wiring.cohorts import cohort_at

    return read_opened(cohort_at(registry(), location, patients, patient_key), strict, progress)


def files_read(location: str, *others: str | None) -> list[str]:
    """The files and folders that a cohort at ``location`` is read from, and ``others``: nothing replaces them."""
    return [*(str(Path(location, name)) for name in _OF_A_COHORT), *filter(None, others)]


def read_opened(cohort: Cohort, strict: bool = False, progress: Progress | None = None) -> LabelledSet:
    """The same of a cohort that is at hand."""
    from neuronetra.app.cohort import opened

    try:
        found = opened(cohort, strict, progress)
    except CohortError as error:
        _clear_line()
        tell_rows(error.rows)
        raise
    _clear_line()
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    if found.bad_rows:
        tell_rows([str(row) for row in found.bad_rows])
        count = len(found.bad_rows)
        click.echo(f"warning: {count} bad row{'s' if count > 1 else ''}, left out", err=True)
    return found


def _clear_line() -> None:
    """What is told must not stand behind a bar that is still drawn."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def tell_rows(rows: Sequence[str]) -> None:
    """The first bad rows on stderr, a line each, and how many more there are."""
    for row in rows[:SHOWN_ROWS]:
        click.echo(f"bad row: {row}", err=True)
    if len(rows) > SHOWN_ROWS:
        click.echo(f"and {len(rows) - SHOWN_ROWS} more bad rows", err=True)
