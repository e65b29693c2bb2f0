"""Sheets and projections show what is there, upright, and ring a lesion where it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.contact_sheet import ACROSS, Look, sheets_of
from neuronetra.domain.geometry import Plane
from neuronetra.domain.projections import projections

LOOK = Look((0.0, 100.0), (0.0, 100.0))
PLANES = [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]


def with_dot(shape, place, value=100.0, ground=0.0) -> np.ndarray:
    frames = np.full(shape, ground, np.float32)
    frames[place] = value
    return frames


@pytest.mark.parametrize("plane", PLANES)
@given(st.tuples(st.integers(0, 8), st.integers(0, 10), st.integers(0, 12)))
def test_a_lesion_is_ringed_where_it_is(plane, place) -> None:
    """On slices, slabs and all three projections the ring is about the one bright voxel."""
    spacing = (2.0, 1.0, 1.0)
    sheets = sheets_of(with_dot((9, 11, 13), place), spacing, plane, LOOK, [place])
    assert len(sheets) == 3
    for sheet, dots in zip(sheets, (1, 1, 3), strict=True):
        assert sheet.pixels.dtype == np.uint8
        assert (sheet.pixels == 255).sum() >= dots
    image, spots = projections(with_dot((9, 11, 13), place, 255).astype(np.uint8), spacing, plane, [place])
    assert len(spots) == 3
    for row, column in spots:
        near = image[max(0, int(row)) : int(row) + 2, max(0, int(column)) : int(column) + 2]
        assert near.max() == 255


def test_projections_are_upright_in_every_plane() -> None:
    """One head, read as axial, sagittal and coronal frames, gives one picture."""
    head = (
        np.random.default_rng(3).integers(0, 255, (5, 6, 7)).astype(np.uint8)
    )  # feet-head, front-back, right-left
    axial, _ = projections(head, (3.0, 2.0, 1.0), Plane.AXIAL, [])
    sagittal, _ = projections(head[::-1].transpose(2, 0, 1), (1.0, 3.0, 2.0), Plane.SAGITTAL, [])
    coronal, _ = projections(head[::-1].transpose(1, 0, 2), (2.0, 3.0, 1.0), Plane.CORONAL, [])
    np.testing.assert_array_equal(axial, sagittal)
    np.testing.assert_array_equal(axial, coronal)


def test_slabs_of_dark_vessels_show_the_least() -> None:
    """Where vessels are dark a slab keeps the dark voxel that a maximum would hide."""
    frames = with_dot((10, 8, 8), (4, 3, 3), 0.0, ground=100.0)
    for dark, value in ((True, 0), (False, 255)):
        slab = sheets_of(frames, (5.0, 1.0, 1.0), Plane.AXIAL, Look((0.0, 100.0), (0.0, 100.0), dark), [])[1]
        assert slab.pixels[3, 8 + 3] == value  # the second slab of three slices
        assert slab.marked is None


def test_sheets_stay_small() -> None:
    """Many fine slices are thinned out and averaged to a few rows of small tiles."""
    slices = sheets_of(np.zeros((400, 512, 512), np.float32), (0.5, 0.4, 0.4), Plane.AXIAL, LOOK, [])[0]
    assert slices.pixels.shape == (4 * 128, ACROSS * 128)


def test_the_lesions_slice_is_among_those_shown() -> None:
    """Whatever slices are left out, that of a lesion is not."""
    for index in range(100):
        sheet = sheets_of(
            with_dot((100, 4, 4), (index, 1, 2)), (1.0, 1.0, 1.0), Plane.AXIAL, LOOK, [(index, 1, 2)]
        )[0]
        assert (sheet.pixels == 255).sum() == 1
