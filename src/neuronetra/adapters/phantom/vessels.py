"""All arteries and veins of one subject, drawn about the mean head's landmarks and bent into the subject's."""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom import arteries_carotid as carotid
from neuronetra.adapters.phantom.arteries_anterior import communicating, first_segment, second_segment
from neuronetra.adapters.phantom.arteries_external import external_carotid
from neuronetra.adapters.phantom.arteries_middle import lenticulostriate, middle_cerebral
from neuronetra.adapters.phantom.arteries_posterior import (
    basilar,
    cerebellar,
    junction_of,
    posterior_cerebral,
    posterior_communicating,
    vertebral,
)
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.veins import veins
from neuronetra.adapters.phantom.vessels_growth import Growth, Side
from neuronetra.adapters.phantom.vessels_variants import Variants
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.arrays import Float64

_TORTUOSITY_SPREAD = 0.3
_CALIBRE_SPREAD = 0.05


@frozen(eq=False)
class Vessels:
    """``tubes`` in the subject's head frame (mm LPS); ``warp`` is what took them there from the mean head."""

    tubes: tuple[Tube, ...]
    warp: Warp
    variants: Variants

    @classmethod
    def drawn(cls, generator: np.random.Generator, warp: Warp) -> Self:
        """Rules of the mean adult, varied: course, calibre, variants of the circle of Willis, left from right."""
        variants = Variants.drawn(generator)
        tortuosity = float(np.clip(generator.lognormal(0.0, _TORTUOSITY_SPREAD), 0.5, 2.0))
        calibre = float(np.clip(generator.normal(1.0, _CALIBRE_SPREAD), 0.88, 1.12))
        growth = Growth(generator, tortuosity)
        mean = (*_arteries(growth, variants), *veins(growth))
        return cls(tuple(tube.warped(warp, calibre) for tube in mean), warp, variants)

    def tube(self, name: str) -> Tube:
        """The tube of this name, such as ``left middle cerebral M1``. ``KeyError`` if there is none."""
        for tube in self.tubes:
            if tube.name == name:
                return tube
        raise KeyError(name)

    @cached_property
    def arterial_points(self) -> tuple[Float64, Float64]:
        """All points (n, 3) of the arteries' centrelines, and the radii (n,) there, in mm."""
        tubes = self.arteries
        return np.concatenate([tube.centreline for tube in tubes]), np.concatenate(
            [tube.radii for tube in tubes]
        )

    @property
    def arteries(self) -> tuple[Tube, ...]:
        return tuple(tube for tube in self.tubes if tube.kind is Blood.ARTERY)

    @property
    def veins(self) -> tuple[Tube, ...]:
        return tuple(tube for tube in self.tubes if tube.kind is Blood.VEIN)


def _arteries(growth: Growth, variants: Variants) -> list[Tube]:
    """In the mean head. Each branch starts on its parent's centreline, so that no gap can open between them."""
    sides = {Side.LEFT: variants.left, Side.RIGHT: variants.right}
    junction = junction_of(growth, variants.left, variants.right)
    trunk, tip, limb = basilar(growth, junction, variants.fenestrated_basilar)
    tubes = [trunk, tip, *limb]
    forks = {}
    for side, own in sides.items():
        infra, supra = carotid.internal_carotid(growth, side)
        a1 = first_segment(growth, side, supra.at(1.0), own)
        middle = middle_cerebral(growth, side, supra.at(1.0), own.trunks)
        posterior = posterior_cerebral(growth, side, tip, own)
        own_vertebral = vertebral(growth, side, junction, own)
        forks[side] = a1[0].at(1.0)
        tubes += [
            infra,
            supra,
            carotid.common_carotid(growth, side),
            *carotid.carotid_branches(growth, side, supra),
        ]
        tubes += [*a1, *middle, *lenticulostriate(growth, side, middle[0]), *posterior, own_vertebral]
        origin = supra.at(carotid.PCOM_ORIGIN)
        tubes.append(posterior_communicating(growth, side, origin, posterior[0], own))
        tubes += [*cerebellar(growth, side, trunk, tip, own_vertebral), *external_carotid(growth, side)]
    tubes.append(communicating(growth, forks[Side.LEFT], forks[Side.RIGHT]))
    for side in sides:
        tubes += second_segment(growth, side, forks[side])
    return tubes
