"""Values at given places of an order, without putting all of them in order."""

from __future__ import annotations

from math import sqrt

import numpy as np

from neuronetra.domain.arrays import Array

_FEW = 4096
_SAMPLE = 1024


def ordered(flat: Array, places: list[int]) -> Array:
    """The values at these places, in growing order, of the sorted ``flat`` (n,), in which nothing is NaN.

    Places near either end, as percentiles of a picture are, cost a few passes: a sample says beyond which value
    they must lie, and only what lies beyond it is sorted. Where the sample misleads, all is partitioned.
    """
    if flat.size >= _FEW and flat.dtype.kind == "f":  # whole numbers may have no negative
        middle = flat.size // 2
        lower = _smallest(flat, [place for place in places if place < middle])
        upper = _smallest(-flat, [flat.size - 1 - place for place in reversed(places) if place >= middle])
        if lower is not None and upper is not None:
            return np.concatenate([lower, -upper[::-1]])
    return np.partition(flat, places)[places]


def _smallest(flat: Array, places: list[int]) -> Array | None:
    """The values at low places of the order; ``None`` where the sample misled."""
    if not places:
        return flat[:0]
    bound = _bound(flat, places[-1])
    below = np.sort(flat[flat < bound])
    equal = np.count_nonzero(flat == bound)
    if places[-1] >= below.size + equal:
        return None
    return np.array([below[place] if place < below.size else bound for place in places], flat.dtype)


def _bound(flat: Array, place: int) -> np.generic:
    """A value that most likely lies beyond the place, though not far beyond."""
    sample = np.sort(flat[:: flat.size // _SAMPLE | 1])  # an odd step, or it would go down a column
    rank = place * sample.size / flat.size
    bound: np.generic = sample[min(sample.size - 1, int(rank + 4.0 * sqrt(rank + 1.0) + 4.0))]
    return bound
