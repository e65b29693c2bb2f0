"""The area under the ROC curve, ties counting one half, under as many weightings as are wanted at once.

The area is the share of pairs of a positive and a negative in which the positive's score is the higher, a tie
counting one half (Hanley and McNeil, Radiology 1982; 143: 29-36); with weights a pair weighs the product of its two.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given, require_shape
from neuronetra.errors import InputError

MOST_VALUES = 64
"""Up to so many distinct scores a ranking is by value."""


@frozen(eq=False)
class Ranking:
    """One column of truths and scores, sorted once, for its area under many weightings.

    ``positives`` (p,) and ``negatives`` (q,) are row numbers by rising score. Of the positive ``i``,
    ``below[i]`` negatives score less and ``through[i]`` score no more than it does.
    """

    positives: Array = field(converter=locked_as_given)
    negatives: Array = field(converter=locked_as_given)
    below: Array = field(converter=locked_as_given)
    through: Array = field(converter=locked_as_given)

    @classmethod
    def of(cls, truth: Array, scores: Array, rows: Array | None = None) -> Ranking | TiedRanking:
        """The ranking of ``rows`` (row numbers; all by default) of truth (n,) and finite scores (n,).

        Scores of few values are ranked by value, which is much the faster.
        """
        chosen = np.arange(len(truth)) if rows is None else rows
        if 0 < len(np.unique(scores[chosen])) <= MOST_VALUES:
            return TiedRanking.of(truth, scores, chosen)
        order = chosen[np.argsort(scores[chosen], kind="stable")]
        hit = np.asarray(truth[order], bool)
        positives, negatives = order[hit], order[~hit]
        below = np.searchsorted(scores[negatives], scores[positives], "left")
        through = np.searchsorted(scores[negatives], scores[positives], "right")
        return cls(positives, negatives, below, through)

    @property
    def defined(self) -> bool:
        """Whether both classes are there."""
        return bool(len(self.positives) and len(self.negatives))

    def areas(self, weights: Float64) -> Float64:
        """The area (b,) in [0, 1] under each column of ``weights`` (n, b); NaN where a class has no weight."""
        if not self.defined:
            return np.full(weights.shape[1], np.nan)
        passed = np.zeros((len(self.negatives) + 1, weights.shape[1]))
        np.cumsum(weights[self.negatives], axis=0, out=passed[1:])
        positive = weights[self.positives]
        beaten = passed[self.below]
        beaten += passed[self.through]
        won = np.einsum("pb,pb->b", positive, beaten) / 2.0
        pairs = positive.sum(axis=0) * passed[-1]
        areas: Float64 = np.divide(won, pairs, out=np.full_like(won, np.nan), where=pairs > 0)
        return np.asarray(np.clip(areas, 0.0, 1.0))


@frozen(eq=False)
class GroupSums:
    """Adds up the weights of rows that belong together; ``count`` groups, some of which may have no row."""

    rows: Array = field(converter=locked_as_given)
    groups: Array = field(converter=locked_as_given)
    starts: Array = field(converter=locked_as_given)
    count: int

    @classmethod
    def of(cls, group: Array, count: int, rows: Array | None = None) -> GroupSums:
        """Of rows (m,; all by default) whose ``group`` (m,) is below ``count``."""
        order = np.argsort(group, kind="stable")
        groups, starts = np.unique(group[order], return_index=True)
        return cls(order if rows is None else rows[order], groups, starts, count)

    def __call__(self, weights: Float64) -> Float64:
        """(count, b) of weights (n, b)."""
        sums = np.zeros((self.count, weights.shape[1]))
        if len(self.rows):
            sums[self.groups] = np.add.reduceat(weights[self.rows], self.starts, axis=0)
        return sums


@frozen(eq=False)
class TiedRanking:
    """The same of scores with few values: ``sums`` of the positives of each rising value, then of the negatives."""

    sums: GroupSums

    @classmethod
    def of(cls, truth: Array, scores: Array, rows: Array) -> TiedRanking:
        values, place = np.unique(scores[rows], return_inverse=True)
        group = place + np.where(truth[rows], 0, len(values))
        return cls(GroupSums.of(group, 2 * len(values), rows))

    @property
    def defined(self) -> bool:
        """Whether both classes are there."""
        half = self.sums.count // 2
        return bool((self.sums.groups < half).any() and (self.sums.groups >= half).any())

    def areas(self, weights: Float64) -> Float64:
        """The area (b,), as ``Ranking`` gives it."""
        positive, negative = np.split(self.sums(weights), 2)
        passed = np.cumsum(negative, axis=0) - negative / 2.0
        won = np.einsum("gb,gb->b", positive, passed)
        pairs = positive.sum(axis=0) * negative.sum(axis=0)
        areas: Float64 = np.divide(won, pairs, out=np.full_like(won, np.nan), where=pairs > 0)
        return np.asarray(np.clip(areas, 0.0, 1.0))


def auc(truth: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float | None:
    """The area under the ROC curve of scores (n,) for truth (n,) values, in [0, 1].

    ``weights`` (n,) are not negative, 1 by default. ``None`` where one class has no weight: there is no pair
    to judge. Raises ``InputError`` where a score is not finite or a weight is none.
    """
    told, given = np.asarray(truth, bool), finite("scores", scores)
    require_same_length(told, given)
    heavy = np.ones(len(given)) if weights is None else checked_weights(weights, len(given))
    area = float(Ranking.of(told, given).areas(heavy[:, np.newaxis])[0])
    return None if math.isnan(area) else area


def finite(name: str, values: npt.ArrayLike) -> Float64:
    """``values`` as float64. Raises ``InputError`` where one is not finite."""
    array = np.asarray(values, np.float64)
    wrong = int(np.count_nonzero(~np.isfinite(array)))
    if wrong:
        raise InputError(f"{name} are not all finite", found=f"{wrong} of {array.size}")
    return array


def checked_weights(weights: npt.ArrayLike, count: int) -> Float64:
    """Weights (count,) as float64. Raises ``InputError`` where one is negative or not finite."""
    array = finite("weights", weights)
    require_shape("weights", array, (count,))
    if (array < 0).any():
        raise InputError("weights are not negative", found=f"{int((array < 0).sum())} below 0")
    return array


def require_same_length(*columns: Array) -> None:
    """Raise ``ValueError`` unless all are one-dimensional and equally long."""
    if any(column.ndim != 1 for column in columns) or len({len(column) for column in columns}) > 1:
        raise ValueError(f"columns of shapes {[column.shape for column in columns]}, expected one length")
