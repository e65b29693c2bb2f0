"""Signed distances to simple bodies, below 0 inside: what a head is put together from.

All take and give float32 arrays of one shape; lengths are in mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array, Float32, Float64

Place = tuple[float, float, float]
_MIDDLE = 1e-3
"""Scaled radius below which all is the middle, where the slope has no direction."""


@frozen(eq=False)
class Points:
    """Places of the mean head (mm, LPS, see ``landmarks``): three float32 arrays of one shape."""

    x: Float32
    y: Float32
    z: Float32

    @classmethod
    def of(cls, places: Float64) -> Self:
        """From (..., 3)."""
        x, y, z = (np.ascontiguousarray(places[..., axis], dtype=np.float32) for axis in range(3))
        return cls(x, y, z)

    @property
    def folded(self) -> Points:
        """The right side laid on the left: shapes given for the left serve both."""
        return Points(np.abs(self.x), self.y, self.z)

    def where(self, mask: Array) -> Points:
        """Those under a boolean ``mask`` of this shape, as flat arrays."""
        return Points(self.x[mask], self.y[mask], self.z[mask])

    def inside(self, low: Place, high: Place) -> Array:
        """Which lie in a box."""
        axes = zip((self.x, self.y, self.z), low, high, strict=True)
        return reduce(np.logical_and, ((axis > a) & (axis < b) for axis, a, b in axes))


def ellipsoid(points: Points, centre: Place, radii: Place) -> Float32:
    """Exact on the surface and near it: (r - 1) r / |grad r| of the scaled radius r."""
    x, y, z = (
        (axis - np.float32(middle)) * np.float32(1 / radius)
        for axis, middle, radius in zip((points.x, points.y, points.z), centre, radii, strict=True)
    )
    a, b, c = (np.float32(1 / radius**2) for radius in radii)
    xx, yy, zz = x * x, y * y, z * z
    length = np.maximum(np.sqrt(xx + yy + zz), np.float32(_MIDDLE))
    slope = np.sqrt(xx * a + yy * b + zz * c)
    return np.asarray(length * (length - 1) / np.maximum(slope, np.float32(_MIDDLE / max(radii))))


def chain(
    points: Points, joints: Sequence[Place], radii: Sequence[float], flat: Place = (1.0, 1.0, 1.0)
) -> Float32:
    """A bent rod through ``joints`` whose radius goes from one of ``radii`` to the next.

    ``flat`` stretches the rod's cross-section by axis: (1, 1, 2) makes it twice as high as wide.
    """
    rods = [
        _rod(points, (joints[i], joints[i + 1]), (radii[i], radii[i + 1]), flat)
        for i in range(len(joints) - 1)
    ]
    return reduce(np.minimum, rods)


def _rod(points: Points, ends: tuple[Place, Place], radii: tuple[float, float], flat: Place) -> Float32:
    """One piece; distances across a stretched axis are shortened, so they are right on the narrow side."""
    squeeze = [np.float32(1 / factor) for factor in flat]
    start, stop = (np.asarray(end, np.float32) * squeeze for end in ends)
    along = stop - start
    x, y, z = (
        axis * factor - begin
        for axis, factor, begin in zip((points.x, points.y, points.z), squeeze, start, strict=True)
    )
    length = np.float32(max(float(along @ along), 1e-6))
    share = np.clip((x * along[0] + y * along[1] + z * along[2]) / length, 0, 1)
    x -= share * along[0]
    y -= share * along[1]
    z -= share * along[2]
    return np.asarray(np.sqrt(x * x + y * y + z * z) - (radii[0] + share * np.float32(radii[1] - radii[0])))


def box(points: Points, centre: Place, half: Place, rounding: float = 2.0) -> Float32:
    """A block with rounded edges."""
    x, y, z = (
        np.abs(axis - np.float32(middle)) - np.float32(size - rounding)
        for axis, middle, size in zip((points.x, points.y, points.z), centre, half, strict=True)
    )
    outside = np.sqrt(np.maximum(x, 0) ** 2 + np.maximum(y, 0) ** 2 + np.maximum(z, 0) ** 2)
    return np.asarray(outside + np.minimum(np.maximum(np.maximum(x, y), z), 0) - np.float32(rounding))


def union(*fields: Float32) -> Float32:
    """Inside any."""
    return reduce(np.minimum, fields)


def common(*fields: Float32) -> Float32:
    """Inside all."""
    return reduce(np.maximum, fields)


def melted(first: Float32, second: Float32, reach: float) -> Float32:
    """A union whose seam is filled over about ``reach`` mm (polynomial smooth minimum)."""
    share = np.clip(np.float32(0.5) + (second - first) * np.float32(0.5 / reach), 0, 1)
    return np.asarray(second + (first - second) * share - np.float32(reach) * share * (1 - share))


def step(values: Float32, middle: float, width: float) -> Float32:
    """From 0 to 1 over ``width`` about ``middle``, smooth."""
    share = np.clip((values - np.float32(middle)) * np.float32(1 / width) + np.float32(0.5), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
