"""A vessel: a centreline with a radius at each of its points."""

from __future__ import annotations

from enum import Enum
from typing import Self

import numpy as np
from attrs import evolve, field, frozen

from neuronetra.adapters.phantom.tubes_courses import arc_lengths
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.arrays import Float64, locked_float64
from neuronetra.domain.locations import Location


class Blood(Enum):
    """What flows in a tube."""

    ARTERY = "artery"
    VEIN = "vein"


@frozen(eq=False)
class Tube:
    """``centreline`` (m, 3) mm LPS in a head's frame, m >= 2; ``radii`` (m,) mm, linear between the points.

    ``piece`` is the arterial location that a lesion of this tube would be labelled with; ``None`` for veins
    and for arteries that the data set does not label.
    """

    name: str
    kind: Blood
    centreline: Float64 = field(converter=locked_float64)
    radii: Float64 = field(converter=locked_float64)
    piece: Location | None = None

    def __attrs_post_init__(self) -> None:
        if self.centreline.ndim != 2 or self.centreline.shape[1] != 3 or len(self.centreline) < 2:
            raise ValueError("a centreline is two or more points in mm")
        if self.radii.shape != self.centreline.shape[:1] or not (self.radii > 0).all():
            raise ValueError("each point of a centreline has a radius above 0")

    @property
    def length(self) -> float:
        """In mm along the centreline."""
        return float(arc_lengths(self.centreline)[-1])

    def at(self, share: float) -> Float64:
        """The point (3,) at ``share`` of the length, from 0 (where blood comes in) to 1."""
        place = self._place(share)
        return np.array([np.interp(place, np.arange(len(self.radii)), axis) for axis in self.centreline.T])

    def radius(self, share: float) -> float:
        """In mm at ``share`` of the length."""
        return float(np.interp(self._place(share), np.arange(len(self.radii)), self.radii))

    def tangent(self, share: float) -> Float64:
        """The unit vector (3,) along which the course goes on at ``share`` of the length."""
        middle = int(np.clip(round(self._place(share)), 0, len(self.radii) - 1))
        ahead = self.centreline[min(middle + 2, len(self.radii) - 1)] - self.centreline[max(middle - 2, 0)]
        return np.asarray(ahead / np.linalg.norm(ahead))

    def part(self, start: float, end: float, name: str, piece: Location | None) -> Tube:
        """From ``start`` to ``end`` (shares of the length), under another name."""
        arcs = arc_lengths(self.centreline) / self.length
        inside = (arcs > start + 1e-6) & (arcs < end - 1e-6)
        points = np.vstack([self.at(start), self.centreline[inside], self.at(end)])
        radii = np.concatenate([[self.radius(start)], self.radii[inside], [self.radius(end)]])
        return Tube(name, self.kind, points, radii, piece)

    def warped(self, warp: Warp, calibre: float = 1.0) -> Self:
        """The tube of the mean head as it lies in a subject's."""
        return evolve(self, centreline=warp.to_subject(self.centreline), radii=self.radii * calibre)

    def _place(self, share: float) -> float:
        """The fractional index of ``share`` of the length."""
        arcs = arc_lengths(self.centreline)
        return float(np.interp(share * arcs[-1], arcs, np.arange(len(arcs))))
