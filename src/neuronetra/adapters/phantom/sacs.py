"""An aneurysm as a body: a dome on a narrow neck, sometimes lobed, sometimes partly filled with clot."""

from __future__ import annotations

from typing import Self

import numpy as np
from attrs import field, frozen
from attrs.validators import ge, lt

from neuronetra.adapters.phantom.lesions import Seat, seat
from neuronetra.adapters.phantom.sacs_shapes import Ellipsoid, frame_about, joined
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.domain.arrays import Float64, locked_float64
from neuronetra.domain.locations import ARTERIES, Location

DIAMETERS = (2.0, 12.0)
MEDIAN_DIAMETER = 5.0
_SPREAD = 0.46
_LOBED = 0.28
_THROMBOSED = 0.3
_THROMBOSED_FROM = 6.0
"""mm; clot is a large sac's."""
_NECK = (0.45, 0.72)
"""Width of a neck against its dome's."""
_BLEND = 0.5


@frozen(eq=False)
class Sac:
    """A lesion of ``location``. ``neck`` (3,) mm on the parent's wall; ``body`` and ``lobes`` make its outline.

    ``lumen`` is what of the outline blood fills, where clot leaves less than all; ``thrombus`` is clot's share.
    """

    location: Location
    neck: Float64 = field(converter=locked_float64)
    body: Ellipsoid
    lobes: tuple[Ellipsoid, ...] = ()
    thrombus: float = field(default=0.0, validator=[ge(0.0), lt(1.0)])

    def __attrs_post_init__(self) -> None:
        if self.location not in ARTERIES:
            raise ValueError("a sac lies in one of the 13 arterial locations")

    @classmethod
    def drawn(
        cls,
        vessels: Vessels,
        location: Location,
        generator: np.random.Generator,
        diameter: float | None = None,
    ) -> Self:
        """A sac of ``diameter`` mm, or of one drawn from 2 to 12 (log-normal, median 5)."""
        size = drawn_diameter(generator) if diameter is None else diameter
        place = seat(vessels, location, size / 2.0, generator)
        body = _body(place, size, generator)
        lobes = _lobes(body, generator) if generator.random() < _LOBED else ()
        clotted = generator.random() < _THROMBOSED and size >= _THROMBOSED_FROM
        share = float(generator.uniform(0.2, 0.6)) if clotted else 0.0
        return cls(location, place.neck, body, lobes, share)

    @property
    def point(self) -> Float64:
        """(3,) mm, the dome's centre in the subject's head frame: where a reader would mark it."""
        return self.body.centre

    @property
    def diameter(self) -> float:
        """The dome's greatest, in mm."""
        return float(2.0 * self.body.radii.max())

    @property
    def lumen(self) -> Ellipsoid | None:
        """Where blood still flows in a dome with clot: next to the neck. ``None``: everywhere."""
        if not self.thrombus:
            return None
        scale = (1.0 - self.thrombus) ** (1.0 / 3.0)
        shift = (1.0 - scale) * self.body.radii[0] * self.body.axes[0]
        return Ellipsoid(self.body.centre - shift, self.body.axes, self.body.radii * scale)

    @property
    def box(self) -> tuple[Float64, Float64]:
        """Corners (3,) mm of a box about the whole outline."""
        parts = (self.body, *self.lobes)
        reach = [part.radii.max() + _BLEND for part in parts]
        low = np.min([part.centre - far for part, far in zip(parts, reach, strict=True)], axis=0)
        return low, np.max([part.centre + far for part, far in zip(parts, reach, strict=True)], axis=0)

    def distance(self, points: Float64, edge: float = 0.0) -> Float64:
        """(n,) mm from the outline to ``points`` (n, 3), below 0 inside."""
        outline = self.body.distance(points, edge)
        for lobe in self.lobes:
            outline = joined(outline, lobe.distance(points, edge), _BLEND)
        return outline

    def blood(self, points: Float64, edge: float = 0.0) -> Float64:
        """(n,) mm from the surface of what blood fills, below 0 inside."""
        lumen = self.lumen
        return self.distance(points, edge) if lumen is None else lumen.distance(points, edge)


def drawn_diameter(generator: np.random.Generator) -> float:
    """In mm: log-normal about the median, drawn anew outside the limits."""
    low, high = DIAMETERS
    while True:
        size = MEDIAN_DIAMETER * float(np.exp(generator.normal(0.0, _SPREAD)))
        if low <= size <= high:
            return size


def _body(place: Seat, size: float, generator: np.random.Generator) -> Ellipsoid:
    """An ellipsoid cut by the wall in a circle of the neck's width: the narrower, the farther out its centre."""
    shape = np.array(
        [generator.uniform(0.95, 1.3), generator.uniform(0.85, 1.0), generator.uniform(0.85, 1.0)]
    )
    radii = shape / shape.max() * size / 2.0
    width = generator.uniform(*_NECK)
    height = radii[0] * np.sqrt(1.0 - width**2)
    return Ellipsoid(place.neck + place.dome * height, frame_about(place.dome, generator), radii)


def _lobes(body: Ellipsoid, generator: np.random.Generator) -> tuple[Ellipsoid, ...]:
    """One to three blebs on the far half of the dome."""
    blebs = []
    for _ in range(int(generator.integers(1, 4))):
        around = generator.normal(size=3)
        around[0] = abs(around[0]) + 0.3
        surface = around / np.linalg.norm(around) * body.radii
        radius = float(generator.uniform(0.35, 0.6) * body.radii.min())
        blebs.append(Ellipsoid.sphere(body.centre + 0.86 * surface @ body.axes, radius))
    return tuple(blebs)
