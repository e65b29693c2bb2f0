"""A phantom whose left, right, top, bottom, first and last slice cannot be taken for one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


AIR, SKIN, BONE, BRAIN, FLUID, VESSEL = -1024.0, 40.0, 900.0, 35.0, 5.0, 320.0
"""Hounsfield units of the made-up head."""


def head(shape: tuple[int, int, int]) -> Float64:
    """A made-up head, axial, feet to head: values 0 to 1 (slices, rows, columns).

    Stored in 12 bits with slope 1 and intercept -1024 they are Hounsfield units. Skull, brain, two unequal
    ventricles, vessels and a bright ball on the patient's left: enough to look at, nothing of a patient.
    """
    z, y, x = (np.linspace(-1.0, 1.0, n) for n in shape)
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]

    def ellipsoid(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> NDArray[np.bool_]:
        parts = [((a - c) / r) ** 2 for a, c, r in zip((z, y, x), centre, radii, strict=True)]
        inside: NDArray[np.bool_] = parts[0] + parts[1] + parts[2] <= 1.0
        return inside

    volume = np.full(shape, AIR)
    for value, centre, radii in (
        (SKIN, (-0.1, 0.0, 0.0), (1.0, 0.92, 0.76)),
        (BONE, (-0.1, 0.0, 0.0), (0.95, 0.86, 0.70)),
        (BRAIN, (-0.1, 0.0, 0.0), (0.89, 0.79, 0.64)),
        (FLUID, (0.15, 0.05, -0.11), (0.22, 0.30, 0.06)),
        (FLUID, (0.17, 0.05, 0.12), (0.24, 0.33, 0.07)),
        (VESSEL, (-0.35, -0.08, -0.16), (0.55, 0.035, 0.035)),
        (VESSEL, (-0.35, -0.08, 0.16), (0.55, 0.035, 0.035)),
        (VESSEL, (-0.1, -0.15, -0.30), (0.04, 0.035, 0.22)),
        (VESSEL, (-0.1, -0.15, 0.30), (0.04, 0.035, 0.22)),
        (VESSEL, (-0.45, 0.20, 0.0), (0.40, 0.04, 0.04)),
        (VESSEL, (-0.1, -0.15, 0.34), (0.08, 0.07, 0.06)),
    ):
        volume[ellipsoid(centre, radii)] = value
    return np.asarray((volume + 1024.0) / (0.9 * 4095.0))
