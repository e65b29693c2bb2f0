"""Headers to series: rules 4 to 6 and 26, on header values alone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.domain.headers import ImageKind, Patient, Refused, SliceHeader
from neuronetra.domain.modality import Modality, ModalityFacts
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.series import LeftOut, OrderKey, Series
from neuronetra.domain.series_files import SeriesFiles, files_by_series
from neuronetra.domain.stacking import series_of
from neuronetra.testing.header_builder import all_differ, header_stack, series_from, slice_header, warned


def places(found: Series) -> list[float]:
    assert found.geometry is not None
    assert found.geometry.offsets is not None
    return [float(v) for v in found.geometry.offsets]


def test_a_clean_stack_has_no_warnings() -> None:
    """Nothing is said where nothing is wrong."""
    found = series_from(header_stack())
    assert found.reading.warnings == ()
    assert found.reading.order_key is OrderKey.POSITION
    assert places(found) == [2.0 * i for i in range(10)]


def test_rule_04_scout_falls_out_as_another_stack() -> None:
    """A localizer of another orientation is listed, left out with a reason, and costs no warning."""
    scout = slice_header(90, orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0), kind=ImageKind.LOCALIZER)
    found = series_from([scout, *header_stack(30)])
    assert found.frame_count == 30
    assert found.reading.other_stacks[0].slices == 1
    assert "orientation" in found.reading.left_out[0].reason
    assert not warned(found, "stack")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)}, "orientation"),
        ({"pixels": PixelFacts(rows=9, columns=10)}, "rows"),
        ({"pixel_spacing": (0.6, 0.6)}, "pixel spacing"),
        ({"kind": ImageKind.PHASE}, "image type"),
        ({"family": "secondary capture"}, "SOP class"),
        ({"position": None}, "geometry"),
    ],
)
def test_rule_04_costly_split_is_warned_of_by_attribute(change: dict[str, Any], word: str) -> None:
    """Over 5 % of the slices in other stacks is a warning that names what parts them."""
    odd = [slice_header(i, **change) for i in range(10, 13)]
    found = series_from([*header_stack(), *odd])
    assert found.frame_count == 10
    assert warned(found, "stack", word)


def test_rule_04_small_differences_stay_in_one_stack() -> None:
    """Orientation to 1e-3 and pixel spacing to 1 % are the same."""
    headers = header_stack()
    headers[3] = evolve(headers[3], orientation=(1.0, 5e-4, 0.0, -5e-4, 1.0, 0.0))
    headers[4] = evolve(headers[4], pixel_spacing=(0.503, 0.5))
    headers[5] = evolve(headers[5], pixel_spacing=None)
    assert series_from(headers).frame_count == 10


def test_rule_04_image_type_values_beyond_the_kind_do_not_split() -> None:
    r"""One CT series says AXIAL on half its slices and AXIAL\ADD on the others."""
    assert ImageKind.of(("ORIGINAL", "PRIMARY", "AXIAL")) is ImageKind.of(
        ("ORIGINAL", "PRIMARY", "AXIAL", "ADD")
    )
    assert ImageKind.of(("ORIGINAL", "PRIMARY", "LOCALIZER")) is ImageKind.LOCALIZER
    assert ImageKind.of(("ORIGINAL", "PRIMARY", "P", "ND")) is ImageKind.PHASE


def test_rule_04_acquisitions_at_different_positions_are_one_volume() -> None:
    """One CT volume may span several acquisitions."""
    found = series_from([slice_header(i, acquisition_number=1 + i // 5) for i in range(10)])
    assert found.frame_count == 10
    assert not found.reading.other_stacks


def test_rule_04_acquisitions_that_overlap_in_one_position_stay_one_volume() -> None:
    """Only the slice at the shared position goes to another stack."""
    headers = [slice_header(i, acquisition_number=1 + i // 12) for i in range(24)]
    twin = slice_header(12, file="twin", instance_uid="9", acquisition_number=1)
    found = series_from([*headers, twin])
    assert found.frame_count == 24
    assert [other.slices for other in found.reading.other_stacks] == [1]


@pytest.mark.parametrize(
    ("attribute", "word"),
    [
        ("echo_number", "echo"),
        ("temporal_position", "temporal"),
        ("b_value", "b-value"),
        ("acquisition_number", "acquisition"),
        ("instance_number", "instance"),
    ],
)
def test_rule_06_two_states_at_every_position_are_two_stacks(attribute: str, word: str) -> None:
    """Echoes, phases, b-values, acquisitions: each a stack, told apart by what tells them apart."""
    second = [slice_header(i, file=f"g{i}", instance_uid=f"9.{i}", **{attribute: 50 + i}) for i in range(9)]
    if attribute != "instance_number":
        state: dict[str, Any] = {attribute: 50}
        second = [evolve(h, **state) for h in second]
    found = series_from([*second, *header_stack()])
    assert [item.file for item in found.slices] == [f"f{i}" for i in range(10)]
    assert warned(found, "stack", word)
    other = series_from([*second, *header_stack()], number=1)
    assert [item.file for item in other.slices] == [f"g{i}" for i in range(9)]


def test_rule_06_one_echo_misses_a_slice_and_is_not_filled_up_from_the_other() -> None:
    """Where most positions are shared, a state's lone slices stay with their state."""
    first = [h for h in header_stack(20, echo_number=1) if h.file != "f3"]
    second = [
        slice_header(i, file=f"g{i}", instance_uid=f"9.{i}", echo_number=2) for i in range(20) if i != 7
    ]
    found = series_from([*first, *second])
    assert len({item.file[0] for item in found.slices}) == 1
    assert warned(found, "gap")


