"""Calibration: whether of those given a probability that share is affected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given
from neuronetra.domain.metric.auc import finite
from neuronetra.errors import InputError

BINS = 10


@frozen(eq=False)
class Calibration:
    """The expected calibration error of probabilities in bins (Naeini et al., AAAI 2015).

    It is the mean over probabilities of the distance, in its bin, between the mean probability and the share of
    positives, in [0, 1]. ``truth`` and ``probabilities`` are (n, k), of k labels that are pooled, each counting
    alone. ``edges`` (bins + 1,) bound the bins, each with its lower edge, the last with both; ``bins`` (n, k) says
    which bin each is in, ``excess`` (bins, n) the sum of a series' probabilities less truths in each.
    """

    truth: Array = field(converter=locked_as_given, repr=False)
    probabilities: Float64 = field(converter=locked_as_given, repr=False)
    edges: Float64 = field(converter=locked_as_given)
    bins: Array = field(converter=locked_as_given, repr=False)
    excess: Float64 = field(converter=locked_as_given, repr=False)

    @classmethod
    def of(
        cls, truth: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = BINS, *, equal_mass: bool = False
    ) -> Calibration:
        """Of truth and probabilities (n,) or (n, k), in ``bins`` of equal width, or of about equal numbers.

        Equal probabilities stay together, so that ties may leave fewer bins of equal numbers.
        Raises ``InputError`` where a probability is not finite or outside [0, 1].
        """
        told, given = _columns(np.asarray(truth, bool)), _columns(finite("probabilities", probabilities))
        if told.shape != given.shape or bins < 1:
            raise ValueError(f"truth {told.shape}, probabilities {given.shape}, {bins} bins")
        if given.size and (given.min() < 0 or given.max() > 1):
            raise InputError("probabilities are not all between 0 and 1")
        edges = np.arange(bins + 1) / bins
        if equal_mass and given.size:
            inner = np.unique(np.quantile(given, edges[1:-1]))
            edges = np.concatenate([[0.0], inner[(inner > 0.0) & (inner < 1.0)], [1.0]])
        place = np.clip(np.searchsorted(edges, given, "right") - 1, 0, len(edges) - 2)
        return cls(told, given, edges, place, _sums(place, given - told, len(edges) - 1))

    def __call__(self, weights: Float64) -> Float64:
        """(1, b): the error under each column of ``weights`` (n, b); NaN where nothing has weight."""
        off = np.abs(self.excess @ weights).sum(axis=0)
        total = weights.sum(axis=0) * self.truth.shape[1]
        error: Float64 = np.divide(off, total, out=np.full(total.shape, np.nan), where=total > 0)
        return np.asarray(error[np.newaxis])

    @property
    def error(self) -> float | None:
        """The error; ``None`` without series."""
        value = float(self(np.ones((len(self.truth), 1)))[0, 0])
        return None if math.isnan(value) else value

    @property
    def by_chance(self) -> float | None:
        """The error to be expected of these probabilities if each were exactly right; ``None`` without series.

        It is not 0: so many series only happen to have about that share. In a bin the sum of probability less
        truth then has the variance sum p (1 - p), and is taken as normal (mean distance sqrt(2 / pi) deviations).
        """
        if not self.truth.size:
            return None
        spread = self.probabilities * (1.0 - self.probabilities)
        variances = np.bincount(self.bins.ravel(), spread.ravel(), len(self.edges) - 1)
        return float(math.sqrt(2.0 / math.pi) * np.sqrt(variances).sum() / self.truth.size)

    @property
    def table(self) -> Sequence[dict[str, Any]]:
        """A row a bin, rising: its edges, how many are in it, their mean probability and share of positives."""
        return [self._row(k) for k in range(len(self.edges) - 1)]

    def _row(self, k: int) -> dict[str, Any]:
        inside = self.bins == k
        count = int(inside.sum())
        return {
            "low": float(self.edges[k]),
            "high": float(self.edges[k + 1]),
            "n": count,
            "mean_probability": float(self.probabilities[inside].mean()) if count else None,
            "share_positive": float(self.truth[inside].mean()) if count else None,
        }


def calibration_error(truth: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = BINS) -> float | None:
    """The expected calibration error in bins of equal width; ``None`` without series."""
    return Calibration.of(truth, probabilities, bins).error


def _columns(values: Array) -> Array:
    return values[:, np.newaxis] if values.ndim == 1 else values


def _sums(place: Array, values: Array, bins: int) -> Array:
    """(bins, n): of each row of ``values`` (n, k) the sum of what ``place`` (n, k) puts into each bin."""
    count = len(values)
    cells = place * count + np.arange(count)[:, np.newaxis]
    return np.asarray(np.bincount(cells.ravel(), values.ravel(), bins * count).reshape(bins, count))
