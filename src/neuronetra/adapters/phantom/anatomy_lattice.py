"""A head's fields on a coarse lattice over a grid, read between its points slice by slice."""

from __future__ import annotations

from typing import Self

import cv2
import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Points
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_map import fields_at
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.domain.arrays import Float32, Float64

_SPACING = 3.0
"""mm between the lattice's points, about: what is thinner is told from two fields, not one."""
_AT_ONCE = 4
_KNOTS = 12.0
"""mm between the places where the subject's shape is looked up: it changes over 90 mm and more."""
Box = tuple[slice, slice]
"""Rows and columns of a slice."""


@frozen(eq=False)
class FieldLattice:
    """``values`` float32 (planes, fields, cells down, cells across); ``start`` and ``pace`` are in slices.

    Plane j lies at slice start + j pace. A cell is ``factor`` pixels wide; the first lies before the picture.
    It covers the whole grid, so that a slice is the same whatever slab it is cut into.
    """

    values: Float32
    start: float
    pace: float
    factor: int
    shape: tuple[int, int]

    @classmethod
    def of(cls, anatomy: Anatomy, grid: Grid) -> Self:
        between, down, _ = grid.steps
        pace = min(_SPACING / between, max(grid.shape[0] - 1, 1))
        margin = 0.5 * grid.thickness / between
        planes = int(np.ceil((grid.shape[0] - 1 + 2 * margin) / pace)) + 2
        factor = max(1, round(_SPACING * 1.05 / down))
        slices: Float64 = np.arange(planes, dtype=np.float64) * pace - margin
        rows, columns = (_cells(length, factor) for length in grid.shape[1:])
        values = np.empty((planes, len(Field), rows.size, columns.size), np.float32)
        places = _places(anatomy, grid, (slices, rows, columns))
        for first in range(0, planes, _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            values[some] = fields_at(Points(*places[:, some]), anatomy).swapaxes(0, 1)
        return cls(values, -margin, pace, factor, grid.shape[1:])

    def at(self, position: float) -> SliceFields:
        """The fields of a slice, or of a place between slices."""
        where = (position - self.start) / self.pace
        plane = min(max(int(where), 0), self.values.shape[0] - 2)
        share = np.float32(where - plane)
        below, above = self.values[plane], self.values[plane + 1]
        return SliceFields(below + (above - below) * share, self.factor, self.shape)


@frozen(eq=False)
class SliceFields:
    """``cells`` float32 (fields, cells down, cells across) of one slice."""

    cells: Float32
    factor: int
    shape: tuple[int, int]

    @property
    def whole(self) -> Box:
        return slice(0, self.cells.shape[1]), slice(0, self.cells.shape[2])

    def where(self, field: Field, below: float) -> Box | None:
        """The box of cells in which ``field`` falls below a value, with a cell around; ``None`` if nowhere."""
        hit = self.cells[field] < below
        rows, columns = np.flatnonzero(hit.any(1)), np.flatnonzero(hit.any(0))
        if not rows.size:
            return None
        down, across = self.cells.shape[1:]
        return (
            slice(max(rows[0] - 1, 0), min(rows[-1] + 2, down)),
            slice(max(columns[0] - 1, 0), min(columns[-1] + 2, across)),
        )

    def pixels(self, box: Box) -> Box:
        """The pixels of its cells."""
        return self._span(box[0], self.shape[0]), self._span(box[1], self.shape[1])

    def read(self, field: Field, box: Box) -> Float32:
        """float32 (rows, columns) of ``pixels(box)``, linear between cells; flat beyond the centres of the outermost."""
        return self._fine(self.cells[field], box)

    def spread(self, cells: Float32) -> Float32:
        """float32 (rows, columns) of the whole slice from values (cells down, cells across)."""
        return self._fine(cells, self.whole)

    def _fine(self, whole: Float32, box: Box) -> Float32:
        cells = whole[box]
        fine = cv2.resize(
            cells,
            None,
            fx=self.factor,
            fy=self.factor,
            interpolation=cv2.INTER_LINEAR,
        )
        rows, columns = self.pixels(box)
        top, left = ((part.start - 1) * self.factor for part in box)
        return np.asarray(
            fine[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        )

    def _span(self, cells: slice, length: int) -> slice:
        first = max((cells.start - 1) * self.factor, 0)
        return slice(min(first, length), min(max((cells.stop - 1) * self.factor, 0), length))


def _cells(length: int, factor: int) -> Float64:
    """Centres of the cells, in pixels, from the one before the first pixel to the one after the last."""
    return np.asarray((np.arange(-(-length // factor) + 2) - 1) * factor + (factor - 1) / 2)


def _places(anatomy: Anatomy, grid: Grid, axes: tuple[Float64, Float64, Float64]) -> Float32:
    """float32 (3, planes, rows, columns): where in the mean head the lattice's points lie.

    Exact at knots, linear between: to a tenth of a mm.
    """
    knots = [_knots(places, step) for places, step in zip(axes, grid.steps, strict=True)]
    corners = np.stack(np.meshgrid(*knots, indexing="ij"), axis=-1)
    mean = anatomy.warp.to_mean(corners @ grid.affine[:3, :3].T + grid.affine[:3, 3])
    values = np.moveaxis(mean, 3, 0).astype(np.float32)
    for axis, (places, knot) in enumerate(zip(axes, knots, strict=True), start=1):
        values = _between(values, axis, (places - knot[0]) / (knot[1] - knot[0]))
    return np.ascontiguousarray(values)


def _knots(places: Float64, step: float) -> Float64:
    return np.linspace(places[0], places[-1], max(2, int(np.ptp(places) * step / _KNOTS) + 2))


def _between(values: Float32, axis: int, places: Float64) -> Float32:
    """Linear along ``axis`` at ``places``, in samples. No matrix product: its last bits hang on threads."""
    first = np.clip(places.astype(int), 0, values.shape[axis] - 2)
    share = (places - first).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(4)])
    low, high = np.take(values, first, axis), np.take(values, first + 1, axis)
    return np.asarray(low + (high - low) * share)
