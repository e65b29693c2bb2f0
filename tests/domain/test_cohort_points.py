"""Lesion points: which rows count, where they lie, and columns that they show to be exchanged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort_cells import Coordinates
from neuronetra.domain.cohort_csv import Row, Table
from neuronetra.domain.cohort_labels import LabelRow
from neuronetra.domain.cohort_points import (
    Mark,
    disagreement,
    lesion_point,
    marks,
    point_of,
    require_agreement,
)
from neuronetra.domain.locations import ARTERIES, Location
from neuronetra.domain.modality import Modality
from neuronetra.errors import CohortError
from neuronetra.testing.header_builder import slice_header
from neuronetra.testing.strategies import rotations

PLACE = Coordinates(4.0, 3.0)
TIP, LEFT, RIGHT = Location.BASILAR_TIP, Location.LEFT_MCA, Location.RIGHT_MCA
MILLIMETRES, PIXELS = st.floats(-300, 300), st.floats(-0.5, 500)


def _mark(location=TIP, uid="1.2", line=2, place=PLACE):
    return Mark(line, uid, "1.2.0", place, location)


def _rows(*lesions):
    """A row for each set of lesions, by uid."""
    made = {}
    for number, held in enumerate(lesions):
        labels = (*(location in held for location in ARTERIES), bool(held))
        made[f"1.{number}"] = LabelRow(number + 2, f"1.{number}", Modality.CTA, labels)
    return made


@given(rotations(180.0), st.tuples(MILLIMETRES, MILLIMETRES, MILLIMETRES), PIXELS, PIXELS)
def test_a_point_is_where_the_standard_puts_it(turn, corner, column, row):
    """Position + column x spacing along the row + row x spacing down the column (part 3, C.7.6.2.1.1)."""
    header = slice_header(
        0, position=corner, orientation=(*turn[:, 0], *turn[:, 1]), pixel_spacing=(0.7, 0.4)
    )
    affine = np.column_stack([0.4 * turn[:, 0], 0.7 * turn[:, 1], np.array(corner)])
    assert np.allclose(point_of(header, column, row), affine @ (column, row, 1.0), atol=1e-9)


@pytest.mark.parametrize("lost", ["position", "orientation", "pixel_spacing"])
def test_without_geometry_there_is_no_point(lost):
    """The place in the image stays, the point in mm is unknown."""
    found = lesion_point(_mark(), [slice_header(0, **{lost: None})])
    assert found.point is None
    assert (found.column, found.row) == (4.0, 3.0)


@pytest.mark.parametrize("place", [(-0.6, 0), (9.6, 0), (0, -0.51), (0, 7.51)])
def test_a_point_outside_the_picture_is_refused(place):
    """10 columns and 8 rows reach from -0.5 to 9.5 and 7.5."""
    with pytest.raises(ValueError, match="outside the picture of 10 columns and 8 rows"):
        lesion_point(_mark(place=Coordinates(*place)), [slice_header(0)])


def test_edges_belong_to_the_picture():
    """A point on the outer edge of the outermost pixels is in it."""
    for place in ((-0.5, -0.5), (9.5, 7.5)):
        assert lesion_point(_mark(place=Coordinates(*place)), [slice_header(0)]).point is not None


def test_frames_count_from_zero():
    """Frame f is the f-th stored one; one too far, or none named among many, is refused."""
    frames = [slice_header(number, frame=number, frames=3) for number in range(3)]
    found = lesion_point(_mark(place=Coordinates(0, 0, 2)), frames)
    assert (found.frame, found.point) == (2, (-5.0, -4.0, 4.0))
    for frame, why in ((3, "frame 3 of an instance of 3"), (None, "no frame is named")):
        with pytest.raises(ValueError, match=why):
            lesion_point(_mark(place=Coordinates(0, 0, frame)), frames)


def test_frame_zero_of_a_single_image_is_that_image():
    """``f`` of 0 says nothing more of a file with one frame; 1 is out of it."""
    assert lesion_point(_mark(place=Coordinates(0, 0, 0)), [slice_header(0)]).frame is None
    with pytest.raises(ValueError, match="frame 1 of an instance of 1"):
        lesion_point(_mark(place=Coordinates(0, 0, 1)), [slice_header(0)])


def test_rows_that_cannot_be_read_are_listed():
    """Each bad row has its line; a row that comes again counts once."""
    good = ("1.2", "1.2.3", "{'x': 1, 'y': 2}", TIP.value)
    rows = [good, ("", *good[1:]), (*good[:2], "1, 2", TIP.value), (*good[:3], "Basilar"), good]
    table = Table("l.csv", columns.LOCALIZERS, tuple(Row(n, row) for n, row in enumerate(rows, 2)))
    found, bad = marks(table)
    assert [mark.line for mark in found] == [2]
    assert [row.line for row in bad] == [3, 4, 5, 6]
    assert "line 2 again" in bad[-1].problem


def test_a_mark_must_agree_with_its_row():
    """A point of a series that is not there, or at a location whose label is 0, is told."""
    rows = _rows({TIP})
    assert disagreement(_mark(uid="1.0"), rows) == ""
    assert "label is 0 in line 2" in disagreement(_mark(LEFT, uid="1.0"), rows)
    assert "not among" in disagreement(_mark(uid="9"), rows)


@given(st.permutations(ARTERIES), st.integers(6, 20))
def test_exchanged_columns_are_named(order, count):
    """Points of two locations that stand at each other's labels name the two, whatever else is there."""
    one, other = order[:2]
    held = [{order[n % 5]} for n in range(5 * count)]
    exchange = {one: other, other: one}
    rows = _rows(*({exchange.get(location, location) for location in lesions} for lesions in held))
    found = [_mark(next(iter(lesions)), uid=f"1.{n}") for n, lesions in enumerate(held)]
    with pytest.raises(CohortError, match="exchanged") as caught:
        require_agreement(found, rows, "l.csv")
    assert one.value in caught.value.fix
    assert other.value in caught.value.fix


def test_stray_points_exchange_nothing():
    """A few points at wrong labels, or many at scattered ones, are no sign of exchanged columns."""
    rows = _rows(*({LEFT} for _ in range(10)), *({location} for location in ARTERIES))
    few = [_mark(LEFT, uid=f"1.{n}") for n in range(10)] + [_mark(RIGHT, uid=f"1.{n}") for n in range(2)]
    assert require_agreement(few, rows, "l.csv") is None
    scattered = [_mark(RIGHT, uid=f"1.{n}") for n in range(10, 23)]
    assert require_agreement(scattered, rows, "l.csv") is None
