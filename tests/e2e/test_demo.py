"""The demonstration on the command line, and a store carded and shipped there."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from neuronetra import open_predictor
from neuronetra.adapters.stores.package import PackageStore
from neuronetra.domain.locations import LABELS
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE
from neuronetra.testing.command_line import ALL_DONE, refused, run

STARTER = files("neuronetra.adapters.stores.starter")


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def test_a_demonstration_of_any_store(small_store: Path, tmp_path: Path) -> None:
    """Study, report and result are written; truth and prediction stand side by side; all is called synthetic."""
    store = tmp_path / "store"
    shutil.copytree(small_store, store)
    assert run("models", "card", store).stdout.strip() == str(store / "MODEL_CARD.md")
    done = run("demo", "--models", store, "--out", "demo", "--seed", 2, "--format", "json", cwd=tmp_path)
    assert done.returncode == ALL_DONE, done.stderr
    document = json.loads(done.stdout)
    assert document.pop("out") == "demo"
    assert document == json.loads((tmp_path / "demo" / "result.json").read_bytes())
    assert document["synthetic"] is True
    assert SYNTHETIC_NOTICE in document["notice"]
    assert tuple(document["truth"]["labels"]) == tuple(document["prediction"]["probabilities"]) == LABELS
    assert document["truth"]["labels"]["Aneurysm Present"] is True
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    assert "Model card: small" in page
    assert page.count('src="data:image/png;base64,') == 8
    study = list((tmp_path / "demo" / "study").iterdir())
    assert {path.suffix for path in study} == {".dcm"}
    assert "made-up head (seed 2)" in run("demo", "--models", store, "--seed", 2, cwd=tmp_path).stdout


def test_what_is_in_the_way_stays(small_store: Path, tmp_path: Path) -> None:
    """A folder of somebody's own is refused by one line before any work, and so is a store that is not there."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine").write_text("mine")
    assert "something else" in refused("demo", "--models", small_store, "--out", tmp_path / "demo")
    assert "absent" in refused("demo", "--models", tmp_path / "absent", "--out", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert (tmp_path / "demo" / "mine").read_text() == "mine"


def test_a_shipped_store_predicts_the_same(scan: Path, small_store: Path, tmp_path: Path) -> None:
    """What is shipped is verified, smaller, and gives the same probabilities."""
    done = run("models", "ship", small_store, tmp_path / "out")
    assert (done.returncode, done.stdout) == (ALL_DONE, "")
    assert run("models", "verify", tmp_path / "out").returncode == ALL_DONE
    found = [
        json.loads(run("predict", scan, "--models", store, "--format", "json").stdout)[0]["probabilities"]
        for store in (small_store, tmp_path / "out")
    ]
    assert found[0] == found[1]
    assert "something already" in refused("models", "ship", small_store, tmp_path / "out")


@pytest.mark.parametrize("content", ["", "[]", '{"score": 1}'])
def test_a_card_takes_evaluations_alone(small_store: Path, tmp_path: Path, content: str) -> None:
    """Any other file is named and refused, and the store has no card then."""
    store = tmp_path / "store"
    shutil.copytree(small_store, store)
    (tmp_path / "other.json").write_text(content)
    line = refused("models", "card", store, "--evaluation", tmp_path / "other.json")
    assert "other.json" in line
    assert not (store / "MODEL_CARD.md").exists()


def test_the_starter_is_there_and_says_what_it_is(scan: Path, tmp_path: Path) -> None:
    """It is whole, is no larger than a wheel may be, has a card, and is synthetic in every form of a result."""
    assert run("models", "verify", "starter").returncode == ALL_DONE
    weights = [path for path in Path(str(STARTER)).iterdir() if path.suffix == ".onnx"]
    assert sum(path.stat().st_size for path in weights) < 20_000_000
    assert not list(Path(str(STARTER)).glob("*.safetensors"))
    assert "worthless on patients" in (STARTER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for form in ("table", "json", "jsonl", "csv"):
        shown = " ".join(run("predict", scan, "--format", form).stdout.split())
        assert SYNTHETIC_MODEL_NOTICE in shown
    assert run("predict", scan, "--format", "parquet", "--out", tmp_path / "p").returncode == ALL_DONE
    assert SYNTHETIC_MODEL_NOTICE in pl.read_parquet(tmp_path / "p")["notice"][0]
    listed = json.loads(run("models", "list", "starter", "--format", "json").stdout)
    assert len(listed) == 9
    assert all(row["synthetic"] and row["chosen"] and row["weights"] == ["onnx"] for row in listed)


def test_the_starter_is_what_python_opens(scan: Path) -> None:
    """Without a name ``open_predictor`` opens the starter, and each prediction says what it is worth."""
    with open_predictor() as predictor:
        (prediction,) = predictor.predict(scan)
    assert prediction.model.recipe == "starter"
    assert prediction.model.synthetic
    assert SYNTHETIC_MODEL_NOTICE in prediction.notice


def test_the_starters_card_is_of_the_starter() -> None:
    """The card that is shipped names the files that are shipped, and measures them on cohorts seen and unseen."""
    card = (STARTER / "MODEL_CARD.md").read_text(encoding="utf-8")
    store = PackageStore("neuronetra.adapters.stores.starter")
    for member in store.ensemble().members:
        manifest = store.manifest(member.name)
        assert manifest.score is not None
        assert f"| `{member.name}` | {manifest.score:.4f} | `{manifest.sha256['onnx'][:12]}` |" in card
    for wanted in (
        "### Out of fold",
        "### On series that no network was trained on",
        "| Networks | Best epoch",
    ):
        assert card.count(wanted) == 1


def test_the_demonstration_needs_no_option(tmp_path: Path) -> None:
    """The README's first command: the starter, in the working folder."""
    done = run("demo", cwd=tmp_path)
    assert done.returncode == ALL_DONE, done.stderr
    assert SYNTHETIC_MODEL_NOTICE in done.stdout
    assert "report: neuronetra-demo/report.html" in done.stdout
    assert (tmp_path / "neuronetra-demo" / "report.html").is_file()
