"""Views: the same head looked at more than once: as in a mirror, a little turned, a little nearer."""

from __future__ import annotations

import math
import re

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, own, require_dtype
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import MIRROR
from neuronetra.domain.warping import warped
from neuronetra.errors import UsageError

LARGEST_ANGLE = 45.0
SMALLEST_SCALE, LARGEST_SCALE = 0.5, 2.0
_DIGITS = 4
_FLIPS = {"mirrored": (True, True), "unswapped_flip": (True, False)}
"""Names of what is done first, with ``mirrors`` and ``swaps``."""
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,4})?"
_PARTS = re.compile(
    rf"(?:(mirrored|unswapped_flip)(?:\+(?!$)|$))?(?:rotated({_NUMBER})(?:\+(?!$)|$))?(?:scaled({_NUMBER}))?"
)


def mirrored(frames: Frames) -> Frames:
    """The head with its left and right exchanged, slice positions kept in sorted order.

    Columns are reversed for axial and coronal frames (and where the plane is unknown, which is taken
    as axial), the order of the frames for sagittal ones.
    """
    if frames.plane is Plane.SAGITTAL:
        return frames.with_pixels(np.ascontiguousarray(frames.pixels[::-1]))
    return frames.with_pixels(np.ascontiguousarray(frames.pixels[:, :, ::-1]))


def _short(value: float) -> float:
    """As a name can say it; ``ValueError`` for what is no number."""
    if not math.isfinite(value):
        raise ValueError("angle and scale are numbers")
    return round(float(value), _DIGITS) + 0.0  # no negative zero


@frozen
class View:
    """A way to show frames to a network, and the way back for its scores.

    ``mirrors``: the frames are mirrored; ``swaps``: left and right labels are exchanged back. After that they
    are turned by ``angle`` degrees (-45 to 45, anticlockwise as shown) and enlarged by ``scale`` (0.5 to 2),
    both of four decimals. Raises ``ValueError`` for anything else.
    """

    mirrors: bool = False
    swaps: bool = False
    angle: float = field(default=0.0, converter=_short)
    scale: float = field(default=1.0, converter=_short)

    def __attrs_post_init__(self) -> None:
        if self.swaps and not self.mirrors:
            raise ValueError("left and right change places in a mirror alone")
        if abs(self.angle) > LARGEST_ANGLE or not SMALLEST_SCALE <= self.scale <= LARGEST_SCALE:
            raise ValueError(
                f"a view turns by at most {LARGEST_ANGLE:g} degrees "
                f"and enlarges by {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}"
            )

    @property
    def name(self) -> str:
        """Its parts in the order of their doing, ``mirrored+rotated-5+scaled1.1``, or ``original``."""
        flips = [name for name, (_, swaps) in _FLIPS.items() if self.mirrors and swaps == self.swaps]
        turned = [f"rotated{_written(self.angle)}"] if self.angle else []
        nearer = [f"scaled{_written(self.scale)}"] if self.scale != 1.0 else []
        return "+".join([*flips, *turned, *nearer]) or "original"

    def apply(self, frames: Frames) -> Frames:
        """The frames as this view shows them; turned or enlarged they must be uint8."""
        shown = mirrored(frames) if self.mirrors else frames
        if (self.angle, self.scale) == (0.0, 1.0):
            return shown
        require_dtype("frames to turn", frames.pixels, np.uint8)
        return shown.with_pixels(own(warped(shown.pixels, self.angle, self.scale)))

    def restore(self, scores: Array) -> Array:
        """Scores (..., 14) given on this view, as scores of the head itself."""
        return scores[..., list(MIRROR)] if self.swaps else scores


def _written(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")


ORIGINAL = View()
MIRRORED = View(mirrors=True, swaps=True)
UNSWAPPED_FLIP = View(mirrors=True, swaps=False)
"""The founding description's flip, which forgets that left is not right; kept to measure its cost."""

VIEWS: dict[str, View] = {view.name: view for view in (ORIGINAL, MIRRORED, UNSWAPPED_FLIP)}


def view_named(text: str) -> View:
    """The view of that name, written just as ``View.name`` writes it. Raises ``UsageError``."""
    found = VIEWS.get(text)
    match = _PARTS.fullmatch(text) if found is None else None
    if match is not None:
        try:
            flip, angle, scale = match.groups()
            found = View(*_FLIPS.get(flip, (False, False)), float(angle or 0.0), float(scale or 1.0))
        except ValueError as error:
            raise UsageError("no such view", found=repr(text[:60]), expected=str(error)) from None
    if found is None or found.name != text:
        raise UsageError(
            "no such view",
            found=repr(text[:60]),
            expected="original, mirrored, unswapped_flip, rotated5, scaled1.1, "
            "or some of these as mirrored+rotated5+scaled1.1",
            fix="" if found is None else f"write {found.name}",
        )
    return found
