"""A learner for one fact: what a series' label is likely to be, from that fact within its modality.

It is additive and marginal, so that it is quick and cannot fail to converge: each component of a fact gets
the mean excess of the label over its modality's prevalence, shrunk by how sure that is. A component that
tells nothing then adds no noise to one that tells.
"""

from __future__ import annotations

import numpy as np

from neuronetra.domain.arrays import Array, Float64

DOUBT = 4.0
"""A component whose effect is two standard errors from nothing counts half."""
MOST_LEVELS = 32
"""Values of a category, or repeated values of a number, that are told apart."""


def within(values: Float64, groups: Array) -> Float64:
    """``values`` (n, c) less their mean in each group."""
    counts = np.maximum(np.bincount(groups), 1)
    means = np.stack([np.bincount(groups, column) for column in values.T], axis=1) / counts[:, np.newaxis]
    return np.asarray(values - means[groups])


def rank_components(values: Float64, groups: Array) -> Float64:
    """(n, 3) of a number with gaps (NaN): rank within its group, -1 to 1, its square, whether there."""
    known = np.isfinite(values)
    rank = np.zeros(len(values))
    for group in np.unique(groups):
        members = np.flatnonzero((groups == group) & known)
        rank[members] = _ranks(values[members])
    square = np.where(known, rank**2, rank[known].dot(rank[known]) / max(1, known.sum()))
    return np.stack([rank, square, known.astype(float)], axis=1)


def _ranks(values: Float64) -> Float64:
    """Mid-ranks from -1 to 1; ties share one."""
    if len(values) < 2:
        return np.zeros(len(values))
    ranked = np.sort(values)
    middle = np.searchsorted(ranked, values, "left") + np.searchsorted(ranked, values, "right")
    return np.asarray(middle / len(values) - 1.0)


def level_components(codes: Array) -> Float64:
    """(n, at most 32) of whole numbers: one column for each of the commonest that occur twice or more."""
    values, counts = np.unique(codes[codes >= 0], return_counts=True)
    order = np.lexsort((values, -counts))
    kept = [values[i] for i in order if counts[i] > 1][:MOST_LEVELS]
    return (
        np.stack([(codes == value).astype(float) for value in kept], axis=1)
        if kept
        else np.zeros((len(codes), 0))
    )


def cross_fitted(components: Float64, present: Array, groups: Array, folds: Array) -> Float64:
    """(n,) scores: those of a fold come from what the other folds show.

    ``components`` (n, c), centred within ``groups`` (the modality); ``present`` (n,) truth.
    """
    scores = np.zeros(len(components))
    for fold in np.unique(folds):
        held = folds == fold
        scores[held] = _fitted(components, present.astype(float), groups, ~held)[held]
    return scores


def _fitted(components: Float64, present: Float64, groups: Array, train: Array) -> Float64:
    """Scores of all series by what those in ``train`` show: one effect, and what a modality differs."""
    counts = np.bincount(groups, train)
    prevalence = np.bincount(groups, train * present) / np.maximum(counts, 1)
    excess = np.where(train, present - prevalence[groups], 0.0)
    spread = float(np.sqrt(np.sum(excess**2) / max(1.0, train.sum()))) or 1.0
    trained = components * train[:, np.newaxis]
    effect = _shrunk(trained, excess, spread)
    scores = components @ effect
    left = np.where(train, excess - scores, 0.0)
    for group in np.flatnonzero(counts) if np.count_nonzero(counts) > 1 else ():
        members = groups == group
        own = _shrunk(trained * members[:, np.newaxis], left * members, spread)
        scores = scores + np.where(members, components @ own, 0.0)
    return np.asarray(scores)


def _shrunk(components: Float64, excess: Float64, spread: float) -> Float64:
    """(c,) least-squares effect of each component alone, less the less sure it is."""
    squares = np.sum(components**2, axis=0)
    sums = components.T @ excess
    effect = np.divide(sums, squares, out=np.zeros_like(sums), where=squares > 0)
    doubt = (effect / spread) ** 2 * squares
    return np.asarray(effect * doubt / (doubt + DOUBT))
