"""A lesion's place among canonical slices."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.cohort import LesionPoint
from neuronetra.domain.geometry import Plane
from neuronetra.domain.lesion_places import LesionPlace, place_of
from neuronetra.domain.locations import Location
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.fakes import fake_series


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
@pytest.mark.parametrize("layout", ["single", "enhanced"])
def test_by_image_and_by_point_agree(tmp_path: Path, plane: Plane, layout: str) -> None:
    """The stored pixel, turned as its frame is, lies where its point in the patient does."""
    root = small_cohort(tmp_path / "c", series=4, planes=(plane,), layouts=(layout,), modalities=("CTA",))
    seen = 0
    for one in RsnaCohort(str(root)).read().series:
        (series,) = PydicomReader().scan(one.path)
        for point in one.points:
            by_image = place_of(point, series)
            by_point = place_of(
                LesionPoint(point.location, "elsewhere", None, point.column, point.row, point.point), series
            )
            assert by_image is not None
            assert by_point is not None
            assert by_image.slice == by_point.slice
            assert (by_image.row, by_image.column) == pytest.approx((by_point.row, by_point.column), abs=1e-3)
            seen += 1
    assert seen == 2


def test_places_outside_are_none() -> None:
    """Neither an unknown image without a point, nor a point beyond the stack, has a place."""
    series = fake_series("1.2", 5)
    known = LesionPoint(Location.BASILAR_TIP, "1.2.3", None, 4.0, 3.0)
    assert place_of(known, series) == LesionPlace(2, 3.0, 4.0)
    for point in (None, (0.0, 0.0, 900.0)):
        lesion = LesionPoint(Location.BASILAR_TIP, "other", None, 4.0, 3.0, point)
        assert place_of(lesion, series) is None
