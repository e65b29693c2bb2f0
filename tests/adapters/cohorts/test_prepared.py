"""Prepared cohorts: the cohort that they were made of, but for the folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from neuronetra.adapters.cohorts.prepared import PreparedCohort
from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.domain.cohort_manifest import manifest_entries
from neuronetra.domain.cohort_table import to_csv
from neuronetra.errors import CohortError, UsageError
from neuronetra.testing.cohort_contract import CohortContract, source_cohort


def prepared(source: Path, folder: Path) -> Path:
    """What preparing a cohort leaves of its labels, with empty folders of frames."""
    cohort = RsnaCohort(str(source))
    found = cohort.read()
    for series in found.series:
        (folder / "frames" / series.uid).mkdir(parents=True)
    (folder / "cohort.csv").write_text(to_csv(found))
    (folder / "manifest.json").write_text(json.dumps({"schema": 1, **manifest_entries(found, cohort.key())}))
    return folder


class TestPreparedCohort(CohortContract):
    """The contract."""

    def make(self, folder: Path) -> PreparedCohort:
        return PreparedCohort(str(prepared(source_cohort(folder / "cohort"), folder / "prepared")))


@pytest.fixture
def place(tmp_path):
    """A prepared cohort."""
    return prepared(source_cohort(tmp_path / "cohort"), tmp_path / "prepared")


def test_it_is_the_cohort_it_was_made_of(tmp_path, place):
    """All but the folders is equal, the key too."""
    source, copy = RsnaCohort(str(tmp_path / "cohort")), PreparedCohort(str(place))
    before, after = source.read(), copy.read()
    bare = [
        evolve(found, series=tuple(evolve(s, path="") for s in found.series)) for found in (before, after)
    ]
    assert bare[0] == bare[1]
    assert copy.key() == source.key()
    assert after.series[0].path == str(place.resolve() / "frames" / after.series[0].uid)


def test_series_without_frames_are_counted(place):
    """A series that failed to be prepared keeps its labels; the notes count it."""
    next((place / "frames").iterdir()).rmdir()
    found = PreparedCohort(str(place)).read()
    assert len(found) == 8
    assert "1 of 8 series have no prepared frames" in found.notes


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("manifest.json", b"{", "not JSON"),
        ("manifest.json", b"[" * 100_000, "not JSON|no keys"),
        ("manifest.json", b"{}", "manifest of a prepared cohort"),
        ("manifest.json", b"\xff", "UTF-8"),
        ("cohort.csv", b"SeriesInstanceUID\n", "columns of a prepared cohort"),
        ("cohort.csv", b"", "empty"),
        ("cohort.csv", None, "cannot be read"),
        ("manifest.json", None, "cannot be read"),
    ],
)
def test_damage_is_one_clear_error(place, name, content, problem):
    """A file that is not there or not what it was is named."""
    (place / name).unlink()
    if content is not None:
        (place / name).write_bytes(content)
    with pytest.raises(CohortError, match=problem) as caught:
        PreparedCohort(str(place)).read()
    assert name in str(caught.value)


def test_patients_are_settled(place):
    """A table of patients or a key comes too late."""
    for given in ({"patients": "x.csv"}, {"patient_key": "x"}):
        with pytest.raises(UsageError, match="known already"):
            PreparedCohort(str(place), **given)
