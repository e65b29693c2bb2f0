"""Where a lesion's point lies among the canonical slices of its series."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.domain.cohort import LesionPoint
from neuronetra.domain.series import Series


@frozen
class LesionPlace:
    """Canonical ``slice`` (from 0), and ``row`` and ``column`` in pixels from 0 at pixel centres."""

    slice: int
    row: float
    column: float


def place_of(point: LesionPoint, series: Series) -> LesionPlace | None:
    """The place of a lesion by the image of the series that it was marked in, else by its point in mm.

    ``None`` where neither is known, or it lies outside of the stack.
    """
    geometry = series.geometry
    if geometry is None:
        return None
    for index, item in enumerate(series.slices):
        if item.instance_uid == point.instance_uid and (point.frame is None or item.frame == point.frame):
            return _turned(index, point, series)
    if point.point is None or geometry.affine is None:
        return None
    place = np.linalg.solve(geometry.affine, np.array([*point.point, 1.0]))[:3]
    index = int(np.rint(place[0]))
    return LesionPlace(index, float(place[1]), float(place[2])) if 0 <= index < geometry.count else None


def _turned(index: int, point: LesionPoint, series: Series) -> LesionPlace | None:
    """The stored pixel turned as the frame is."""
    geometry = series.geometry
    if geometry is None:
        return None
    rows, columns = geometry.shape
    turn = geometry.turn
    row, column = (point.column, point.row) if turn.transpose else (point.row, point.column)
    row = rows - 1 - row if turn.reverse_rows else row
    column = columns - 1 - column if turn.reverse_columns else column
    return LesionPlace(index, row, column)
