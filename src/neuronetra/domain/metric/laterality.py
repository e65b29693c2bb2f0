"""Laterality accuracy: of two sides of which one is affected, how often that side is given the more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given, require_shape
from neuronetra.domain.locations import MIRROR
from neuronetra.domain.metric.score import checked_labels, checked_probabilities

SIDES: tuple[tuple[int, int], ...] = tuple((k, other) for k, other in enumerate(MIRROR) if k < other)
"""The columns of each left-right pair, left first."""


@frozen(eq=False)
class Laterality:
    """How often the side that is affected is given the higher probability.

    Over every left-right pair of which exactly one side is positive in a series; a tie counts one half. Series of
    unknown laterality are left out.

    ``right`` and ``pairs`` (n,) are sums over the pairs of a series; ``unknown`` counts what was left out.
    """

    right: Float64 = field(converter=locked_as_given)
    pairs: Float64 = field(converter=locked_as_given)
    unknown: int = 0

    @classmethod
    def of(
        cls, labels: npt.ArrayLike, probabilities: npt.ArrayLike, known: npt.ArrayLike | None = None
    ) -> Laterality:
        """Of labels and probabilities (n, 14); ``known`` (n,) says whether left and right are (all, by default)."""
        truth = checked_labels(labels)
        given = checked_probabilities(probabilities, len(truth))
        told = np.ones(len(truth), bool) if known is None else np.asarray(known, bool)
        require_shape("known", told, (len(truth),))
        left, right = (list(column) for column in zip(*SIDES, strict=True))
        one_sided = (truth[:, left] != truth[:, right]) & told[:, np.newaxis]
        lead = np.sign(given[:, left] - given[:, right]) * np.where(truth[:, left], 1.0, -1.0)
        won = np.where(one_sided, (1.0 + lead) / 2.0, 0.0)
        return cls(won.sum(axis=1), one_sided.sum(axis=1).astype(np.float64), int((~told).sum()))

    @property
    def count(self) -> int:
        """How many pairs are judged."""
        return int(self.pairs.sum())

    @property
    def value(self) -> float | None:
        """The share, in [0, 1]; ``None`` where there is no such pair."""
        return float(self.right.sum() / self.pairs.sum()) if self.count else None

    def __call__(self, weights: Float64) -> Float64:
        """(1, b) under each column of ``weights`` (n, b)."""
        return share(self.right, self.pairs, weights)[np.newaxis]


def share(part: Array, whole: Array, weights: Float64) -> Float64:
    """The weighted sum of ``part`` (n,) by that of ``whole`` (n,), (b,); NaN where the latter is 0."""
    parts, wholes = part @ weights, whole @ weights
    return np.asarray(np.divide(parts, wholes, out=np.full(wholes.shape, np.nan), where=wholes > 0))
