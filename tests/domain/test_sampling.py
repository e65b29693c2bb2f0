"""Which slices are looked at."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.sampling import SegmentSampler
from neuronetra.testing import strategies


@given(st.integers(1, 5000), st.integers(1, 40))
def test_positions_are_sorted_and_in_range(slices: int, count: int) -> None:
    """Whatever the number of slices, as many positions as asked for, sorted, each of a slice."""
    positions = SegmentSampler(count).positions(slices)
    assert len(positions) == count
    assert list(positions) == sorted(positions)
    assert 0 <= positions[0] <= positions[-1] < slices


def test_every_number_of_slices_up_to_5000() -> None:
    """Exhaustively: equally spaced from int(0.1 n) with little left unseen, or spread over fewer than 8."""
    sampler = SegmentSampler()
    for slices in range(1, 5001):
        positions = sampler.positions(slices)
        assert 0 <= positions[0] <= positions[-1] < slices
        steps = {after - before for before, after in pairwise(positions)}
        if slices < 8:
            assert (positions[0], positions[-1]) == (0, slices - 1)
            assert steps <= {0, 1}
            continue
        (step,) = steps
        assert step >= 1
        assert positions[0] == int(0.1 * slices)
        assert slices - 1 - positions[-1] < step + 7


def test_known_positions() -> None:
    """The description's example, the smallest stacks, and the least and most slices per step."""
    sampler = SegmentSampler()
    assert sampler.positions(120) == (12, 25, 38, 51, 64, 77, 90, 103)
    assert sampler.positions(1) == (0,) * 8
    assert sampler.positions(2) == (0, 0, 0, 0, 1, 1, 1, 1)
    assert sampler.positions(7) == (0, 1, 2, 3, 3, 4, 5, 6)
    assert sampler.positions(8) == tuple(range(8))
    assert sampler.positions(16) == tuple(range(1, 9))


@pytest.mark.parametrize("slices", [0, -1])
def test_no_slices(slices: int) -> None:
    """There is nothing to choose from where there is no slice."""
    with pytest.raises(ValueError, match="sample"):
        SegmentSampler().positions(slices)


@pytest.mark.parametrize(("count", "skip"), [(0, 0.1), (8, 1.0), (8, -0.1)])
def test_samplers_that_make_no_sense(count: int, skip: float) -> None:
    """A sampler of no frames, or one that skips everything, cannot be made."""
    with pytest.raises(ValueError, match="must be"):
        SegmentSampler(count, skip)


@given(strategies.series())
def test_a_series_is_sampled_by_its_slices(series: strategies.Series) -> None:
    """Of a series only the number of slices counts."""
    assert SegmentSampler().select(series) == SegmentSampler().positions(len(series.slices))
