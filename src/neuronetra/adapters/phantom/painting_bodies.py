"""Shares of sacs and plates, sampled finely in a box about each: there are few of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from neuronetra.adapters.phantom.painting_lattice import Lattice, enumerated
from neuronetra.adapters.phantom.painting_sparse import Sparse
from neuronetra.adapters.phantom.painting_tubes import Segments
from neuronetra.adapters.phantom.sacs import Sac
from neuronetra.adapters.phantom.sacs_shapes import Ellipsoid
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.domain.arrays import Array, Float64

FINEST = 0.4
"""mm that a sample stands for at most."""
_CHUNK = 1 << 14
Shares = Callable[[Float64], Float64]
"""Points (n, 3) of the head's frame to shares (n, k)."""


def painted_sac(sac: Sac, arteries: Sequence[Tube], lattice: Lattice) -> tuple[Sparse, Sparse]:
    """Lumen and clot of ``sac``, less what of it lies in the lumen of ``arteries``."""
    edge = lattice.edge
    low, high = sac.box
    near = _near(arteries, low - edge, high + edge, lattice)

    def lumen_and_clot(points: Float64) -> Float64:
        outline = _smeared(sac.distance(points, edge), edge)
        blood = np.minimum(_smeared(sac.blood(points, edge), edge), outline)
        free = 1.0 - _lumen(near, points, lattice)
        filled = np.minimum(blood, free)
        return np.stack([filled, np.minimum(outline - blood, free - filled)], axis=1)

    keys, shares = _sampled(lumen_and_clot, low - edge, high + edge, lattice)
    blood, clot = (_filled(keys, shares[:, kind]) for kind in range(2))
    return blood, clot


def painted_plate(plate: Ellipsoid, lattice: Lattice) -> Sparse:
    """The share of each voxel that ``plate`` fills."""
    edge = lattice.edge
    reach = plate.radii.max() + edge

    def calcium(points: Float64) -> Float64:
        return _smeared(plate.distance(points, edge), edge)[:, None]

    keys, shares = _sampled(calcium, plate.centre - reach, plate.centre + reach, lattice)
    return _filled(keys, shares[:, 0])


def _filled(keys: Array, shares: Float64) -> Sparse:
    return Sparse(keys[shares > 0], shares[shares > 0].astype(np.float32))


def _smeared(distance: Float64, edge: float) -> Float64:
    return np.asarray(np.clip(0.5 - distance / edge, 0.0, 1.0))


def _near(arteries: Sequence[Tube], low: Float64, high: Float64, lattice: Lattice) -> Segments:
    """The segments of ``arteries`` that may reach into a box of the head's frame."""
    found = []
    for tube in arteries:
        reach = float(tube.radii.max()) + lattice.edge
        inside = np.flatnonzero(
            ((tube.centreline > low - reach) & (tube.centreline < high + reach)).all(axis=1)
        )
        if len(inside):
            cut = slice(max(int(inside[0]) - 1, 0), int(inside[-1]) + 2)
            found.append(Tube(tube.name, tube.kind, tube.centreline[cut], tube.radii[cut], tube.piece))
    return Segments.of(found, lattice)


def _lumen(segments: Segments, points: Float64, lattice: Lattice) -> Float64:
    """(n,) shares of arteries at ``points`` (n, 3) of the head's frame."""
    if not len(segments.starts):
        return np.zeros(len(points))
    local = lattice.local(points)
    middle = local.mean(axis=0)
    centres = np.broadcast_to(middle, segments.starts.shape).astype(np.float32)
    return np.asarray(segments.shares(centres, (local - middle).astype(np.float32)).max(axis=0), np.float64)


def _sampled(shares: Shares, low: Float64, high: Float64, lattice: Lattice) -> tuple[Array, Float64]:
    """Voxels (n,) of a box of the head's frame and the means (n, k) of ``shares`` over their samples."""
    corners = lattice.local(np.array(list(product(*zip(low, high, strict=True)))))
    whole = 0, lattice.grid.shape[0]
    first, counts = lattice.boxes(corners.min(axis=0)[None], corners.max(axis=0)[None], whole)
    keys = enumerated(first, counts, lattice.grid.shape)[0]
    step = max(1, _CHUNK // len(lattice.offsets))
    means = [_means(shares, keys[start : start + step], lattice) for start in range(0, len(keys), step)]
    return keys, np.concatenate(means) if means else np.zeros((0, 2))


def _means(shares: Shares, keys: Array, lattice: Lattice) -> Float64:
    """(n, k), over the samples of each voxel."""
    places = lattice.centres(keys).astype(np.float64)[:, None, :] + lattice.offsets
    values = shares(lattice.head(places.reshape(-1, 3)))
    return np.asarray(values.reshape(len(keys), len(lattice.offsets), -1).mean(axis=1))
