"""A grid in millimetres along its own axes, and the points within a voxel at which it is sampled."""

from __future__ import annotations

from itertools import product
from math import ceil
from typing import Self

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.adapters.phantom.grid import Grid
from neuronetra.domain.arrays import Array, Float32, Float64, locked, locked_float64


def locked_float32(values: npt.ArrayLike) -> Float32:
    """A read-only float32 copy."""
    return locked(values, np.float32)


@frozen(eq=False)
class Lattice:
    """``steps`` (3,) mm between slices, rows and columns; ``extent`` (3,) mm that one voxel averages over.

    A slice averages over its thickness, which may be more or less than the distance to the next.
    ``offsets`` (s, 3) mm: sample points about a voxel's centre; ``edge`` mm: the longest side that one stands for.
    """

    grid: Grid
    steps: Float64 = field(converter=locked_float64)
    extent: Float64 = field(converter=locked_float64)
    offsets: Float32 = field(converter=locked_float32)
    edge: float

    @classmethod
    def of(cls, grid: Grid, finest: float) -> Self:
        """Sampled so that no sample stands for more than ``finest`` mm in any direction."""
        steps = np.asarray(grid.steps)
        extent = np.array([grid.thickness, *steps[1:]])
        counts = [max(1, ceil(side / finest - 1e-6)) for side in extent]
        places = [
            ((np.arange(count) + 0.5) / count - 0.5) * side
            for count, side in zip(counts, extent, strict=True)
        ]
        return cls(grid, steps, extent, np.array(list(product(*places))), float(max(extent / counts)))

    @property
    def reach(self) -> float:
        """Half a voxel's diagonal in mm: how far its farthest sample can lie from its centre."""
        return float(np.linalg.norm(np.abs(self.offsets).max(axis=0)))

    def local(self, points: Float64) -> Float64:
        """Head frame (n, 3) to mm along slices, rows and columns, from the first voxel's centre."""
        return np.asarray(self.grid.indices(points) * self.steps)

    def head(self, local: Float64) -> Float64:
        """The reverse of ``local``."""
        return np.asarray(local @ (self.grid.affine[:3, :3] / self.steps).T + self.grid.affine[:3, 3])

    def centres(self, keys: Array) -> Float32:
        """(n, 3) local mm of the voxels with the linear indices ``keys`` (n,)."""
        _, rows, columns = self.grid.shape
        slices, rest = np.divmod(keys, rows * columns)
        row, column = np.divmod(rest, columns)
        return (np.stack([slices, row, column], axis=1) * self.steps).astype(np.float32)

    def boxes(self, low: Float64, high: Float64, slices: tuple[int, int]) -> tuple[Array, Array]:
        """First indices and counts (n, 3) of the voxels whose extent meets boxes ``low`` to ``high`` (n, 3) local mm.

        Cut to the grid, and to ``slices`` (first, end).
        """
        half = self.extent / 2.0
        ends = np.array([slices[1], *self.grid.shape[1:]])
        first = np.maximum(np.ceil((low - half) / self.steps), [slices[0], 0, 0])
        last = np.minimum(np.floor((high + half) / self.steps), ends - 1)
        return first.astype(np.int64), np.maximum(last - first + 1, 0).astype(np.int64)


def enumerated(first: Array, counts: Array, shape: tuple[int, int, int]) -> tuple[Array, Array]:
    """Linear voxel indices (p,) of all voxels of all boxes (n, 3), and the box (p,) of each."""
    sizes = counts.prod(axis=1)
    box = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    starts = np.cumsum(sizes) - sizes
    rank = (np.arange(int(sizes.sum())) - np.repeat(starts, sizes)).astype(np.int32)
    wide = counts.astype(np.int32)[box]
    rank, column = np.divmod(rank, wide[:, 2])
    slice_, row = np.divmod(rank, wide[:, 1])
    corner = (first @ np.array([shape[1] * shape[2], shape[2], 1]))[box]
    return corner + (slice_.astype(np.int64) * shape[1] + row) * shape[2] + column, box
