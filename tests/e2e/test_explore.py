"""``explore`` as users meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.command_line import ALL_DONE, SOME_FAILED, refused, run, told


def _explored(cohort: Path, out: Path, *options: str, code: int = ALL_DONE) -> dict[str, Any]:
    done = run("explore", cohort, out, "--jobs", 1, "--format", "json", *options)
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of 60 series in which nothing tells the label. Not to be written to."""
    return small_cohort(tmp_path_factory.mktemp("clean") / "c", series=60, slices=5, synthetic=True)


def test_a_clean_cohort_has_no_leaks(clean: Path, tmp_path: Path) -> None:
    """The page is whole and says synthetic; the figures have their keys; nothing is named."""
    document = _explored(clean, tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "Synthetic cohort" in page
    assert "http://" not in page
    assert "https://" not in page
    assert document["synthetic_notice"].startswith("Synthetic cohort")
    assert document["leaks"] == []
    assert len(document["leak_facts"]) > 15
    assert document["cohort"]["series"] == sum(document["planes"].values()) == 60
    assert document["reading"]["failed"] == []
    assert document["baselines"]["modality"]["value"] is not None
    assert set(document) >= {
        "classes",
        "locations",
        "co_occurrence",
        "modalities",
        "slices",
        "spacing",
        "age",
        "sex",
        "leak_check",
        "notice",
    }


def test_a_label_in_folder_names_is_named(tmp_path: Path) -> None:
    """The word stands on the page in red, in the figures, on stderr, and decides the exit code."""
    cohort = small_cohort(
        tmp_path / "c", series=60, slices=4, folder_of=lambda positive, uid: f"{uid}_pos" if positive else uid
    )
    done = run("explore", cohort, tmp_path / "x.html", "--jobs", 2, "--format", "json", "--fail-on-leak")
    assert done.returncode == SOME_FAILED, done.stderr
    leaks = json.loads(done.stdout)["leaks"]
    assert [leak["fact"] for leak in leaks][:1] == ["folder word: pos"]
    assert {leak["group"] for leak in leaks} == {"path"}
    (line,) = [line for line in told(done.stderr) if "LEAK" in line]
    assert "folder word: pos (AUC 1.000" in line
    assert '<tr class="red">' in (tmp_path / "x.html").read_text()


def test_brightness_tied_to_the_label_is_named(tmp_path: Path) -> None:
    """Positives 5 % brighter are named, and the exit code stays 0: it is a report."""
    cohort = small_cohort(
        tmp_path / "c", series=60, slices=4, brightness_of=lambda positive: 1.05 if positive else 1.0
    )
    document = _explored(cohort, tmp_path / "x.html")
    assert any(leak["fact"].startswith("brightness") for leak in document["leaks"])
    assert {leak["group"] for leak in document["leaks"]} == {"pixels"}


def test_what_cannot_be_read_is_told(clean: Path, tmp_path: Path) -> None:
    """A series without an image is named with its reason; the others are looked at."""
    cohort = small_cohort(tmp_path / "c", series=12, slices=3)
    folder = min((cohort / "series").iterdir())
    for file in folder.iterdir():
        file.write_bytes(b"not an image")
    document = _explored(cohort, tmp_path / "x.html", "--patients", _patients(cohort), code=SOME_FAILED)
    assert [one["series_uid"] for one in document["reading"]["failed"]] == [folder.name]
    text = json.dumps(document) + (tmp_path / "x.html").read_text()
    assert str(tmp_path) not in text
    assert "patient-0" not in text
    hidden = run("explore", cohort, tmp_path / "y.html", "--jobs", 1, "--hide-names", "--format", "json")
    text = hidden.stdout + hidden.stderr + (tmp_path / "y.html").read_text()
    assert folder.name not in text
    assert "series-1" in text
    (line,) = [line for line in told(hidden.stderr) if line.startswith("error:")]
    assert line.startswith("error: series-1: ")


def _patients(cohort: Path) -> str:
    table = cohort / "patients.csv"
    rows = (f"{folder.name},patient-0-{i}" for i, folder in enumerate(sorted((cohort / "series").iterdir())))
    table.write_text("SeriesInstanceUID,PatientID\n" + "\n".join(rows) + "\n")
    return str(table)


def test_prepared_frames_can_be_explored(tmp_path: Path) -> None:
    """A prepared cohort has the same labels and slices, and is as synthetic, as what it was made of."""
    given = small_cohort(tmp_path / "c", series=12, slices=3, synthetic=True)
    assert run("prepare", given, tmp_path / "p", "--jobs", 1).returncode == ALL_DONE
    prepared, before = _explored(tmp_path / "p", tmp_path / "x.html"), _explored(given, tmp_path / "y.html")
    for key in ("classes", "locations", "modalities", "slices", "planes", "resolved_modalities", "age"):
        assert prepared[key] == before[key], key
    assert prepared["leaks"] == []
    assert {fact["group"] for fact in prepared["leak_facts"]} >= {"pixels", "files"}
    assert prepared["cohort"]["synthetic"] is True


def test_bad_usage_is_one_line(clean: Path, tmp_path: Path) -> None:
    """No cohort, no place for the page, strict with bad rows: one clear line each, and nothing is written."""
    assert "no cohort here" in refused("explore", tmp_path, tmp_path / "x.html")
    assert "no such folder" in refused("explore", clean, tmp_path / "none" / "x.html")
    assert "a folder" in refused("explore", clean, tmp_path)
    if Path("/proc").is_dir():
        assert "cannot be written" in refused("explore", clean, "/proc/x.html")
    assert list(tmp_path.iterdir()) == []


def test_no_page_takes_the_place_of_what_is_read(tmp_path: Path) -> None:
    """A page in the place of a table, of a patients' table or among the images is refused; they stay."""
    cohort = small_cohort(tmp_path / "c", series=2, slices=2)
    table = Path(_patients(cohort))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for place in (cohort / "train.csv", cohort / "series" / "x.html", table):
        assert "would be overwritten" in refused("explore", cohort, place, "--patients", table)
    (tmp_path / "link").symlink_to(cohort / "train.csv")
    assert "would be overwritten" in refused("explore", cohort, tmp_path / "link")
    (tmp_path / "link").unlink()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_unknown_reader_is_no_cohort_that_cannot_be_read(tmp_path: Path) -> None:
    """The name is told and the names there are; no page is made of nothing."""
    cohort = small_cohort(tmp_path / "c", series=2, slices=2)
    line = refused("explore", cohort, tmp_path / "x.html", "--reader", "none")
    assert "found 'none'" in line
    assert "pydicom" in line
    assert not (tmp_path / "x.html").exists()


def test_too_few_to_tell_is_not_no_leak(tmp_path: Path) -> None:
    """Of a cohort too small for it no number of leaks is said, and --fail-on-leak does not pass it."""
    cohort = small_cohort(tmp_path / "c", series=1, slices=2)
    done = run("explore", cohort, tmp_path / "x.html", "--jobs", 1)
    assert done.returncode == ALL_DONE, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "leaks" in line]
    assert "not looked for: too few" in line
    assert "1 of 1 patient\n" in done.stdout
    failed = run("explore", cohort, tmp_path / "x.html", "--jobs", 1, "--fail-on-leak")
    assert failed.returncode == SOME_FAILED