def test_rule_06_same_instance_uid_twice_is_one_slice() -> None:
    """A copy of a file is left out as a duplicate and said."""
    found = series_from([*header_stack(), slice_header(4, file="copy")])
    assert found.frame_count == 10
    assert len(found.reading.left_out) == 1
    assert "duplicate" in found.reading.left_out[0].reason
    assert warned(found, "duplicate")
    assert found.reading.other_stacks == ()


def test_rule_06_identical_pixels_at_one_position_are_one_slice() -> None:
    """A re-sent slice with a new uid and number is found by its pixels, to 1 % of the spacing."""
    again = slice_header(40, position=(-5.0, -4.0, 8.01), slice_location=8.01, acquisition_number=3)
    found = series_from([*header_stack(), again], digest=lambda _: b"same")
    assert found.frame_count == 10
    assert "duplicate" in found.reading.left_out[0].reason


def test_rule_06_blank_edges_of_two_echoes_are_no_duplicates() -> None:
    """Equal pictures of two states stay apart where other positions show that there are two states."""
    second = [slice_header(i, file=f"g{i}", instance_uid=f"9.{i}", echo_number=2) for i in range(10)]
    blank = {"f0", "g0", "f9", "g9"}
    found = series_from(
        [*header_stack(echo_number=1), *second], digest=lambda h: b"" if h.file in blank else all_differ(h)
    )
    assert found.frame_count == 10
    assert [other.slices for other in found.reading.other_stacks] == [10]


def test_rule_06_pixels_are_asked_for_only_where_positions_are_shared() -> None:
    """Scanning a clean series reads no pixels."""
    asked: list[str] = []

    def digest(h: SliceHeader) -> bytes:
        asked.append(h.file)
        return all_differ(h)

    series_from(
        [*header_stack(), slice_header(4, file="twin", instance_uid="9", acquisition_number=2)], digest=digest
    )
    assert sorted(asked) == ["f4", "twin"]


def test_rule_05_two_patients_are_never_mixed() -> None:
    """One SeriesInstanceUID of two patients makes two series, each warned of."""
    mixed = [slice_header(i, patient=Patient("ab"[i % 2]), position=(0.0, 0.0, float(i))) for i in range(10)]
    files, stray = files_by_series([*mixed, Refused(file="x", reason="not a DICOM file")])
    assert [len(one.headers) for one in files] == [5, 5]
    assert stray == (LeftOut("x", "not a DICOM file"),)
    for one in files:
        assert warned(series_of(one, stray, all_differ), "two patients")


def test_rule_26_every_file_is_accounted_for() -> None:
    """Files found = slices used + files left out."""
    files = SeriesFiles(
        uid="1.2",
        headers=(*header_stack(), slice_header(4, file="copy"), slice_header(70, position=None)),
        refused=(Refused(file="t", reason="truncated: 3 of 9 bytes", series_uid="1.2", lost=True),),
    )
    found = series_of(files, (LeftOut("n.txt", "not a DICOM file"),), all_differ)
    assert found.reading.files_found == found.frame_count + len(found.reading.left_out) == 14
    assert found.reading.missing == 2
    assert warned(found, "truncated", "missing")


def test_a_series_of_refused_files_is_unusable_with_the_commonest_reason() -> None:
    """One line says why."""
    refused = tuple(Refused(file=f"{i}", reason="JPEG pixel data", series_uid="1.2") for i in range(3))
    found = series_of(SeriesFiles(uid="1.2", refused=refused), (), all_differ)
    assert found.error is not None
    assert "JPEG" in found.error
    assert found.reading.files_found == 3


