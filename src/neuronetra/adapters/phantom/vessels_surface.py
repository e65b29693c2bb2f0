"""Courses that keep to the vault: on the cortex, in the dura, in the scalp."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.landmarks import SKULL_CENTRE, SKULL_OUTER, SKULL_THICKNESS
from neuronetra.adapters.phantom.vessels_growth import Point, Points
from neuronetra.domain.arrays import Float64

CORTEX = SKULL_THICKNESS + 3.5
"""Depths in mm under the outer table of the vault."""
DURA = SKULL_THICKNESS + 0.6
SCALP = -3.2


def on_vault(points: Points, depth: float) -> Float64:
    """``points`` (k, 3), moved along the ray from the skull's centre to ``depth`` mm below the outer table."""
    centre = np.asarray(SKULL_CENTRE)
    axes = np.asarray(SKULL_OUTER) - depth
    rays = np.asarray(points, np.float64) - centre
    return np.asarray(centre + rays / np.linalg.norm(rays / axes, axis=1, keepdims=True))


def over_vault(start: Point, end: Point, depth: float, count: int) -> Float64:
    """(count, 3) points that lead over the vault from beside ``start`` to beside ``end``, without ``start``."""
    shares = np.linspace(0.0, 1.0, count + 1)[1:, None]
    straight = np.asarray(start, np.float64) * (1.0 - shares) + np.asarray(end, np.float64) * shares
    return on_vault(straight, depth)
