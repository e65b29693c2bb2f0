"""The canonical volume of any stored one, from header values alone: rules 7, 11 and 13, without any file."""

from __future__ import annotations

from random import Random

import numpy as np
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.geometry import Plane, Turn
from neuronetra.domain.headers import SliceHeader
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import OrderKey, Series
from neuronetra.testing.header_builder import series_from, slice_header
from neuronetra.testing.strategies import CANONICAL_AXES, planes, rotations

SHAPE = (5, 4, 6)
SPACING = (2.5, 0.8, 0.5)
ORIGIN = np.array([-31.0, 12.5, 40.0])
VOLUME = np.arange(np.prod(SHAPE)).reshape(SHAPE)
"""Canonical (slice, row, column): no two pixels are equal, so that each is known wherever it lands."""
STORED = [
    (transpose, rows, columns) for transpose in (False, True) for rows in (1, -1) for columns in (1, -1)
]
"""The eight ways to store a slice: transposed or not, then rows and columns as they are or reversed."""
LOSSES = st.sets(st.sampled_from(["instance_number", "slice_location", "acquisition_number", "instance_uid"]))


@frozen(eq=False)
class Stored:
    """Headers as a scanner may have written them, and the stored slices by file."""

    headers: tuple[SliceHeader, ...]
    slices: dict[str, Array]
    affine: Float64


def affine_of(plane: Plane, rotation: Float64) -> Float64:
    """(4, 4) from canonical indices to LPS mm."""
    affine = np.eye(4)
    for axis, (direction, step) in enumerate(zip(CANONICAL_AXES[plane], SPACING, strict=True)):
        affine[:3, axis] = step * (rotation @ np.array(direction, np.float64))
    affine[:3, 3] = ORIGIN
    return affine


def stored_slice(plane: int, way: tuple[bool, int, int]) -> tuple[Array, Array]:
    """A canonical slice as it is stored, and the canonical index (slice, row, column) of each stored pixel."""
    transpose, rows, columns = way
    index = np.stack(np.broadcast_arrays(plane, *np.mgrid[: SHAPE[1], : SHAPE[2]]), axis=-1)
    picture = VOLUME[plane]
    if transpose:
        index, picture = index.swapaxes(0, 1), picture.T
    return picture[::rows, ::columns], index[::rows, ::columns]


def stored_header(place: int, number: int, way: tuple[bool, int, int], affine: Float64) -> SliceHeader:
    """What the header says of the slice, by where its own pixels lie (part 3, C.7.6.2.1.1)."""
    _, index = stored_slice(place, way)
    points = index @ affine[:3, :3].T + affine[:3, 3]
    down, along = points[1, 0] - points[0, 0], points[0, 1] - points[0, 0]
    spacing = float(np.linalg.norm(down)), float(np.linalg.norm(along))
    rows, columns = index.shape[:2]
    return slice_header(
        number,
        file=f"f{place}",
        orientation=(*(along / spacing[1]), *(down / spacing[0])),
        position=tuple(points[0, 0]),
        pixel_spacing=spacing,
        slice_location=-3.0 * number,
        pixels=PixelFacts(rows=rows, columns=columns),
    )


@st.composite
def stored(draw: st.DrawFn) -> Stored:
    """One volume in any plane, pose and stored turn, numbered either way, its files shuffled, elements lost."""
    affine = affine_of(draw(planes()), draw(rotations(18.0)))
    way, down = draw(st.sampled_from(STORED)), draw(st.booleans())
    headers = [
        stored_header(place, SHAPE[0] - 1 - place if down else place, way, affine)
        for place in range(SHAPE[0])
    ]
    lost = {name: "" if name == "instance_uid" else None for name in draw(LOSSES)}
    few = draw(st.sets(st.integers(0, SHAPE[0] - 1)))
    headers = [without(header, lost) if place in few else header for place, header in enumerate(headers)]
    slices = {f"f{place}": stored_slice(place, way)[0] for place in range(SHAPE[0])}
    return Stored(tuple(draw(st.permutations(headers))), slices, affine)


def without(header: SliceHeader, lost: dict[str, str | None]) -> SliceHeader:
    """The header less elements that must not matter."""
    return evolve(header, **lost)


def canonical(found: Series, given: Stored) -> Array:
    """The stored slices in the series' order, each turned as its geometry says."""
    assert found.geometry is not None
    return np.stack([found.geometry.turn.apply(given.slices[one.file]) for one in found.slices])


@given(stored())
def test_rules_07_and_11_one_volume_however_it_is_stored(given: Stored) -> None:
    """Order, pixels and affine are the patient's, whatever the turn, pose, numbering, file order and losses."""
    found = series_from(given.headers)
    assert found.error is None
    assert found.reading.order_key is OrderKey.POSITION
    assert [one.file for one in found.slices] == [f"f{place}" for place in range(SHAPE[0])]
    assert np.array_equal(canonical(found, given), VOLUME)
    assert found.geometry is not None
    assert found.geometry.affine is not None
    np.testing.assert_allclose(found.geometry.affine, given.affine, atol=1e-9)


@given(stored(), st.randoms(use_true_random=False))
def test_rule_07_the_order_of_files_changes_nothing(given: Stored, chance: Random) -> None:
    """The same headers in another order are the same series, its warnings included."""
    shuffled = list(given.headers)
    chance.shuffle(shuffled)
    assert series_from(shuffled) == series_from(given.headers)


@given(stored())
def test_rule_12_left_and_right_come_from_the_axes(given: Stored) -> None:
    """Laterality is known, and a step along canonical columns or slices is one to the patient's left or back."""
    found = series_from(given.headers)
    assert found.laterality_known
    assert found.geometry is not None
    affine = found.geometry.affine
    assert affine is not None
    grows = {Plane.AXIAL: (2, 1, 0), Plane.SAGITTAL: (0, 2, 1), Plane.CORONAL: (1, 2, 0)}[
        found.geometry.plane
    ]
    signs = [float(np.sign(affine[patient, axis])) for axis, patient in enumerate(grows)]
    assert signs == [1.0, 1.0 if found.geometry.plane is Plane.AXIAL else -1.0, 1.0]


def test_turns_of_the_eight_ways_are_all_there_are() -> None:
    """The eight stored orientations need eight different turns: none is left out and none is drawn twice."""
    turns = set()
    for way in STORED:
        header = stored_header(0, 0, way, affine_of(Plane.AXIAL, np.eye(3)))
        found = series_from([header])
        assert found.geometry is not None
        turns.add(found.geometry.turn)
    assert turns == {Turn(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)}
