"""Stored words to values: rules 17, 18 and 19."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.pixels import ModalityLut, PixelFacts, slice_values, stored_integers

WORDS = np.array([[0, 1, 2047], [2048, 4095, 7]], np.uint16)
TWELVE = PixelFacts(rows=2, columns=3, bits_stored=12, high_bit=11)


def test_rule_17_slope_and_intercept_make_float32_values() -> None:
    """Value = stored x slope + intercept."""
    values = slice_values(WORDS, evolve(TWELVE, slope=0.5, intercept=-10.0))
    assert values.dtype == np.float32
    assert np.array_equal(values, WORDS * 0.5 - 10)


def test_rule_17_modality_lut_stands_instead_of_a_rescale() -> None:
    """A modality LUT maps from its first value on; values outside take the first and last entries."""
    lut = ModalityLut(1, np.array([10, 20, 30], np.uint16))
    values = slice_values(np.array([[0, 1, 2, 3, 9]], np.uint16), evolve(TWELVE, lut=lut))
    assert values.tolist() == [[10, 10, 20, 30, 30]]


@given(st.integers(1, 16), st.data())
def test_rule_18_bits_above_and_below_the_stored_ones_do_not_count(bits: int, data: st.DataObject) -> None:
    """Whatever stands in the other bits, the stored integer comes back, signed or not."""
    high = data.draw(st.integers(bits - 1, 15))
    signed = data.draw(st.booleans())
    facts = PixelFacts(rows=1, columns=1, bits_stored=bits, high_bit=high, signed=signed)
    low, top = facts.stored_range
    value = data.draw(st.integers(low, top))
    field = ((1 << bits) - 1) << (high + 1 - bits)
    noise = data.draw(st.integers(0, 0xFFFF)) & ~field
    word = ((value << (high + 1 - bits)) & field) | noise
    assert stored_integers(np.array([[word]], np.uint16), facts).tolist() == [[value]]


def test_rule_18_padding_is_air() -> None:
    """Padding is -1000 HU in CT, elsewhere the slice's smallest other value."""
    words = np.array([[5, 9, 63]], np.uint16)
    facts = evolve(TWELVE, padding=(5.0, 5.0), intercept=1.0)
    assert slice_values(words, facts).tolist() == [[10, 10, 64]]
    assert slice_values(words, evolve(facts, hounsfield=True)).tolist() == [[-1000, 10, 64]]


def test_rule_18_padding_range_is_inclusive() -> None:
    """A range limit makes padding of all from value to limit."""
    values = slice_values(np.array([[1, 2, 3, 4]], np.uint16), evolve(TWELVE, padding=(1.0, 3.0)))
    assert values.tolist() == [[4, 4, 4, 4]]


def test_rule_18_padding_outside_the_stored_bits_is_found_in_the_whole_word() -> None:
    """Some scanners write -2000 in 16 bits over 12 stored ones."""
    words = np.array([[63536, 100]], np.uint16)
    facts = evolve(TWELVE, signed=True, padding=(-2000.0 - 1024, -2000.0), hounsfield=True)
    facts = evolve(facts, padding=(-2000.0, -2000.0))
    padded = slice_values(words, evolve(facts, bits_stored=11, high_bit=10))
    assert padded.tolist() == [[-1000, 100]]


def test_rule_18_a_slice_of_padding_alone_is_zeros() -> None:
    """No other value is left to stand for air."""
    assert slice_values(np.full((1, 2), 5, np.uint16), evolve(TWELVE, padding=(5.0, 5.0))).tolist() == [
        [0, 0]
    ]


def test_rule_18_values_below_the_ct_circle_are_air() -> None:
    """Below -1024 HU there is no tissue; -1024 itself stays."""
    words = np.array([[-3024, -1025, -1024, 40]], np.int16).view(np.uint16)
    facts = PixelFacts(rows=1, columns=4, signed=True, hounsfield=True)
    assert slice_values(words, facts).tolist() == [[-1000, -1000, -1024, 40]]


@pytest.mark.parametrize(("signed", "expected"), [(False, [4095, 4094]), (True, [-1, -2])])
def test_rule_19_monochrome1_is_inverted_as_stored_before_the_rescale(
    signed: bool, expected: list[int]
) -> None:
    """Minimum plus maximum of the possible range, less the stored value; then slope and intercept."""
    facts = evolve(TWELVE, signed=signed, inverted=True, slope=2.0, intercept=1.0)
    values = slice_values(np.array([[0, 1]], np.uint16), facts)
    assert values.tolist() == [[2.0 * v + 1.0 for v in expected]]


def test_rule_19_monochrome1_ct_keeps_its_hounsfield_units() -> None:
    """A display polarity does not change a CT number."""
    facts = evolve(TWELVE, inverted=True, hounsfield=True, intercept=-1000.0)
    assert np.array_equal(slice_values(WORDS, facts), WORDS.astype(np.float32) - 1000)


def test_rule_19_float_pixels_are_accepted_and_made_finite() -> None:
    """What is not finite counts as padding."""
    facts = PixelFacts(rows=1, columns=3, bits_allocated=32, bits_stored=32, high_bit=31, floating=True)
    values = slice_values(np.array([[1.5, np.nan, np.inf]], np.float32), facts)
    assert values.tolist() == [[1.5, 1.5, 1.5]]


@given(st.floats(1e-30, 1e38), st.floats(-1e38, 1e38), st.booleans())
def test_values_are_always_finite(slope: float, intercept: float, hounsfield: bool) -> None:
    """No slope that a header can hold makes values that are not finite."""
    values = slice_values(WORDS, evolve(TWELVE, slope=slope, intercept=intercept, hounsfield=hounsfield))
    assert np.isfinite(values).all()
