"""``predict`` as users meet it: results on stdout, one line of error on stderr, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from neuronetra.domain.locations import LABELS
from neuronetra.testing.command_line import ALL_DONE, NONE_DONE, SOME_FAILED, predictions, refused, run, told
from neuronetra.testing.series_builder import SeriesPlan, build, truncate


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def test_json_has_14_probabilities_in_order(scan: Path, small_store: Path) -> None:
    """The labels in the order of the data set, the notice, the model, the report and no error."""
    (found,) = predictions(scan, "--models", small_store)
    assert tuple(found["probabilities"]) == LABELS
    assert all(0.0 < value < 1.0 for value in found["probabilities"].values())
    assert list(found) == [
        "series_uid",
        "modality",
        "probabilities",
        "model",
        "report",
        "versions",
        "notice",
        "error",
    ]
    assert "untrained" in found["notice"]
    assert "not a medical device" in found["notice"]
    assert found["modality"] == "CTA"
    assert len(found["model"]["members"]) == 4
    assert len(found["report"]["slices_used"]) == 8
    assert found["error"] is None


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "parquet"])
def test_every_format_says_untrained(scan: Path, small_store: Path, tmp_path: Path, form: str) -> None:
    """All formats hold the same numbers as JSON, and the notice."""
    expected = predictions(scan, "--models", small_store)[0]
    out = tmp_path / f"result.{form}"
    done = run("predict", scan, "--models", small_store, "--format", form, "--out", out)
    assert done.returncode == ALL_DONE, done.stderr
    assert done.stdout == ""
    first = expected["probabilities"][LABELS[0]]
    if form == "table":
        text = out.read_text()
        assert f"{first:.4f}" in text
        assert "untrained" in text
        return
    rows = (
        [json.loads(line) for line in out.read_text().splitlines()]
        if form == "jsonl"
        else (pl.read_csv(out) if form == "csv" else pl.read_parquet(out)).to_dicts()
    )
    assert len(rows) == 1
    values = rows[0]["probabilities"] if form == "jsonl" else {label: rows[0][label] for label in LABELS}
    assert values == pytest.approx(expected["probabilities"], abs=1e-12)
    assert "untrained" in rows[0]["notice"]
    assert rows[0]["series_uid"] == expected["series_uid"]


def test_readers_and_runtimes_agree(scan: Path, small_store: Path) -> None:
    """Whatever reader and runtime are named, the probabilities are the same to 1e-5."""
    base = predictions(scan, "--models", small_store)[0]["probabilities"]
    for options in (["--reader", "simpleitk"], ["--runtime", "torch"], ["--threads", "1"]):
        found = predictions(scan, "--models", small_store, *options)[0]["probabilities"]
        assert found == pytest.approx(base, abs=1e-5)


def test_two_series_one_of_them_broken(small_store: Path, tmp_path: Path) -> None:
    """Exit code 1, a list with both, and one line on stderr for the one that failed."""
    build(SeriesPlan(series=1)).write(tmp_path / "good", seed=1)
    for path in build(SeriesPlan(series=2)).write(tmp_path / "bad", seed=2):
        truncate(path, 0.8)
    done = run("predict", tmp_path, "--models", small_store, "--format", "json")
    assert done.returncode == SOME_FAILED
    good, bad = json.loads(done.stdout)
    assert good["error"] is None
    assert bad["probabilities"] is None
    assert "truncated" in bad["error"]
    assert len(told(done.stderr)) == 1


def test_one_truncated_file_is_left_out(small_store: Path, tmp_path: Path) -> None:
    """A damaged file among good ones is named and counted, and the series is done."""
    paths = build(SeriesPlan(shape=(20, 16, 16))).write(tmp_path)
    truncate(paths[3], 0.7)
    (found,) = predictions(tmp_path, "--models", small_store)
    assert [item["file"] for item in found["report"]["left_out"]] == [paths[3].name]
    assert found["report"]["missing_slices"] >= 1
    assert any("truncated" in warning for warning in found["report"]["warnings"])


def test_all_truncated(small_store: Path, tmp_path: Path) -> None:
    """Exit code 2, and the list still says which series failed and why."""
    for path in build(SeriesPlan()).write(tmp_path):
        truncate(path, 0.8)
    done = run("predict", tmp_path, "--models", small_store, "--format", "json")
    assert done.returncode == NONE_DONE
    (found,) = json.loads(done.stdout)
    assert "truncated" in found["error"]
    assert len(told(done.stderr)) == 1


def test_no_such_folder(small_store: Path, tmp_path: Path) -> None:
    """A path that is not there is named, with a fix."""
    line = refused("predict", tmp_path / "nothing", "--models", small_store)
    assert "nothing" in line
    assert "fix:" in line


def test_folder_without_dicom(small_store: Path, tmp_path: Path) -> None:
    """A folder of other files is an error that says how many and what was expected."""
    (tmp_path / "notes.txt").write_text("no image")
    line = refused("predict", tmp_path, "--models", small_store)
    assert "expected" in line


def test_output_that_cannot_be_written(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A missing folder or a folder's name is refused before any work."""
    base = ("predict", scan, "--models", small_store, "--format", "json")
    assert "no such folder" in refused(*base, "--out", tmp_path / "no" / "file.json")
    assert "a folder" in refused(*base, "--out", tmp_path)


def test_failure_leaves_the_old_output(small_store: Path, tmp_path: Path) -> None:
    """Where nothing could be read, what stood at --out stands there still, and nothing else does."""
    (tmp_path / "empty").mkdir()
    out = tmp_path / "result.json"
    out.write_text("yesterday's")
    refused("predict", tmp_path / "empty", "--models", small_store, "--format", "json", "--out", out)
    assert out.read_text() == "yesterday's"
    assert not list(tmp_path.glob(".*"))


def test_hidden_names(small_store: Path, tmp_path: Path) -> None:
    """With --hide-names neither uids nor file names are in any byte of the output."""
    built = build(SeriesPlan(shape=(10, 16, 16)))
    paths = built.write(tmp_path)
    truncate(paths[0], 0.8)
    done = run("predict", tmp_path, "--models", small_store, "--format", "json", "--hide-names")
    assert done.returncode == ALL_DONE, done.stderr
    text = done.stdout + done.stderr
    assert built.uid not in text
    assert paths[0].name not in text
    (found,) = json.loads(done.stdout)
    assert found["series_uid"] == "series-1"
    assert found["report"]["left_out"][0]["file"].startswith("file-")
