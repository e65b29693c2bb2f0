"""Batches, scores and the 14 probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.scores import Batch, LocationScores, Scores
from neuronetra.errors import ScoringError

Array = np.ndarray[Any, Any]


def images(count: int = 2) -> Array:
    return np.ones((count, 3, 4, 5), np.uint8)


@pytest.mark.parametrize(
    ("given", "codes", "error"),
    [
        (images().astype(np.float32), np.zeros(2, np.int64), TypeError),
        (images(), np.zeros(2, np.int32), TypeError),
        (images()[:, :2], np.zeros(2, np.int64), ValueError),
        (images(0), np.zeros(0, np.int64), ValueError),
        (images(), np.zeros(3, np.int64), ValueError),
        (images(), np.array([0, 6]), ValueError),
        (images(), np.array([-1, 0]), ValueError),
    ],
)
def test_batches_of_another_form(given: Array, codes: Array, error: type[Exception]) -> None:
    """A batch is uint8 (n, 3, H, W) with one known modality code each."""
    with pytest.raises(error, match=r"\w"):
        Batch(given, codes)


def test_a_batch_taken_apart() -> None:
    """The images of a batch, each as its own batch, in order, with its own modality."""
    batch = Batch(np.arange(2 * 60, dtype=np.uint8).reshape(2, 3, 4, 5), np.array([1, 4]))
    first, second = batch.singles()
    assert np.array_equal(np.concatenate([first.images, second.images]), batch.images)
    assert (first.modality.tolist(), second.modality.tolist()) == ([1], [4])


@pytest.mark.parametrize(
    "given",
    [
        np.full((2, 14), np.nan, np.float32),
        np.full((2, 14), np.inf, np.float32),
        np.full((2, 14), 1.0001, np.float32),
        np.full((2, 14), -0.0001, np.float32),
        np.full((2, 13), 0.5, np.float32),
        np.full((14,), 0.5, np.float32),
        np.full((2, 14), 0.5, np.float64),
    ],
)
def test_what_is_no_probability_is_a_scoring_error(given: Array) -> None:
    """A runtime that gives anything but float32 (n, 14) in [0, 1] is found out, in one line."""
    with pytest.raises(ScoringError) as caught:
        Scores(given)
    assert "expected" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(2, 14, 3, 3), (1, 13, 3, 3), (2, 13, 3)])
def test_maps_of_another_form(shape: tuple[int, ...]) -> None:
    """Maps are (n, 13, h, w), as many as the probabilities."""
    with pytest.raises(ScoringError, match="maps"):
        Scores(np.zeros((2, 14), np.float32), np.zeros(shape, np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e-9, 1.0 + 1e-9])
def test_location_scores_are_probabilities(value: float) -> None:
    """One value outside [0, 1] spoils all."""
    values = np.full(14, 0.5)
    values[7] = value
    with pytest.raises(ScoringError):
        LocationScores(values)


def test_location_scores_go_by_name() -> None:
    """Scores are found by location and listed by label, in order."""
    scores = LocationScores(np.linspace(0.0, 1.0, 14))
    assert scores[Location.ANEURYSM_PRESENT] == 1.0
    assert tuple(scores.by_name()) == LABELS
    assert scores.by_name()["Basilar Tip"] == scores[Location.BASILAR_TIP] == pytest.approx(11 / 13)
    assert scores == LocationScores(np.linspace(0.0, 1.0, 14))
    assert scores != scores.mirrored
    with pytest.raises(ValueError, match="shape"):
        LocationScores(np.zeros(13))
