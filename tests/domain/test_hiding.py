"""Uids and file names replaced by numbers."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given

from neuronetra.domain.hiding import NameHider
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.series import LeftOut, Series
from neuronetra.errors import SeriesError, SliceError
from neuronetra.testing import strategies
from neuronetra.testing.fakes import fake_series


@given(strategies.series())
def test_nothing_of_a_name_is_left(series: Series) -> None:
    """The report of a hidden series holds no uid and no file name, yet the same counts and places."""
    hidden = NameHider.of(series, 3).series(series)
    shown, bare = SeriesReport(hidden).as_document(), SeriesReport(series).as_document()
    text = json.dumps({key: value for key, value in shown.items() if key not in ("affine", "positions_mm")})
    for name in (*(item.file for item in series.slices), *(item.file for item in series.reading.left_out)):
        assert name not in text
    assert shown["series_uid"] == "series-3"
    assert {item.instance_uid for item in hidden.slices} == {""}
    for key in ("plane", "frame_count", "files_found", "affine", "order_key", "modality"):
        assert shown[key] == bare[key]


def test_files_are_numbered_in_their_order() -> None:
    """Left out or used, a file has one number in every text."""
    series = fake_series("1.2", 3).without({"001.dcm": "truncated like 000.dcm"})
    hider = NameHider.of(series, 1)
    (left_out,) = hider.series(series).reading.left_out
    assert left_out == LeftOut("file-2", "truncated like file-1")
    assert [item.file for item in hider.series(series).slices] == ["file-1", "file-3"]


def test_numbers_are_not_taken_for_names() -> None:
    """Files that are called by numbers get one replacement each, and words that hold a name are left."""
    series = fake_series("1.2.3", 12)
    slices = tuple(evolve(item, file=str(i)) for i, item in enumerate(series.slices))
    series = evolve(series, slices=slices)
    hider = NameHider.of(series, 7)
    assert [item.file for item in hider.series(series).slices] == [
        f"file-{1 + sorted(map(str, range(12))).index(str(i))}" for i in range(12)
    ]
    assert hider.text("10: damaged") == "file-3: damaged"
    assert hider.text("of 1.2.3, not of 21.2.33") == "of series-7, not of 21.file-5.33"
    assert hider.text("1.2.3.1") == "instance"


def test_a_path_within_a_text() -> None:
    """A full path, a relative one and a uid are found wherever they stand."""
    series = fake_series("1.2.840", 2)
    text = NameHider.of(series, 1).text(
        "cannot open '/patients/DOE^JANE/1.2.840/001.dcm' (001.dcm) of 1.2.840."
    )
    assert text == "cannot open 'file-2' (file-2) of series-1."


def test_without_names() -> None:
    """A hider that knows no names changes nothing."""
    assert NameHider().text("anything at all") == "anything at all"


@pytest.mark.parametrize(
    "error",
    [SeriesError("no use", where="1.2.840", found="001.dcm"), SliceError({"001.dcm": "as 000.dcm"})],
)
def test_errors_are_censored(error: SeriesError) -> None:
    """An error that is yet to be raised says numbers, too."""
    series = fake_series("1.2.840", 2)
    NameHider.of(series, 1).censor(error)
    assert "1.2.840" not in str(error)
    assert ".dcm" not in str(error)
    assert "file-2" in str(error)


def test_files_named_like_words_take_nothing_out_of_a_sentence() -> None:
    """A file called 1 or gap: a warning keeps its number and its word; the file's own name is hidden."""
    series = fake_series("1.2.840.9", 4)
    slices = tuple(
        evolve(item, file=name) for item, name in zip(series.slices, ["1", "2", "gap", "IM0004"], strict=True)
    )
    reading = evolve(series.reading, warnings=("gap: 1 slice(s) missing", "spacing: more than 2 %"))
    series = evolve(series, slices=slices, reading=reading)
    hidden = NameHider.of(series, 1).series(series)
    assert hidden.reading.warnings == reading.warnings
    assert {item.file for item in hidden.slices} == {"file-1", "file-2", "file-3", "file-4"}


def test_a_frame_is_hidden_with_its_file() -> None:
    """The file's number, and the frame's own."""
    series = fake_series("1.2.840.9", 2)
    reading = evolve(series.reading, left_out=(LeftOut("001.dcm (frame 7)", "truncated"),))
    hidden = NameHider.of(evolve(series, reading=reading), 1).series(evolve(series, reading=reading))
    assert hidden.reading.left_out == (LeftOut("file-2 (frame 7)", "truncated"),)
