"""The demonstration: what is written, and that the truth stands beside the prediction whatever it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from attrs import define, evolve, field

from neuronetra.app.demo import STEPS, Demo
from neuronetra.app.inspect import Inspector
from neuronetra.app.predict import Predictor
from neuronetra.domain.demo import DrawnLesion, DrawnStudy
from neuronetra.domain.frames import Frames
from neuronetra.domain.locations import Location
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.prediction import Prediction
from neuronetra.errors import SeriesError
from neuronetra.testing.fakes import FakePreprocessor, FakeReader, fake_series, tiny_recipe


@define
class MemoryFolder:
    """Files by name."""

    files: dict[str, bytes] = field(factory=dict)

    def path(self, name: str) -> str:
        return "scan" if name == "study" else name

    def write(self, name: str, content: bytes) -> None:
        self.files[name] = content


def _page(prediction: Prediction, frames: Frames | None, card: str, drawn: DrawnStudy | None) -> str:
    assert frames is not None
    assert drawn is not None
    return f"{prediction.series_uid} {frames.positions} {card} {drawn.seed}"


def test_report_and_result_hold_prediction_and_truth(predictor_of: Callable[..., Predictor]) -> None:
    """The page is given the frames that the networks saw; the document holds both, and says synthetic."""
    reader, asked = FakeReader.of(fake_series("1.2", 20)), []

    def make_study(folder: str, seed: int) -> DrawnStudy:
        asked.append((folder, seed))
        return DrawnStudy("1.2", seed, 20, (DrawnLesion(Location.LEFT_MCA, 7.0, (3, 5)),))

    inspector = Inspector(reader, FakePreprocessor(), tiny_recipe().pipeline)
    demo = Demo(make_study, predictor_of(reader), inspector, _page, "# Card")
    folder, told = MemoryFolder(), []
    result = demo.run(folder, 9, lambda done, total: told.append((done, total)))
    assert asked == [("scan", 9)]
    assert told == [(step, len(STEPS)) for step in range(len(STEPS) + 1)]
    assert folder.files["report.html"] == b"1.2 (2, 4, 6, 8, 10, 12, 14, 16) # Card 9"
    document = json.loads(folder.files["result.json"])
    assert document == json.loads(json.dumps(result.as_document()))
    assert document["demo"] is True
    assert document["synthetic"] is True
    assert SYNTHETIC_NOTICE in document["notice"]
    assert document["truth"]["labels"]["Left Middle Cerebral Artery"] is True
    assert document["truth"]["lesions"][0]["slices_looked_at"] == [4]
    assert document["prediction"]["probabilities"] == result.prediction.probabilities


def test_a_study_that_is_not_one_series_is_an_error(predictor_of: Callable[..., Predictor]) -> None:
    """Where the reader finds two series, nothing is reported of either."""
    reader = FakeReader.of(fake_series("1.2", 20), fake_series("1.3", 20))
    inspector = Inspector(reader, FakePreprocessor(), tiny_recipe().pipeline)
    demo = Demo(lambda _, seed: DrawnStudy("1.2", seed, 20, ()), predictor_of(reader), inspector, _page)
    folder = MemoryFolder()
    with pytest.raises(SeriesError, match="2 series"):
        demo.run(folder, 1)
    assert folder.files == {}


def test_a_study_that_cannot_be_predicted_is_an_error(predictor_of: Callable[..., Predictor]) -> None:
    """A demonstration without probabilities ends in one line instead of an empty table."""
    series = fake_series("1.2", 20)
    reader = evolve(FakeReader.of(series), failures={"1.2": SeriesError("no slice can be used")})
    inspector = Inspector(reader, FakePreprocessor(), tiny_recipe().pipeline)
    demo = Demo(lambda _, seed: DrawnStudy("1.2", seed, 20, ()), predictor_of(reader), inspector, _page)
    folder = MemoryFolder()
    with pytest.raises(SeriesError, match="no slice can be used"):
        demo.run(folder, 1)
    assert folder.files == {}
