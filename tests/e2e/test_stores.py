"""Stores on the command line: made, looked at, mended, and refused where anything disagrees."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from neuronetra.domain.locations import LABELS
from neuronetra.testing.command_line import ALL_DONE, SOME_FAILED, predictions, refused, run


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def test_no_store_named(scan: Path) -> None:
    """Without a store the shipped one predicts and says synthetic."""
    (prediction,) = predictions(scan)
    assert prediction["model"]["recipe"] == "starter"
    assert "synthetic" in prediction["notice"]


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
    assert run("models", "export", store).returncode == ALL_DONE
    assert run("predict", scan, "--models", store).returncode == ALL_DONE


def test_import_of_a_bad_name(tmp_path: Path) -> None:
    """A file whose name is not a checkpoint's is refused before anything is made."""
    path = tmp_path / "best_model.pth"
    path.write_bytes(b"")
    assert "best_model" in refused("models", "import", tmp_path / "store", path)
    assert not (tmp_path / "store").exists()
