"""Synthetic cohorts on disk: whole series or none, the same bytes however made, lesions where their marks say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.adapters.cohorts.synthetic import SyntheticSeriesMaker
from neuronetra.adapters.cohorts.synthetic_folder import DOCUMENT, SyntheticFolder
from neuronetra.adapters.executors.processes import ProcessExecutor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.app.synthesize import Synthesis
from neuronetra.domain.cohort import PatientSource
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import Size, parse_mix
from neuronetra.domain.synthesis_plan import plan_cohort
from neuronetra.errors import OutputError
from neuronetra.testing.coarse_synthesis import coarse
from neuronetra.testing.inline_executor import InlineExecutor

SEED, COUNT = 4, 6


def made(folder: Path, plan, executor=None) -> None:
    place = str(folder)
    maker = SyntheticSeriesMaker(place)
    Synthesis(SyntheticFolder(place), maker, executor or InlineExecutor(), {"neuronetra": "0"}).run(plan)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def plan():
    return coarse(plan_cohort(COUNT, SEED, Size.SMALL))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory, plan) -> Path:
    folder = tmp_path_factory.mktemp("cohort") / "made"
    made(folder, plan)
    return folder


def test_processes_make_the_same_bytes(tmp_path, plan, cohort) -> None:
    """Two processes give the tree of one."""
    made(tmp_path / "two", plan, ProcessExecutor(2))
    assert tree(tmp_path / "two") == tree(cohort)


def test_interrupted_and_taken_up(tmp_path, plan, cohort) -> None:
    """A run that dies in the middle of a series leaves no tables and nothing half-made under a series' name."""
    folder = tmp_path / "cut"
    maker = SyntheticSeriesMaker(str(folder))

    def dying(planned):
        if planned is plan.series[3]:
            half = folder / f".making-{planned.uid}"
            half.mkdir()
            (half / "one.dcm").write_bytes(b"half")
            raise KeyboardInterrupt
        return maker(planned)

    with pytest.raises(KeyboardInterrupt):
        Synthesis(SyntheticFolder(str(folder)), dying, InlineExecutor(), {"neuronetra": "0"}).run(plan)
    assert not (folder / "train.csv").exists()
    assert len(list((folder / "series").iterdir())) == 3
    made(folder, plan)
    assert tree(folder) == tree(cohort)


def test_more_series_change_none(tmp_path, cohort) -> None:
    """A smaller cohort of the same seed holds the same files."""
    made(tmp_path / "few", coarse(plan_cohort(3, SEED, Size.SMALL)))
    few, many = tree(tmp_path / "few"), tree(cohort)
    images = {name: content for name, content in few.items() if name.endswith(".dcm")}
    assert images
    assert all(many[name] == content for name, content in images.items())


def test_read_as_a_cohort(plan, cohort) -> None:
    """Every series is read with its labels, patients by PatientID, points in mm, and marked as synthetic."""
    found = RsnaCohort(str(cohort)).read()
    assert found.synthetic
    assert not found.bad_rows
    assert found.patient_source is PatientSource.DICOM
    planned = {one.uid: one for one in plan.series}
    assert {one.uid for one in found.series} == set(planned)
    for one in found.series:
        assert one.labels == planned[one.uid].patient.labels
        assert one.modality is planned[one.uid].modality
        assert sorted(point.location.value for point in one.points) == sorted(
            location.value for location in planned[one.uid].patient.locations
        )
        assert all(point.point is not None for point in one.points)
    assert len({one.patient for one in found.series}) == len({one.patient for one in plan.series})


def test_read_as_series(plan, cohort) -> None:
    """A reader finds each series whole, in its plane, verified, with left and right known, and takes it for a head."""
    for one in plan.series:
        (series,) = PydicomReader().scan(str(cohort / "series" / one.uid))
        assert series.error is None
        assert series.frame_count == one.geometry.shape[0]
        assert series.geometry.plane is one.geometry.plane
        assert series.geometry_verified
        assert series.laterality_known
        assert series.missing_slices == 0
        assert series.geometry.slice_spacing == pytest.approx(one.geometry.steps[0], rel=1e-3)


