"""The elements that say where a slice lies (part 3, C.7.6.2), or why they cannot be believed."""

from __future__ import annotations

from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.headers import Cosines, Point, usable_orientation

POSITION, ORIENTATION, SLICE_LOCATION, PIXEL_SPACING = 0x00200032, 0x00200037, 0x00201041, 0x00280030
PLACING_TAGS = frozenset({POSITION, ORIENTATION, SLICE_LOCATION, PIXEL_SPACING})

FARTHEST_MM = 1e5
NARROWEST_PIXEL_MM, WIDEST_PIXEL_MM = 1e-3, 100.0
ROUNDING = 1e-3
"""Cosines this far from exact are what rounding makes of them."""


def orientation_of(values: Values) -> Cosines | None:
    """Two perpendicular unit vectors; made so, and said, where they are not by more than rounding."""
    cosines = values.numbers(ORIENTATION, 6)
    if cosines is None:
        return None
    usable = usable_orientation(cosines)
    if usable is None:
        values.note(ORIENTATION, "is not two perpendicular unit vectors")
    elif max(abs(a - b) for a, b in zip(cosines, usable, strict=True)) > ROUNDING:
        values.note(ORIENTATION, "is not quite two perpendicular unit vectors, and was made so")
    return usable


def position_of(values: Values) -> Point | None:
    """The LPS point in mm of the first stored pixel."""
    point = values.numbers(POSITION, 3)
    if point is not None and max(map(abs, point)) > FARTHEST_MM:
        values.malformed(POSITION)
        return None
    return None if point is None else (point[0], point[1], point[2])


def location_of(values: Values) -> float | None:
    """SliceLocation in mm."""
    location = values.number(SLICE_LOCATION)
    if location is not None and abs(location) > FARTHEST_MM:
        values.malformed(SLICE_LOCATION)
        return None
    return location


def pixel_spacing_of(values: Values) -> tuple[float, float] | None:
    """Millimetres between rows and between columns, where they can be those of a head's pixels."""
    pair = values.numbers(PIXEL_SPACING, 2)
    if pair is None:
        return None
    if not NARROWEST_PIXEL_MM <= min(pair) <= max(pair) <= WIDEST_PIXEL_MM:
        values.note(PIXEL_SPACING, "is zero or senseless, so it is unknown")
        return None
    return pair[0], pair[1]
