"""``neuronetra prepare`` through the real command line: what lies in the folder, and what is refused."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, SOME_FAILED, refused, run, told
from neuronetra.testing.running_command import tree

SERIES, SLICES = 10, 12


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_tree(cohort: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    """Tables, manifest and pictures are what they should be; two processes make the bytes of one."""
    out = tmp_path / "out"
    done = run("prepare", cohort, out, "--jobs", 2, "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    document = json.loads(done.stdout)
    assert document["series"] == {"prepared": SERIES, "there_before": 0, "failed": 0, "in_folder": SERIES}
    assert document["slices"] == {"stored": SERIES * SLICES, "lost": 0}
    assert document["synthetic"] is True
    assert document["bytes"]["dicom"] == sum(p.stat().st_size for p in cohort.glob("series/*/*"))
    assert document["bytes"]["png"] == sum(p.stat().st_size for p in out.rglob("*.png"))
    assert document["loading"]["png_ms"] > 0
    assert tree(out) == undisturbed
    mapping = rows(out / "series_index_mapping.csv")
    assert len(mapping) == SERIES * SLICES
    assert all((out / row["folder"] / f"{int(row['index']):04}.png").is_file() for row in mapping)
    sources = {path.stem for path in cohort.glob("series/*/*.dcm")}
    assert {row["SOPInstanceUID"] for row in mapping} == sources
    assert len(rows(out / "cohort.csv")) == SERIES
    assert (out / "failures.csv").read_text() == "SeriesInstanceUID,reason\n"
    assert json.loads((out / "manifest.json").read_text())["slices"] == "all"


def test_no_path_tells_a_label(cohort: Path, undisturbed: dict[str, str]) -> None:
    """Below the folder every name is a uid, a number or a table's, the same for positives and negatives."""
    uids = {path.name for path in (cohort / "series").iterdir()}
    names = {f"frames/{uid}/{index:04}.png" for uid in uids for index in range(SLICES)}
    names |= {f"frames/{uid}/series.json" for uid in uids}
    tables = {"manifest.json", "cohort.csv", "series_index_mapping.csv", "failures.csv"}
    assert set(undisturbed) == names | tables


def test_no_patient_in_the_tree(cohort: Path, tmp_path: Path) -> None:
    """No identifier is in any file, nor on stdout or stderr; the key of the hashes is in the manifest alone."""
    done = run("prepare", cohort, tmp_path / "out", "--format", "json")
    key = json.loads((tmp_path / "out" / "manifest.json").read_text())["patient_key"]
    contents = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(b"patient-0" in content for content in contents)
    assert sum(key.encode() in content for content in contents) == 1
    assert not any(word in done.stdout + done.stderr for word in ("patient-0", key))


def test_failures_are_told_and_tried_again(cohort: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    """A series that cannot be read is in failures.csv until it can be; the others are prepared."""
    given, out = shutil.copytree(cohort, tmp_path / "cohort"), tmp_path / "out"
    folder = min((given / "series").iterdir())
    hidden = tmp_path / "hidden"
    shutil.copytree(folder, hidden)
    for path in folder.iterdir():
        path.write_bytes(b"no DICOM")
    done = run("prepare", given, out, "--patients", _patients(given, tmp_path))
    assert done.returncode == SOME_FAILED
    assert len(rows(out / "cohort.csv")) == SERIES
    (failure,) = rows(out / "failures.csv")
    assert failure["SeriesInstanceUID"] == folder.name
    assert "no image series here" in failure["reason"]
    assert str(tmp_path) not in failure["reason"]
    assert any(line.startswith(f"error: {folder.name}: ") for line in told(done.stderr))
    shutil.rmtree(folder)
    shutil.copytree(hidden, folder)
    assert run("prepare", given, out, "--patients", _patients(given, tmp_path)).returncode == ALL_DONE
    assert rows(out / "failures.csv") == []
    assert set(tree(out)) == set(undisturbed)


def _patients(given: Path, folder: Path) -> Path:
    """A table of patients: one of whom no image has to tell."""
    table = folder / "patients.csv"
    uids = sorted(path.name for path in (given / "series").iterdir())
    table.write_text("SeriesInstanceUID,PatientID\n" + "".join(f"{uid},p{uid}\n" for uid in uids))
    return table


def test_none_prepared(cohort: Path, tmp_path: Path) -> None:
    """Where every series fails the exit code says so."""
    given = shutil.copytree(cohort, tmp_path / "cohort")
    table = _patients(given, tmp_path)
    for path in given.glob("series/*/*"):
        path.write_bytes(b"no DICOM")
    (given / "train_localizers.csv").unlink()
    assert run("prepare", given, tmp_path / "out", "--patients", table).returncode == NONE_DONE
    assert len(rows(tmp_path / "out" / "failures.csv")) == SERIES


def test_sampled(cohort: Path, tmp_path: Path) -> None:
    """Only the slices that the recipe looks at, numbered among all."""
    out = tmp_path / "out"
    assert run("prepare", cohort, out, "--slices", "sampled").returncode == ALL_DONE
    names = {path.name for path in out.rglob("*.png")}
    assert names == {f"{1 + index:04}.png" for index in range(8)}
    assert "--slices" not in refused("prepare", cohort, out)


def test_places_that_are_refused(cohort: Path, tmp_path: Path) -> None:
    """A folder with other things, a file, the cohort itself or a place in it: one line each, nothing written."""
    strange, file = tmp_path / "strange", tmp_path / "file"
    strange.mkdir()
    (strange / "thesis.txt").write_text("mine")
    file.write_text("mine")
    before = tree(cohort)
    assert "not empty, and not a folder of prepared frames" in refused("prepare", cohort, strange)
    assert "cannot be written" in refused("prepare", cohort, file)
    for place in (cohort, cohort / "frames", cohort.parent, cohort / "series" / ".." / "x"):
        assert "apart from the cohort" in refused("prepare", cohort, place)
    assert "apart from the cohort" in refused("prepare", cohort, "")
    assert tree(cohort) == before
    assert [path.name for path in strange.iterdir()] == ["thesis.txt"]


def test_a_folder_prepared_in_another_way(cohort: Path, tmp_path: Path) -> None:
    """What differs is named, and nothing is changed."""
    out = tmp_path / "out"
    assert run("prepare", cohort, out, "--shard", "1/5").returncode == ALL_DONE
    before = tree(out)
    assert "which slices are kept (all, not sampled)" in refused(
        "prepare", cohort, out, "--slices", "sampled"
    )
    assert "the reader" in refused("prepare", cohort, out, "--reader", "simpleitk")
    assert "the recipe (v3, not v1)" in refused("prepare", cohort, out, "--recipe", "v1")
    assert "is prepared already" in refused("prepare", out, tmp_path / "again")
    assert tree(out) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--shard", "3/2"), "no such shard"),
        (("--recipe", "v9"), "unknown recipe"),
        (("--reader", "none"), "none"),
    ],
)
def test_usage(arguments: tuple[str, str], words: str, cohort: Path, tmp_path: Path) -> None:
    """Arguments that make no sense are one line, before anything is written."""
    assert words in refused("prepare", cohort, tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is read-only for this user")
def test_read_only_folder(cohort: Path, tmp_path: Path) -> None:
    """A folder that cannot be written to is named."""
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "cannot be written" in refused("prepare", cohort, tmp_path / "locked" / "out")
