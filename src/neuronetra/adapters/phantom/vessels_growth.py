"""How a subject's vessels grow from the mean head's control points: jitter, wandering, calibre, side."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.tubes_courses import spline, wandering
from neuronetra.domain.arrays import Float64
from neuronetra.domain.locations import Location

Point = Sequence[float] | Float64
Points = Sequence[Point] | Float64

_STEP = 0.9
_WIDE_STEP = 1.6
_JITTER = 0.9
_WANDER = 0.55
_CALIBRE_SPREAD = 0.07


class Side(Enum):
    """Of the patient; the value is the sign of x (LPS: left is above 0)."""

    LEFT = 1
    RIGHT = -1

    @property
    def word(self) -> str:
        return self.name.lower()

    def location(self, place: str) -> Location:
        """The label of this side, such as ``location("MCA")``."""
        return Location[f"{self.name}_{place}"]

    def points(self, points: Points) -> Float64:
        """Left points (k, 3) of the mean head on this side."""
        return np.asarray(points, np.float64) * (self.value, 1.0, 1.0)


@frozen(eq=False)
class Growth:
    """Draws tubes in the mean head's frame; ``tortuosity`` is 1 in the median subject."""

    generator: np.random.Generator
    tortuosity: float = 1.0
    kind: Blood = Blood.ARTERY

    def tube(
        self,
        name: str,
        controls: Points,
        radii: Sequence[float],
        piece: Location | None = None,
        *,
        jitter: float = 1.0,
        wander: float = 1.0,
        end: bool = False,
    ) -> Tube:
        """A tube through ``controls`` (k, 3), its first point (and its last, with ``end``) kept exactly.

        ``radii`` are spread evenly over the controls; ``jitter`` and ``wander`` scale how far a subject differs.
        """
        moved = self.moved(controls, jitter, end)
        points, knots = spline(moved, _WIDE_STEP if min(radii) > 1.9 else _STEP)
        amplitude = _WANDER * wander * self.tortuosity
        points = points + wandering(points, amplitude, self.generator)
        return Tube(name, self.kind, points, self.radii(radii, knots, len(points)), piece)

    def moved(self, controls: Points, jitter: float, end: bool) -> Float64:
        """The controls (k, 3) where this subject has them."""
        points = np.array(controls, np.float64)
        last = len(points) - int(end)
        points[1:last] += self.generator.normal(0.0, _JITTER * jitter, (last - 1, 3))
        return points

    def radii(self, radii: Sequence[float], knots: Float64, count: int) -> Float64:
        """(count,) radii: the tube's own calibre, and walls that are never quite even."""
        given = np.interp(np.linspace(0, 1, len(knots)), np.linspace(0, 1, len(radii)), radii)
        along = np.linspace(0.0, 1.0, count)
        own = float(np.clip(self.generator.normal(1.0, _CALIBRE_SPREAD), 0.82, 1.18))
        phase = self.generator.uniform(0.0, 2 * np.pi)
        return np.asarray(np.interp(along, knots, given) * own * (1.0 + 0.03 * np.sin(9.0 * along + phase)))
