"""The loss of the founding description."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.losses import label_weights, series_loss
from neuronetra.domain.training_plan import TrainingPlan

ROWS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _by_hand(logits: np.ndarray, labels: np.ndarray, plan: TrainingPlan) -> float:
    """From the probabilities, label by label."""
    cross, focal = 0.0, 0.0
    for index, (logit, label) in enumerate(zip(logits, labels, strict=True)):
        probability = 1 / (1 + math.exp(-logit))
        given_to_it = probability if label else 1 - probability
        entropy = -math.log(given_to_it)
        cross += entropy * (plan.presence_weight if index == 13 else 1.0)
        focal += (1 - given_to_it) ** plan.focal_gamma * entropy
    return plan.bce_share * cross / 14 + (1 - plan.bce_share) * focal / 14


@given(ROWS, st.floats(0, 1), st.floats(0.1, 10), st.floats(0, 5))
def test_it_is_the_formula(
    generator: np.random.Generator, share: float, presence: float, gamma: float
) -> None:
    """Whatever the shares, weights and gamma, as probabilities give it."""
    plan = TrainingPlan(bce_share=share, presence_weight=presence, focal_gamma=gamma)
    logits, labels = generator.normal(0, 4, (3, 14)), generator.integers(0, 2, (3, 14))
    expected = [_by_hand(*row, plan) for row in zip(logits, labels, strict=True)]
    np.testing.assert_allclose(series_loss(logits, labels, plan), expected, rtol=1e-9, atol=1e-12)


def test_weights() -> None:
    """Presence weighs 3 in the recipes, each location 1."""
    assert label_weights(TrainingPlan()) == (1.0,) * 13 + (3.0,)


def test_the_founding_value_of_even_odds() -> None:
    """Of logits 0: 0.7 of log 2 times (13 + 3) / 14, and 0.3 of a quarter of log 2."""
    found = series_loss(np.zeros((1, 14)), np.ones((1, 14)), TrainingPlan())
    assert found[0] == pytest.approx(math.log(2) * (0.7 * 16 / 14 + 0.3 * 0.25))


@pytest.mark.parametrize("size", [1e2, 1e3, 1e4])
def test_it_is_stable(size: float) -> None:
    """Logits of ten thousand give finite losses: that large where wrong, 0 where right."""
    plan = TrainingPlan()
    right = series_loss(np.full((1, 14), size), np.ones((1, 14)), plan)
    wrong = series_loss(np.full((1, 14), size), np.zeros((1, 14)), plan)
    assert 0.0 <= right[0] < 1e-40
    assert wrong[0] == pytest.approx(size * (0.7 * 16 / 14 + 0.3))


def test_other_shapes_are_refused() -> None:
    """Thirteen labels are no series."""
    with pytest.raises(ValueError, match="logits"):
        series_loss(np.zeros((2, 13)), np.zeros((2, 14)), TrainingPlan())
