"""The made-up study of a demonstration is what it is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.cohorts.synthetic import Person
from neuronetra.adapters.cohorts.synthetic_study import WIDE_ENOUGH, _chosen, make_study
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.demo import DrawnStudy
from neuronetra.domain.geometry import Plane
from neuronetra.domain.synthesis_tables import marked


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DrawnStudy]:
    """A study and its truth. Not to be written to."""
    place = tmp_path_factory.mktemp("study")
    return place, make_study(str(place / "study"), 3)


def test_it_is_one_axial_series_of_plain_files(made: tuple[Path, DrawnStudy]) -> None:
    """A reader finds one series of the uid and slices that are told, and the folder holds nothing else."""
    place, drawn = made
    assert [path.name for path in place.iterdir()] == ["study"]
    (series,) = PydicomReader().scan(str(place / "study"))
    assert (series.uid, series.frame_count) == (drawn.series_uid, drawn.slice_count)
    assert series.geometry is not None
    assert series.geometry.plane is Plane.AXIAL
    assert len(list((place / "study").iterdir())) == drawn.slice_count


def test_its_lesion_is_one_that_can_be_seen(made: tuple[Path, DrawnStudy]) -> None:
    """One aneurysm, as wide as is asked for, in slices of the series that span its width."""
    place, drawn = made
    (lesion,) = drawn.lesions
    assert lesion.diameter_mm >= WIDE_ENOUGH
    first, last = lesion.slices
    assert 0 <= first < last < drawn.slice_count
    (series,) = PydicomReader().scan(str(place / "study"))
    assert series.geometry is not None
    step = series.geometry.slice_spacing
    assert step is not None
    assert (last - first) * step == pytest.approx(lesion.diameter_mm, abs=2.0 * step)


def test_its_lesion_lies_where_it_is_said_to(made: tuple[Path, DrawnStudy]) -> None:
    """Its slices hold the mark that the cohort's table would give it; the numbers are the reader's own."""
    place, drawn = made
    (series,) = PydicomReader().scan(str(place / "study"))
    (lesion,) = drawn.lesions
    planned = _chosen(3)
    (point,) = [(sac.location, tuple(map(float, sac.point))) for sac in Person.of(planned.patient).sacs]
    (mark,) = marked(planned, [point])
    (found,) = [i for i, item in enumerate(series.slices) if item.instance_uid == mark.instance_uid]
    assert abs(found - sum(lesion.slices) / 2) <= 1.0
    pixels = PydicomReader().load(series, [found]).pixels[0]
    row, column = round(mark.row), round(mark.column)
    assert pixels[row - 1 : row + 2, column - 1 : column + 2].mean() > 150.0  # contrast medium, in HU


def test_another_seed_is_another_head(made: tuple[Path, DrawnStudy], tmp_path: Path) -> None:
    """The seed decides the study."""
    again = make_study(str(tmp_path / "again"), 3)
    assert again == made[1]
    assert make_study(str(tmp_path / "other"), 4).series_uid != again.series_uid
