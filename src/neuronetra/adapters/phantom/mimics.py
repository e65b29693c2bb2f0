"""What looks like a lesion and is none. Drawn from the vessels alone, so that positives and negatives share it."""

from __future__ import annotations

from functools import partial
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.mimics_bends import crossing_veins, loops
from neuronetra.adapters.phantom.sacs_shapes import Ellipsoid
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.vessels_growth import Side
from neuronetra.domain.arrays import Float64

_INFUNDIBULA = 0.12
"""Of a posterior communicating; half as often of an anterior choroidal."""
_CALCIFIED = 0.45
_STRETCHES = {"internal carotid infraclinoid": (0.76, 1.0, 0.8), "vertebral": (0.72, 0.95, 0.35)}
"""Shares of the length where plates lie, and how often they do where a subject's walls are calcified."""


@frozen(eq=False)
class Mimics:
    """``tubes`` beside the subject's own: cones at origins, loops, crossing veins. ``plates``: calcified wall."""

    tubes: tuple[Tube, ...]
    plates: tuple[Ellipsoid, ...]

    @classmethod
    def drawn(cls, vessels: Vessels, generator: np.random.Generator) -> Self:
        """Without a look at lesions: nothing here can tell a positive."""
        tubes = (
            *_infundibula(vessels, generator),
            *loops(vessels, generator),
            *crossing_veins(vessels, generator),
        )
        return cls(tubes, tuple(_plates(vessels, generator)))


def _infundibula(vessels: Vessels, generator: np.random.Generator) -> list[Tube]:
    """Cones, 2 to 3 mm wide at the carotid, whose point is the branch itself."""
    cones = []
    for side in Side:
        carotid = vessels.tube(f"{side.word} internal carotid supraclinoid")
        for word, chance, width in (
            ("posterior communicating", _INFUNDIBULA, (1.0, 1.5)),
            ("anterior choroidal", _INFUNDIBULA / 2.0, (0.7, 1.0)),
        ):
            if generator.random() < chance:
                cones.append(_cone(carotid, vessels.tube(f"{side.word} {word}"), generator.uniform(*width)))
    return cones


def _cone(carotid: Tube, branch: Tube, width: float) -> Tube:
    """From the carotid's axis out along ``branch``, past the wall by twice its ``width`` at most."""
    near = int(np.argmin(np.linalg.norm(carotid.centreline - branch.at(0.0), axis=1)))
    wall = float(carotid.radii[near])
    length = min(wall + 2.2 * width, branch.length)
    shares = np.linspace(0.0, length / branch.length, 7)
    points = np.array([branch.at(share) for share in shares])
    thin = branch.radius(float(shares[-1]))
    wide = np.interp(shares * branch.length, [0.0, wall * 0.9, length], [width, width, thin])
    return Tube(f"{branch.name} infundibulum", Blood.ARTERY, points, wide, branch.piece)


def _plates(vessels: Vessels, generator: np.random.Generator) -> list[Ellipsoid]:
    """Flat flecks in the walls of the siphons and the vertebrals."""
    if generator.random() >= _CALCIFIED:
        return []
    extent = float(generator.uniform(0.3, 1.0))
    plates: list[Ellipsoid] = []
    for side in Side:
        for word, (start, end, chance) in _STRETCHES.items():
            if generator.random() < chance:
                count = 1 + int(generator.poisson(7.0 * extent))
                fleck = partial(_plate, vessels.tube(f"{side.word} {word}"), generator)
                plates += [fleck(float(share)) for share in generator.uniform(start, end, count)]
    return plates


def _plate(tube: Tube, generator: np.random.Generator, share: float) -> Ellipsoid:
    """One fleck: its short axis across the wall, its long ones in it."""
    along = tube.tangent(share)
    across = np.cross(along, generator.normal(size=3))
    across /= np.linalg.norm(across)
    axes: Float64 = np.stack([across, along, np.cross(across, along)])
    size = float(generator.uniform(0.5, 1.5))
    radii = (generator.uniform(0.3, 0.55), size, size * generator.uniform(0.5, 0.9))
    return Ellipsoid(tube.at(share) + across * (tube.radius(share) + 0.15), axes, radii)
