"""Projections of a whole series from above, from the front and from the side, upright whatever its plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neuronetra.domain.arrays import Array, UInt8, own
from neuronetra.domain.geometry import Plane

Place = tuple[float, float, float]
"""A lesion's (slice, row, column) in canonical frames, from 0."""
Spot = tuple[float, float]
"""(row, column) on a picture."""


def projections(
    grey: UInt8, spacing: tuple[float, float, float], plane: Plane, lesions: Sequence[Place]
) -> tuple[UInt8, list[Spot]]:
    """The greatest value along each ray from above, from the front and from the patient's right, beside one another.

    ``grey`` (k, H, W) are canonical frames with ``spacing`` in mm between slices, rows and columns; also where
    ``lesions`` lie on the picture, three times each. Pixels are square, the head's top is upwards.
    """
    upright, steps = _upright(grey, plane), _turned(spacing, plane)
    places = [_turned_place(place, grey.shape, plane) for place in lesions]
    images, centres, left = list[UInt8](), list[Spot](), 0
    for through in range(3):
        down, along = (axis for axis in range(3) if axis != through)
        image = upright.max(axis=through)
        rows = [place[down] for place in places]
        if down == 0:  # the head's top upwards
            image, rows = image[::-1], [image.shape[0] - 1 - row for row in rows]
        square, fine = _square(image, steps[down], steps[along])
        for row, place in zip(rows, places, strict=True):
            at = (place[along] + 0.5) * steps[along] / fine - 0.5
            centres.append(((row + 0.5) * steps[down] / fine - 0.5, left + at))
        images.append(square)
        left += square.shape[1]
    return _beside(images), centres


def _upright(volume: Array, plane: Plane) -> Array:
    """Canonical frames as (feet to head, front to back, right to left)."""
    if plane is Plane.SAGITTAL:
        return volume.transpose(1, 2, 0)[::-1]
    if plane is Plane.CORONAL:
        return volume.transpose(1, 0, 2)[::-1]
    return volume


def _turned(values: tuple[float, float, float], plane: Plane) -> tuple[float, float, float]:
    """Values of slices, rows and columns in the order of ``_upright``'s axes."""
    slices, rows, columns = values
    if plane is Plane.SAGITTAL:
        return rows, columns, slices
    return (rows, slices, columns) if plane is Plane.CORONAL else values


def _turned_place(place: Place, shape: tuple[int, ...], plane: Plane) -> Place:
    height, second, third = _turned(place, plane)
    return (height if _turned((0, 1, 2), plane)[0] == 0 else shape[1] - 1 - height, second, third)


def _square(image: UInt8, down: float, along: float) -> tuple[UInt8, float]:
    """Rows and columns repeated, or left out, so that a pixel is square; and its side in mm, the finer of the two."""
    fine = min(down, along)
    rows, columns = (
        np.clip(
            np.floor((np.arange(max(1, round(n * step / fine))) + 0.5) * fine / step).astype(int), 0, n - 1
        )
        for n, step in zip(image.shape, (down, along), strict=True)
    )
    return own(image[rows][:, columns]), fine


def _beside(images: Sequence[UInt8]) -> UInt8:
    height = max(image.shape[0] for image in images)
    padded = [np.pad(image, ((0, height - image.shape[0]), (0, 0))) for image in images]
    return own(np.concatenate(padded, axis=1))
