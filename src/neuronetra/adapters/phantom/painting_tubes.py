"""Lumen shares of tubes: exact signed distances to tapered segments, averaged over each voxel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.painting_lattice import Lattice, enumerated
from neuronetra.adapters.phantom.painting_sparse import Sparse
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.domain.arrays import Array, Float32

_SLICES = 48
_PAIR_BUDGET = 1_500_000
_EVALUATIONS = 1 << 15
_MARGIN = 1e-3


@frozen(eq=False)
class Segments:
    """``starts``, ``runs`` (n, 3) local mm, ``radii`` (n, 2) mm, of the pieces of centrelines.

    An edge smeared over ``edge`` mm adds edge² / 12 to a disc's mean squared radius; ``soft`` (n, 2) are radii less
    by as much, and ``height`` (n,) the share inside that a tube thinner than the edge reaches: areas stay true.
    """

    starts: Float32
    runs: Float32
    radii: Float32
    soft: Float32
    height: Float32
    edge: float

    @classmethod
    def of(cls, tubes: Sequence[Tube], lattice: Lattice) -> Self:
        lines = [lattice.local(tube.centreline) for tube in tubes]
        starts = np.concatenate([line[:-1] for line in lines] or [np.empty((0, 3))])
        runs = np.concatenate([np.diff(line, axis=0) for line in lines] or [np.empty((0, 3))])
        pairs = [np.stack([tube.radii[:-1], tube.radii[1:]], axis=1) for tube in tubes]
        radii = np.concatenate(pairs or [np.empty((0, 2))])
        edge = lattice.edge
        soft = np.sqrt(np.maximum(radii**2 - edge**2 / 12.0, edge**2 / 4.0))
        height = np.minimum(1.0, 3.0 * np.square(radii.mean(axis=1)) / edge**2)
        single = [array.astype(np.float32) for array in (starts, runs, radii, soft, height)]
        return cls(single[0], single[1], single[2], single[3], single[4], edge)

    def chosen(self, which: Array) -> Segments:
        """Those at ``which``."""
        return Segments(
            self.starts[which],
            self.runs[which],
            self.radii[which],
            self.soft[which],
            self.height[which],
            self.edge,
        )

    @property
    def widest(self) -> Float32:
        """(n,) mm from the axis beyond which nothing is painted."""
        return np.asarray(self.soft.max(axis=1) + self.edge / 2.0, np.float32)

    def shares(self, centres: Float32, offsets: Float32) -> Float32:
        """(n, s) shares at ``centres`` + ``offsets``: one centre (n, 3) per segment, ``offsets`` (s, 3)."""
        along, distance = self.nearest(centres, offsets)
        distance -= self.soft[:, :1]
        distance -= along * (self.soft[:, 1:] - self.soft[:, :1])
        distance *= -1.0 / self.edge
        distance += 0.5
        return np.asarray(np.clip(distance, 0.0, 1.0, out=distance) * self.height[:, None])

    def nearest(self, centres: Float32, offsets: Float32) -> tuple[Array, Array]:
        """Where along its segment (0 to 1) and how far from it (mm) each sample lies, both (n, s)."""
        gap = centres - self.starts
        square = np.maximum(np.einsum("ij,ij->i", self.runs, self.runs), 1e-12)[:, None]
        dot = self.runs @ offsets.T
        dot += np.einsum("ij,ij->i", gap, self.runs)[:, None]
        far = (2.0 * gap) @ offsets.T
        far += np.einsum("ij,ij->i", gap, gap)[:, None] + np.einsum("ij,ij->i", offsets, offsets)
        along = dot / square
        np.clip(along, 0.0, 1.0, out=along)
        dot *= 2.0
        dot -= along * square
        dot *= along
        far -= dot
        return along, np.sqrt(np.maximum(far, 0.0, out=far), out=far)


def painted_tubes(tubes: Sequence[Tube], lattice: Lattice) -> Sparse:
    """The share of each voxel that lies in the union of ``tubes``."""
    segments = Segments.of(tubes, lattice)
    return Sparse.joined(list(_blocks(segments, lattice)))


def _blocks(segments: Segments, lattice: Lattice) -> Iterator[Sparse]:
    """Blocks of slices one after the other, so that memory does not grow with the grid."""
    reach = segments.widest[:, None]
    low = np.minimum(segments.starts, segments.starts + segments.runs) - reach
    high = np.maximum(segments.starts, segments.starts + segments.runs) + reach
    for first in range(0, lattice.grid.shape[0], _SLICES):
        slices = first, min(first + _SLICES, lattice.grid.shape[0])
        corners, counts = lattice.boxes(low, high, slices)
        inside = np.flatnonzero(counts.prod(axis=1))
        if not len(inside):
            continue
        keys, which = _met(segments.chosen(inside), corners[inside], counts[inside], lattice)
        if len(keys):
            yield _averaged(segments.chosen(inside), keys, which, lattice)


def _met(segments: Segments, corners: Array, counts: Array, lattice: Lattice) -> tuple[Array, Array]:
    """Voxels (p,) and segments (p,) near enough to each other to matter, sorted by voxel."""
    keys, which = [], []
    ends = np.cumsum(counts.prod(axis=1))
    cuts = np.searchsorted(
        ends, np.arange(_PAIR_BUDGET, int(ends[-1]) + _PAIR_BUDGET, _PAIR_BUDGET), side="right"
    )
    first = 0
    for last in (*np.unique(cuts[cuts > 0]).tolist(), len(counts)):
        if last == first:
            continue
        key, box = enumerated(corners[first:last], counts[first:last], lattice.grid.shape)
        near = _near(segments, lattice.centres(key), box + first, lattice.reach)
        keys.append(key[near])
        which.append(box[near] + first)
        first = last
    all_keys = np.concatenate(keys)
    order = np.argsort(all_keys, kind="stable")
    return all_keys[order], np.concatenate(which)[order]


def _near(segments: Segments, centres: Float32, which: Array, reach: float) -> Array:
    """(n,) whether any sample of the voxel may lie within what its segment paints."""
    distance = segments.chosen(which).nearest(centres, np.zeros((1, 3), np.float32))[1][:, 0]
    return np.flatnonzero(distance < segments.widest[which] + (reach + _MARGIN))


def _averaged(segments: Segments, keys: Array, which: Array, lattice: Lattice) -> Sparse:
    """The greatest share at each sample over all segments near it, averaged over each voxel."""
    voxels, starts = np.unique(keys, return_index=True)
    shares = np.empty(len(voxels), np.float32)
    pairs = max(1, _EVALUATIONS // len(lattice.offsets))
    bounds = np.append(starts, len(keys))
    first = 0
    while first < len(voxels):
        last = max(first + 1, int(np.searchsorted(bounds, bounds[first] + pairs, side="right")) - 1)
        own = slice(int(bounds[first]), int(bounds[last]))
        values = segments.chosen(which[own]).shares(lattice.centres(keys[own]), lattice.offsets)
        greatest = np.maximum.reduceat(values, bounds[first:last] - bounds[first], axis=0)
        shares[first:last] = greatest.mean(axis=1)
        first = last
    return Sparse(voxels, shares)
