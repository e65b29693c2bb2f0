"""The learner for one fact: what it finds, and that it does not look at what it is tried on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.leaks.learning import cross_fitted, level_components, rank_components, within
from neuronetra.domain.leaks.ranking import stratified_auc

seeds = st.integers(0, 2**32 - 1)
N = 300


def _labels(seed: int) -> tuple[Array, Array, Array, np.random.Generator]:
    """Truth with a prevalence by modality, modality, folds."""
    chance = np.random.default_rng(seed)
    groups = chance.choice(4, N, p=[0.42, 0.29, 0.22, 0.07])
    truth = chance.random(N) < np.array([0.54, 0.44, 0.26, 0.25])[groups]
    return truth, groups, np.arange(N) % 5, chance


def _auc(components: Float64, truth: Array, groups: Array, folds: Array) -> float:
    scores = cross_fitted(within(components, groups), truth, groups, folds)
    return stratified_auc(scores, truth, 5 * groups + folds, np.arange(N)).value or 0.0


Effect = Callable[[Array, Array, np.random.Generator], Float64]
EFFECTS: dict[str, Effect] = {
    "grows": lambda truth, _, chance: chance.normal(size=N) + 1.0 * truth,
    "shrinks": lambda truth, _, chance: np.exp(chance.normal(size=N) - 1.0 * truth),
    "both extremes": lambda truth, _, chance: chance.normal(size=N) * (1.0 + 1.5 * truth),
    "one way in CT, another in MR": lambda truth, groups, chance: (
        chance.normal(size=N) + 1.2 * truth * np.where(groups > 0, 1, -1)
    ),
    "only whether it is there": lambda truth, _, chance: np.where(
        chance.random(N) < 0.1 + 0.5 * truth, np.nan, chance.normal(size=N)
    ),
    "on top of what modality does": lambda truth, groups, chance: (
        1000.0 * groups + chance.normal(size=N) + 1.0 * truth
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_of_a_number_are_found(name: str) -> None:
    """A number tied to the label, in whatever way, tells it."""
    truth, groups, folds, chance = _labels(3)
    values = EFFECTS[name](truth, groups, chance)
    assert _auc(rank_components(values, groups), truth, groups, folds) > 0.62


def test_kinds_are_found_in_any_order() -> None:
    """A category of which every other kind is likelier in positives tells the label."""
    truth, groups, folds, chance = _labels(4)
    kinds = 2 * chance.integers(0, 4, N) + (chance.random(N) < 0.3 + 0.4 * truth)
    assert _auc(level_components(kinds), truth, groups, folds) > 0.62


def test_what_modality_alone_tells_is_no_effect() -> None:
    """A number that differs between modalities, and not within, tells nothing."""
    truth, groups, folds, _ = _labels(5)
    assert _auc(rank_components(100.0 * groups, groups), truth, groups, folds) == 0.5


@given(seeds)
def test_a_fold_is_scored_without_its_labels(seed: int) -> None:
    """Other labels in a fold change no score of that fold."""
    truth, groups, folds, chance = _labels(seed)
    components = within(rank_components(chance.normal(size=N), groups), groups)
    held = folds == 2
    other = np.where(held, chance.random(N) < 0.5, truth)
    before, after = (cross_fitted(components, labels, groups, folds) for labels in (truth, other))
    assert np.array_equal(before[held], after[held])


@given(seeds)
def test_ranks_ignore_scale(seed: int) -> None:
    """Components depend on the order of values within a modality alone."""
    _, groups, _, chance = _labels(seed)
    values = chance.integers(0, 50, N).astype(float)
    stretched = np.exp(values / 10.0) * (1.0 + groups) + 7.0 * groups
    assert np.array_equal(rank_components(values, groups), rank_components(stretched, groups))


@given(seeds)
def test_centred_within_each_modality(seed: int) -> None:
    """What is left after centring has no mean in any modality."""
    _, groups, _, chance = _labels(seed)
    centred = within(chance.normal(size=(N, 3)), groups)
    for group in np.unique(groups):
        assert np.allclose(centred[groups == group].mean(axis=0), 0.0)


def test_values_that_occur_once_are_no_level() -> None:
    """Only codes that recur become components, the commonest first, at most 32 of them."""
    codes = np.array([5, 5, 5, 2, 2, 9, -1, -1])
    assert level_components(codes).T.tolist() == [[1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0, 0, 0]]
    assert level_components(np.repeat(np.arange(50), 2)).shape == (100, 32)
    assert level_components(np.arange(5)).shape == (5, 0)


def test_nothing_known_is_no_component_of_rank() -> None:
    """A number that no series has ranks nowhere and stays finite."""
    components = rank_components(np.full(6, np.nan), np.zeros(6, int))
    assert np.isfinite(components).all()
    assert not components.any()
