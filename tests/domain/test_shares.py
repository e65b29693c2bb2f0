"""Shares with intervals, and numbers summed up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.shares import share_of, summed_up


def test_wilson_by_hand() -> None:
    """Wilson's interval of 15 among 50 is 0.191 to 0.438, as textbooks have it."""
    found = share_of(np.arange(50) < 15, np.arange(50))
    assert (found.value, found.n) == (0.3, 50)
    assert found.low == pytest.approx(0.1910, abs=1e-4)
    assert found.high == pytest.approx(0.4375, abs=1e-4)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 9))
def test_intervals_hold_the_share(truth: list[bool], patients: int) -> None:
    """Any share lies in its interval, that in 0 to 1; series of one patient make it no narrower."""
    values = np.array(truth)
    alone, grouped = (
        share_of(values, who) for who in (np.arange(len(values)), np.arange(len(values)) % patients)
    )
    for found in (alone, grouped):
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    assert (grouped.high or 0) - (grouped.low or 0) >= (alone.high or 0) - (alone.low or 0) - 1e-12


def test_nothing_has_no_share() -> None:
    """Of no series there is no share, and no quartile of no number."""
    assert share_of(np.zeros(0, bool), np.zeros(0, int)) == Figure()
    assert summed_up([])["median"] is None


def test_quartiles() -> None:
    """Lowest, quartiles and highest by numpy's linear rule."""
    assert summed_up([4, 1, 2, 3, 5]) == {
        "n": 5,
        "lowest": 1,
        "lower_quartile": 2,
        "median": 3,
        "upper_quartile": 4,
        "highest": 5,
    }
