"""Where slices lie in the patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.geometry import Orientation, Plane, Turn
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import GeometryError
from neuronetra.testing import strategies
from neuronetra.testing.strategies import StoredStack

AXIAL = Orientation([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])


def at_heights(*heights: float, shift: float = 0.0) -> StackGeometry:
    """Axial slices at ``heights`` in mm, each ``shift`` mm further back per mm of height."""
    positions = [[0.0, shift * height, height] for height in heights]
    return StackGeometry.from_stored((4, 5), AXIAL, positions, (0.5, 0.4), len(heights))


@given(strategies.stored_stacks(), st.data())
def test_the_affine_finds_every_stored_voxel(stack: StoredStack, data: st.DataObject) -> None:
    """A voxel's point by position and orientation is the affine's of its canonical index."""
    rows, columns = stack.shape
    index = data.draw(st.integers(0, len(stack.corners) - 1))
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    numbered = np.arange(rows * columns).reshape(rows, columns)
    geometry = stack.geometry
    (canonical,) = np.argwhere(geometry.turn.apply(numbered) == numbered[row, column])
    assert geometry.affine is not None
    found = geometry.affine @ [index, *canonical, 1.0]
    np.testing.assert_allclose(found[:3], stack.point(index, row, column), atol=1e-6)


@given(strategies.stored_stacks())
def test_canonical_axes(stack: StoredStack) -> None:
    """Canonical slices, rows and columns grow towards where the plane's own do."""
    geometry = stack.geometry
    assert geometry.plane is stack.plane
    assert geometry.shape == stack.turn.shape(stack.shape)
    assert geometry.affine is not None
    for column, axis in enumerate(strategies.CANONICAL_AXES[stack.plane]):
        assert geometry.affine[:3, column] @ axis > 0
    spacing = np.linalg.norm(geometry.affine[:3, 1:3], axis=0)
    np.testing.assert_allclose(spacing, geometry.pixel_spacing)
    assert sorted(geometry.pixel_spacing or ()) == sorted(stack.spacing)


@given(strategies.stored_stacks(tilts=False))
def test_even_stacks_are_uniform(stack: StoredStack) -> None:
    """Equal steps along the normal are uniform, complete and without tilt."""
    geometry = stack.geometry
    assert geometry.uniform
    assert geometry.missing == 0
    assert geometry.tilt_degrees == pytest.approx(0.0, abs=1e-3)
    if geometry.count > 1:
        step = np.linalg.norm(stack.corners[1] - stack.corners[0])
        assert geometry.slice_spacing == pytest.approx(step)


@given(strategies.stack_geometries(), st.data())
def test_slices_that_are_kept_stay_where_they_are(geometry: StackGeometry, data: st.DataObject) -> None:
    """Taking slices out moves none of the others."""
    kept = tuple(sorted(data.draw(st.sets(st.integers(0, geometry.count - 1), min_size=1))))
    left = geometry.keep(kept)
    assert (left.count, left.shape, left.plane) == (len(kept), geometry.shape, geometry.plane)
    assert left.positions is not None
    assert geometry.positions is not None
    assert np.array_equal(left.positions, geometry.positions[list(kept)])
    assert geometry.keep(tuple(range(geometry.count))) == geometry


def test_missing_slices_are_counted_in_each_gap() -> None:
    """A gap of three steps leaves room for two; an uneven step below one and a half for none."""
    gaps = at_heights(0.0, 3.0, 6.0, 15.0, 18.0, 24.0, 27.0, 30.0)
    assert (gaps.missing, gaps.uniform, gaps.slice_spacing) == (3, False, 3.0)
    uneven = at_heights(0.0, 3.0, 6.0, 10.2)
    assert (uneven.missing, uneven.uniform) == (0, False)
    assert at_heights(0.0, 3.0, 6.05).uniform


def test_tilt_is_told_and_kept_in_the_affine() -> None:
    """A tilted gantry shears the stack: the step is not along the normal, the spacing is."""
    tilted = at_heights(0.0, 2.0, 4.0, shift=float(np.tan(np.radians(15.0))))
    assert tilted.tilt_degrees == pytest.approx(15.0)
    assert tilted.slice_spacing == pytest.approx(2.0)
    assert tilted.affine is not None
    assert tilted.affine[1, 0] == pytest.approx(2.0 * np.tan(np.radians(15.0)))


