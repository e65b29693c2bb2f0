"""Mirrors, and what they do to frames, encodings and scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.views import (
    MIRRORED,
    ORIGINAL,
    UNSWAPPED_FLIP,
    VIEWS,
    View,
    mirrored,
    view_named,
)
from neuronetra.domain.warping import warped
from neuronetra.errors import UsageError
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


FOUR_DIGITS = st.integers(-450_000, 450_000).map(lambda n: n / 10_000)
VIEW = st.builds(
    lambda flip, angle, scale: View(*flip, angle, scale),
    st.sampled_from([(False, False), (True, True), (True, False)]),
    FOUR_DIGITS,
    st.integers(5_000, 20_000).map(lambda n: n / 10_000),
)


@given(VIEW)
def test_names_are_read_back(view: View) -> None:
    """A view's name says all of it, in one way."""
    assert view_named(view.name) == view
    assert view_named(view.name).name == view.name


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("original", ORIGINAL),
        ("rotated5", View(angle=5)),
        ("rotated-5", View(angle=-5)),
        ("scaled1.1", View(scale=1.1)),
        ("mirrored+rotated5+scaled1.1", View(True, True, 5, 1.1)),
        ("unswapped_flip+scaled0.5", View(True, False, 0, 0.5)),
    ],
)
def test_the_words_of_names(name: str, view: View) -> None:
    """What users write in recipes."""
    assert view_named(name) == view
    assert view.name == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "+", "up", "Mirrored", " mirrored", "mirrored+", "original+rotated5", "rotated5+mirrored"),
        *("rotated5.0", "rotated05", "rotated0", "rotated-0", "rotated+5", "rotated5scaled2", "scaled1"),
        *("rotated46", "rotated-45.1", "rotated1e1", "rotatednan", "rotated5.00001", "scaled0", "scaled-1"),
        *(
            "scaled0.4",
            "scaled2.1",
            "scaled1.1+rotated5",
            "mirrored+unswapped_flip",
            "rotated5\n",
            "rotated٥",
        ),
    ],
)
def test_other_names_are_refused(name: str) -> None:
    """Another order, another spelling of a number, or one beyond the limits names no view."""
    with pytest.raises(UsageError, match="no such view"):
        view_named(name)


@pytest.mark.parametrize(
    "wrong", [{"angle": 45.1}, {"angle": float("nan")}, {"scale": 0.0}, {"scale": 2.1}, {"swaps": True}]
)
def test_views_that_are_none(wrong: dict[str, Any]) -> None:
    """Angles and scales have limits, and labels change sides in a mirror alone."""
    with pytest.raises(ValueError, match=r"turns|numbers|mirror"):
        View(**wrong)


@given(VIEW, strategies.frames())
def test_views_mirror_first(view: View, frames: Frames) -> None:
    """The turned view of a mirrored head, mirrored too, is the turned view of the head, to the bit."""
    plain = View(angle=view.angle, scale=view.scale)
    both = View(True, True, view.angle, view.scale)
    assert both.apply(mirrored(frames)) == plain.apply(frames)
    assert np.array_equal(plain.apply(frames).pixels, warped(frames.pixels, view.angle, view.scale))
    assert (both.apply(frames).plane, both.apply(frames).positions) == (frames.plane, frames.positions)


@given(VIEW, strategies.location_scores())
def test_turned_views_restore_by_the_mirror_alone(view: View, scores: LocationScores) -> None:
    """Turning and enlarging move no label."""
    expected = (MIRRORED if view.swaps else ORIGINAL).restore(scores.values)
    assert np.array_equal(view.restore(scores.values), expected)


@given(strategies.frames(dtype=np.float32))
def test_pixels_as_read_are_not_turned(frames: Frames) -> None:
    """Views act on frames that are prepared."""
    with pytest.raises(TypeError, match="uint8"):
        View(angle=5).apply(frames)
