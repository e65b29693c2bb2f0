"""The outline of a body in one slice: its lengths in mm, its shape, what stands around its middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

from neuronetra.domain.arrays import Float64

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

DIRECTIONS = 36
NEAREST_BONE_MM = 25.0
"""Bone nearer than this to the body's middle surrounds nothing."""
_CUT_SHARE = 0.03


@frozen
class Outline:
    """The body in one slice: its lengths in mm, how much of their rectangle it fills, where it is cut.

    ``height`` is along the canonical columns (downwards), ``width`` along the rows; ``cut`` counts the
    sides of the picture that the body runs into. ``spread`` is the standard deviation of its radii as a
    share of their mean: 0 for a circle.
    """

    width: float
    height: float
    fill: float
    cut: int
    spread: float

    @property
    def longest(self) -> float:
        return max(self.width, self.height)

    @property
    def shortest(self) -> float:
        return min(self.width, self.height)


def outline(body: Mask, size: tuple[float, float]) -> Outline | None:
    """The outline of ``body`` (h, w) in cells of ``size`` (down, across) in mm; ``None`` where there is none."""
    rows, columns = np.flatnonzero(body.any(1)), np.flatnonzero(body.any(0))
    if not rows.size:
        return None
    high, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    cut = sum(float(side.mean()) > _CUT_SHARE for side in (body[0], body[-1], body[:, 0], body[:, -1]))
    fill = float(body.sum()) / (high * wide)
    return Outline(wide * size[1], high * size[0], fill, cut, _spread(body, size))


def _spread(body: Mask, size: tuple[float, float]) -> float:
    radii, turns = _polar(np.argwhere(body), body, size)
    longest = np.zeros(DIRECTIONS)
    np.maximum.at(longest, turns, radii)
    return float(longest.std() / longest.mean()) if longest.any() else 1.0


def _polar(places: Places, body: Mask, size: tuple[float, float]) -> tuple[Float64, Places]:
    """How far ``places`` (n, 2) lie from the middle of ``body``, in mm, and in which of the directions."""
    down, across = ((places - np.argwhere(body).mean(0)) * size).T
    turns = np.arctan2(down, across) / (2.0 * np.pi) + 0.5
    return np.hypot(down, across), (turns * DIRECTIONS).astype(np.intp) % DIRECTIONS


def surrounded(bone: Mask, body: Mask, size: tuple[float, float]) -> float:
    """In which share of directions from the middle of one slice's ``body`` (h, w) there is ``bone``."""
    radii, turns = _polar(np.argwhere(bone), body, size)
    return len(np.unique(turns[radii > NEAREST_BONE_MM])) / DIRECTIONS
