"""Turning and enlarging frames."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.frames import Frames
from neuronetra.domain.warping import warped
from neuronetra.testing import strategies

ANGLES, SCALES = st.floats(-180, 180), st.floats(0.5, 2.0)


def _slowly(image: np.ndarray, angle: float, scale: float) -> np.ndarray:
    """One pixel at a time, from the definition, before rounding."""
    rows, columns = image.shape
    found, turn = np.zeros(image.shape), math.radians(angle)
    for row, column in np.ndindex(*image.shape):
        down, across = (row - (rows - 1) / 2) / scale, (column - (columns - 1) / 2) / scale
        y = math.cos(turn) * down + math.sin(turn) * across + (rows - 1) / 2
        x = math.cos(turn) * across - math.sin(turn) * down + (columns - 1) / 2
        for r in (math.floor(y), math.floor(y) + 1):
            for c in (math.floor(x), math.floor(x) + 1):
                if 0 <= r < rows and 0 <= c < columns:
                    found[row, column] += image[r, c] * (1 - abs(y - r)) * (1 - abs(x - c))
    return found


@given(strategies.frames())
def test_no_turn_is_nothing(frames: Frames) -> None:
    """An angle of 0 at a scale of 1 gives the very frames."""
    assert warped(frames.pixels, 0.0, 1.0) is frames.pixels


@given(strategies.frames(), ANGLES, SCALES)
def test_frames_stay_frames(frames: Frames, angle: float, scale: float) -> None:
    """Whatever the angle and scale, frames keep shape and type, and the given ones are left alone."""
    before = frames.pixels.copy()
    found = warped(frames.pixels, angle, scale)
    assert (found.shape, found.dtype) == (before.shape, np.uint8)
    assert np.array_equal(frames.pixels, before)


@given(strategies.frames(), ANGLES, SCALES)
def test_frames_are_turned_alike(frames: Frames, angle: float, scale: float) -> None:
    """Each frame becomes what it becomes alone."""
    together = warped(frames.pixels, angle, scale)
    for frame, found in zip(frames.pixels, together, strict=True):
        assert np.array_equal(warped(frame[None], angle, scale)[0], found)


@pytest.mark.parametrize(
    ("angle", "scale"), [(15, 1), (-33.3, 1), (0, 1.1), (7.5, 0.8), (120, 1.7), (180, 1), (45, 0.5)]
)
@pytest.mark.parametrize("shape", [(9, 9), (8, 13), (1, 5)])
def test_pixels_are_means_of_four(angle: float, scale: float, shape: tuple[int, int]) -> None:
    """As a loop over pixels finds them, rounded to nearest; outside of the frame is black."""
    image = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    expected = _slowly(image, angle, scale)
    assert np.abs(warped(image[None], angle, scale)[0] - expected).max() <= 0.501


@pytest.mark.parametrize(("angle", "quarters"), [(90, 1), (180, 2), (270, 3), (-90, -1), (360, 0)])
def test_quarter_turns_are_exact(angle: float, quarters: int) -> None:
    """Square frames turned by right angles, anticlockwise as shown, hold the same pixels."""
    pixels = np.random.default_rng(2).integers(0, 256, (3, 16, 16), np.uint8)
    assert np.array_equal(warped(pixels, angle), np.rot90(pixels, quarters, axes=(1, 2)))


def test_enlarging_brings_the_centre_nearer() -> None:
    """A block in the middle grows at a scale of 2 and shrinks at a half; corners then show the outside."""
    pixels = np.full((1, 33, 33), 100, np.uint8)
    pixels[0, 12:21, 12:21] = 200
    areas = [int((warped(pixels, 0.0, scale) > 150).sum()) for scale in (0.5, 1.0, 2.0)]
    assert areas[0] < areas[1] / 3
    assert areas[2] > areas[1] * 3
    assert warped(pixels, 0.0, 0.5)[0, 0, 0] == 0
    assert warped(pixels, 0.0, 2.0).min() >= 100