@pytest.fixture(scope="module")
def positive(tmp_path_factory) -> tuple[Path, object]:
    """A cohort of CTA alone."""
    folder = tmp_path_factory.mktemp("cta") / "made"
    plan = coarse(plan_cohort(5, 16, Size.SMALL, parse_mix("CTA=1")), 64, 96)
    made(folder, plan)
    return folder, plan


def test_lesions_lie_on_their_side(positive) -> None:
    """A lesion of a left location lies to the patient's left of the head's middle, a right one to the right.

    The head lies turned and off centre: the middle is where the head itself is, from its outline.
    """
    folder, _ = positive
    seen = set()
    for one in RsnaCohort(str(folder)).read().series:
        (series,) = PydicomReader().scan(one.path)
        for point in one.points:
            side = point.location.value.split()[0]
            if side not in {"Left", "Right"} or "Cerebral" not in point.location.value:
                continue
            index = int(np.argmin(np.abs(series.geometry.positions[:, 2] - point.point[2])))
            frame = PydicomReader().load(series, [index]).pixels[0]
            columns = np.flatnonzero((frame > -300).sum(axis=0) > len(frame) // 8)
            middle = (columns[0] + columns[-1]) / 2
            affine = series.geometry.affine
            column = (np.linalg.inv(affine) @ [*point.point, 1.0])[2]
            if "Middle" in point.location.value:
                assert (column > middle) == (side == "Left"), point
                seen.add(side)
    assert seen == {"Left", "Right"}


def test_lesions_are_bright(positive) -> None:
    """In CTA a lesion's middle is as bright as blood with contrast, unless it is small or clotted."""
    folder, _ = positive
    values = []
    for one in RsnaCohort(str(folder)).read().series:
        (series,) = PydicomReader().scan(one.path)
        for point in one.points:
            place = np.linalg.inv(series.geometry.affine) @ [*point.point, 1.0]
            slice_, row, column = (round(float(value)) for value in place[:3])
            frame = PydicomReader().load(series, [slice_]).pixels[0]
            values.append(frame[row - 1 : row + 2, column - 1 : column + 2].max())
    assert len(values) >= 3
    assert np.median(values) > 150


def test_other_folders_are_refused(tmp_path, plan, cohort) -> None:
    """A folder that is not ours, another cohort's, or one that is in use is refused, in one line."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty, and not a synthetic cohort"):
        made(tmp_path / "letters", plan)
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["a.txt"]
    with pytest.raises(OutputError, match="a difference in seed"):
        made(cohort, coarse(plan_cohort(COUNT, SEED + 1, Size.SMALL)))
    held = SyntheticFolder(str(cohort)).opened(json.loads((cohort / DOCUMENT).read_text()))
    with held, pytest.raises(OutputError, match="another synthesize"):
        made(cohort, plan)


def test_no_label_in_names_or_files(cohort, plan) -> None:
    """No file is named by, or holds, a location's name or the word aneurysm."""
    words = (b"Artery", b"aneurysm", b"Aneurysm", b"Basilar", b"lesion")
    for path in (cohort / "series").rglob("*.dcm"):
        assert path.stem in {uid for one in plan.series for uid in one.instances}
        content = path.read_bytes()
        assert not any(word in content for word in words)


def test_modalities_look_apart(tmp_path) -> None:
    """CTA holds air and bone in HU; MR holds no value below 0."""
    plan = coarse(plan_cohort(4, 2, Size.SMALL, parse_mix("CTA=1,MRA=1,T2=1,T1post=1")), 12, 48)
    made(tmp_path / "all", plan)
    for one in plan.series:
        (series,) = PydicomReader().scan(str(tmp_path / "all" / "series" / one.uid))
        pixels = PydicomReader().load(series, range(series.frame_count)).pixels
        if one.modality is Modality.CTA:
            assert np.percentile(pixels, 1) < -900
            assert pixels.max() > 600
        else:
            assert pixels.min() >= 0
            assert pixels.max() > 3 * np.median(pixels)
    assert Plane.AXIAL in {one.geometry.plane for one in plan.series}
