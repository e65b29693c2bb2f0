"""Passes over the same positions: told apart by what tells them, never filled up from each other."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.headers import SliceHeader, Times
from neuronetra.domain.layers import layers_by_number
from neuronetra.domain.series import Series
from neuronetra.testing.header_builder import series_from, slice_header, warned


def in_pass(which: int, index: int, **changes: Any) -> SliceHeader:
    """Slice ``index`` of pass ``which``, whose files begin with its letter."""
    letter = "abcd"[which]
    told = {"file": f"{letter}{index}", "instance_uid": f"1.2.{which + 9}.{index}"}
    return slice_header(index, **(told | changes))


def passes_in(found: Series) -> set[str]:
    return {item.file[0] for item in found.slices}


@given(st.integers(2, 4), st.integers(6, 14), st.booleans(), st.data())
def test_rule_06_passes_that_lack_slices_are_never_mixed(
    passes: int, count: int, by_pass: bool, data: st.DataObject
) -> None:
    """Told apart by numbers alone, each stack holds one pass, whole but for what is missing."""
    lacking = data.draw(st.dictionaries(st.integers(0, count - 1), st.integers(0, passes - 1), max_size=2))
    headers = [
        in_pass(which, index, instance_number=which * count + index if by_pass else index * passes + which)
        for which in range(passes)
        for index in range(count)
        if lacking.get(index) != which
    ]
    for number in range(passes):
        found = series_from(headers, number)
        (which,) = passes_in(found)
        gone = sum("abcd"[lost] == which for lost in lacking.values())
        assert found.frame_count == count - gone


def test_rule_06_a_missing_instance_leaves_a_gap_and_does_not_shift_passes() -> None:
    """The pass that lacks a slice is the one that is short, not the one with the highest numbers."""
    headers = [in_pass(p, k, instance_number=p * 20 + k) for p in range(3) for k in range(20)]
    found = series_from([h for h in headers if h.file != "b7"], number=2)
    assert passes_in(found) == {"b"}
    assert warned(found, "gap: 1")


def test_rule_06_an_extra_instance_at_one_position_shifts_nothing() -> None:
    """A fourth slice at one place of three passes is a stack of its own."""
    headers = [in_pass(p, k, instance_number=p * 20 + k) for p in range(3) for k in range(20)]
    extra = in_pass(3, 5, instance_number=33)
    assert [passes_in(series_from([*headers, extra], n)) for n in range(4)] == [{"a"}, {"b"}, {"c"}, {"d"}]


@pytest.mark.parametrize("time", ["trigger", "acquisition", "content"])
def test_rule_06_equal_numbers_are_told_apart_by_time(time: str) -> None:
    """Interleaved slices too: the time order within a pass is not the order of places."""
    headers = [
        in_pass(
            p, k, times=Times(**{time: p * 100.0 + (k * 7) % 20}), instance_uid=f"1.{(k * 3 + p) % 7}.{k}"
        )
        for p in range(2)
        for k in range(20)
        if (p, k) != (1, 6)
    ]
    found = series_from(headers)
    assert (passes_in(found), found.frame_count) == ({"a"}, 20)
    assert warned(found, "stack", time)
    assert not warned(found, "mixed")


def test_rule_06_uids_compare_as_numbers() -> None:
    """Pass 10 comes after pass 9, and what only UIDs tell apart is said to be uncertain."""
    found = series_from([in_pass(p, k) for p in range(2) for k in range(12)])
    assert passes_in(found) == {"a"}
    assert warned(found, "stack", "cannot be told apart; slices may be mixed")


@pytest.mark.parametrize("apart", [0.04, 0.06, 0.1])
def test_rule_06_two_acquisitions_at_nearly_the_same_positions(apart: float) -> None:
    """Passes a tenth of a millimetre apart are two stacks, not one of hundreds of gaps."""
    headers = [
        in_pass(p, k, instance_number=p * 20 + k, position=(0.0, 0.0, 3.0 * k + p * apart))
        for p in range(2)
        for k in range(20)
    ]
    found = series_from(headers)
    assert (passes_in(found), found.frame_count, found.missing_slices) == ({"a"}, 20, 0)
    assert warned(found, "stack: two acquisitions at nearly the same positions")
    assert not warned(found, "gap")


def test_layers_keep_the_order_of_their_members() -> None:
    """Members are in the order of their passes, whatever their numbers fit best."""
    groups = [[in_pass(p, k, instance_number=p * 10 + k) for p in range(3)] for k in range(4)]
    groups[2].pop(0)
    layers = layers_by_number(groups, lambda h: float(h.instance_number or 0), whole=True)
    assert [[h.file for h in layer] for layer in layers] == [
        ["a0", "a1", "a3"],
        ["b0", "b1", "b2", "b3"],
        ["c0", "c1", "c2", "c3"],
    ]


def test_rule_06_of_many_phases_the_pixels_of_a_few_positions_are_looked_at() -> None:
    """Sixty positions of four phases, told apart by what the headers say: not 240 pictures are read."""
    headers = [
        slice_header(i, file=f"{phase}.{i}", instance_uid=f"1.{phase}.{i}", temporal_position=phase)
        for phase in range(4)
        for i in range(60)
    ]
    asked: list[str] = []

    def digest(header: SliceHeader) -> bytes:
        asked.append(header.file)
        return header.file.encode()

    found = series_from(headers, digest=digest)
    assert found.frame_count == 60
    assert {item.file[0] for item in found.slices} == {"0"}
    assert [other.slices for other in found.reading.other_stacks] == [60, 60, 60]
    assert 0 < len(asked) <= 8 * 4


def test_rule_06_a_series_sent_twice_under_other_numbers_is_one() -> None:
    """Where the sampled pictures are equal, all are looked at, and repeats are one slice."""
    again = [
        slice_header(i, file=f"b{i}", instance_uid=f"9.{i}", acquisition_number=2, instance_number=90 + i)
        for i in range(30)
    ]
    headers = [slice_header(i) for i in range(30)]
    found = series_from([*headers, *again], digest=lambda h: str(h.position).encode())
    assert found.frame_count == 30
    assert not found.reading.other_stacks
    assert warned(found, "duplicate", "30 file(s)")


def test_rule_06_a_number_of_each_instance_is_no_state() -> None:
    """Acquisition numbers that count instances part no stack into single slices."""
    headers = [
        slice_header(i, file=f"{p}.{i}", instance_uid=f"1.{p}.{i}", acquisition_number=10 * i + p)
        for p in range(2)
        for i in range(6)
    ]
    headers = [evolve(h, instance_number=100 * int(h.file[0]) + i) for i, h in enumerate(headers)]
    assert series_from(headers).frame_count == 6


def test_rule_06_one_slice_sent_again_does_not_mix_phases() -> None:
    """Twelve positions of two times; another number alternates between them, and one instance is a repeat."""
    headers = [
        slice_header(
            i,
            file=f"{phase}.{i}",
            instance_uid=f"1.{phase}.{i}",
            temporal_position=phase,
            acquisition_number=1 + (phase + i) % 2,
        )
        for phase in range(2)
        for i in range(12)
    ]
    again = slice_header(
        5, file="again", instance_uid="9", temporal_position=0, acquisition_number=7, instance_number=99
    )
    found = series_from([*headers, again], digest=lambda h: h.file.replace("again", "0.5").encode())
    assert found.frame_count == 12
    assert len({item.file[0] for item in found.slices}) == 1
    assert [item.file for item in found.reading.left_out if "duplicate" in item.reason] == ["again"]
