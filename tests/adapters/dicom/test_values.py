"""Values as text: what can only mean one thing is taken."""

from __future__ import annotations

import pytest

from neuronetra.adapters.dicom.values import Values

SPACING, SLOPE, POSITION, LUT = 0x00280030, 0x00281053, 0x00200032, 0x00283000


def test_rule_20_a_trailing_backslash_is_dropped_and_said() -> None:
    """One empty last value means nothing; one in the middle may mean anything."""
    values = Values({SPACING: b"1\\0.5\\", SLOPE: b"2\\ ", POSITION: b"1\\\\2\\"})
    assert values.numbers(SPACING, 2) == (1.0, 0.5)
    assert values.number(SLOPE) == 2.0
    assert len(values.repairs) == 2
    assert values.numbers(POSITION, 3) is None
    assert Values({SPACING: b"1\\0.5\\\\"}).numbers(SPACING, 2) is None


@pytest.mark.parametrize(
    ("tag", "word"), [(SPACING, "spacing: "), (SLOPE, "slope: "), (POSITION, "geometry: "), (LUT, "slope: ")]
)
def test_rule_26_a_repair_begins_with_the_plain_word(tag: int, word: str) -> None:
    """Lower case, then the element's name."""
    values = Values({})
    values.malformed(tag)
    assert values.repairs[0].startswith(word)


@pytest.mark.parametrize("text", [b"", b"10:15:30", b"1e5", b"-1", b"nan", b"." * 3, b"1" * 5000])
def test_times_that_are_none(text: bytes) -> None:
    """Nothing but digits and one point is a time, and nothing is said of the rest."""
    values = Values({1: text})
    assert values.seconds(1) is None
    assert values.repairs == []