def test_oblique_is_more_than_twenty_degrees() -> None:
    """Slices 19 degrees off are not called oblique, 21 degrees off they are."""
    for degrees, oblique in ((19.0, False), (20.0, False), (20.004, False), (20.1, True), (21.0, True)):
        angle = np.radians(degrees)
        orientation = Orientation([1.0, 0.0, 0.0], [0.0, np.cos(angle), np.sin(angle)])
        assert StackGeometry(1, (4, 4), orientation).oblique is oblique


def test_a_single_slice() -> None:
    """A single slice has no step: its affine takes 1 mm along the normal."""
    one = at_heights(7.0)
    assert (one.steps, one.slice_spacing, one.uniform, one.missing) == (None, None, True, 0)
    assert one.affine is not None
    assert one.affine[:3, 0].tolist() == [0.0, 0.0, 1.0]


def test_what_is_unknown_stays_unknown() -> None:
    """Without orientation there is no plane, turn or affine; without spacing no affine either."""
    bare = StackGeometry.from_stored((4, 5), None, None, (0.5, 0.4), 3)
    assert (bare.plane, bare.turn, bare.affine, bare.oblique) == (Plane.UNKNOWN, Turn(), None, False)
    assert (bare.steps, bare.uniform, bare.missing, bare.tilt_degrees) == (None, False, 0, 0.0)
    with pytest.raises(GeometryError):
        _ = bare.canonical_directions
    spaceless = StackGeometry.from_stored((4, 5), AXIAL, [[0, 0, 0], [0, 0, 3]], None, 2)
    assert (spaceless.affine, spaceless.slice_spacing) == (None, 3.0)


def test_the_first_pixel_needs_a_spacing_where_slices_are_turned() -> None:
    """Where the canonical corner is another than the stored one, its point is unknown without spacing."""
    turned = Orientation([-1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    geometry = StackGeometry.from_stored((4, 5), turned, [[0, 0, 0], [0, 0, 3]], None, 2)
    assert geometry.positions is None
    assert geometry.offsets is not None
    assert geometry.offsets.tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    "facts",
    [
        {"count": 0},
        {"shape": (0, 4)},
        {"positions": np.zeros((3, 3))},
        {"positions": np.zeros((2, 2))},
        {"positions": np.full((2, 3), np.nan)},
        {"offsets": np.zeros(3)},
        {"offsets": [0.0, np.inf]},
        {"pixel_spacing": (0.0, 1.0)},
        {"pixel_spacing": (1.0, -1.0)},
        {"pixel_spacing": (np.nan, 1.0)},
    ],
)
def test_geometries_that_are_none(facts: dict[str, Any]) -> None:
    """Shapes, units and numbers are checked where a geometry is made."""
    with pytest.raises(GeometryError):
        StackGeometry(**{"count": 2, "shape": (4, 4), **facts})


def test_rule_08_rounded_positions_do_not_add_up() -> None:
    """Steps rounded to a tenth of a millimetre: the affine still meets the last slice."""
    oblique = Orientation([1.0, 0.0, 0.0], [0.0, 0.99, -np.sqrt(1.0 - 0.99**2)])
    true = np.outer(np.arange(20) * 7.071, oblique.normal)
    geometry = StackGeometry.from_stored((4, 5), oblique, np.round(true, 1), (0.5, 0.4), 20)
    assert geometry.uniform
    assert geometry.affine is not None
    assert geometry.slice_spacing == pytest.approx(7.071, abs=0.01)
    last = geometry.affine @ [19.0, 0.0, 0.0, 1.0]
    np.testing.assert_allclose(last[:3], true[-1], atol=0.1)


def test_rule_08_steps_that_drift_are_not_uniform() -> None:
    """Each within 2 % of the median, and yet the middle slice lies a whole step off the line."""
    heights = np.cumsum([0.0, *[1.0] * 100, *[1.018] * 101])
    geometry = at_heights(*heights)
    assert geometry.even
    assert geometry.drift > 0.5
    assert not geometry.uniform
    assert at_heights(*np.cumsum([0.0, 1.0, 1.01, 0.99, 1.0, 1.01])).uniform
