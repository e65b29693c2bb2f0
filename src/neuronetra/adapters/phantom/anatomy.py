"""One subject's head but for its vessels: what differs from the mean head."""

from __future__ import annotations

from typing import Self

import numpy as np
from attrs import field, frozen

from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.arrays import Float64, locked_float64

Sides = tuple[float, float]
"""A factor for the left and one for the right."""


@frozen(eq=False)
class Anatomy:
    """Sizes are factors on the mean head's, or mm where said. Left and right are drawn apart.

    Nothing here knows of vessels or lesions.
    """

    warp: Warp
    turn: Float64 = field(converter=locked_float64)
    """(3, 3) rotation by which the pattern of folds is laid into this head, and
    ``shift`` (3,) in mm: no two subjects have the same gyri."""
    shift: Float64 = field(converter=locked_float64)
    ventricles: Sides
    atrophy: float
    """mm of CSF between dura and gyri beyond the least."""
    sulci: float
    """Half the width of a sulcus at the surface in mm."""
    depth: float
    """How deep sulci reach in mm."""
    vault: float
    """The skull's thickness."""
    fat: float
    """Fat under the skin in mm."""
    sinuses: Sides
    """Size of the frontal, maxillary and sphenoid sinuses."""
    cells: Sides
    """Size of the region of air cells in the mastoids."""
    mucosa: float
    """Thickness of the lining of nose and sinuses in mm."""
    muscles: float
    pineal: float
    """Radius of the pineal gland's calcium in mm; 0 is none."""

    @classmethod
    def drawn(cls, generator: np.random.Generator, warp: Warp) -> Self:
        """One head; ``warp`` is the one that its vessels are bent by."""
        size = float(generator.lognormal(0.0, 0.16))
        age = float(generator.uniform(0.0, 1.0))
        return cls(
            warp=warp,
            turn=_rotation(generator),
            shift=generator.uniform(0.0, 200.0, 3),
            ventricles=_sides(generator, (0.95 + 0.6 * age) * size, 0.07),
            atrophy=float(generator.uniform(0.0, 0.5) + 0.8 * age),
            sulci=float(generator.uniform(0.32, 0.55) + 0.4 * age),
            depth=float(generator.uniform(11.0, 17.0)),
            vault=float(np.clip(generator.normal(1.0, 0.13), 0.7, 1.35)),
            fat=float(generator.uniform(1.5, 5.0)),
            sinuses=_sides(generator, float(generator.uniform(0.75, 1.15)), 0.12),
            cells=_sides(generator, float(generator.uniform(0.6, 1.15)), 0.15),
            mucosa=float(generator.uniform(0.8, 2.0)),
            muscles=float(np.clip(generator.normal(1.0, 0.12), 0.75, 1.3)),
            pineal=float(np.clip(generator.normal(1.2, 1.3), 0.0, 3.5)),
        )


def _sides(generator: np.random.Generator, middle: float, spread: float) -> Sides:
    left, right = middle * np.exp(generator.normal(0.0, spread, 2))
    return float(left), float(right)


def _rotation(generator: np.random.Generator) -> Float64:
    """(3, 3), every direction equally likely: the orthogonal factor of a Gaussian matrix."""
    factor, triangle = np.linalg.qr(generator.normal(size=(3, 3)))
    return np.asarray(factor * np.sign(np.diag(triangle)))
