"""The score: half the AUC of Aneurysm Present, half the mean AUC of the 13 locations.

It is the weighted columnwise AUC of the RSNA 2025 Intracranial Aneurysm Detection challenge: weights of 13 for
presence and 1 for each location, by their sum of 26. A label with one class has no AUC and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given, require_shape
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.auc import Ranking, TiedRanking, finite
from neuronetra.errors import InputError

PRESENT = len(LABELS) - 1


def checked_labels(labels: npt.ArrayLike) -> Array:
    """Truth values (n, 14), n above 0, in the order of ``LABELS``."""
    array = np.asarray(labels, bool)
    require_shape("labels", array, (None, len(LABELS)))
    return array


def checked_probabilities(probabilities: npt.ArrayLike, count: int) -> Float64:
    """Probabilities (count, 14). Raises ``InputError`` unless all are finite and in [0, 1]."""
    array = finite("probabilities", probabilities)
    require_shape("probabilities", array, (count, len(LABELS)))
    outside = (array < 0) | (array > 1)
    if outside.any():
        raise InputError(
            "probabilities are not all between 0 and 1",
            where=LABELS[int(np.argmax(outside.any(axis=0)))],
            found=f"{int(outside.sum())} outside",
        )
    return array


@frozen(eq=False)
class LabelAreas:
    """The AUC of each of the 14 labels over some rows, under many weightings."""

    rankings: tuple[Ranking | TiedRanking, ...] = field(repr=False)
    rows: Array = field(converter=locked_as_given, repr=False)

    @classmethod
    def of(cls, labels: Array, probabilities: Array, rows: Array | None = None) -> LabelAreas:
        """Of labels and probabilities (n, 14), at ``rows`` (row numbers; all by default)."""
        chosen = np.arange(len(labels)) if rows is None else rows
        columns = range(len(LABELS))
        return cls(tuple(Ranking.of(labels[:, k], probabilities[:, k], chosen) for k in columns), chosen)

    def __call__(self, weights: Float64) -> Float64:
        """(14, b): NaN where a label has one class under that weighting (n, b)."""
        return np.stack([ranking.areas(weights) for ranking in self.rankings])

    def rests_on(self, columns: Iterable[int]) -> int:  # noqa: ARG002 - as of folds
        """How many series the areas of these labels (column numbers) are taken over."""
        return len(self.rows)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The labels that have one class among the rows."""
        return tuple(name for name, rank in zip(LABELS, self.rankings, strict=True) if not rank.defined)


@frozen(eq=False)
class FoldAreas:
    """The AUC of each label within each fold, averaged over the folds that have one.

    Constants that were fitted without a fold differ from fold to fold for no reason that a series shows; ranked
    in one list they would seem to tell against the truth, so no pair spans two folds.
    """

    folds: tuple[LabelAreas, ...]

    @classmethod
    def of(cls, labels: Array, probabilities: Array, fold: Array, rows: Array | None = None) -> FoldAreas:
        """Of labels and probabilities (n, 14) and ``fold`` (n,), at ``rows`` (all by default)."""
        chosen = np.arange(len(labels)) if rows is None else rows
        parts = (chosen[fold[chosen] == k] for k in np.unique(fold))
        return cls(tuple(LabelAreas.of(labels, probabilities, part) for part in parts))

    def __call__(self, weights: Float64) -> Float64:
        """(14, b), as ``LabelAreas`` gives them."""
        return mean_of_known(np.stack([areas(weights) for areas in self.folds]))

    def rests_on(self, columns: Iterable[int]) -> int:
        """The series of folds in which one of these labels has both classes: others tell nothing of them."""
        wanted = tuple(columns)
        return sum(len(fold.rows) for fold in self.folds if any(fold.rankings[k].defined for k in wanted))


def mean_of_known(values: Float64) -> Float64:
    """The mean over the first axis of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def mean_location(areas: Float64) -> Float64:
    """The mean AUC (b,) of the locations that have one, of AUCs (14, b)."""
    return mean_of_known(areas[:PRESENT])


def score_of(areas: Float64) -> Float64:
    """The score (b,) of AUCs (14, b) with NaN where a label has none.

    NaN where presence has one class, or every location: half a score is none.
    """
    return np.asarray((areas[PRESENT] + mean_location(areas)) / 2.0)


def score(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> float | None:
    """The score of probabilities (n, 14) for labels (n, 14), in [0, 1]; ``None`` where there is none.

    Raises ``InputError`` where a probability is not finite or outside [0, 1].
    """
    truth = checked_labels(labels)
    areas = LabelAreas.of(truth, checked_probabilities(probabilities, len(truth)))
    value = float(score_of(areas(np.ones((len(truth), 1))))[0])
    return None if np.isnan(value) else value


def left_out_labels(labels: npt.ArrayLike) -> tuple[str, ...]:
    """The names of the labels (n, 14) that have one class."""
    truth = checked_labels(labels)
    mixed = np.asarray(truth.any(axis=0) & ~truth.all(axis=0))
    return tuple(name for name, both in zip(LABELS, mixed.tolist(), strict=True) if not both)
