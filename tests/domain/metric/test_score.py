"""The score is the competition's, to 1e-12, and a label with one class is named and left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from neuronetra.domain.locations import LABELS, MIRROR
from neuronetra.domain.metric.laterality import Laterality
from neuronetra.domain.metric.score import (
    FoldAreas,
    LabelAreas,
    left_out_labels,
    mean_location,
    score,
    score_of,
)
from neuronetra.errors import InputError


def cohort(generator, count, levels=10**9):
    """Labels (n, 14) in which each label has both classes, and probabilities (n, 14)."""
    labels = generator.random((count, 14)) < 0.3
    labels[0], labels[1] = True, False
    return labels, generator.integers(0, levels, (count, 14)) / levels


@given(st.integers(2, 120), st.integers(0, 2**32 - 1), st.sampled_from([2, 7, 10**9]))
def test_score_is_the_weighted_columnwise_auc(count, seed, levels) -> None:
    """Half presence and half the locations' mean equals weights of 13 and 1 over 26, by scikit-learn."""
    labels, given_ = cohort(np.random.default_rng(seed), count, levels)
    areas = np.array([roc_auc_score(labels[:, k], given_[:, k]) for k in range(14)])
    weights = np.array([1.0] * 13 + [13.0])
    assert score(labels, given_) == pytest.approx(np.average(areas, weights=weights), abs=1e-12)
    assert score(labels, given_) == pytest.approx((areas[13] + areas[:13].mean()) / 2, abs=1e-12)


@given(st.integers(4, 60), st.integers(0, 12), st.booleans(), st.integers(0, 2**32 - 1))
def test_one_class_is_left_out(count, column, constant, seed) -> None:
    """A location of one class is named, and the mean is over the others: never one half for it."""
    labels, given_ = cohort(np.random.default_rng(seed), count)
    labels[:, column] = constant
    assert left_out_labels(labels) == (LABELS[column],)
    others = [roc_auc_score(labels[:, k], given_[:, k]) for k in range(13) if k != column]
    expected = (roc_auc_score(labels[:, 13], given_[:, 13]) + np.mean(others)) / 2
    assert score(labels, given_) == pytest.approx(expected, abs=1e-12)


def test_without_presence_there_is_no_score() -> None:
    """Where presence has one class there is no score, nor where all locations have."""
    labels, given_ = cohort(np.random.default_rng(0), 20)
    all_present = labels.copy()
    all_present[:, 13] = True
    assert score(all_present, given_) is None
    none_placed = labels.copy()
    none_placed[:, :13] = False
    assert score(none_placed, given_) is None


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan")])
def test_probabilities_are_probabilities(bad) -> None:
    """A value outside [0, 1] is an error that names its label."""
    labels, given_ = cohort(np.random.default_rng(0), 5)
    given_[2, 4] = bad
    with pytest.raises(InputError):
        score(labels, given_)
    with pytest.raises(ValueError, match="shape"):
        score(labels, np.full((5, 13), 0.5))


def test_constants_of_folds_are_not_pooled() -> None:
    """Cross-fitted constants tell against the truth when pooled; within folds they tell nothing: 0.5."""
    generator = np.random.default_rng(3)
    labels, _ = cohort(generator, 400)
    fold = generator.integers(0, 5, 400)
    constants = np.stack([labels[fold != k].mean(axis=0) for k in range(5)])[fold]
    ones = np.ones((400, 1))
    assert FoldAreas.of(labels, constants, fold)(ones) == pytest.approx(np.full((14, 1), 0.5), abs=1e-12)
    pooled = LabelAreas.of(labels, constants)(ones)
    assert pooled.mean() < 0.47


@given(st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_laterality_by_hand(count, seed) -> None:
    """Counted pair by pair: the affected side's probability is the higher, ties one half, two-sided ones out."""
    labels, given_ = cohort(np.random.default_rng(seed), count, 4)
    known = np.random.default_rng(seed).random(count) < 0.8
    right = pairs = 0.0
    for row in range(count):
        for k in range(13):
            if MIRROR[k] <= k or not known[row] or labels[row, k] == labels[row, MIRROR[k]]:
                continue
            hit, other = (k, MIRROR[k]) if labels[row, k] else (MIRROR[k], k)
            pairs += 1
            right += (
                1.0
                if given_[row, hit] > given_[row, other]
                else 0.5 * (given_[row, hit] == given_[row, other])
            )
    found = Laterality.of(labels, given_, known)
    assert found.count == pairs
    assert found.unknown == (~known).sum()
    assert found.value == (pytest.approx(right / pairs, abs=1e-12) if pairs else None)


@given(st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_laterality_of_a_mirrored_answer(count, seed) -> None:
    """Answers with left and right exchanged are right exactly where the others are wrong.

    Labels exchanged with them change nothing, in laterality or in the score.
    """
    labels, given_ = cohort(np.random.default_rng(seed), count)
    mirrored = given_[:, MIRROR]
    found = Laterality.of(labels, given_)
    if found.value is not None:
        assert Laterality.of(labels, mirrored).value == pytest.approx(1 - found.value, abs=1e-12)
        assert Laterality.of(labels[:, MIRROR], mirrored).value == pytest.approx(found.value, abs=1e-12)
    ones = np.ones((count, 1))
    areas = LabelAreas.of(labels[:, MIRROR], mirrored)(ones)
    assert score_of(areas)[0] == pytest.approx(score(labels, given_), abs=1e-12)
    assert mean_location(areas).shape == (1,)
