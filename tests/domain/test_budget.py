"""The budget of a series, and that what crafted headers cost grows with their number and no faster."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import pytest
from attrs import evolve

from neuronetra.domain.budget import Budget
from neuronetra.domain.headers import Patient, Refused, SliceHeader, usable_orientation
from neuronetra.domain.patients import one_patient_each
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import LeftOut
from neuronetra.domain.series_files import FileSorter, SeriesFiles
from neuronetra.domain.stacking import series_of
from neuronetra.testing.header_builder import all_differ, header_stack, series_from, slice_header

MANY = Budget().max_files
SECONDS = 30.0
"""What took minutes when it grew with the square takes two or three; a busy machine may need ten times that."""


def sorted_files(budget: Budget, files: Sequence[Sequence[SliceHeader] | Refused]) -> list[SeriesFiles]:
    """The series that a sorter makes of files."""
    sorter = FileSorter(budget)
    for held in files:
        sorter.add(held)
    return sorter.series()


def frames_of(count: int, file: str, uid: str = "1.2") -> list[SliceHeader]:
    """The headers of a multi-frame file."""
    one = slice_header(0, file=file, series_uid=uid, frames=count)
    return [evolve(one, frame=frame) for frame in range(count)]


@pytest.mark.parametrize(
    ("frames", "rows", "columns", "word"),
    [
        (1, 4096, 4096, ""),
        (128, 4096, 4096, ""),
        (1, 4097, 4096, "a slice has more than"),
        (1, 65535, 65535, "a slice has more than"),
        (129, 4096, 4096, "max_pixels"),
        (20_000, 1, 1, ""),
        (20_001, 1, 1, "max_files"),
        (10**15, 1, 1, "max_files"),
    ],
)
def test_rule_22_the_budget_of_one_file(frames: int, rows: int, columns: int, word: str) -> None:
    """Two thousand slices of 1024 x 1024 pass; one more is too large, and the text names what to raise."""
    why = Budget().excess(frames, rows, columns)
    assert (word in why) if word else not why
    assert why.startswith("too large") or not word


@pytest.mark.parametrize("name", ["max_files", "max_pixels", "max_slice_pixels", "max_frames"])
def test_a_budget_of_nothing_is_none(name: str) -> None:
    """Every bound is at least 1."""
    with pytest.raises(ValueError, match=name):
        Budget(**{name: 0})


def test_rule_22_a_series_is_refused_at_the_file_that_is_too_many() -> None:
    """Five of five are kept; of six nothing but their names is, whatever comes after."""
    files = [[header] for header in header_stack(6)]
    (whole,) = sorted_files(Budget(max_files=5), files[:5])
    (excess,) = sorted_files(
        Budget(max_files=5), [*files, Refused(file="cut", reason="cut", series_uid="1.2")]
    )
    assert (len(whole.headers), whole.excess) == (5, "")
    assert (excess.headers, excess.refused) == ((), ())
    assert "max_files" in excess.excess
    assert set(excess.names) == {*(f"f{index}" for index in range(6)), "cut"}


def test_rule_22_pixels_are_counted_over_all_slices() -> None:
    """8 x 10 pixels a slice: 160 are two slices."""
    files = [[header] for header in header_stack(3)]
    assert [one.excess for one in sorted_files(Budget(max_pixels=240), files)] == [""]
    assert ["max_pixels" in one.excess for one in sorted_files(Budget(max_pixels=239), files)] == [True]


def test_rule_22_frames_count_as_files() -> None:
    """Of one file or of several."""
    files = [frames_of(3, "a"), frames_of(3, "b")]
    assert [one.excess for one in sorted_files(Budget(max_files=6), files)] == [""]
    (excess,) = sorted_files(Budget(max_files=5), files)
    assert (excess.headers, excess.names) == ((), ("a", "b"))


def test_rule_22_many_series_of_many_frames_share_one_bound() -> None:
    """What is beyond the frames of a whole folder is refused, whatever series it calls itself."""
    files = [frames_of(3, uid, uid) for uid in ("1.1", "1.2", "1.3")]
    assert [bool(one.excess) for one in sorted_files(Budget(max_frames=6), files)] == [False, False, True]


def test_rule_26_a_series_that_is_too_large_accounts_for_its_files() -> None:
    """An error in plain words, and every file left out; those of no series stand there, too."""
    (excess,) = sorted_files(Budget(max_files=2), [[header] for header in header_stack(3)])
    series = series_of(excess, (LeftOut("notes", "not a DICOM file"),), all_differ)
    assert "too large" in str(series.error)
    assert {entry.file for entry in series.reading.left_out} == {"f0", "f1", "f2", "notes"}
    assert series.reading.files_found == 4


def test_rule_05_as_many_patients_as_files() -> None:
    """Each states another identifier and name under one SeriesInstanceUID; some state one of them alone."""
    stated = [Patient(f"id{n}" if n % 3 else "", f"name{n}" if n % 2 else "") for n in range(MANY)]
    begun = time.process_time()
    meant = one_patient_each(stated)
    assert time.process_time() - begun < SECONDS
    assert len(set(meant.values())) > MANY // 3


def turned(number: int) -> SliceHeader:
    """A slice of an orientation of its own, without a pixel spacing."""
    across, down = 0.01 * (number % 140), 0.01 * (number // 140)
    sine, cosine = math.sin(across), math.cos(across)
    row, column = (cosine, sine, 0.0), (-sine * math.cos(down), cosine * math.cos(down), math.sin(down))
    return slice_header(number, orientation=usable_orientation((*row, *column)), pixel_spacing=None)


def spaced(number: int) -> SliceHeader:
    """A slice of a pixel spacing of its own."""
    return slice_header(number, pixel_spacing=(0.01 * 1.03 ** (number % 140), 0.01 * 1.03 ** (number // 140)))


def shared(number: int) -> SliceHeader:
    """Half of the slices at one position, a quarter at the next, the others each at their own."""
    place = 0 if number < MANY // 2 else 1 if number < MANY * 3 // 4 else number
    return slice_header(number, position=(0.0, 0.0, float(place)), acquisition_number=None)


def sized(number: int) -> SliceHeader:
    """A slice of rows and columns of its own."""
    return slice_header(number, pixels=PixelFacts(rows=1 + number % 150, columns=1 + number // 150))


def unlike(number: int) -> SliceHeader:
    """Pairs that differ in everything that could tell them apart."""
    return slice_header(
        number,
        position=(0.0, 0.0, float(number // 2)),
        echo_number=number,
        temporal_position=number,
        b_value=float(number),
        acquisition_number=number,
    )


@pytest.mark.parametrize("crafted", [turned, spaced, shared, sized, unlike], ids=lambda one: one.__name__)
def test_rule_04_what_a_full_series_of_crafted_headers_costs(crafted: Callable[[int], SliceHeader]) -> None:
    """Twenty thousand slices that fit together in no way, or in thousands: one series, with its warning."""
    headers = [crafted(number) for number in range(MANY)]
    begun = time.process_time()
    series = series_from(headers)
    assert time.process_time() - begun < SECONDS
    assert series.error is None
    assert any(warning.startswith("stack") for warning in series.reading.warnings)
