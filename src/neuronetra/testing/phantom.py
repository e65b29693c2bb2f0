"""A phantom whose left, right, top, bottom, first and last slice cannot be taken for one another."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.arrays import Float64


def phantom(shape: tuple[int, int, int]) -> Float64:
    """Values 0 to 1 (slices, rows, columns): three unequal ramps, a bright corner, a dark edge.

    The bright block stands at the first rows and columns of the first slices; no turn or reversal gives
    the same volume, and no two slices are equal.
    """
    slices, rows, columns = (np.arange(n, dtype=np.float64) / max(1, n - 1) for n in shape)
    volume = 0.1 + 0.35 * slices[:, None, None] + 0.2 * rows[None, :, None] + 0.1 * columns[None, None, :]
    third = tuple(max(1, n // 3) for n in shape)
    volume[: third[0], : third[1], : third[2]] = 1.0
    volume[:, -1, : third[2]] = 0.0
    return np.asarray(volume)
