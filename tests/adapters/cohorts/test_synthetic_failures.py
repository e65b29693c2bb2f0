"""Full disks and damaged leftovers: one clear error, nothing half-made, and a next run that goes on."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.cohorts import synthetic
from neuronetra.adapters.cohorts.synthetic import Person, SyntheticSeriesMaker
from neuronetra.adapters.cohorts.synthetic_folder import DOCUMENT, SyntheticFolder
from neuronetra.app.synthesize import Synthesis
from neuronetra.domain.locations import Location
from neuronetra.domain.synthesis import PlannedPatient
from neuronetra.domain.synthesis_plan import plan_cohort
from neuronetra.errors import OutputError, WorkerError
from neuronetra.testing.coarse_synthesis import coarse
from neuronetra.testing.inline_executor import InlineExecutor

PLAN = coarse(plan_cohort(3, 9), 4, 16)


@pytest.fixture(autouse=True)
def _flat_pictures(monkeypatch) -> None:
    """What is rendered does not matter here."""

    def flat(planned, person):
        return iter(np.zeros(planned.geometry.shape, np.int16))

    monkeypatch.setattr(synthetic, "rendered", flat)


def run(folder: Path) -> None:
    maker = SyntheticSeriesMaker(str(folder))
    Synthesis(SyntheticFolder(str(folder)), maker, InlineExecutor(), {"neuronetra": "0"}).run(PLAN)


def test_a_full_disk(tmp_path, monkeypatch) -> None:
    """No space left in the middle of a series: one error that says so, whole series kept, the next run ends it."""
    whole, written = synthetic.write_scan, []

    def filling(planned, pixels, folder):
        written.append(planned.uid)
        if len(written) == 2:
            (folder / "half.dcm").write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(planned, pixels, folder)

    monkeypatch.setattr(synthetic, "write_scan", filling)
    with pytest.raises(OutputError, match="No space left"):
        run(tmp_path / "made")
    assert len(written) == 2
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["series", DOCUMENT]
    assert [path.name for path in (tmp_path / "made" / "series").iterdir()] == written[:1]
    run(tmp_path / "made")
    assert written[2:] == [one.uid for one in PLAN.series[1:]]
    assert (tmp_path / "made" / "train.csv").exists()


def test_an_unexpected_failure_stops(tmp_path, monkeypatch) -> None:
    """What goes wrong in a worker ends the run with its error, without tables."""

    def failing(planned, pixels, folder):
        raise ZeroDivisionError

    monkeypatch.setattr(synthetic, "write_scan", failing)
    with pytest.raises(WorkerError, match="ZeroDivisionError"):
        run(tmp_path / "made")
    assert not (tmp_path / "made" / "train.csv").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"seed": 1}', b"[" * 100_000])
def test_a_damaged_document(tmp_path, content) -> None:
    """A synthetic.json that is none is an error, and is left as it is."""
    place = tmp_path / "made"
    place.mkdir()
    (place / DOCUMENT).write_bytes(content)
    with pytest.raises(OutputError, match="another synthetic cohort"):
        run(place)
    assert (place / DOCUMENT).read_bytes() == content


def test_what_a_killed_run_left(tmp_path) -> None:
    """Folders and files that were half-made are removed, and a cohort that is whole is left alone."""
    place = tmp_path / "made"
    run(place)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*.dcm")}
    (place / ".making-2.25.1").mkdir()
    (place / ".making-2.25.1" / "x.dcm").write_bytes(b"half")
    (place / ".train.csv.0011aabb.part").write_bytes(b"half")
    (place / "train.csv").unlink()
    run(place)
    assert sorted(path.name for path in place.iterdir()) == sorted(
        ["series", DOCUMENT, "train.csv", "train_localizers.csv"]
    )
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*.dcm")} == before
    assert json.loads((place / DOCUMENT).read_text())["notice"].startswith("synthetic")


def test_neighbouring_lesions_find_room() -> None:
    """Even three lesions about one carotid are placed, in each other's reach but apart where there is room."""
    near = (
        Location.LEFT_SUPRACLINOID_ICA,
        Location.LEFT_POSTERIOR_COMMUNICATING,
        Location.LEFT_INFRACLINOID_ICA,
    )
    template = PLAN.series[0].patient
    apart = []
    for number in range(12):
        patient = PlannedPatient(5, number, "0", 60, template.sex, near, ())
        sacs = Person.of(patient).sacs
        assert tuple(sac.location for sac in sacs) == near
        for k, sac in enumerate(sacs):
            for other in sacs[:k]:
                reach = (sac.diameter + other.diameter) / 2
                apart.append(np.linalg.norm(sac.point - other.point) - reach >= synthetic._APART)
    assert np.mean(apart) > 0.9
