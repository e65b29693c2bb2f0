"""The result of one series as a document."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given

from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction import ModelIdentity, Prediction, SeriesReport
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.series import OtherStack, Series
from neuronetra.testing import strategies
from neuronetra.testing.fakes import fake_series

MODEL = ModelIdentity("v3", ("a_fold0_epoch0_score0.000000",), "0" * 64, untrained=True)
PREDICTION_KEYS = [
    "series_uid",
    "modality",
    "probabilities",
    "model",
    "report",
    "versions",
    "notice",
    "error",
]
REPORT_KEYS = [
    "series_uid",
    "modality",
    "modality_source",
    "plane",
    "plane_source",
    "frame_count",
    "files_found",
    "files_used",
    "left_out",
    "slices_used",
    "missing_slices",
    "order_key",
    "spacing_mm",
    "affine",
    "positions_mm",
    "uniform",
    "geometry_verified",
    "laterality_known",
    "plausibility",
    "transfer_syntaxes",
    "repaired",
    "assumed",
    "other_stacks",
    "warnings",
    "error",
]


@given(strategies.series(), strategies.location_scores())
def test_keys_of_a_prediction(series: Series, scores: LocationScores) -> None:
    """The keys are what programs rely on: these, in this order, whatever the series; all of it is JSON."""
    document = Prediction(series.uid, Modality.CTA, scores, MODEL, SeriesReport(series)).as_document()
    assert list(document) == PREDICTION_KEYS
    assert list(document["report"]) == REPORT_KEYS
    assert list(document["model"]) == ["recipe", "members", "manifest_hash", "untrained", "synthetic"]
    assert list(document["probabilities"]) == list(LABELS)
    assert all(list(item) == ["file", "reason"] for item in document["report"]["left_out"])
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_failed_series_has_the_same_keys() -> None:
    """Without slices the report says unknown, and the prediction has an error instead of probabilities."""
    series = Series.unusable("1.2", "all truncated")
    document = Prediction(
        "1.2", None, None, MODEL, SeriesReport(series), error="1.2: all truncated"
    ).as_document()
    assert list(document) == PREDICTION_KEYS
    report = document["report"]
    assert list(report) == REPORT_KEYS
    assert (document["probabilities"], document["modality"]) == (None, None)
    assert (report["plane"], report["spacing_mm"], report["affine"]) == ("unknown", [None, None, None], None)
    assert report["error"] == "all truncated"


def test_numbers_of_a_report() -> None:
    """Spacing is [slice, row, column] in mm, positions are one LPS point per slice, as the affine has it."""
    series = fake_series("1.2", 4, plane=Plane.CORONAL)
    reading = evolve(series.reading, other_stacks=(OtherStack(2, 3, 8, 8, "echo"),), warnings=("a", "b"))
    report = SeriesReport(evolve(series, reading=reading), (0, 2), ("b", "c")).as_document()
    assert report["spacing_mm"] == pytest.approx([3.0, 0.9, 0.6])
    assert (report["plane"], report["uniform"], report["laterality_known"]) == ("coronal", True, True)
    assert len(report["positions_mm"]) == 4
    assert report["positions_mm"][0] == [row[3] for row in report["affine"][:3]]
    assert report["other_stacks"] == [{"number": 2, "slices": 3, "rows": 8, "columns": 8, "reason": "echo"}]
    assert (report["slices_used"], report["warnings"]) == ([0, 2], ["a", "b", "c"])
    assert (report["files_used"], report["order_key"]) == (4, "position")


def test_scores_or_an_error() -> None:
    """A prediction has exactly one of them."""
    report = SeriesReport(fake_series("1.2", 2))
    for scores, error in ((None, None), (LocationScores([0.5] * 14), "failed")):
        with pytest.raises(ValueError, match="or else"):
            Prediction("1.2", None, scores, MODEL, report, error=error)


def test_notices() -> None:
    """No result is a device's, and untrained ones say that they mean nothing."""
    assert "not a medical device" in MODEL.notice
    assert "untrained" in MODEL.notice
    assert "untrained" not in evolve(MODEL, untrained=False).notice
    assert "not a medical device" in evolve(MODEL, untrained=False).notice
