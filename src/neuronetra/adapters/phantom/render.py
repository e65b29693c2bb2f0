"""From a head, its vessels and a scanner's luck to the stored values of a series, slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_lattice import FieldLattice, SliceFields
from neuronetra.adapters.phantom.artefacts import clipped, moved, speckled, void
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.imaging import Acquisition
from neuronetra.adapters.phantom.noise import NoiseStream, magnitude
from neuronetra.adapters.phantom.tissues import Brush, Tissue
from neuronetra.adapters.phantom.tissues_brain import paint_brain
from neuronetra.adapters.phantom.tissues_head import paint_cords, paint_head
from neuronetra.adapters.phantom.vessel_volume import VesselVolume
from neuronetra.domain.arrays import Array, Float32
from neuronetra.domain.modality import Modality

_SLAB_VOXELS = 1_500_000
_MOST_PARTS = 4
_PART = 1.6
"""A slice thicker than so many pixels is the mean of several thinner ones."""
_HU = (-1024.0, 3071.0)


def render(
    anatomy: Anatomy,
    vessel_volume_of: Callable[[Grid], VesselVolume],
    grid: Grid,
    acquisition: Acquisition,
    generator: np.random.Generator,
    slab: int | None = None,
) -> Iterator[Array]:
    """int16 (rows, columns) of each slice of ``grid`` in order: HU for CTA (slope 1, intercept 0), else 0 and up.

    ``vessel_volume_of`` gives the shares of vessels in a part of the grid, ``slab`` slices at a time (by default as
    many as 1.5 million voxels hold); the picture does not depend on it. All chance comes from ``generator``.
    """
    camera = _Camera(anatomy, grid, acquisition, generator)
    slices, rows, columns = grid.shape
    count = slab or max(1, _SLAB_VOXELS // (rows * columns))
    for first in range(0, slices, count):
        here = min(count, slices - first)
        vessels = vessel_volume_of(grid.slab(first, here))
        for offset in range(here):
            yield camera.taken(first + offset, _one(vessels, offset))


def _one(vessels: VesselVolume, index: int) -> VesselVolume:
    """Shares (rows, columns) of one slice."""
    return VesselVolume(
        vessels.artery[index],
        vessels.vein[index],
        vessels.lesion[index],
        vessels.thrombus[index],
        vessels.calcium[index],
    )


class _Camera:
    """What stays the same from slice to slice of a series."""

    def __init__(
        self, anatomy: Anatomy, grid: Grid, acquisition: Acquisition, generator: np.random.Generator
    ) -> None:
        self._anatomy, self._grid, self._acquisition = anatomy, grid, acquisition
        self._lattice = FieldLattice.of(anatomy, grid)
        between, down, across = grid.steps
        self._pixel = (down * across) ** 0.5
        self._parts = int(np.clip(round(grid.thickness / (_PART * self._pixel)), 1, _MOST_PARTS))
        self._width = float(np.hypot(self._pixel, 0.5 * grid.thickness / self._parts))
        self._between = between
        self._noise = NoiseStream(acquisition.grain, grid.shape[1:], self._pixel, generator)
        self._reach = _height(grid)

    def taken(self, position: int, vessels: VesselVolume) -> Array:
        """The stored slice."""
        acquisition, grid = self._acquisition, self._grid
        fields = self._lattice.at(position)
        values = self._filled(self._tissue(position), vessels, fields)
        speckled(values, acquisition.specks, grid, position)
        if acquisition.bias is not None:
            values *= fields.spread(
                acquisition.bias.at(*(fields.cells[f] for f in (Field.X, Field.Y, Field.Z)))
            )
        if acquisition.motion is not None:
            values = moved(values, acquisition.motion, grid.steps[1:])
        sigma = acquisition.blur / self._pixel
        if sigma > 0.25:
            values = np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))
        return self._stored(values, position)

    def _tissue(self, position: int) -> Float32:
        """(rows, columns): the mean of thin layers through the slice's thickness."""
        offsets = (np.arange(self._parts) + 0.5) / self._parts - 0.5
        layers = [position + offset * self._grid.thickness / self._between for offset in offsets]
        total = self._layer(layers[0])
        for layer in layers[1:]:
            total += self._layer(layer)
        return total if len(layers) == 1 else total * np.float32(1 / len(layers))

    def _layer(self, position: float) -> Float32:
        fields, colours = self._lattice.at(position), self._acquisition.palette
        canvas = np.full(self._grid.shape[1:], colours[Tissue.AIR], np.float32)
        brush = Brush(canvas, fields, colours, self._width)
        paint_head(brush, self._anatomy)
        paint_brain(brush, self._anatomy)
        paint_cords(brush)
        return canvas

    def _filled(self, values: Float32, vessels: VesselVolume, fields: SliceFields) -> Float32:
        """Blood, clot and calcium in place of the tissue under them."""
        colours = self._acquisition.palette
        blood = vessels.artery + vessels.lesion
        values *= 1 - blood - vessels.vein - vessels.thrombus - vessels.calcium
        blood *= colours[Tissue.ARTERY]
        inflow = self._acquisition.inflow
        if inflow is not None:
            low, high = self._reach
            blood *= fields.spread(
                inflow.at((fields.cells[Field.Z] - np.float32(low)) / np.float32(high - low))
            )
        values += blood
        for share, tissue in (
            (vessels.vein, Tissue.VEIN),
            (vessels.thrombus, Tissue.THROMBUS),
            (vessels.calcium, Tissue.CALCIUM),
        ):
            if share.any():
                values += share * colours[tissue]
        return values

    def _stored(self, values: Float32, position: int) -> Array:
        """Metal, noise, and whole numbers."""
        clip, grid = self._acquisition.clip, self._grid
        noise = next(self._noise)
        if self._acquisition.modality is Modality.CTA:
            values += noise
            if clip is not None:
                clipped(values, clip, grid, position, _HU[1])
            return np.rint(np.clip(values, *_HU, out=values), out=values).astype(np.int16)
        if clip is not None:
            void(values, clip, grid, position)
        return np.rint(np.minimum(magnitude(values, noise), 32767)).astype(np.int16)


def _height(grid: Grid) -> tuple[float, float]:
    """Height z of the field's lower and upper end in the head, between the neck and the vertex."""
    ends = np.array([[0, 0, 0], np.array(grid.shape) - 1], np.float64)
    middle = np.mean(ends, axis=0)
    steps = np.abs(grid.affine[2, :3]) * (np.array(grid.shape) - 1) / 2
    centre = grid.affine[2, :3] @ middle + grid.affine[2, 3]
    return float(max(centre - steps.max(), -140.0)), float(min(centre + steps.max(), 110.0))
