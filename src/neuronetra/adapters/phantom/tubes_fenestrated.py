"""A tube that parts in two for a little way and joins again."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.tubes_courses import arc_lengths

_HALF_GAP = 1.25
_LIMB = 0.72
"""Radius of a limb against the whole tube: about equal areas before and within."""


def fenestrated(tube: Tube, start: float, end: float, generator: np.random.Generator) -> tuple[Tube, Tube]:
    """The tube along one limb, and the other limb between ``start`` and ``end`` (shares of the length)."""
    across = np.cross(tube.tangent((start + end) / 2.0), generator.normal(size=3))
    across /= np.linalg.norm(across)
    return _bowed(tube, start, end, across), _bowed(tube, start, end, -across).part(
        start, end, f"{tube.name} limb", tube.piece
    )


def _bowed(
    tube: Tube, start: float, end: float, across: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Tube:
    shares = arc_lengths(tube.centreline) / tube.length
    inner = np.clip((shares - start) / (end - start), 0.0, 1.0)
    bow = np.sin(np.pi * inner) ** 2
    gap = (_HALF_GAP + 0.5 * tube.radius((start + end) / 2.0)) * bow[:, None]
    radii = tube.radii * (1.0 - (1.0 - _LIMB) * np.sqrt(bow))
    return evolve(tube, centreline=tube.centreline + gap * across, radii=radii)
