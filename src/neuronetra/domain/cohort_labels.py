"""Rows of the table of labels as values: which are usable, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from neuronetra.domain import cohort_cells as cells
from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort import BadRow, Sex
from neuronetra.domain.cohort_csv import Row, Table
from neuronetra.domain.cohort_patients import digest_of
from neuronetra.domain.locations import ARTERIES, LABELS
from neuronetra.domain.modality import Modality
from neuronetra.errors import CohortError


@frozen
class LabelRow:
    """A usable row: ``labels`` in the order of ``LOCATIONS``, the digest of its PatientID (empty: none)."""

    line: int
    uid: str
    modality: Modality
    labels: tuple[bool, ...]
    age: float | None = None
    sex: Sex | None = None
    patient: str = field(default="", repr=False)


def label_rows(table: Table) -> tuple[tuple[LabelRow, ...], tuple[BadRow, ...]]:
    """Usable rows in the order of the table, and the others. Raises ``CohortError`` for a wrong header."""
    bad = list(columns.require_columns(table, columns.TRAIN, columns.TRAIN_OPTIONAL))
    if not table.rows:
        raise CohortError("the table has no rows", where=table.name, expected="a row for each series")
    rows: list[LabelRow] = []
    spoilt: dict[str, int] = {}
    for row in table.rows:
        try:
            rows.append(_label_row(table, row))
        except ValueError as error:
            bad.append(BadRow(table.name, row.line, str(error)))
            spoilt.setdefault(_uid_cell(table, row), row.line)
    _require_columns_in_place(rows, table.name)
    usable, wrong = _without_contradictions(rows, table.name)
    spoilt |= {row.uid: row.line for row in rows if _contradicts(row.labels)}
    single, twice = _single(usable, spoilt, table.name)
    return single, (*bad, *wrong, *twice)


def _uid_cell(table: Table, row: Row) -> str:
    """The cell below SeriesInstanceUID of a row that may be too short for it."""
    return dict(zip(table.header, row.cells, strict=False)).get(columns.UID, "")


_PARSERS: Mapping[str, Callable[[str], object]] = {
    columns.UID: cells.uid_of,
    columns.MODALITY: cells.modality_of,
    columns.AGE: cells.age_of,
    columns.SEX: cells.sex_of,
    **dict.fromkeys(LABELS, cells.label_of),
}
_MOST_TOLD = 3
"""Cells of a row of which a report says what is wrong with them."""


def _label_row(table: Table, row: Row) -> LabelRow:
    """A row's values. Raises ``ValueError`` that says what is wrong with its cells."""
    told = {columns.AGE: "", columns.SEX: "", columns.PATIENT_ID: "", **table.cells(row)}
    if wrong := list(_wrong(told)):
        more = f"; and {len(wrong) - _MOST_TOLD} more cells" if len(wrong) > _MOST_TOLD else ""
        raise ValueError("; ".join(wrong[:_MOST_TOLD]) + more)
    return LabelRow(
        row.line,
        cells.uid_of(told[columns.UID]),
        cells.modality_of(told[columns.MODALITY]),
        tuple(cells.label_of(told[label]) for label in LABELS),
        cells.age_of(told[columns.AGE]),
        cells.sex_of(told[columns.SEX]),
        digest_of(told[columns.PATIENT_ID]),
    )


def _wrong(told: Mapping[str, str]) -> Iterator[str]:
    for column, parse in _PARSERS.items():
        try:
            parse(told[column])
        except ValueError as error:
            yield f"{column}: {error}"


def _contradicts(labels: tuple[bool, ...]) -> bool:
    return labels[-1] != any(labels[:-1])


def _require_columns_in_place(rows: list[LabelRow], name: str) -> None:
    """Where most positive rows contradict themselves, and would not with two columns exchanged, those are.

    Raises ``CohortError``. Other exchanged columns show in the localizers alone.
    """
    wrong = sum(_contradicts(row.labels) for row in rows)
    if wrong < 3 or 2 * wrong < sum(any(row.labels) for row in rows):
        return
    for location in ARTERIES:
        at = location.index
        exchanged = (_exchanged(row.labels, at) for row in rows)
        if 20 * sum(map(_contradicts, exchanged)) <= wrong:
            raise CohortError(
                "two label columns seem to be exchanged",
                where=name,
                found=f"{wrong} rows in which 'Aneurysm Present' contradicts the locations",
                fix=f"exchange the names {location.value!r} and {LABELS[-1]!r}",
            )


def _exchanged(labels: tuple[bool, ...], at: int) -> tuple[bool, ...]:
    return (*labels[:at], labels[-1], *labels[at + 1 : -1], labels[at])


def _without_contradictions(rows: list[LabelRow], name: str) -> tuple[list[LabelRow], list[BadRow]]:
    bad = []
    for row in rows:
        if _contradicts(row.labels):
            told = "1, but no location is" if row.labels[-1] else "0, but a location is 1"
            bad.append(BadRow(name, row.line, f"Aneurysm Present is {told}"))
    return [row for row in rows if not _contradicts(row.labels)], bad


def _single(
    rows: list[LabelRow], spoilt: Mapping[str, int], name: str
) -> tuple[tuple[LabelRow, ...], tuple[BadRow, ...]]:
    """Each series once: of equal rows the first is kept, of rows that differ none.

    ``spoilt`` maps uids of rows that are bad already to their lines: such a row differs from any.
    """
    by_uid: dict[str, list[LabelRow]] = {}
    for row in rows:
        by_uid.setdefault(row.uid, []).append(row)
    kept, bad = [], []
    for uid, held in by_uid.items():
        if uid in spoilt or not _equal(held):
            bad += list(_contested(held, spoilt.get(uid), name))
            continue
        kept.append(held[0])
        again = f"the row of line {held[0].line} again, counted once"
        bad += [BadRow(name, row.line, again) for row in held[1:]]
    return tuple(kept), tuple(bad)


def _equal(rows: list[LabelRow]) -> bool:
    return len({evolve(row, line=0) for row in rows}) == 1


def _contested(rows: list[LabelRow], spoilt: int | None, name: str) -> Iterator[BadRow]:
    for row in rows:
        other = rows[0] if row is not rows[0] else rows[-1]
        line = other.line if spoilt is None else spoilt
        yield BadRow(name, row.line, f"the SeriesInstanceUID of line {line}, with other values")


def rows_by_uid(rows: Sequence[LabelRow]) -> Mapping[str, LabelRow]:
    """Rows by their uid."""
    return {row.uid: row for row in rows}
