"""How the scores of several members become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from math import fsum

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked, locked_float64, require_shape, summary
from neuronetra.domain.locations import LABELS
from neuronetra.domain.scores import LocationScores
from neuronetra.errors import UsageError

_SMALLEST = 1e-7
"""Probabilities are kept this far from 0 and 1 before a logit: float32 cannot tell them apart closer."""


def _reference(values: Array | None) -> Array | None:
    return None if values is None else locked(np.sort(np.asarray(values, np.float64), axis=0))


@frozen(eq=False)
class MemberScores:
    """One member's scores of a series: ``scores`` float64 (14,), its views already averaged.

    ``weight`` is used by the weighted mean; ``reference`` (n, 14), the member's out-of-fold scores,
    by the rank mean.
    """

    name: str
    scores: Float64 = field(converter=locked_float64)
    weight: float | None = None
    reference: Float64 | None = field(default=None, converter=_reference, repr=summary)

    def __attrs_post_init__(self) -> None:
        require_shape("member scores", self.scores, (len(LABELS),))
        if self.reference is not None and self.reference.shape[1:] != (len(LABELS),):
            raise ValueError(f"reference has shape {self.reference.shape}, expected (any, {len(LABELS)})")


def average(rows: Array, weights: Sequence[float] | None = None) -> Float64:
    """Mean over the first axis (m, n) -> (n,), exactly summed: the order of rows plays no part."""
    factors = [1.0] * len(rows) if weights is None else [float(weight) for weight in weights]
    total = fsum(factors)
    wide = np.asarray(rows, dtype=np.float64)
    columns = [fsum(f * float(v) for f, v in zip(factors, column, strict=True)) for column in wide.T]
    return np.clip(np.array(columns) / total, wide.min(axis=0), wide.max(axis=0))


def logit(probabilities: Array) -> Float64:
    """log(p / (1 - p)), with p kept 1e-7 away from 0 and 1."""
    kept = np.clip(np.asarray(probabilities, np.float64), _SMALLEST, 1.0 - _SMALLEST)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def sigmoid(logits: Array) -> Float64:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, np.float64))))


def quantiles(member: MemberScores) -> Float64:
    """Each probability's mid-rank among the member's out-of-fold scores, in [0, 1], (14,)."""
    if member.reference is None or len(member.reference) == 0:
        raise UsageError(
            "rank mean needs each member's out-of-fold scores",
            where=member.name,
            found="none in its manifest",
            fix="train the member with this package, or choose another policy",
        )
    below = (member.reference < member.scores).sum(axis=0)
    equal = (member.reference == member.scores).sum(axis=0)
    return np.asarray((below + 0.5 * equal) / len(member.reference))


def _mean(members: Sequence[MemberScores]) -> Float64:
    return average(np.stack([member.scores for member in members]))


def _weighted_mean(members: Sequence[MemberScores]) -> Float64:
    weights = [member.weight for member in members]
    usable = [weight for weight in weights if weight is not None and weight > 0.0]
    if len(usable) != len(members):
        raise UsageError(
            "a weighted mean needs a positive weight for each member",
            found=f"{len(usable)} of {len(members)} members with one",
            fix="choose another policy, or members with a validation score",
        )
    return average(np.stack([member.scores for member in members]), usable)


def _logit_mean(members: Sequence[MemberScores]) -> Float64:
    return sigmoid(average(np.stack([logit(member.scores) for member in members])))


def _rank_mean(members: Sequence[MemberScores]) -> Float64:
    return average(np.stack([quantiles(member) for member in members]))


class EnsemblePolicy(Enum):
    """Ways to combine members; none depends on their order."""

    MEAN = "mean"
    WEIGHTED_MEAN = "weighted_mean"
    LOGIT_MEAN = "logit_mean"
    RANK_MEAN = "rank_mean"

    def combine(self, members: Sequence[MemberScores]) -> LocationScores:
        """One set of scores in [0, 1]. Raises ``UsageError`` where weights or references are lacking."""
        if not members:
            raise UsageError("an ensemble needs at least one member")
        return LocationScores(_COMBINE[self](members))


_COMBINE: dict[EnsemblePolicy, Callable[[Sequence[MemberScores]], Float64]] = {
    EnsemblePolicy.MEAN: _mean,
    EnsemblePolicy.WEIGHTED_MEAN: _weighted_mean,
    EnsemblePolicy.LOGIT_MEAN: _logit_mean,
    EnsemblePolicy.RANK_MEAN: _rank_mean,
}


def tempered(scores: LocationScores, temperatures: Sequence[float] | None) -> LocationScores:
    """Each logit divided by its label's temperature (14 positive numbers); ``None`` changes nothing."""
    if temperatures is None:
        return scores
    divisors = np.asarray(temperatures, np.float64)
    require_shape("temperatures", divisors, (len(LABELS),))
    return LocationScores(sigmoid(logit(scores.values) / divisors))
