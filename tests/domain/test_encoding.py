"""Three channels from eight frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.testing import strategies


@given(strategies.frames())
def test_middle_and_maximum(frames: Frames) -> None:
    """The first channel is frame k // 2, the second the brightest of all frames."""
    image = ChannelEncoder().encode(frames).image
    assert np.array_equal(image[0], frames.pixels[len(frames) // 2])
    assert np.array_equal(image[1], frames.pixels.max(axis=0))


@given(strategies.frames(count=8))
def test_deviation(frames: Frames) -> None:
    """The third is the population's deviation between its 5th and 95th percentiles, by plain numpy."""
    deviation = np.std(frames.pixels.astype(np.float64), axis=0)
    low, high = np.percentile(deviation, (5, 95))
    found = ChannelEncoder().encode(frames).image[2].astype(np.float64)
    if high - low > 1e-3:
        expected = np.clip((deviation - low) / (high - low) * 255.0, 0.0, 255.0)
        assert np.abs(found - expected).max() <= 0.5 + 1e-3
    assert frames.pixels.shape[1:] == found.shape


def test_frames_that_do_not_differ_have_no_deviation() -> None:
    """Where nothing changes from frame to frame, or there is but one, the third channel is zeros."""
    same = Frames(np.full((8, 5, 5), 77, np.uint8), tuple(range(8)), Plane.AXIAL)
    assert not ChannelEncoder().encode(same).image[2].any()
    one = Frames(strategies.pixels(1, (1, 5, 5)), (0,), Plane.AXIAL)
    assert not ChannelEncoder().encode(one).image[2].any()


def test_frames_that_are_not_prepared() -> None:
    """float32 values are no image: to encode them is a mistake."""
    raw = Frames(np.zeros((8, 5, 5), np.float32), tuple(range(8)), Plane.AXIAL)
    with pytest.raises(TypeError, match="uint8"):
        ChannelEncoder().encode(raw)
