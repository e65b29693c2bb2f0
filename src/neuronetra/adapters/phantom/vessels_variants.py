"""Which of the common variants of the circle of Willis a subject has."""

from __future__ import annotations

from enum import Enum
from typing import Self

import numpy as np
from attrs import frozen

HYPOPLASTIC = 0.4
"""Share of the usual radius that a hypoplastic artery keeps."""


class Communicating(Enum):
    """How a posterior communicating artery is made; shares after angiographic series, rounded."""

    USUAL = "usual"
    SMALL = "small"
    MISSING = "missing"
    FETAL = "fetal"


_COMMUNICATING = {
    Communicating.USUAL: 0.46,
    Communicating.SMALL: 0.22,
    Communicating.MISSING: 0.20,
    Communicating.FETAL: 0.12,
}
SMALL_A1 = 0.07
SMALL_P1 = 0.05
"""Besides the P1 of most fetal arteries."""
FETAL_SMALL_P1 = 0.7
FENESTRATED = 0.05
"""Of the basilar, and again of one A1."""
DOMINANT_VERTEBRAL = (0.42, 0.25)
"""Left, right; in the others both are alike."""
THREE_TRUNKS = 0.25


@frozen
class SideVariants:
    """Of one side."""

    communicating: Communicating
    small_a1: bool
    small_p1: bool
    fenestrated_a1: bool
    trunks: int
    vertebral: float
    """Radius against the usual."""

    @property
    def a1(self) -> float:
        return HYPOPLASTIC if self.small_a1 else 1.0

    @property
    def p1(self) -> float:
        return HYPOPLASTIC if self.small_p1 else 1.0


@frozen
class Variants:
    """Of one subject. A1 is small on one side at most: both at once would leave the A2s without blood."""

    left: SideVariants
    right: SideVariants
    fenestrated_basilar: bool

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> Self:
        small_a1 = generator.permutation([generator.random() < 2 * SMALL_A1, False])
        fenestrated = generator.permutation([generator.random() < FENESTRATED, False])
        dominance = generator.random()
        left = 1.12 if dominance < DOMINANT_VERTEBRAL[0] else 1.0
        right = 1.12 if DOMINANT_VERTEBRAL[0] <= dominance < sum(DOMINANT_VERTEBRAL) else 1.0
        weaker = float(generator.uniform(0.5, 0.8))
        calibres = (weaker if right > left else left, weaker if left > right else right)
        sides = [
            _side(generator, bool(small_a1[i]), bool(fenestrated[i]), calibre)
            for i, calibre in enumerate(calibres)
        ]
        return cls(sides[0], sides[1], bool(generator.random() < FENESTRATED))


def _side(
    generator: np.random.Generator, small_a1: bool, fenestrated: bool, vertebral: float
) -> SideVariants:
    kinds = list(_COMMUNICATING)
    kind = kinds[int(generator.choice(len(kinds), p=list(_COMMUNICATING.values())))]
    small_p1 = generator.random() < (FETAL_SMALL_P1 if kind is Communicating.FETAL else SMALL_P1)
    trunks = 3 if generator.random() < THREE_TRUNKS else 2
    return SideVariants(kind, small_a1, bool(small_p1), fenestrated, trunks, vertebral)
