"""Where voxels lie in a head: all that painting and imaging need of a scanner's geometry."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from neuronetra.domain.arrays import Float64, locked_float64


@frozen(eq=False)
class Grid:
    """Voxel centres in the head's frame (mm, LPS, see ``landmarks``).

    ``affine`` (4, 4) takes (slice, row, column, 1) to (x, y, z, 1); ``shape`` is (slices, rows, columns).
    ``thickness`` is how far a slice reaches along its normal in mm (its neighbours may lie farther or nearer).
    """

    affine: Float64 = field(converter=locked_float64)
    shape: tuple[int, int, int]
    thickness: float

    @property
    def steps(self) -> tuple[float, float, float]:
        """Distances between slices, rows and columns in mm."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(lengths[0]), float(lengths[1]), float(lengths[2])

    def slab(self, first: int, count: int) -> Grid:
        """``count`` slices from ``first`` on."""
        moved = np.array(self.affine)
        moved[:3, 3] += first * self.affine[:3, 0]
        return evolve(self, affine=moved, shape=(count, *self.shape[1:]))

    def indices(self, points: Float64) -> Float64:
        """(n, 3) fractional (slice, row, column) of ``points`` (n, 3) in the head's frame."""
        return np.asarray((points - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T)
