"""The command line as users meet it: results on stdout, one line of error on stderr, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from neuronetra.domain.locations import LABELS
from neuronetra.testing.series_builder import SeriesPlan, build, truncate

ALL_DONE, SOME_FAILED, NONE_DONE = 0, 1, 2


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "neuronetra", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200"},
    )


def predictions(*arguments: object) -> list[dict[str, Any]]:
    """The list that ``predict --format json`` prints."""
    done = run("predict", *arguments, "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def refused(*arguments: object, code: int = NONE_DONE) -> str:
    """The one line of a command that fails; nothing on stdout, no traceback."""
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


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
    assert len(done.stderr.strip().splitlines()) == 1


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
    assert len(done.stderr.strip().splitlines()) == 1


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


def test_no_store_named(scan: Path) -> None:
    """Without a store the error says how to make one."""
    assert "models init" in refused("predict", scan)


def test_no_such_store(scan: Path, tmp_path: Path) -> None:
    """A store that is not there is named."""
    assert "absent" in refused("predict", scan, "--models", tmp_path / "absent")


def _copy(store: Path, to: Path) -> Path:
    shutil.copytree(store, to)
    return to


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_store_with_a_wrong_hash(scan: Path, small_store: Path, tmp_path: Path, runtime: str) -> None:
    """One changed byte in the weights in use, and the file is named and refused."""
    store = _copy(small_store, tmp_path / "store")
    suffix = {"onnx": "onnx", "torch": "safetensors"}[runtime]
    target = sorted(store.glob(f"*.{suffix}"))[1]
    assert run("predict", scan, "--models", store, "--runtime", runtime).returncode == ALL_DONE
    content = bytearray(target.read_bytes())
    content[-5] ^= 1
    target.write_bytes(content)
    line = refused("predict", scan, "--models", store, "--runtime", runtime)
    assert target.name in line
    assert "sha256" in line


def test_store_with_a_wrong_label_order(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """Two labels swapped in a manifest: refused, and the labels are named."""
    store = _copy(small_store, tmp_path / "store")
    target = min(path for path in store.glob("*.json") if path.name != "ensemble.json")
    document = json.loads(target.read_text())
    document["labels"][0], document["labels"][1] = document["labels"][1], document["labels"][0]
    target.write_text(json.dumps(document))
    line = refused("predict", scan, "--models", store)
    assert "label" in line
    assert LABELS[0] in line


def test_store_with_other_preprocessing(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A clip limit changed in a manifest: refused by the preprocessing's own sha256."""
    store = _copy(small_store, tmp_path / "store")
    target = min(path for path in store.glob("*.json") if path.name != "ensemble.json")
    document = json.loads(target.read_text())
    document["pipeline"]["preprocessing"][1]["clip_limits"]["CTA"] = 4.0
    target.write_text(json.dumps(document))
    assert "preprocessing" in refused("predict", scan, "--models", store)


