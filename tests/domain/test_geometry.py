"""Orientation, plane and the turn to canonical axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.geometry import Orientation, Plane, Turn, ras_to_lps
from neuronetra.errors import GeometryError
from neuronetra.testing import strategies
from neuronetra.testing.strategies import StoredStack

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))


@given(strategies.stored_stacks())
def test_plane_and_turn_are_found(stack: StoredStack) -> None:
    """However slices were stored, up to 40 degrees off, the plane and the way back are found."""
    assert stack.orientation.plane is stack.plane
    assert Turn.of(stack.orientation) == stack.turn


@given(strategies.orientations())
def test_the_normal_grows_along_its_patient_axis(orientation: Orientation) -> None:
    """The normal is of unit length, perpendicular to the slice, and points left, back or to the head."""
    normal, axis = orientation.normal, orientation.plane.axis
    assert axis is not None
    assert normal[axis] == np.abs(normal).max()
    assert np.linalg.norm(normal) == pytest.approx(1.0)
    assert abs(normal @ orientation.along) + abs(normal @ orientation.down) < 1e-9


@given(strategies.planes(), st.floats(0.0, 44.0), st.floats(0.0, 360.0))
def test_obliqueness(plane: Plane, degrees: float, around: float) -> None:
    """Obliqueness is the angle by which the slices were tilted, about any axis in their plane."""
    _, down, along = (np.array(axis, np.float64) for axis in strategies.CANONICAL_AXES[plane])
    angle, turned = np.radians(degrees), np.radians(around)
    first = np.cos(turned) * along + np.sin(turned) * down
    second = -np.sin(turned) * along + np.cos(turned) * down
    tilted = np.cos(angle) * second + np.sin(angle) * np.cross(first, second)
    assert Orientation(first, tilted).obliqueness == pytest.approx(degrees, abs=1e-4)


@given(strategies.turns(), SHAPES)
def test_a_turn_moves_pixels_and_says_where_the_first_comes_from(turn: Turn, shape: tuple[int, int]) -> None:
    """Pixels are moved alone, the shape is as told, and canonical (0, 0) is the stored pixel named."""
    stored = np.arange(shape[0] * shape[1]).reshape(1, *shape)
    turned = turn.apply(stored)
    assert turned.shape[1:] == turn.shape(shape)
    assert sorted(turned.ravel()) == sorted(stored.ravel())
    row, column = turn.first_pixel(shape)
    assert turned[0, 0, 0] == stored[0, row, column]


def test_eight_turns_are_eight() -> None:
    """No two turns do the same to a slice."""
    stored = np.arange(4).reshape(2, 2)
    turned = {tuple(Turn(*flags).apply(stored).ravel()) for flags in np.ndindex(2, 2, 2)}
    assert len(turned) == 8


@pytest.mark.parametrize(
    ("cosines", "plane", "turn"),
    [
        ((1, 0, 0, 0, 1, 0), Plane.AXIAL, Turn()),
        ((-1, 0, 0, 0, -1, 0), Plane.AXIAL, Turn(False, True, True)),
        ((0, 1, 0, 0, 0, -1), Plane.SAGITTAL, Turn()),
        ((0, -1, 0, 0, 0, 1), Plane.SAGITTAL, Turn(False, True, True)),
        ((1, 0, 0, 0, 0, -1), Plane.CORONAL, Turn()),
        ((0, 0, 1, 1, 0, 0), Plane.CORONAL, Turn(True, True, False)),
    ],
)
def test_the_orientations_of_textbooks(cosines: tuple[int, ...], plane: Plane, turn: Turn) -> None:
    """ImageOrientationPatient as scanners write it: the turn shows the patient's left on the right."""
    orientation = Orientation.from_cosines(cosines)
    assert (orientation.plane, Turn.of(orientation)) == (plane, turn)


@pytest.mark.parametrize(
    "cosines",
    [
        (1, 0, 0, 1, 0, 0),
        (1, 0, 0, 0, 0, 0),
        (2, 0, 0, 0, 1, 0),
        (1, 0, 0, 0.02, 1, 0),
        (float("nan"), 0, 0, 0, 1, 0),
        (1, 0, 0, 0, 1),
        (),
    ],
)
def test_what_is_no_orientation(cosines: tuple[float, ...]) -> None:
    """Anything but two perpendicular unit vectors is a typed error."""
    with pytest.raises(GeometryError):
        Orientation.from_cosines(cosines)


def test_vectors_of_another_length() -> None:
    """Six numbers do not make an orientation in any other split."""
    with pytest.raises(GeometryError):
        Orientation([1.0, 0.0], [0.0, 0.0, 1.0, 0.0])


@given(strategies.orientations())
def test_an_orientation_agrees_with_itself_alone(orientation: Orientation) -> None:
    """Written with few digits it still agrees; turned by a degree it does not."""
    cosines = np.concatenate([orientation.along, orientation.down])
    assert orientation.agrees(Orientation.from_cosines(cosines.round(5)))
    angle = np.radians(1.0)
    tilted = np.cos(angle) * orientation.down + np.sin(angle) * orientation.normal
    assert not orientation.agrees(Orientation(orientation.along, tilted))


@given(strategies.affines())
def test_ras_to_lps(affine: strategies.Float64) -> None:
    """Left-right and front-back change sign for every index, up does not, and twice is nothing."""
    index = np.array([1.0, 2.0, 3.0, 1.0])
    point = affine @ index
    np.testing.assert_allclose(ras_to_lps(affine) @ index, point * [-1, -1, 1, 1])
    assert np.array_equal(ras_to_lps(ras_to_lps(affine)), affine)
    with pytest.raises(GeometryError):
        ras_to_lps(affine[:3])
