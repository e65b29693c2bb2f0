"""Views: the same head looked at twice, once as in a mirror."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import MIRROR


def mirrored(frames: Frames) -> Frames:
    """The head with its left and right exchanged, slice positions kept in sorted order.

    Columns are reversed for axial and coronal frames (and where the plane is unknown, which is taken
    as axial), the order of the frames for sagittal ones.
    """
    if frames.plane is Plane.SAGITTAL:
        return frames.with_pixels(np.ascontiguousarray(frames.pixels[::-1]))
    return frames.with_pixels(np.ascontiguousarray(frames.pixels[:, :, ::-1]))


@frozen
class View:
    """A way to show frames to a network, and the way back for its scores.

    ``mirrors``: the frames are mirrored; ``swaps``: left and right labels are exchanged back.
    """

    name: str
    mirrors: bool = False
    swaps: bool = False

    def apply(self, frames: Frames) -> Frames:
        """The frames as this view shows them."""
        return mirrored(frames) if self.mirrors else frames

    def restore(self, scores: Array) -> Array:
        """Scores (..., 14) given on this view, as scores of the head itself."""
        return scores[..., list(MIRROR)] if self.swaps else scores


ORIGINAL = View("original")
MIRRORED = View("mirrored", mirrors=True, swaps=True)
UNSWAPPED_FLIP = View("unswapped_flip", mirrors=True, swaps=False)
"""The founding description's flip, which forgets that left is not right; kept to measure its cost."""

VIEWS: dict[str, View] = {view.name: view for view in (ORIGINAL, MIRRORED, UNSWAPPED_FLIP)}
