"""What a network would see, without any network."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.app.inspect import Inspector
from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.modality import Modality
from neuronetra.domain.series import Series
from neuronetra.errors import InputNotFoundError
from neuronetra.testing.fakes import FakePreprocessor, FakeReader, fake_series, tiny_recipe

PIPELINE = tiny_recipe().pipeline
SAMPLED = (2, 4, 6, 8, 10, 12, 14, 16)


def inspector(reader: FakeReader, **settings: object) -> Inspector:
    return Inspector(reader, FakePreprocessor(), PIPELINE, **settings)  # type: ignore[arg-type]


def test_frames_and_encoding_are_what_a_prediction_uses() -> None:
    """The sampled slices, prepared and encoded by the pipeline, and nothing else is read."""
    reader = FakeReader.of(fake_series("1.2", 20))
    (seen,) = inspector(reader).inspect_each("scan")
    assert reader.loaded == [("1.2", SAMPLED)]
    frames = reader.load(reader.series[0], SAMPLED)
    prepared = FakePreprocessor().apply(frames, PIPELINE.preprocessing, Modality.CTA)
    assert seen.frames == prepared
    assert seen.encoded == ChannelEncoder().encode(prepared)
    assert seen.volume is None
    assert (seen.report.slices_used, seen.report.error) == (SAMPLED, None)


def test_the_report_says_whether_it_is_a_head() -> None:
    """A verdict on the sampled slices, whole volume or not; none where no slice could be read."""
    noise = FakeReader.of(fake_series("1.2", 20, (64, 64)))
    reader = FakeReader([*noise.series, Series.unusable("1.3", "all truncated")], noise.volumes)
    for volume in (False, True):
        seen, unread = inspector(reader).inspect_each("scan", volume)
        document = seen.report.as_document()
        assert document["plausibility"]["verdict"] == "doubtful"
        assert "noise" in document["plausibility"]["reasons"][0]
        assert any(warning.startswith("plausibility: ") for warning in document["warnings"])
        assert unread.report.as_document()["plausibility"] is None


def test_a_head_of_unknown_modality_has_a_verdict() -> None:
    """What fails after its slices were read was looked at, and its report says so."""
    (seen,) = inspector(FakeReader.of(fake_series("1.2", 20, (64, 64), modality=None))).inspect_each("scan")
    assert seen.report.error is not None
    assert seen.report.as_document()["plausibility"]["verdict"] == "doubtful"


def test_the_whole_volume() -> None:
    """Asked for, every slice is given as read, in order."""
    reader = FakeReader.of(fake_series("1.2", 20))
    (seen,) = inspector(reader).inspect_each("scan", volume=True)
    assert seen.volume is not None
    assert seen.volume.positions == tuple(range(20))
    assert np.array_equal(seen.volume.pixels, reader.volumes["1.2"])


def test_damage_anywhere_shows_in_a_whole_volume() -> None:
    """A slice that no prediction would ask for is left out and named when all are read."""
    reader = FakeReader.of(fake_series("1.2", 20))
    reader.unreadable = {"019.dcm": "truncated"}
    (sampled,) = inspector(reader).inspect_each("scan")
    (whole,) = inspector(reader).inspect_each("scan", volume=True)
    assert sampled.report.series.frame_count == 20
    assert whole.report.series.frame_count == 19
    assert [item.file for item in whole.report.series.reading.left_out] == ["019.dcm"]
    assert whole.volume is not None
    assert len(whole.volume) == 19


def test_series_that_cannot_be_used_are_reported() -> None:
    """An unusable series, or one of unknown modality, has a report with its error and no pixels."""
    unknown = fake_series("1.3", 20, modality=None)
    good = FakeReader.of(fake_series("1.1", 20), unknown)
    reader = FakeReader([*good.series, Series.unusable("1.2", "all truncated")], good.volumes)
    first, second, third = inspector(reader).inspect_each("scan")
    assert (first.report.error, first.encoded is None) == (None, False)
    assert (second.report.error, second.encoded, second.frames) == ("1.2: all truncated", None, None)
    assert "modality is unknown" in (third.report.error or "")
    assert third.report.as_document()["frame_count"] == 20
    named = list(inspector(reader, modality=Modality.T2).inspect_each("scan"))
    assert named[2].report.error is None
    assert named[2].report.as_document()["modality"] == "T2"


def test_hidden_names() -> None:
    """With names hidden, no uid and no file name stands in a report."""
    good = FakeReader.of(fake_series("1.2.840", 20))
    good.unreadable = {"004.dcm": "truncated"}
    reader = FakeReader(
        [*good.series, Series.unusable("1.2.9", "1.2.9 is bad")], good.volumes, good.unreadable
    )
    for number, seen in enumerate(inspector(reader, hide_names=True).inspect_each("scan"), start=1):
        text = str(seen.report.as_document())
        assert f"series-{number}" in text
        assert ".dcm" not in text
        assert "1.2." not in text


def test_progress_and_paths() -> None:
    """Progress counts series; a path that is not there is the reader's error."""
    reader, steps = FakeReader.of(fake_series("1.1", 9), fake_series("1.2", 9)), []
    list(inspector(reader).inspect_each("scan", progress=lambda *step: steps.append(step)))
    assert steps == [(0, 2), (1, 2), (2, 2)]
    with pytest.raises(InputNotFoundError):
        list(inspector(reader).inspect_each("elsewhere"))


class _RaisingPreprocessor:
    """A plug-in with a defect."""

    def apply(self, frames, preprocessing, modality):
        raise ZeroDivisionError("a header's text")


def test_unexpected_error_fails_one_series() -> None:
    """A plug-in's exception becomes the report's error, named by its kind and never quoted."""
    reader = FakeReader.of(fake_series("1.1", 9), fake_series("1.2", 9))
    found = list(Inspector(reader, _RaisingPreprocessor(), PIPELINE).inspect_each("scan"))
    assert [entry.report.error for entry in found] == [
        f"{uid}: unexpected ZeroDivisionError" for uid in ("1.1", "1.2")
    ]


def test_a_volume_is_read_once() -> None:
    """What the sampler chooses is taken from the slices that were read for the volume."""
    reader = FakeReader.of(fake_series("1.1", 20))
    (seen,) = inspector(reader).inspect_each("scan", volume=True)
    (alone,) = inspector(reader).inspect_each("scan")
    assert reader.loaded[0] == ("1.1", tuple(range(20)))
    assert len(reader.loaded) == 2
    assert seen.encoded == alone.encoded
    assert seen.volume is not None
    assert len(seen.volume) == 20
    assert seen.report.slices_used == alone.report.slices_used


def test_reading_shows_progress() -> None:
    """Files of the scan and slices of a volume are counted."""
    reader, steps = FakeReader.of(fake_series("1.1", 9)), []
    list(inspector(reader).inspect_each("scan", volume=True, reading=lambda *step: steps.append(step)))
    assert steps == [(1, 1), (9, 9)]