def test_store_without_a_member(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A member that the ensemble names and the store lacks is named."""
    store = _copy(small_store, tmp_path / "store")
    for path in store.glob("resnet_fold1*"):
        path.unlink()
    assert "resnet_fold1" in refused("predict", scan, "--models", store)


def test_store_with_a_damaged_ensemble(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """Half an ensemble.json is one clear line."""
    store = _copy(small_store, tmp_path / "store")
    content = (store / "ensemble.json").read_bytes()
    (store / "ensemble.json").write_bytes(content[: len(content) // 2])
    assert "ensemble.json" in refused("predict", scan, "--models", store)


def test_unknown_reader(scan: Path, small_store: Path) -> None:
    """An unknown name is refused with the names that there are."""
    line = refused("predict", scan, "--models", small_store, "--reader", "pydicon")
    assert "pydicon" in line
    assert "simpleitk" in line


def test_unknown_format(scan: Path, small_store: Path) -> None:
    """So is an unknown format."""
    assert "parquet" in refused("predict", scan, "--models", small_store, "--format", "xlsx")


def test_configuration_file(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A TOML file says what the options say, options win, and unknown keys are refused by name."""
    file = tmp_path / "my.toml"
    file.write_text(f'models = "{small_store}"\nmodality = "MRA"\nruntime = "torch"\n')
    (found,) = predictions(scan, "--config", file)
    assert found["modality"] == "MRA"
    assert "torch" in found["versions"]
    (found,) = predictions(scan, "--config", file, "--modality", "CT", "--runtime", "onnx")
    assert found["modality"] == "CT"
    assert "onnxruntime" in found["versions"]
    file.write_text('modells = "store"\n')
    line = refused("predict", scan, "--config", file)
    assert "modells" in line
    assert "models" in line
    file.write_text("threads = true\n")
    assert "threads" in refused("predict", scan, "--config", file)


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


def test_inspect_writes_what_it_says(scan: Path, tmp_path: Path) -> None:
    """Report, pictures and arrays in a folder named by the series' uid; the report is the JSON on stdout."""
    done = run("inspect", scan, "--out", tmp_path / "seen", "--volume", "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    (report,) = json.loads(done.stdout)
    folder = tmp_path / "seen" / report["series_uid"]
    assert {path.name for path in folder.iterdir()} == {
        "report.json",
        "frames.png",
        "encoded.png",
        "encoded.npy",
        "volume.npy",
    }
    assert json.loads((folder / "report.json").read_text()) == report
    encoded = np.load(folder / "encoded.npy")
    assert (encoded.dtype, encoded.shape) == (np.uint8, (3, 224, 224))
    volume = np.load(folder / "volume.npy")
    assert (volume.dtype, volume.shape) == (np.float32, (24, 48, 40))
    assert {
        "series_uid",
        "modality",
        "plane",
        "frame_count",
        "files_found",
        "left_out",
        "order_key",
        "spacing_mm",
        "affine",
        "positions_mm",
        "uniform",
        "laterality_known",
        "warnings",
        "error",
    } <= set(report)


@pytest.mark.parametrize("reader", ["pydicom", "simpleitk"])
def test_inspect_is_the_same_by_each_reader(scan: Path, tmp_path: Path, reader: str) -> None:
    """Both readers give byte-equal encoded images and volumes, and equal reports."""
    reports = []
    for name in ("pydicom", reader):
        out = tmp_path / name
        done = run("inspect", scan, "--reader", name, "--out", out, "--volume", "--format", "json")
        reports.append(json.loads(done.stdout))
    assert reports[0] == reports[1]
    uid = reports[0][0]["series_uid"]
    for file in ("encoded.npy", "volume.npy", "frames.png"):
        assert (tmp_path / "pydicom" / uid / file).read_bytes() == (
            tmp_path / reader / uid / file
        ).read_bytes()


def test_inspect_as_a_table(scan: Path) -> None:
    """Without --out the table alone, for a person."""
    done = run("inspect", scan)
    assert done.returncode == ALL_DONE
    assert "left and right" in done.stdout
    assert "axial" in done.stdout


def test_models_list_verify_choose(small_store: Path, tmp_path: Path) -> None:
    """Listing shows the members, verify names what is damaged, choose refuses what is not there."""
    store = _copy(small_store, tmp_path / "store")
    rows = json.loads(run("models", "list", store, "--format", "json").stdout)
    assert len(rows) == 4
    assert all(row["chosen"] and row["untrained"] and row["score"] is None for row in rows)
    assert run("models", "verify", store).returncode == ALL_DONE
    target = min(store.glob("*.safetensors"))
    target.write_bytes(target.read_bytes()[:-1])
    done = run("models", "verify", store, "--format", "json")
    assert done.returncode == SOME_FAILED
    broken = [row["what"] for row in json.loads(done.stdout) if not row["ok"]]
    assert broken == [target.name]
    assert "effnetv2s fold 0" in refused("models", "choose", store, "--recipe", "v3")
    assert "--untrained" in refused("models", "init", tmp_path / "new", "--recipe", "v3")
    assert "v9" in refused("models", "init", tmp_path / "new", "--recipe", "v9", "--untrained")
    assert not (tmp_path / "new").exists()


def test_models_export_writes_what_is_missing(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """A member without its ONNX file is refused by predict and mended by export."""
    store = _copy(small_store, tmp_path / "store")
    min(store.glob("*.onnx")).unlink()
    line = refused("predict", scan, "--models", store)
    assert "models export" in line
    assert run("models", "export", store, "--all").returncode == ALL_DONE
    assert run("predict", scan, "--models", store).returncode == ALL_DONE


def test_import_of_a_bad_name(tmp_path: Path) -> None:
    """A file whose name is not a checkpoint's is refused before anything is made."""
    path = tmp_path / "best_model.pth"
    path.write_bytes(b"")
    assert "best_model" in refused("models", "import", tmp_path / "store", path)
    assert not (tmp_path / "store").exists()


def test_plugins_and_doctor() -> None:
    """Both list what is there; doctor is content with this environment."""
    offers = json.loads(run("plugins", "--format", "json").stdout)
    assert {"pydicom", "simpleitk", "onnx", "torch"} <= {entry["name"] for entry in offers["plugins"]}
    assert offers["problems"] == []
    done = run("doctor", "--format", "json")
    assert done.returncode == ALL_DONE, done.stdout
    rows = json.loads(done.stdout)
    assert any(row["what"] == "runtime onnx" and "runs on" in row["found"] for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict"],
        ["predict", "x", "--device", "tpu"],
        ["predict", "x", "--threads", "0"],
        ["nonsense"],
        ["inspect", "x", "--modality", "PET"],
    ],
)
def test_bad_usage(arguments: list[str]) -> None:
    """Wrong usage is exit code 2, said on stderr, without a traceback."""
    done = run(*arguments)
    assert done.returncode == NONE_DONE
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_traceback_only_with_debug(scan: Path, tmp_path: Path) -> None:
    """--debug shows the traceback, before or after the command's name; otherwise there is none."""
    arguments = ["predict", str(scan), "--models", str(tmp_path / "absent")]
    assert "Traceback" not in run(*arguments).stderr
    assert "Traceback" in run(*arguments, "--debug").stderr
    assert "Traceback" in run("--debug", *arguments).stderr
