"""Mirrors, and what they do to frames, encodings and scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.views import MIRRORED, ORIGINAL, UNSWAPPED_FLIP, VIEWS, mirrored
from neuronetra.testing import strategies

FLAT_PLANES = st.sampled_from((Plane.AXIAL, Plane.CORONAL, Plane.UNKNOWN))


@given(FLAT_PLANES.flatmap(strategies.frames))
def test_axial_and_coronal_encodings_are_reversed_by_columns(frames: Frames) -> None:
    """The encoding of the mirrored view is the encoding with its columns reversed, to the bit."""
    encoder = ChannelEncoder()
    straight, turned = encoder.encode(frames).image, encoder.encode(MIRRORED.apply(frames)).image
    assert np.array_equal(turned, straight[:, :, ::-1])


@given(strategies.frames(Plane.SAGITTAL))
def test_sagittal_encodings_are_of_frames_in_reverse_order(frames: Frames) -> None:
    """In sagittal series the slices run from right to left: their order is reversed, no column is."""
    backwards = Frames(frames.pixels[::-1].copy(), frames.positions, Plane.SAGITTAL)
    encoder = ChannelEncoder()
    assert encoder.encode(MIRRORED.apply(frames)) == encoder.encode(backwards)
    assert np.array_equal(mirrored(frames).pixels[0], frames.pixels[-1])


@given(strategies.frames(dtype=np.float32) | strategies.frames())
def test_mirroring_frames_twice_is_nothing(frames: Frames) -> None:
    """Two mirrors show the head itself; plane and positions stay all along."""
    assert mirrored(mirrored(frames)) == frames
    assert (mirrored(frames).plane, mirrored(frames).positions) == (frames.plane, frames.positions)


@pytest.mark.parametrize("plane", strategies.PLANES)
def test_the_mirror_is_the_patients_left_right_axis(plane: Plane) -> None:
    """A bright spot on the patient's left comes to lie as far on the right, at the same height and depth."""
    axes = np.array(strategies.CANONICAL_AXES[plane])
    pixels = np.zeros((8, 9, 10), np.uint8)
    pixels[1, 2, 3] = 255
    spot = np.argwhere(mirrored(Frames(pixels, tuple(range(8)), plane)).pixels)[0]
    moved = (spot - np.array([1, 2, 3])) @ axes
    assert moved[0] != 0
    assert np.array_equal(moved[1:], [0, 0])


@given(strategies.location_scores())
def test_unmirroring_swaps_exactly_five_pairs(scores: LocationScores) -> None:
    """Left and right scores change places; the four labels without a side stay; twice is nothing."""
    restored = MIRRORED.restore(scores.values)
    pairs = ((0, 1), (2, 3), (4, 5), (7, 8), (9, 10))
    for left, right in pairs:
        assert (restored[left], restored[right]) == (scores.values[right], scores.values[left])
    for alone in (6, 11, 12, 13):
        assert restored[alone] == scores.values[alone]
    assert np.array_equal(MIRRORED.restore(restored), scores.values)
    assert np.array_equal(scores.mirrored.values, restored)


@given(strategies.location_scores(), strategies.frames())
def test_other_views_keep_labels(scores: LocationScores, frames: Frames) -> None:
    """The original view changes nothing; the unswapped flip mirrors the frames and keeps the labels."""
    assert ORIGINAL.apply(frames) is frames
    assert UNSWAPPED_FLIP.apply(frames) == MIRRORED.apply(frames)
    for view in (ORIGINAL, UNSWAPPED_FLIP):
        assert np.array_equal(view.restore(scores.values), scores.values)


def test_views_go_by_their_names() -> None:
    """Documents name views; these are the names."""
    assert {name: (view.mirrors, view.swaps) for name, view in VIEWS.items()} == {
        "original": (False, False),
        "mirrored": (True, True),
        "unswapped_flip": (True, False),
    }
