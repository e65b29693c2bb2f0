"""Resampling draws patients, not series, and is reproducible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.domain.metric.bootstrap import BLOCK, Resampling, patient_weights, resampled
from neuronetra.domain.metric.figures import Figure


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 2 * BLOCK + 3), st.integers(0, 1000))
def test_whole_patients_are_drawn(series, patients, count, seed) -> None:
    """All series of a patient have one weight, and as many patients are drawn as there are."""
    owners = np.random.default_rng(seed).integers(0, patients, series)
    weights = list(patient_weights(owners, Resampling(count, seed)))
    assert sum(block.shape[1] for block in weights) == count
    names, first = np.unique(owners, return_index=True)
    for block in weights:
        assert (block == block[first][np.searchsorted(names, owners)]).all()
        assert (block[first].sum(axis=0) == len(names)).all()


def test_strata_keep_their_numbers() -> None:
    """Within each stratum as many patients are drawn as it has."""
    owners, strata = np.array([0, 1, 2, 3, 4]), np.array([0, 0, 0, 1, 1])
    for block in patient_weights(owners, Resampling(50, 1), strata):
        assert (block[:3].sum(axis=0) == 3).all()
        assert (block[3:].sum(axis=0) == 2).all()


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_order_of_series_plays_no_part(seed) -> None:
    """The same patients in another order of series have the same resamples."""
    generator = np.random.default_rng(seed)
    owners, values = generator.integers(0, 9, 30), generator.random(30)
    order = generator.permutation(30)

    def means(patients, of):
        return resampled(
            {"mean": lambda weights: (of @ weights / weights.sum(axis=0))[np.newaxis]},
            patients,
            Resampling(100, seed),
        )["mean"]

    np.testing.assert_allclose(means(owners, values), means(owners[order], values[order]), atol=1e-12)
    again = means(owners, values)
    np.testing.assert_array_equal(again, means(owners, values))
    assert again.shape == (1, 101)
    assert again[0, 0] == pytest.approx(values.mean())


def test_patients_with_many_series_widen_the_interval() -> None:
    """Ten copies of each series, drawn as one patient, give the interval of one copy; drawn singly a narrower one."""
    generator = np.random.default_rng(0)
    values = generator.random(40)
    many, owners = np.repeat(values, 10), np.repeat(np.arange(40), 10)

    def width(patients, of):
        rows = resampled(
            {"mean": lambda weights: (of @ weights / weights.sum(axis=0))[np.newaxis]},
            patients,
            Resampling(400, 1),
        )["mean"][0]
        figure = Figure.of(float(rows[0]), rows[1:], len(of))
        return figure.high - figure.low

    one, grouped, naive = width(np.arange(40), values), width(owners, many), width(np.arange(400), many)
    assert grouped == pytest.approx(one)
    assert naive < 0.5 * grouped


def test_figures_of_what_is_seldom_there() -> None:
    """Resamples without a value are left out; where most have none there is no interval; NaN is no value."""
    half = np.array([0.5] * 60 + [np.nan] * 40)
    assert Figure.of(0.5, half, 3) == Figure(0.5, 0.5, 0.5, 3)
    most = np.array([0.5] * 40 + [np.nan] * 60)
    assert Figure.of(0.5, most, 3) == Figure(0.5, None, None, 3)
    assert Figure.of(float("nan"), half, 3) == Figure(n=3)
    assert Figure(0.1, 0.0, 0.2, 4).as_document() == {"value": 0.1, "low": 0.0, "high": 0.2, "n": 4}


def test_interval_of_a_distance() -> None:
    """What resampling adds to a distance is taken off: the interval holds the value and is not below 0."""
    drawn = np.linspace(0.03, 0.09, 101)
    found = Figure.of_distance(0.02, drawn, 5)
    assert (found.low, found.high) == pytest.approx((0.0, 0.02 + 0.0285))
    assert Figure.of(0.02, drawn, 5).low > 0.02
    assert Figure.of_distance(0.02, np.full(4, np.nan), 5) == Figure(0.02, None, None, 5)


def test_progress_counts_resamples() -> None:
    """Progress goes from none to all."""
    seen = []
    resampled(
        {"n": lambda weights: weights.sum(axis=0)[np.newaxis]},
        np.arange(4),
        Resampling(100),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[0] == (0, 100)
    assert seen[-1] == (100, 100)
    with pytest.raises(ValueError, match="count"):
        Resampling(-1)
