"""Chance in a synthetic cohort: generators by name, and choices that keep to their shares in every prefix."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from attrs import define, field

from neuronetra.domain.arrays import Float64


class Stream(IntEnum):
    """What a patient's generators are for: drawing more of one shifts no other."""

    COHORT = 0
    PERSON = 1
    ANATOMY = 2
    VESSELS = 3
    MIMICS = 4
    LESIONS = 5
    SCAN = 6
    IDENTITY = 7
    PIXELS = 8
    GEOMETRY = 9


def generator_of(seed: int, *key: int) -> np.random.Generator:
    """The generator that ``SeedSequence(seed)`` gives to the descendant ``key``, whatever others draw."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def patient_generator(seed: int, number: int, stream: Stream, scan: int = 0) -> np.random.Generator:
    """One patient's generator for one purpose (of one scan, from 1), always from its start."""
    return generator_of(seed, 1, number, stream, scan)


@define
class Quota:
    """Draws categories so that after n draws each was drawn n times its share, to about one.

    ``shares`` (k,) sum to 1. A category is drawn with a probability in proportion to how far it lags behind
    its share: the order is random, yet a small cohort has the proportions of a large one.
    """

    shares: Float64
    _lags: Float64 = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._lags = np.zeros(len(self.shares))

    def draw(self, chance: float, barred: Sequence[int] = ()) -> int:
        """A category by ``chance`` in [0, 1); those ``barred`` are not drawn."""
        weights = np.maximum(self._lags + self.shares, 0.0)
        weights[list(barred)] = 0.0
        if weights.sum() <= 0.0:
            weights = np.array(self.shares)
            weights[list(barred)] = 0.0
        bounds = np.cumsum(weights)
        drawn = min(int(np.searchsorted(bounds, chance * bounds[-1], side="right")), len(bounds) - 1)
        self._note(drawn)
        return drawn

    def note(self, category: int) -> None:
        """A category that came to be drawn without being asked for."""
        self._note(category)

    def _note(self, category: int) -> None:
        self._lags += self.shares
        self._lags[category] -= 1.0
