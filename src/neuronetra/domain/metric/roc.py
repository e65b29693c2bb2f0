"""ROC curves for plots."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_float64, own
from neuronetra.domain.metric.auc import checked_weights, finite, require_same_length

POINTS = 200


@frozen(eq=False)
class RocCurve:
    """``fpr`` and ``tpr`` (k,) from (0, 0) to (1, 1), both rising.

    They are the shares of negatives and of positives that score at least a threshold, which falls along the curve.
    """

    fpr: Float64 = field(converter=locked_float64)
    tpr: Float64 = field(converter=locked_float64)

    @property
    def area(self) -> float:
        """The area under the curve, in [0, 1]: of a curve that was not thinned, the AUC."""
        return float(np.sum(np.diff(self.fpr) * (self.tpr[1:] + self.tpr[:-1])) / 2.0)

    def thinned(self, points: int = POINTS) -> RocCurve:
        """At most ``points`` of its points, evenly spread along it, both ends among them."""
        if len(self.fpr) <= points:
            return self
        along = self.fpr + self.tpr
        wanted = np.searchsorted(along, np.linspace(0.0, along[-1], points), "left")
        kept = np.unique(np.minimum(wanted, len(along) - 1))
        kept[-1] = len(along) - 1
        return RocCurve(own(self.fpr[kept]), own(self.tpr[kept]))

    def as_document(self) -> dict[str, Any]:
        return {"fpr": self.fpr.tolist(), "tpr": self.tpr.tolist()}


def roc_curve(
    truth: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> RocCurve | None:
    """The curve of scores (n,) for truth (n,): one point a distinct score; ``None`` where a class has no weight.

    Raises ``InputError`` where a score is not finite or a weight is none.
    """
    told, given = np.asarray(truth, bool), finite("scores", scores)
    require_same_length(told, given)
    heavy = np.ones(len(given)) if weights is None else checked_weights(weights, len(given))
    order = np.argsort(-given, kind="stable")
    last = np.flatnonzero(np.append(np.diff(given[order]) != 0, True)) if len(given) else order
    hits, misses = _passed(heavy * told, order, last), _passed(heavy * ~told, order, last)
    if not hits[-1] or not misses[-1]:
        return None
    return RocCurve(own(misses / misses[-1]), own(hits / hits[-1]))


def _passed(weights: Float64, order: Array, last: Array) -> Float64:
    """The weight passed after each of the places ``last`` in ``order``, from nothing on."""
    return np.append(0.0, np.cumsum(weights[order])[last])
