"""The area under the curve from pairs within strata alone, with an interval that allows for patients.

A pair counts where both series have one modality and one fold: modality is rightly tied to the label, and
scores of different folds come from different fits. Strata of n1 positives and n0 negatives are weighted by
n1 n0 / (n1 + n0 + 1), which is best where there is nothing to find (van Elteren, Bull. Inst. Int. Stat. 37,
1960).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array, Float64


@frozen
class StratifiedAuc:
    """``value`` in [0, 1] with its standard ``error``; ``series`` stand in a stratum with both classes.

    ``value`` is ``None`` where no stratum has both.
    """

    value: float | None = None
    error: float = 0.0
    series: int = 0

    def interval(self, quantile: float) -> tuple[float, float] | None:
        """``value`` less and plus ``quantile`` standard errors, within 0 and 1."""
        if self.value is None:
            return None
        return max(0.0, self.value - quantile * self.error), min(1.0, self.value + quantile * self.error)


def stratified_auc(scores: Float64, present: Array, strata: Array, patients: Array) -> StratifiedAuc:
    """Of ``scores`` (n,) for the truth ``present`` (n,); ``strata`` and ``patients`` (n,) are whole numbers.

    Ties count one half. The variance is the largest of three: DeLong's (Biometrics 44, 1988) from the
    placements of each series; that of the rank sum where there is nothing to find, with ties, which stays
    above 0 where classes part wholly or a stratum is tiny; and the latter times what placements summed by
    patient show more than placements alone.
    """
    parts = list(_parts(scores, present.astype(bool), strata))
    total = sum(part.weight for part in parts)
    if not total:
        return StratifiedAuc()
    value = sum(part.weight * part.value for part in parts) / total
    null = sum(part.weight**2 * part.null for part in parts) / total**2
    influence = np.zeros(len(scores))
    for part in parts:
        influence[part.members] = part.influence * part.weight / total
    alone = float(np.sum(influence**2))
    grouped = float(np.sum(np.bincount(patients, influence) ** 2))
    more = max(1.0, grouped / alone) if alone > 0.0 else 1.0
    return StratifiedAuc(value, float(np.sqrt(max(alone, null) * more)), sum(len(p.members) for p in parts))


@frozen(eq=False)
class _Part:
    """One stratum: AUC, its weight, its variance under chance, and each member's part in the AUC's error."""

    members: Array
    value: float
    weight: float
    null: float
    influence: Float64


def _parts(scores: Float64, present: Array, strata: Array) -> Iterator[_Part]:
    order = np.argsort(strata, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        positive = members[present[members]]
        negative = members[~present[members]]
        if len(positive) and len(negative):
            yield _part(scores, positive, negative)


def _part(scores: Float64, positive: Array, negative: Array) -> _Part:
    n1, n0 = len(positive), len(negative)
    above = _placements(scores[positive], scores[negative])
    below = 1.0 - _placements(scores[negative], scores[positive])
    value = float(above.mean())
    influence = np.concatenate([(above - value) / _degrees(n1), (below - value) / _degrees(n0)])
    members = np.concatenate([positive, negative])
    return _Part(members, value, n1 * n0 / (n1 + n0 + 1), _null_variance(scores[members], n1, n0), influence)


def _placements(values: Float64, others: Float64) -> Float64:
    """For each value the share of ``others`` below it, equal ones counted half."""
    ranked = np.sort(others)
    below = np.searchsorted(ranked, values, "left") + np.searchsorted(ranked, values, "right")
    return np.asarray(below / (2.0 * len(others)))


def _degrees(count: int) -> float:
    """Makes a sum of squares an unbiased variance of a mean; of one nothing is known."""
    return float(np.sqrt(count * (count - 1))) if count > 1 else 1.0


def _null_variance(scores: Float64, n1: int, n0: int) -> float:
    """Of the AUC where labels are drawn by chance: the rank sum's, less for ties."""
    n = n1 + n0
    _, tied = np.unique(scores, return_counts=True)
    ties = float(np.sum(tied.astype(float) ** 3 - tied)) / (n * (n - 1))
    return ((n + 1) - ties) / (12.0 * n1 * n0)
