"""Courses, tubes and what a subject adds to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.tubes_courses import arc_lengths, spline, wandering
from neuronetra.adapters.phantom.tubes_fenestrated import fenestrated
from neuronetra.adapters.phantom.vessels_growth import Growth, Side
from neuronetra.domain.locations import Location

coordinates = st.floats(-60.0, 60.0)
controls = st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=2, max_size=9).filter(
    lambda points: min(np.linalg.norm(np.diff(points, axis=0), axis=1)) > 2.0
)


def straight(radii=(2.0, 1.0), length=40.0, count=41):
    line = np.stack([np.zeros(count), np.zeros(count), np.linspace(0.0, length, count)], axis=1)
    return Tube("straight", Blood.ARTERY, line, np.linspace(*radii, count), Location.LEFT_MCA)


@given(controls)
def test_a_course_goes_through_its_controls_in_even_steps(points):
    """Each control lies on the course where the course says so, and no step is much longer than another."""
    points = np.array(points)
    course, knots = spline(points, 0.5)
    arcs = arc_lengths(course)
    at = np.stack([np.interp(knots, arcs / arcs[-1], axis) for axis in course.T], axis=1)
    assert np.linalg.norm(at - points, axis=1).max() < 0.6
    assert np.array_equal(course[[0, -1]], points[[0, -1]])
    steps = np.diff(arcs)
    assert steps.max() < 0.75


@given(st.integers(0, 1000), st.floats(0.2, 3.0))
def test_wandering_leaves_both_ends_where_they_are(seed, amplitude):
    """Joints with other tubes survive: shifts are none at both ends, and some in between."""
    line = straight().centreline
    shifts = wandering(line, amplitude, np.random.default_rng(seed))
    assert np.abs(shifts[[0, -1]]).max() < 1e-12
    assert 0.0 < np.abs(shifts).max() < 8.0 * amplitude


def test_a_tube_knows_points_radii_and_directions_by_share():
    """Shares count along the length, from where the blood comes in."""
    tube = straight()
    assert tube.length == pytest.approx(40.0)
    assert tube.at(0.25) == pytest.approx([0.0, 0.0, 10.0])
    assert tube.radius(0.25) == pytest.approx(1.75)
    assert tube.tangent(1.0) == pytest.approx([0.0, 0.0, 1.0])
    part = tube.part(0.2, 0.41, "part", None)
    assert part.length == pytest.approx(8.4)
    assert part.radius(1.0) == pytest.approx(tube.radius(0.41))
    assert part.at(0.0) == pytest.approx(tube.at(0.2))


@pytest.mark.parametrize(
    ("line", "radii"),
    [
        (np.zeros((1, 3)), [1.0]),
        (np.zeros((2, 2)), [1.0, 1.0]),
        (np.zeros((2, 3)), [1.0]),
        (np.zeros((2, 3)), [1, 0]),
    ],
)
def test_a_tube_without_a_course_or_a_radius_is_refused(line, radii):
    """Shapes and radii are checked when the value is made."""
    with pytest.raises(ValueError, match="centreline"):
        Tube("bad", Blood.ARTERY, line, radii)


def test_a_growing_tube_starts_where_it_was_told_and_ends_there_if_asked():
    """Joints are exact; the end moves with the subject unless it is a joint too."""
    growth = Growth(np.random.default_rng(4))
    points = [(0.0, 0.0, 0.0), (10.0, 4.0, 0.0), (20.0, 0.0, 5.0)]
    joined = growth.tube("joined", points, (1.0, 0.5), jitter=2.0, end=True)
    free = growth.tube("free", points, (1.0, 0.5), jitter=2.0)
    assert np.array_equal(joined.centreline[[0, -1]], np.array(points)[[0, -1]])
    assert np.array_equal(free.centreline[0], points[0])
    assert np.linalg.norm(free.centreline[-1] - points[-1]) > 0.1


def test_the_right_side_mirrors_the_left():
    """X is negated, the words and the label follow."""
    assert np.array_equal(Side.RIGHT.points([(1.0, 2.0, 3.0)]), [[-1.0, 2.0, 3.0]])
    assert (Side.RIGHT.word, Side.LEFT.location("MCA")) == ("right", Location.LEFT_MCA)


def test_a_fenestration_parts_and_joins_again():
    """Both limbs share their ends and lie well apart in the middle, each thinner than the whole."""
    tube = straight((1.5, 1.5))
    whole, limb = fenestrated(tube, 0.3, 0.6, np.random.default_rng(1))
    assert limb.at(0.0) == pytest.approx(whole.at(0.3), abs=0.4)
    assert limb.at(1.0) == pytest.approx(tube.at(0.6), abs=0.4)
    assert np.linalg.norm(limb.at(0.5) - whole.centreline, axis=1).min() > limb.radius(0.5) + 1.0
    assert limb.radius(0.5) < 1.2
