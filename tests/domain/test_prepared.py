"""Prepared series: which slices they have, what prediction would look at, and how they are written down."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.app.reading import sampled
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.prepared_document import Picture, series_document, series_from
from neuronetra.domain.prepared_tables import (
    FAILURE_COLUMNS,
    MAPPING_COLUMNS,
    failures_from,
    failures_table,
    mapping_header,
    mapping_lines,
)
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.testing.fakes import FakeReader, fake_series
from neuronetra.testing.frame_store_contract import prepared_series

MILLIMETRES = st.floats(-1e6, 1e6)


@st.composite
def prepared(draw: st.DrawFn) -> PreparedSeries:
    """Any prepared series."""
    slices = draw(st.integers(1, 40))
    indices = sorted(draw(st.sets(st.integers(0, slices - 1), min_size=1)))
    lost = sorted(draw(st.sets(st.integers(0, slices - 1))) - set(indices))
    frames = [
        StoredFrame(
            index,
            draw(st.none() | st.tuples(MILLIMETRES, MILLIMETRES, MILLIMETRES)),
            draw(st.from_regex(r"[0-9.]{1,64}", fullmatch=True)),
            draw(st.none() | st.integers(0, 10**6)),
        )
        for index in indices
    ]
    return PreparedSeries(
        "1.2.3",
        draw(st.sampled_from(Modality)),
        draw(st.sampled_from(Plane)),
        slices,
        tuple(frames),
        tuple(draw(st.lists(st.text(), max_size=3))),
        tuple(lost),
        draw(st.integers(0, 2**45)),
        draw(st.integers(0, 10**6)),
        draw(st.text(max_size=64)),
    )


@given(prepared(), st.integers(0, 2**32 - 1))
def test_a_series_comes_back_from_its_document(series: PreparedSeries, number: int) -> None:
    """Every field survives JSON exactly, places in mm to the bit."""
    pictures = tuple(Picture(number + i, f"{number:08x}") for i in range(len(series.frames)))
    text = json.dumps(series_document(series, pictures), allow_nan=False)
    assert series_from(json.loads(text)) == (series, pictures)


@given(st.integers(1, 60), st.integers(1, 12), st.data())
def test_chosen_slices_are_those_of_prediction(slices: int, count: int, data: st.DataObject) -> None:
    """Past damaged slices the store's frames are chosen as the road of a prediction chooses from DICOM."""
    lost = data.draw(st.sets(st.integers(0, slices - 1), max_size=min(slices - 1, 3)))
    series = fake_series("1.2", slices)
    reader = FakeReader.of(series)
    reader.unreadable = {series.slices[number].file: "damaged" for number in lost}
    sampler = SegmentSampler(count)
    read = sampled(reader, series, sampler)
    expected = [read.series.slices[position].instance_uid for position in read.positions]
    kept = tuple(
        StoredFrame(number, None, item.instance_uid)
        for number, item in enumerate(series.slices)
        if number not in lost
    )
    stored = PreparedSeries("1.2", Modality.CTA, Plane.AXIAL, slices, kept, (), tuple(sorted(lost)))
    assert [series.slices[index].instance_uid for index in stored.chosen(sampler)] == expected


@pytest.mark.parametrize("indices", [(), (1, 0), (0, 0), (-1, 0), (4, 5)])
def test_frames_that_are_none_of_the_series(indices: tuple[int, ...]) -> None:
    """Frames out of order, twice, or beyond the series are refused."""
    with pytest.raises(ValueError, match="canonical order"):
        prepared_series(indices=indices)


@pytest.mark.parametrize("lost", [(0,), (2, 2), (4, 2)])
def test_lost_slices_that_are_none(lost: tuple[int, ...]) -> None:
    """A slice is not both stored and lost, nor lost twice."""
    with pytest.raises(ValueError, match="lost"):
        evolve(prepared_series(), lost=lost)


def test_the_table_of_frames() -> None:
    """A line for each stored slice: where it lies on the disk, in series and patient, and its source."""
    lines = (mapping_header() + mapping_lines(prepared_series("1.5"), "frames/1.5")).splitlines()
    assert lines[0].split(",") == list(MAPPING_COLUMNS)
    assert lines[1] == "1.5,frames/1.5,0,0.30000000000000004,-0.3333333333333333,0.0,T1post,coronal,1.5.9.0,0"
    assert lines[2].endswith("1.5.9.1,")
    assert len(lines) == 4
    placeless = PreparedSeries("1.5", Modality.MR, Plane.UNKNOWN, 1, (StoredFrame(0, None, "1.6"),))
    assert mapping_lines(placeless, "f") == "1.5,f,0,,,,MR,unknown,1.6,\n"


@given(st.dictionaries(st.from_regex(r"[0-9.]{1,20}", fullmatch=True), st.text(st.characters(codec="utf-8"))))
def test_the_table_of_failures(failures: dict[str, str]) -> None:
    """It is read as it was written, whatever the reasons hold, and has a header when nothing failed."""
    failures = {uid: " ".join(reason.replace("\0", "").split()) for uid, reason in failures.items()}
    text = failures_table(failures)
    assert text.splitlines()[0] == ",".join(FAILURE_COLUMNS)
    assert list(failures_from(text)) == sorted(failures.items())


@pytest.mark.parametrize("text", ["", "a,b\n", "SeriesInstanceUID,reason\n1,2,3\n"])
def test_what_is_no_table_of_failures(text: str) -> None:
    """Another table is an error."""
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
        list(failures_from(text))
