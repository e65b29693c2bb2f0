"""The anterior cerebral arteries: A1 of each side, the communicating artery, A2 and its branches."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.tubes_fenestrated import fenestrated
from neuronetra.adapters.phantom.vessels_growth import Growth, Point, Side
from neuronetra.adapters.phantom.vessels_surface import CORTEX, on_vault
from neuronetra.adapters.phantom.vessels_variants import SideVariants
from neuronetra.domain.locations import Location

_A1 = ((11.0, -10.2, 15.6), (6.2, -13.6, 14.8), landmarks.ANTERIOR_COMMUNICATING)
_A2 = (
    (2.0, -20.0, 17.6),
    (2.2, -27.5, 20.5),
    (2.4, -33.5, 27.0),
    (2.6, -35.0, 36.0),
    (2.6, -29.0, 45.0),
    (2.4, -17.0, 51.0),
    (2.4, -1.0, 54.0),
    (2.4, 15.0, 55.0),
    (2.6, 30.0, 54.0),
    (3.0, 42.0, 48.0),
)
"""Round the genu and along the body of the corpus callosum."""
CALLOSOMARGINAL_ORIGIN = 0.34
"""Share of A2's length."""
_CALLOSOMARGINAL = (
    (3.2, -41.0, 44.0),
    (3.8, -36.0, 55.0),
    (4.0, -23.0, 64.0),
    (4.2, -5.0, 69.0),
    (4.4, 13.0, 72.0),
)
_ORBITAL = ((3.4, -31.0, 14.0), (4.5, -42.0, 12.5), (6.0, -53.0, 14.0))
_FRONTOPOLAR = ((3.0, -40.0, 28.0), (4.0, -50.0, 34.0), (5.0, -56.0, 43.0))
_PARIETAL = ((3.2, 34.0, 62.0), (4.0, 45.0, 70.0), (5.0, 58.0, 72.0))
_PRECUNEAL = ((3.4, 50.0, 52.0), (4.2, 62.0, 56.0), (5.2, 74.0, 58.0))
_CLEARANCE = 1.5
"""Least distance in mm of a paired artery's centreline from the midline of the mean head."""


def first_segment(growth: Growth, side: Side, terminus: Point, variants: SideVariants) -> tuple[Tube, ...]:
    """A1, or its two limbs and what joins them, where it is fenestrated."""
    tube = growth.tube(
        f"{side.word} anterior cerebral A1",
        [terminus, *side.points(_A1)],
        [variants.a1 * radius for radius in (1.05, 1.0, 0.97)],
        side.location("ACA"),
        jitter=0.8,
    )
    tube = apart(tube, side)
    return fenestrated(tube, 0.55, 0.85, growth.generator) if variants.fenestrated_a1 else (tube,)


def communicating(growth: Growth, left: Point, right: Point) -> Tube:
    """Between the ends of both A1."""
    bow = (np.asarray(left) + np.asarray(right)) / 2.0 + growth.generator.normal(0.0, (0.2, 0.6, 0.5))
    name = "anterior communicating"
    return growth.tube(
        name,
        [left, bow, right],
        (0.85, 0.8, 0.85),
        Location.ANTERIOR_COMMUNICATING,
        jitter=0.0,
        end=True,
        wander=0.2,
    )


def second_segment(growth: Growth, side: Side, start: Point) -> tuple[Tube, ...]:
    """A2 with the pericallosal artery, the callosomarginal, and branches over the medial surface."""
    piece = side.location("ACA")
    name = f"{side.word} anterior cerebral"
    radii = (0.98, 0.95, 0.9, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25)
    a2 = apart(growth.tube(f"{name} A2", [start, *side.points(_A2)], radii, piece, wander=1.1), side)
    offsets = {
        "callosomarginal": (CALLOSOMARGINAL_ORIGIN, _CALLOSOMARGINAL, 0.7),
        "orbital": (0.07, _ORBITAL, 0.45),
        "frontopolar": (0.2, _FRONTOPOLAR, 0.5),
        "parietal": (0.8, _PARIETAL, 0.42),
        "precuneal": (0.95, _PRECUNEAL, 0.32),
    }
    tubes = [a2]
    for word, (share, course, radius) in offsets.items():
        controls = [a2.at(share), *side.points(course)]
        branch = growth.tube(
            f"{name} {word}", controls, (radius, 0.8 * radius, 0.22), piece, jitter=1.3, wander=1.4
        )
        tubes.append(apart(branch, side))
    return (*tubes, *_rising(growth, side, tubes[1]))


def _rising(growth: Growth, side: Side, callosomarginal: Tube) -> list[Tube]:
    """Frontal branches that climb the medial surface to the edge of the hemisphere."""
    tubes = []
    for number, share in enumerate((0.3, 0.55, 0.8)):
        start = callosomarginal.at(share)
        top = start + np.array([0.0, growth.generator.uniform(6.0, 16.0), 30.0])
        edge = on_vault([top], CORTEX)[0]
        edge[0] = 7.0 * side.value
        middle = (start + edge) / 2.0 + (0.0, -3.0, 0.0)
        tube = growth.tube(
            f"{callosomarginal.name} frontal {number + 1}",
            [start, middle, edge],
            (0.42, 0.35, 0.22),
            callosomarginal.piece,
            jitter=1.0,
            wander=1.4,
        )
        tubes.append(apart(tube, side))
    return tubes


def apart(tube: Tube, side: Side) -> Tube:
    """``tube``, kept on its own side of the midline."""
    points = np.array(tube.centreline)
    points[:, 0] = side.value * np.maximum(side.value * points[:, 0], _CLEARANCE)
    return evolve(tube, centreline=points)
