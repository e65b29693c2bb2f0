"""Where the slices of a made-up series lie in the patient, canonical and as they are stored."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Float64
from neuronetra.domain.geometry import Plane
from neuronetra.testing.series_plan import SeriesPlan

_AXES = {
    Plane.AXIAL: ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    Plane.SAGITTAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    Plane.CORONAL: ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
}
"""Where slices, rows and columns of the canonical volume grow to, in LPS."""


def directions(plan: SeriesPlan) -> tuple[Float64, Float64, Float64]:
    """Unit vectors (LPS) along which canonical slices, rows and columns grow."""
    turn = np.eye(3)
    for axis, degrees in enumerate(plan.rotation):
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        first, second = ((1, 2), (2, 0), (0, 1))[axis]
        one = np.eye(3)
        one[first, first] = one[second, second] = cosine
        one[second, first], one[first, second] = sine, -sine
        turn = one @ turn
    slices_to, rows_to, columns_to = (turn @ np.array(axis, dtype=np.float64) for axis in _AXES[plan.plane])
    return slices_to, rows_to, columns_to


def canonical_affine(plan: SeriesPlan, stack: int = 0) -> Float64:
    """(4, 4) from canonical indices to LPS mm; each further stack lies half a step on."""
    slices_to, rows_to, columns_to = directions(plan)
    affine = np.eye(4)
    affine[:3, 0] = plan.spacing[0] * (slices_to + np.tan(np.radians(plan.tilt)) * rows_to)
    affine[:3, 1], affine[:3, 2] = plan.spacing[1] * rows_to, plan.spacing[2] * columns_to
    affine[:3, 3] = np.array(plan.origin) + (plan.kept[0] + 0.5 * stack) * affine[:3, 0]
    return affine


@frozen(eq=False)
class StoredPlace:
    """Where a stored slice lies: unit vectors ``along`` and ``down``, its first pixel, spacing in mm."""

    along: Float64
    down: Float64
    corner: Float64
    spacing: tuple[float, float]


def stored_place(plan: SeriesPlan, position: Float64) -> StoredPlace:
    """Orientation, position and spacing of the slice whose first canonical pixel is at ``position``."""
    _, rows_to, columns_to = directions(plan)
    turn, corner = plan.turn, position.copy()
    if turn.reverse_rows:
        corner = corner + (plan.shape[1] - 1) * plan.spacing[1] * rows_to
    if turn.reverse_columns:
        corner = corner + (plan.shape[2] - 1) * plan.spacing[2] * columns_to
    down = -rows_to if turn.reverse_rows else rows_to
    along = -columns_to if turn.reverse_columns else columns_to
    spacing = plan.spacing[1:]
    if turn.transpose:
        down, along, spacing = along, down, (spacing[1], spacing[0])
    return StoredPlace(along, down, corner, spacing)
