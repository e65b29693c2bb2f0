"""What every ``Cohort`` promises, as tests: subclass and say how one is made."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest

from neuronetra.domain.cohort import LabelledSet, PatientSource
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.ports import Cohort
from neuronetra.testing.cohort_builder import small_cohort

HASH = re.compile(r"[0-9a-f]{64}")
SERIES = 8


def source_cohort(folder: Path) -> Path:
    """The RSNA-layout cohort whose content the contract's have: two series a patient, two planes."""
    return small_cohort(
        folder,
        series=SERIES,
        planes=(Plane.AXIAL, Plane.SAGITTAL),
        layouts=("single", "enhanced"),
        series_per_patient=2,
        synthetic=True,
    )


class CohortContract(ABC):
    """What every cohort promises."""

    @abstractmethod
    def make(self, folder: Path) -> Cohort:
        """A cohort below ``folder``, with the content of ``source_cohort``."""

    @pytest.fixture
    def cohort(self, tmp_path: Path) -> Cohort:
        """One with the contract's content."""
        return self.make(tmp_path)

    @pytest.fixture
    def found(self, cohort: Cohort) -> LabelledSet:
        """What it reads."""
        return cohort.read()

    def test_is_a_cohort(self, cohort: Cohort) -> None:
        """The cohort has the port's methods."""
        assert isinstance(cohort, Cohort)

    def test_every_series_is_read_once_sorted(self, found: LabelledSet) -> None:
        """All series are there, in the order of their uids."""
        uids = [series.uid for series in found.series]
        assert len(uids) == SERIES
        assert uids == sorted(set(uids))

    def test_presence_is_that_of_the_locations(self, found: LabelledSet) -> None:
        """14 labels a series, half of the series positive, presence wherever there is a location."""
        labels = found.labels
        assert labels.shape == (SERIES, len(LABELS))
        assert labels.dtype == bool
        assert np.array_equal(labels[:, -1], labels[:, :-1].any(axis=1))
        assert labels[:, -1].sum() == SERIES // 2

    def test_points_stand_at_positive_locations(self, found: LabelledSet) -> None:
        """Every positive label has its point, with a place in mm, and no other location has one."""
        for series in found.series:
            places = [point.location.index for point in series.points]
            assert places == list(np.flatnonzero(series.labels[:-1]))
            assert all(point.point is not None for point in series.points)

    def test_frames_are_named_in_files_of_many_alone(self, found: LabelledSet) -> None:
        """A point in a multi-frame instance names its frame, one in a single image none."""
        frames = {point.frame is None for series in found.series for point in series.points}
        assert frames == {True, False}

    def test_patients_are_keyed_hashes(self, found: LabelledSet) -> None:
        """Patients are 64 hexadecimal digits, equal for the two series of one, and shown nowhere."""
        assert found.patient_source is PatientSource.DICOM
        assert all(HASH.fullmatch(series.patient) for series in found.series)
        assert np.array_equal(found.patients, np.repeat(np.arange(SERIES // 2), 2))
        for series in found.series:
            assert series.patient not in repr(found)

    def test_paths_are_folders_that_are_not_shown(self, found: LabelledSet) -> None:
        """Each series has a folder of its own, which no repr tells."""
        paths = {series.path for series in found.series}
        assert len(paths) == SERIES
        assert all(Path(path).is_dir() for path in paths)
        assert not any(path in repr(found) for path in paths)

    def test_the_document_is_json_without_identifiers(self, found: LabelledSet) -> None:
        """What reports get is plain JSON; no patient, no folder."""
        told = json.dumps(found.as_document(), allow_nan=False)
        for series in found.series:
            assert series.patient not in told
            assert series.path not in told
        assert "patient-0" not in told

    def test_made_up_images_are_said_to_be(self, found: LabelledSet) -> None:
        """A synthetic cohort says so wherever it is read."""
        assert found.synthetic

    def test_reading_again_gives_the_same(self, cohort: Cohort, found: LabelledSet) -> None:
        """Two readings are equal, and the digest is a sha256."""
        assert cohort.read() == found
        assert HASH.fullmatch(found.digest)

    def test_progress_ends_with_all(self, cohort: Cohort) -> None:
        """Progress never goes back, and ends with as many as there are."""
        calls: list[tuple[int, int]] = []
        cohort.read(lambda done, total: calls.append((done, total)))
        assert calls[-1] == (SERIES, SERIES)
        assert [done for done, _ in calls] == sorted(done for done, _ in calls)
