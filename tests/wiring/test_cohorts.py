"""Which kind of cohort lies at a place."""

from __future__ import annotations

import pytest

from neuronetra.adapters.cohorts.prepared import PreparedCohort
from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.config import Configuration
from neuronetra.errors import CohortError, UsageError
from neuronetra.plugins import Offer, Plugin, Registry
from neuronetra.wiring import Wiring, registry
from neuronetra.wiring.cohorts import cohort_at


def _touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return str(folder)


def test_the_files_tell_the_kind(tmp_path):
    """train.csv is the RSNA layout, manifest.json with cohort.csv a prepared cohort."""
    assert isinstance(cohort_at(registry(), _touch(tmp_path / "a", "train.csv")), RsnaCohort)
    both = _touch(tmp_path / "b", "train.csv", "cohort.csv", "manifest.json")
    assert isinstance(cohort_at(Wiring(Configuration()), both), PreparedCohort)
    assert isinstance(cohort_at(registry(), _touch(tmp_path / "c", "train.csv", "cohort.csv")), RsnaCohort)


@pytest.mark.parametrize("name", ["", "none", "empty", "\0", "x" * 5000])
def test_nothing_there_says_what_was_looked_for(tmp_path, monkeypatch, name):
    """No folder, or one without the files, is an error that names them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CohortError, match="no cohort here") as caught:
        cohort_at(registry(), name)
    assert "train.csv" in caught.value.expected
    assert "manifest.json" in caught.value.expected
    assert len(str(caught.value)) < 700


def test_a_plug_in_is_asked_for_by_its_kind(tmp_path, monkeypatch):
    """``kind:location`` is a plug-in's or a shipped kind's; a folder so called is ./kind:location."""
    asked = []

    def factory(location):
        asked.append(location)
        return "theirs"

    offers = Registry((*registry().offers, Offer("cohorts", Plugin("hospital", factory), "other")))
    assert cohort_at(offers, "hospital:ward 7") == "theirs"
    assert asked == ["ward 7"]
    assert isinstance(cohort_at(offers, f"rsna:{tmp_path}"), RsnaCohort)
    monkeypatch.chdir(tmp_path)
    _touch(tmp_path / "hospital:x", "train.csv")
    assert isinstance(cohort_at(offers, "./hospital:x"), RsnaCohort)
    with pytest.raises(UsageError, match="no option 'patients'"):
        cohort_at(offers, "hospital:x", patients="p.csv")


def test_a_folder_that_may_not_be_entered_is_said(tmp_path, monkeypatch):
    """That it is there and closed is another thing than no folder."""
    (tmp_path / "manifest.json").touch()

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_file", refuse)
    with pytest.raises(CohortError, match="Permission denied"):
        cohort_at(registry(), str(tmp_path))
