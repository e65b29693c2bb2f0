"""Stretching and rescaling values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.intensity import percentiles, rescaled, stretched, stretched_by_percentiles
from neuronetra.testing import strategies


def test_stretched_rounds_to_nearest_and_clips() -> None:
    """The low end is 0, the high end 255, outside is clipped, between is rounded to nearest."""
    values = np.array([-9.0, 0.0, 0.49, 0.51, 127.4, 127.6, 255.0, 999.0])
    assert stretched(values, 0.0, 255.0).tolist() == [0, 0, 0, 1, 127, 128, 255, 255]


@given(st.integers(0, 2**32 - 1), st.floats(-500, 500), st.floats(0.5, 2000))
def test_stretched_keeps_order_and_shape(seed: int, low: float, width: float) -> None:
    """A brighter value never becomes a darker one."""
    values = np.sort(strategies.pixels(seed, (40,), np.float32))
    whole = stretched(values.reshape(5, 8), low, low + width)
    assert (whole.shape, whole.dtype) == ((5, 8), np.uint8)
    assert np.all(np.diff(whole.ravel().astype(int)) >= 0)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_no_width_is_zeros(value: float, low: float) -> None:
    """Where low equals high there is no contrast to show."""
    assert not stretched(np.full((3, 3), value), low, low).any()
    assert not stretched_by_percentiles(np.full((3, 3), value), 1.0, 99.0).any()


def test_percentiles_are_linear_and_wide() -> None:
    """Percentiles lie between values by numpy's linear rule, in float64 even for float32."""
    assert percentiles(np.array([0.0, 10.0], np.float32), 5.0, 95.0) == (0.5, 9.5)
    assert percentiles(np.arange(101, dtype=np.uint8), 1.0, 99.0) == (1.0, 99.0)


def test_rescaled_is_computed_in_float64() -> None:
    """A slope is applied before anything is rounded to float32, and integers survive no slope at all."""
    stored = np.array([0, 1, 65535], np.uint16)
    assert rescaled(stored, 1.0, 0.0).tolist() == [0.0, 1.0, 65535.0]
    large = np.array([16_777_217], np.int32)
    assert rescaled(large, 1.0, -16_777_216.0).tolist() == [1.0]
    assert rescaled(stored, 2.0, -1024.0).dtype == np.float32


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 400),
    st.sampled_from([np.float32, np.uint8]),
    st.sampled_from([(1.0, 99.0), (5.0, 95.0), (0.0, 100.0), (33.3, 66.7)]),
)
def test_percentiles_are_numpys_to_the_bit(seed: int, size: int, dtype: type, percents: tuple) -> None:
    """The faster way gives what numpy's percentile gives of the values as float64."""
    values = (np.random.default_rng(seed).random(size) * 255).astype(dtype)
    expected = np.percentile(values.astype(np.float64), percents)
    assert percentiles(values, *percents) == tuple(map(float, expected))


@given(st.integers(0, 2**32 - 1), st.integers(0, 254), st.integers(1, 255))
def test_stretch_by_table_is_the_stretch(seed: int, low: int, span: int) -> None:
    """A uint8 slice stretched by a table of 256 is what its values stretched one by one are."""
    values = np.random.default_rng(seed).integers(0, 256, (20, 17), dtype=np.uint8)
    one_by_one = stretched(values.astype(np.float64), low, low + span)
    assert np.array_equal(stretched(values, low, low + span), one_by_one)


def _spread(seed: int, size: int, kind: str) -> np.ndarray:
    """Values as slices have them: smooth, mostly air, all alike, whole numbers, or far apart."""
    chance = np.random.default_rng(seed)
    smooth = chance.normal(100.0, 40.0, size)
    spreads = {
        "smooth": smooth,
        "air": np.where(chance.random(size) < 0.6, 0.0, smooth),
        "alike": np.full(size, 7.25),
        "whole": np.rint(smooth),
        "far": np.exp(chance.normal(0.0, 9.0, size)),
        "in order": np.sort(smooth),
        "two": np.where(np.arange(size) < size // 50, -5.0, 3.0),
    }
    return spreads[kind]


@given(
    st.integers(0, 2**32 - 1),
    st.integers(4000, 9000),
    st.sampled_from(["smooth", "air", "alike", "whole", "far", "in order", "two"]),
    st.sampled_from([np.float32, np.float64, np.int16]),
    st.sampled_from([(1.0, 99.0), (5.0, 95.0), (0.0, 100.0), (33.3, 66.7), (49.9, 50.1)]),
)
def test_percentiles_of_many_values(seed: int, size: int, kind: str, dtype: type, percents: tuple) -> None:
    """Where a sample says what to sort, the result is still numpy's, even where the sample misleads."""
    values = np.clip(_spread(seed, size, kind), -30_000, 30_000).astype(dtype)
    expected = np.percentile(values.astype(np.float64), percents)
    assert percentiles(values, *percents) == tuple(map(float, expected))


def test_a_sample_that_misleads() -> None:
    """A picture whose every sampled value is high has its percentiles found all the same."""
    values = np.ones(1 << 16, np.float32)
    step = values.size // 1024 | 1
    values[np.arange(values.size) % step != 0] = np.arange(values.size - len(values[::step])) / values.size
    expected = np.percentile(values.astype(np.float64), (1.0, 99.0))
    assert percentiles(values, 1.0, 99.0) == tuple(map(float, expected))


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([np.uint16, np.int16, np.uint8, np.int64]),
    st.one_of(st.integers(-300, 300).map(float), st.floats(-300, 300)),
    st.one_of(st.integers(-(2**25), 2**25).map(float), st.floats(-1e6, 1e6)),
)
def test_rescaled_to_the_bit(seed: int, dtype: type, slope: float, intercept: float) -> None:
    """The faster way for whole numbers gives the bits of float64, signs of zero and all."""
    limits = np.iinfo(dtype)
    chance = np.random.default_rng(seed)
    low, high = max(limits.min, -(2**31)), min(limits.max, 2**31)
    stored = chance.integers(low, high, 50, endpoint=True).astype(dtype)
    stored[:2] = 0, limits.max
    expected = (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    assert rescaled(stored, slope, intercept).tobytes() == expected.tobytes()
