"""Brightness, noise and posture of slices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.arrays import Float32
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.leaks.pixels import pixel_facts
from neuronetra.testing.phantom import phantom


def _facts(pixels: Float32) -> dict[str, float]:
    frames = Frames(pixels.astype(np.float32), tuple(range(len(pixels))), Plane.AXIAL)
    return {key.name: value for key, value in pixel_facts(frames).numbers.items()}


def _head(seed: int = 0) -> Float32:
    noise = np.random.default_rng(seed).normal(0, 8, (3, 60, 64))
    return np.rint(1000.0 * phantom((3, 60, 64)) + noise).astype(np.float32)


@given(st.floats(0.5, 2.0), st.floats(-500, 500))
def test_gain_and_offset_show_in_brightness_alone(gain: float, offset: float) -> None:
    """Brightness follows gain and offset, noise the gain; relative noise, fineness and posture stay."""
    before, after = _facts(_head()), _facts(gain * _head() + np.float32(offset))
    for name, value in before.items():
        if name.startswith("brightness"):
            assert after[name] == pytest.approx(gain * value + offset, abs=0.05)
        elif name in {"noise", "noise, median", "contrast"}:
            assert after[name] == pytest.approx(gain * value, rel=1e-3, abs=1e-3)
        elif name in {"noise, relative", "fineness", "filled", "centre, rows", "centre, columns", "slant"}:
            assert after[name] == pytest.approx(value, rel=1e-2, abs=1e-3), name


def test_noise_is_seen() -> None:
    """More noise is more noise, relative and absolute, and smoothing lessens it."""
    pixels = _head()
    noisy = pixels + np.random.default_rng(1).normal(0, 20, pixels.shape)
    smooth = (pixels + np.roll(pixels, 1, axis=1) + np.roll(pixels, 1, axis=2)) / 3.0
    for name in ("noise", "noise, median", "noise, relative"):
        assert _facts(smooth)[name] < _facts(pixels)[name] < _facts(noisy)[name]


def test_multiplied_whole_numbers_leave_gaps() -> None:
    """A gain of 5 % on whole numbers, rounded again, leaves one value in twenty-one unused."""
    pixels = np.random.default_rng(0).integers(0, 200, (3, 60, 64)).astype(np.float32)
    before, after = _facts(pixels), _facts(np.rint(1.05 * pixels))
    assert before["unused grey values"] == 0.0
    assert after["unused grey values"] == pytest.approx(1 / 21, abs=0.01)
    assert before["grey step"] == after["grey step"] == 1.0


def test_a_shift_moves_the_centre() -> None:
    """A head further down and to the left in the picture has its centre there."""
    pixels = np.zeros((2, 60, 64), np.float32)
    pixels[:, 20:40, 22:42] = 100.0
    before, after = _facts(pixels), _facts(np.roll(pixels, (6, -8), axis=(1, 2)))
    assert after["centre, rows"] - before["centre, rows"] == pytest.approx(6 / 60)
    assert after["centre, columns"] - before["centre, columns"] == pytest.approx(-8 / 64)
    assert after["filled"] == before["filled"]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 5), (1, 64, 64)])
def test_pictures_of_one_value_or_few_pixels(shape: tuple[int, int, int]) -> None:
    """An empty or tiny picture gives finite facts, of the same names as any."""
    found = _facts(np.full(shape, 7.0, np.float32))
    assert found.keys() == _facts(_head()).keys()
    assert np.isfinite(list(found.values())).all()
