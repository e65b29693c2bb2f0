"""Rows of the table of lesion points: what they mark, and where that lies in the patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, frozen

from neuronetra.domain import cohort_cells as cells
from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort import BadRow, LesionPoint
from neuronetra.domain.cohort_cells import Coordinates
from neuronetra.domain.cohort_csv import Row, Table
from neuronetra.domain.cohort_labels import LabelRow
from neuronetra.domain.headers import Point, SliceHeader
from neuronetra.domain.locations import LOCATIONS, Location
from neuronetra.errors import CohortError

FEWEST_EXCHANGED = 3
"""Series that must tell so before two columns are taken for exchanged."""


@frozen
class Mark:
    """A usable row of the table of lesion points: a place in one stored image."""

    line: int
    uid: str
    instance_uid: str
    place: Coordinates
    location: Location


def marks(table: Table) -> tuple[tuple[Mark, ...], tuple[BadRow, ...]]:
    """Usable rows and the others. Raises ``CohortError`` for a wrong header."""
    bad = list(columns.require_columns(table, columns.LOCALIZERS))
    found: dict[Mark, int] = {}
    for row in table.rows:
        try:
            mark = _mark(table, row)
        except ValueError as error:
            bad.append(BadRow(table.name, row.line, str(error)))
            continue
        first = found.setdefault(evolve(mark, line=0), row.line)
        if first != row.line:
            bad.append(BadRow(table.name, row.line, f"the row of line {first} again, counted once"))
    return tuple(evolve(mark, line=line) for mark, line in found.items()), tuple(bad)


def _mark(table: Table, row: Row) -> Mark:
    told = table.cells(row)
    return Mark(
        row.line,
        cells.uid_of(told[columns.UID]),
        cells.uid_of(told[columns.INSTANCE_UID]),
        cells.coordinates_of(told[columns.COORDINATES]),
        cells.artery_of(told[columns.LOCATION]),
    )


def require_agreement(found: Iterable[Mark], rows: Mapping[str, LabelRow], name: str) -> None:
    """Raise ``CohortError`` where the points of one location stand, as a rule, where another's label is 1.

    Then the names of the two columns are exchanged. A few points that disagree are bad rows.
    """
    marked: dict[Location, dict[str, LabelRow]] = {}
    places: dict[str, set[Location]] = {}
    for mark in found:
        if mark.uid in rows:
            marked.setdefault(mark.location, {})[mark.uid] = rows[mark.uid]
            places.setdefault(mark.uid, set()).add(mark.location)
    for location, held in marked.items():
        wrong = [row for row in held.values() if not row.labels[location.index]]
        if len(wrong) < FEWEST_EXCHANGED or 2 * len(wrong) <= len(held):
            continue
        unmarked = Counter(
            other
            for row in wrong
            for other in LOCATIONS[:-1]
            if row.labels[other.index] and other not in places[row.uid]
        )
        other, count = unmarked.most_common(1)[0] if unmarked else (location, 0)
        if 5 * count >= 4 * len(wrong):
            raise CohortError(
                "two label columns seem to be exchanged",
                where=name,
                found=f"points at {location.value!r} in {count} series with a 1 at {other.value!r} instead",
                fix=f"exchange the names {location.value!r} and {other.value!r} in the table of labels",
            )


def disagreement(mark: Mark, rows: Mapping[str, LabelRow]) -> str:
    """Why a mark cannot belong to its series' row; empty where it can."""
    row = rows.get(mark.uid)
    if row is None:
        return "its series is not among the usable rows of train.csv"
    if not row.labels[mark.location.index]:
        return f"marks a location whose label is 0 in line {row.line} of train.csv"
    return ""


def lesion_point(mark: Mark, headers: Sequence[SliceHeader]) -> LesionPoint:
    """The lesion in the patient, by the headers of all frames of its instance.

    Raises ``ValueError`` where the frame or the place lies outside the picture.
    """
    header = headers[_frame(mark.place.frame, len(headers))]
    rows, edge = header.shape[0], -0.5
    inside = edge <= mark.place.column <= header.shape[1] + edge and edge <= mark.place.row <= rows + edge
    if not inside:
        raise ValueError(f"outside the picture of {header.shape[1]} columns and {rows} rows")
    frame = header.frame if len(headers) > 1 else None
    place = mark.place
    point = point_of(header, place.column, place.row)
    return LesionPoint(mark.location, mark.instance_uid, frame, place.column, place.row, point)


def _frame(asked: int | None, frames: int) -> int:
    if asked is None:
        if frames > 1:
            raise ValueError(f"no frame is named in an instance of {frames} frames")
        return 0
    if asked >= frames:
        raise ValueError(f"frame {asked} of an instance of {frames}, counted from 0")
    return asked


def point_of(header: SliceHeader, column: float, row: float) -> Point | None:
    """The LPS point in mm of a place in a stored frame (part 3, C.7.6.2.1.1); ``None`` if unknown."""
    if header.orientation is None or header.position is None or header.pixel_spacing is None:
        return None
    between_rows, between_columns = header.pixel_spacing
    along, down = header.orientation[:3], header.orientation[3:]
    x, y, z = (
        origin + column * between_columns * a + row * between_rows * d
        for origin, a, d in zip(header.position, along, down, strict=True)
    )
    return x, y, z
