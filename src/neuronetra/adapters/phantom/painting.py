"""Vessels, sacs and what misleads, as shares of a grid's voxels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.mimics import Mimics
from neuronetra.adapters.phantom.painting_bodies import FINEST, painted_plate, painted_sac
from neuronetra.adapters.phantom.painting_lattice import Lattice
from neuronetra.adapters.phantom.painting_sparse import Sparse
from neuronetra.adapters.phantom.painting_tubes import painted_tubes
from neuronetra.adapters.phantom.sacs import Sac
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.vessel_volume import VesselVolume
from neuronetra.adapters.phantom.vessels import Vessels

_TUBES_FINEST = 0.7
"""mm that one sample of a tube stands for at most."""
_SAME_PLACE = 1e-3


@frozen(eq=False)
class Painter:
    """Computes a whole grid once and keeps only the voxels that vessels reach, a few in a thousand.

    ``slab`` cuts dense arrays from it: the same values however the slabs are cut.
    """

    grid: Grid
    artery: Sparse
    vein: Sparse
    lesion: Sparse
    thrombus: Sparse
    calcium: Sparse

    @classmethod
    def of(cls, vessels: Vessels, sacs: Sequence[Sac], mimics: Mimics, grid: Grid) -> Self:
        """Where kinds meet in one voxel, calcium comes first, then arteries, sacs, clot, and veins."""
        lattice, fine = Lattice.of(grid, _TUBES_FINEST), Lattice.of(grid, FINEST)
        arteries = (*vessels.arteries, *_of_kind(mimics.tubes, Blood.ARTERY))
        calcium = Sparse.summed([painted_plate(plate, fine) for plate in mimics.plates])
        artery = painted_tubes(arteries, lattice).beside([calcium])
        filled = [painted_sac(sac, arteries, fine) for sac in sacs]
        lesion = Sparse.summed([blood for blood, _ in filled]).beside([calcium, artery])
        thrombus = Sparse.summed([clot for _, clot in filled]).beside([calcium, artery, lesion])
        vein = painted_tubes((*vessels.veins, *_of_kind(mimics.tubes, Blood.VEIN)), lattice)
        return cls(grid, artery, vein.beside([calcium, artery, lesion, thrombus]), lesion, thrombus, calcium)

    def slab(self, first: int, count: int) -> VesselVolume:
        """``count`` slices of the grid from ``first`` on."""
        shape = (count, *self.grid.shape[1:])
        kinds = (self.artery, self.vein, self.lesion, self.thrombus, self.calcium)
        return VesselVolume(*(kind.dense(first, shape) for kind in kinds))

    def __call__(self, slab: Grid) -> VesselVolume:
        """The slices of ``slab``, which is ``grid.slab(...)`` of this painter's grid. ``ValueError`` if not."""
        step = self.grid.affine[:3, 0]
        moved = slab.affine[:3, 3] - self.grid.affine[:3, 3]
        first = round(float(moved @ step) / float(step @ step))
        own = self.grid.slab(first, slab.shape[0])
        same = np.allclose(own.affine, slab.affine, atol=_SAME_PLACE) and own.shape == slab.shape
        if not same or first < 0 or first + slab.shape[0] > self.grid.shape[0]:
            raise ValueError("the slab is no part of the painter's grid")
        return self.slab(first, slab.shape[0])


def painted(vessels: Vessels, sacs: Sequence[Sac], mimics: Mimics, slab: Grid) -> VesselVolume:
    """All of ``slab`` at once, by a painter of its own."""
    return Painter.of(vessels, sacs, mimics, slab).slab(0, slab.shape[0])


def _of_kind(tubes: Sequence[Tube], kind: Blood) -> list[Tube]:
    return [tube for tube in tubes if tube.kind is kind]
