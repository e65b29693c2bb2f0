"""How one subject's head differs in shape from the mean head: size by axis and a smooth displacement."""

from __future__ import annotations

from typing import Self

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float64, locked_float64

_WAVES = 6
_LENGTH = (90.0, 220.0)
_AMPLITUDE = 1.6


@frozen(eq=False)
class Warp:
    """``scale`` (3,) by axis; ``waves`` (w, 3) radians per mm, ``phases`` (w,), ``shifts`` (w, 3) mm.

    Left and right differ, as the waves know no side.
    """

    scale: Float64 = field(converter=locked_float64)
    waves: Float64 = field(converter=locked_float64)
    phases: Float64 = field(converter=locked_float64)
    shifts: Float64 = field(converter=locked_float64)

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> Self:
        scale = np.clip(generator.normal(1.0, 0.035, 3), 0.92, 1.09)
        directions = generator.normal(size=(_WAVES, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = generator.uniform(*_LENGTH, (_WAVES, 1))
        shifts = generator.normal(0.0, _AMPLITUDE / np.sqrt(_WAVES), (_WAVES, 3))
        return cls(scale, directions * 2 * np.pi / lengths, generator.uniform(0, 2 * np.pi, _WAVES), shifts)

    def displacement(self, mean: Float64) -> Float64:
        """Shifts in mm (..., 3) at ``mean`` (..., 3), points of the mean head."""
        return np.asarray(np.sin(mean @ self.waves.T + self.phases) @ self.shifts)

    def to_subject(self, mean: Float64) -> Float64:
        """Points (..., 3) of the mean head as they lie in this subject."""
        return np.asarray((mean + self.displacement(mean)) * self.scale)

    def to_mean(self, subject: Float64) -> Float64:
        """The reverse, to a hundredth of a mm: points (..., 3) of this subject in the mean head."""
        scaled = np.asarray(subject / self.scale)
        mean = scaled
        for _ in range(4):
            mean = scaled - self.displacement(mean)
        return mean
