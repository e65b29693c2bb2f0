"""Kinds of matter, and layers of them painted on a slice by how much of each voxel they cover."""

from __future__ import annotations

from enum import IntEnum, auto

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_lattice import Box, SliceFields
from neuronetra.domain.arrays import Float32


class Tissue(IntEnum):
    """What looks alike in every modality has one name."""

    AIR = 0
    HOLDER = auto()
    SKIN = auto()
    FAT = auto()
    MUSCLE = auto()
    BONE = auto()
    MARROW = auto()
    DENSE_BONE = auto()
    MUCOSA = auto()
    DURA = auto()
    FLUID = auto()
    GREY = auto()
    WHITE = auto()
    NUCLEI = auto()
    STEM = auto()
    CHOROID = auto()
    GLAND = auto()
    VITREOUS = auto()
    LENS = auto()
    NERVE = auto()
    ARTERY = auto()
    VEIN = auto()
    THROMBUS = auto()
    CALCIUM = auto()


@frozen(eq=False)
class Brush:
    """Lays tissue on ``canvas`` (rows, columns), the values of one slice.

    ``palette`` holds a value for each ``Tissue``; ``width`` is how many mm a border's voxels spread over.
    """

    canvas: Float32
    fields: SliceFields
    palette: Float32
    width: float

    def share(self, distance: Float32) -> Float32:
        """How much of each voxel lies inside, from the signed distance of its centre to a flat border."""
        return cover(distance, self.width)

    def sheet(self, distance: Float32, half: Float32 | float) -> Float32:
        """How much of each voxel a sheet fills that is ``half`` mm thick to both sides of distance 0."""
        part = cover(np.abs(distance) - np.asarray(half, np.float32), self.width)
        return np.minimum(part, np.maximum(half, 0) * np.float32(2 / self.width))

    def read(self, field: Field, box: Box) -> Float32:
        return self.fields.read(field, box)

    def lay(self, box: Box, share: Float32, tissue: Tissue | Float32) -> None:
        """Replaces ``share`` of what the box holds by a tissue, or by values of its own."""
        blend(self.canvas[self.fields.pixels(box)], share, self._value(tissue))

    def lay_body(self, field: Field, tissue: Tissue, grown: float = 0.0) -> None:
        """Lays all that a field bounds, ``grown`` mm larger."""
        box = self.fields.where(field, self.reach + grown)
        if box is not None:
            self.lay(box, self.share(self.read(field, box) - np.float32(grown)), tissue)

    @property
    def reach(self) -> float:
        """Distance in mm within which a border is seen, with what lies between the lattice's points."""
        return 0.5 * self.width + 0.5

    def _value(self, tissue: Tissue | Float32) -> Float32 | np.float32:
        return self.palette[tissue] if isinstance(tissue, Tissue) else tissue


def cover(distance: Float32, width: float) -> Float32:
    """From 1 inside to 0 outside over ``width`` mm about the border."""
    part = distance * np.float32(-1 / width)
    part += np.float32(0.5)
    return np.clip(part, 0, 1, out=part)


def blend(values: Float32, share: Float32, value: Float32 | np.float32) -> None:
    """Moves ``values`` by ``share`` of the way to ``value``, in place."""
    change = value - values
    change *= share
    values += change
