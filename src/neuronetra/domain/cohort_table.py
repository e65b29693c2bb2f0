"""A cohort's series as one table of text, exact there and back: a prepared cohort keeps it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from neuronetra.domain import cohort_cells as cells
from neuronetra.domain.cohort import LabelledSeries, LabelledSet, LesionPoint
from neuronetra.domain.cohort_csv import Row, Table, parsed_table
from neuronetra.domain.documents import exactly, number, several, text, whole
from neuronetra.domain.headers import Point
from neuronetra.domain.locations import LABELS
from neuronetra.errors import CohortError

NAME = "cohort.csv"
COLUMNS = ("SeriesInstanceUID", "patient", "modality", "age", "sex", *LABELS, "lesion_points")
_PATIENT = re.compile(r"[0-9a-f]{64}")
_POINT = ("location", "instance_uid", "frame", "column", "row", "point_mm")


def to_csv(cohort: LabelledSet) -> str:
    """The series of a cohort, a row each, sorted by uid: ``COLUMNS``, lines ended by a line feed.

    Folders are left out. Raises ``CohortError`` where a uid could name no folder, or a patient is no keyed
    hash: an identifier must not reach a file.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for series in cohort.series:
        writer.writerow(_written(series))
    return out.getvalue()


def from_csv(content: str) -> tuple[LabelledSeries, ...]:
    """The series that ``to_csv`` wrote, without folders. Raises ``CohortError`` that lists every bad row."""
    table = parsed_table(content, NAME, COLUMNS)
    if table.header != COLUMNS:
        found = [column for column in COLUMNS if column not in table.header]
        raise CohortError(
            "not the columns of a prepared cohort",
            where=NAME,
            found=f"no {found[0]!r}" if found else "others, or in another order",
            fix="prepare the cohort again",
        )
    series: list[LabelledSeries] = []
    problems: list[str] = []
    for row in table.rows:
        try:
            series.append(_following(series, _read(table, row)))
        except ValueError as error:
            problems.append(f"{NAME}, line {row.line}: {error}")
    if problems:
        raise CohortError(
            "rows of a prepared cohort are damaged",
            where=NAME,
            found=f"{len(problems)}, the first: {problems[0]}",
            fix="prepare the cohort again",
            rows=tuple(problems),
        )
    return tuple(series)


def _written(series: LabelledSeries) -> list[str]:
    try:
        cells.uid_of(series.uid)
        _patient(series.patient)
    except ValueError as error:
        raise CohortError("a series cannot be written to a table", where=NAME, found=str(error)) from None
    age = "" if series.age is None else repr(float(series.age)).removesuffix(".0")
    sex = "" if series.sex is None else series.sex.value
    points = json.dumps([_point_document(point) for point in series.points], separators=(",", ":"))
    labels = [str(int(label)) for label in series.labels]
    return [series.uid, series.patient, series.modality.value, age, sex, *labels, points]


def _point_document(lesion: LesionPoint) -> dict[str, Any]:
    return {
        "location": lesion.location.value,
        "instance_uid": lesion.instance_uid,
        "frame": lesion.frame,
        "column": float(lesion.column),
        "row": float(lesion.row),
        "point_mm": None if lesion.point is None else [float(value) for value in lesion.point],
    }


def _read(table: Table, row: Row) -> LabelledSeries:
    told = table.cells(row)
    return LabelledSeries(
        uid=cells.uid_of(told["SeriesInstanceUID"]),
        path="",
        patient=_patient(told["patient"]),
        modality=cells.modality_of(told["modality"]),
        labels=tuple(cells.label_of(told[label]) for label in LABELS),
        age=_exact_age(told["age"]),
        sex=cells.sex_of(told["sex"]),
        points=tuple(_points(told)),
    )


def _following(before: list[LabelledSeries], series: LabelledSeries) -> LabelledSeries:
    if before and series.uid <= before[-1].uid:
        raise ValueError("not in the order of uids, or twice")
    return series


def _patient(cell: str) -> str:
    if not _PATIENT.fullmatch(cell):
        raise ValueError("the patient is no keyed hash of 64 hexadecimal digits")
    return cell


def _exact_age(cell: str) -> float | None:
    return float(cell) if cell else None


def _points(told: Mapping[str, str]) -> Iterator[LesionPoint]:
    try:
        documents = several(json.loads(told["lesion_points"]))
    except RecursionError:
        raise ValueError("brackets within brackets without end") from None
    for document in documents:
        found = exactly(document, *_POINT)
        yield LesionPoint(
            location=cells.artery_of(text(found["location"])),
            instance_uid=text(found["instance_uid"]),
            frame=None if found["frame"] is None else whole(found["frame"]),
            column=number(found["column"]),
            row=number(found["row"]),
            point=_millimetres(found["point_mm"]),
        )


def _millimetres(value: object) -> Point | None:
    if value is None:
        return None
    x, y, z = map(number, several(value, 3))
    return x, y, z