def test_a_stack_that_is_not_there_makes_the_series_unusable() -> None:
    """Asking for a stack that does not exist says which do."""
    found = series_from(header_stack(), number=3)
    assert found.error is not None
    assert "stack 3" in found.error
    assert found.reading.files_found == len(found.reading.left_out) == 10


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 30), st.booleans())
def test_any_file_order_gives_the_same_series(chance: random.Random, count: int, echoes: bool) -> None:
    """Neither the order nor the names of files change what is found."""
    headers = header_stack(count, echo_number=1)
    if echoes:
        headers += [slice_header(i, instance_uid=f"9.{i}", echo_number=2) for i in range(count - 1)]
    names = [f"{i:03}" for i in range(len(headers))]
    chance.shuffle(names)
    shuffled = [evolve(h, file=name) for h, name in zip(headers, names, strict=True)]
    chance.shuffle(shuffled)
    one, other = series_from(headers), series_from(shuffled)
    assert [s.instance_uid for s in one.slices] == [s.instance_uid for s in other.slices]
    assert one.geometry == other.geometry
    assert one.reading.warnings == other.reading.warnings


@pytest.mark.parametrize("lacking", ["orientation", "position"])
def test_rule_26_one_slice_with_a_useless_element_is_said(lacking: str) -> None:
    """One in forty, below any costly split: a reason, a warning, a missing slice and what was malformed."""
    headers = header_stack(40)
    useless: dict[str, Any] = {lacking: None}
    headers[39] = evolve(headers[39], repairs=(f"{lacking}: it is malformed",), **useless)
    found = series_from(headers)
    assert found.reading.left_out == (LeftOut("f39", f"{lacking} is missing or malformed"),)
    assert warned(found, f"the {lacking} of 1 slice(s)", "count as missing")
    assert warned(found, "it is malformed")
    assert found.missing_slices == 1


def lost(index: int, **changes: Any) -> Refused:
    told: dict[str, Any] = {"file": f"lost{index}", "instance_uid": f"1.2.{index}"}
    told["position"] = (-5.0, -4.0, 2.0 * index)
    return Refused(reason="truncated: 1 of 2 bytes", series_uid="1.2", lost=True, **(told | changes))


def test_rule_26_missing_slices_agree_with_the_warnings() -> None:
    """A truncated slice inside the stack is also its gap, and counts once; a gap alone counts too."""
    headers = tuple(h for h in header_stack() if h.file != "f4")
    files = SeriesFiles(uid="1.2", headers=headers, refused=(lost(4),))
    for found in (series_of(files, (), all_differ), series_from(headers)):
        assert SeriesReport(found).as_document()["missing_slices"] == 1
        assert warned(found, "gap: 1")


@pytest.mark.parametrize("known", [{"position": None}, {"instance_uid": "9"}])
def test_rule_26_a_damaged_copy_of_a_slice_that_was_read_is_not_missing(known: dict[str, Any]) -> None:
    """By its SOPInstanceUID or by its position."""
    files = SeriesFiles(uid="1.2", headers=tuple(header_stack()), refused=(lost(4, **known),))
    found = series_of(files, (), all_differ)
    assert found.missing_slices == 0
    assert warned(found, "duplicate", "cannot be read")
    assert not warned(found, "count as missing")


def test_rule_27_slices_vote_by_modality_not_by_their_exact_times() -> None:
    """Nine T2 slices whose times all differ outvote one odd one."""
    facts = [
        ModalityFacts(modality="MR", scanning_sequence=("SE",), echo_time=90.0, repetition_time=3000.0 + i)
        for i in range(9)
    ]
    odd = ModalityFacts(modality="MR")
    found = series_from([slice_header(i, facts=f) for i, f in enumerate([odd, odd, *facts])])
    assert found.modality is not None
    assert found.modality.modality is Modality.T2


def test_rule_27_an_unknown_modality_keeps_the_series() -> None:
    """Geometry and accounting stand; the caller may name the modality."""
    found = series_from(header_stack(facts=ModalityFacts()))
    assert found.modality is None
    assert found.error is None
    assert found.reading.files_found == found.frame_count == 10
    assert warned(found, "modality: neither")


def test_rule_26_a_gap_and_a_lost_slice_beyond_the_end_are_two_missing() -> None:
    """One was never sent, the last one is truncated: the one leaves a gap, the other does not."""
    headers = tuple(h for h in header_stack() if h.file not in ("f4", "f9"))
    found = series_of(SeriesFiles(uid="1.2", headers=headers, refused=(lost(9),)), (), all_differ)
    assert found.missing_slices == 2
