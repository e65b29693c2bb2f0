"""The area under the curve within strata, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.arrays import Array
from neuronetra.domain.leaks.ranking import StratifiedAuc, stratified_auc
from neuronetra.domain.metric.auc import auc

seeds = st.integers(0, 2**32 - 1)


def _drawn(seed: int, n: int = 40, strata: int = 3) -> tuple[Array, Array, Array, Array]:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 8, n).astype(float)
    return scores, chance.random(n) < 0.4, chance.integers(0, strata, n), np.arange(n)


@given(seeds)
def test_one_stratum_is_the_plain_auc(seed: int) -> None:
    """With a single stratum the value is that of the metric, ties and all."""
    scores, truth, strata, patients = _drawn(seed, strata=1)
    found = stratified_auc(scores, truth, strata, patients).value
    assert found == pytest.approx(auc(truth, scores))


@given(seeds)
def test_only_order_within_strata_matters(seed: int) -> None:
    """Scores raised or stretched by stratum give the same value: no pair across strata is compared."""
    scores, truth, strata, patients = _drawn(seed)
    found = stratified_auc(scores, truth, strata, patients)
    moved = stratified_auc(np.exp(scores / 4.0) + 1000.0 * strata, truth, strata, patients)
    assert moved == found


@given(seeds)
def test_turned_scores_give_the_complement(seed: int) -> None:
    """Scores with their sign changed give one less the value, as surely."""
    scores, truth, strata, patients = _drawn(seed)
    found, turned = (stratified_auc(sign * scores, truth, strata, patients) for sign in (1, -1))
    assert found.value is not None
    assert turned.value == pytest.approx(1.0 - found.value)
    assert turned.error == pytest.approx(found.error)


@given(seeds, seeds)
def test_order_of_series_plays_no_part(seed: int, other: int) -> None:
    """Series in another order give the same."""
    columns = _drawn(seed)
    order = np.random.default_rng(other).permutation(len(columns[0]))
    found, moved = stratified_auc(*columns), stratified_auc(*(column[order] for column in columns))
    assert moved.value == pytest.approx(found.value)
    assert moved.error == pytest.approx(found.error)


def test_perfect_separation_is_not_certain() -> None:
    """Ten series that part wholly still have an interval of some width."""
    truth = np.arange(10) < 5
    found = stratified_auc(truth.astype(float), truth, np.zeros(10, int), np.arange(10))
    assert found.value == 1.0
    low, high = found.interval(3.0) or (None, None)
    assert low is not None
    assert low < 0.6
    assert high == 1.0


def test_copies_of_a_patient_make_nothing_surer() -> None:
    """Each series four times over is no surer than once, where they are the same patients'."""
    scores, truth, strata, patients = _drawn(5, n=120)
    once = stratified_auc(scores, truth, strata, patients)
    copied = stratified_auc(*(np.repeat(column, 4) for column in (scores, truth, strata, patients)))
    naive = stratified_auc(*(np.repeat(column, 4) for column in (scores, truth, strata)), np.arange(480))
    assert copied.error == pytest.approx(once.error, rel=0.05)
    assert naive.error == pytest.approx(once.error / 2.0, rel=0.05)


def test_strata_of_one_class_say_nothing() -> None:
    """Where no stratum has both classes there is no value."""
    truth = np.array([True, True, False, False])
    assert stratified_auc(np.arange(4.0), truth, truth.astype(int), np.arange(4)) == StratifiedAuc()
    assert StratifiedAuc().interval(2.0) is None


def test_error_is_that_of_many_cohorts() -> None:
    """The standard error is what values of made-up cohorts scatter by."""
    chance = np.random.default_rng(1)
    values, errors = [], []
    for _ in range(300):
        truth = chance.random(150) < 0.4
        scores = chance.normal(size=150) + 0.8 * truth
        found = stratified_auc(scores, truth, chance.integers(0, 4, 150), np.arange(150))
        values.append(found.value or 0.0)
        errors.append(found.error)
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.15)
