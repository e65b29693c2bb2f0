"""The area under the ROC curve against scikit-learn's, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from neuronetra.domain.metric.auc import MOST_VALUES, Ranking, TiedRanking, auc
from neuronetra.domain.metric.roc import roc_curve
from neuronetra.errors import InputError


@st.composite
def ranked(draw, most=400):
    """(truth, scores, weights) with both classes; scores of few values or of many."""
    count = draw(st.integers(2, most))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([1, 2, 5, 63, 64, 65, 200, 10**9]))
    scores = generator.integers(0, levels, count) / levels
    truth = generator.random(count) < draw(st.floats(0.05, 0.95))
    truth[:2] = True, False
    return truth, scores, generator.integers(0, 4, count) + (np.arange(count) < 2)


@given(ranked())
def test_equals_scikit_learn(case) -> None:
    """To 1e-12, with ties, plain and weighted, ranked by row or by value."""
    truth, scores, weights = case
    assert auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    expected = roc_auc_score(truth, scores, sample_weight=weights)
    assert auc(truth, scores, weights) == pytest.approx(expected, abs=1e-12)


@given(ranked(60))
def test_both_rankings_agree(case) -> None:
    """Ranked by row and by value the areas are equal, under many weightings at once."""
    truth, scores, weights = case
    rows = np.arange(len(truth))
    heavy = np.stack([weights, np.ones(len(truth))], axis=1).astype(float)
    by_value = TiedRanking.of(truth, scores, rows).areas(heavy)
    spread = np.argsort(np.argsort(scores, kind="stable"))  # as many values as rows forces the other road
    order = np.argsort(scores, kind="stable")
    hit = truth[order]
    negatives = order[~hit]
    below = np.searchsorted(scores[negatives], scores[order[hit]], "left")
    through = np.searchsorted(scores[negatives], scores[order[hit]], "right")
    by_row = Ranking(order[hit], negatives, below, through).areas(heavy)
    np.testing.assert_allclose(by_value, by_row, atol=1e-12)
    assert len(set(spread.tolist())) == len(truth)


@given(ranked())
def test_only_the_order_counts(case) -> None:
    """A rising map of the scores changes nothing; turning scores or truth round gives one minus the area."""
    truth, scores, _ = case
    area = auc(truth, scores)
    assert auc(truth, np.exp(3 * scores) - 7) == pytest.approx(area, abs=1e-12)
    assert auc(truth, -scores) == pytest.approx(1 - area, abs=1e-12)
    assert auc(~truth, scores) == pytest.approx(1 - area, abs=1e-12)


@given(ranked(), st.integers(0, 2**32 - 1))
def test_order_of_rows_and_repetition(case, seed) -> None:
    """Rows in another order give the same area; a whole weight is as good as so many copies."""
    truth, scores, weights = case
    order = np.random.default_rng(seed).permutation(len(truth))
    assert auc(truth[order], scores[order]) == pytest.approx(auc(truth, scores), abs=1e-12)
    copies = np.repeat(np.arange(len(truth)), weights)
    assert auc(truth[copies], scores[copies]) == pytest.approx(auc(truth, scores, weights), abs=1e-12)


@given(ranked())
def test_area_of_the_curve(case) -> None:
    """The trapezoids under the ROC curve add up to the same area, and the curve rises from corner to corner."""
    truth, scores, weights = case
    curve = roc_curve(truth, scores, weights)
    assert curve is not None
    assert curve.area == pytest.approx(auc(truth, scores, weights), abs=1e-12)
    assert (np.diff(curve.fpr) >= 0).all()
    assert (np.diff(curve.tpr) >= 0).all()
    thin = curve.thinned(20)
    assert len(thin.fpr) <= 20
    assert (thin.fpr[0], thin.tpr[0], thin.fpr[-1], thin.tpr[-1]) == (0, 0, 1, 1)


def test_one_class_has_no_area() -> None:
    """Where a class is missing, or has no weight, there is no area: not 0.5."""
    assert auc([True, True], [0.1, 0.2]) is None
    assert auc([False], [0.1]) is None
    assert auc([True, False], [0.1, 0.2], [1, 0]) is None
    assert auc([], []) is None
    many = np.linspace(0, 1, MOST_VALUES + 5)
    assert auc(np.ones(len(many), bool), many) is None
    assert roc_curve([True, True], [0.1, 0.2]) is None


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_scores_and_weights_are_numbers(bad) -> None:
    """A score that is no number, or a negative weight, is an error and never an area."""
    with pytest.raises(InputError, match="not all finite"):
        auc([True, False], [bad, 0.2])
    with pytest.raises(InputError, match="not negative"):
        auc([True, False], [0.1, 0.2], [1, -1])
    with pytest.raises(ValueError, match="one length"):
        auc([True, False], [0.1])
