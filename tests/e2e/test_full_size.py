"""The v3 ensemble at full size: nine members, two views, 18 predictions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from neuronetra import open_predictor
from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.runtimes.onnx import OnnxRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.domain.checkpoints import Ensemble
from neuronetra.domain.locations import MIRROR
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import V3
from neuronetra.domain.scores import Batch
from neuronetra.domain.views import MIRRORED, ORIGINAL, UNSWAPPED_FLIP

pytest.importorskip("torch", reason="making networks needs the extra train")

pytestmark = [pytest.mark.full_size, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The untrained v3 store, made by the command line."""
    place = tmp_path_factory.mktemp("full") / "store"
    arguments = ["models", "init", str(place), "--recipe", "v3", "--seed", "1", "--untrained"]
    done = subprocess.run([sys.executable, "-m", "neuronetra", *arguments], capture_output=True, check=True)
    assert done.stdout == b""
    assert not list(place.glob(".*"))
    return place


def test_members(store: Path) -> None:
    """Three architectures x three folds, named epoch0_score0.000000, each with both kinds of weights."""
    opened = FolderStore(str(store))
    ensemble = opened.ensemble()
    assert ensemble.recipe == V3
    assert [str(member.name) for member in ensemble.members] == [
        f"{architecture}_fold{fold}_epoch0_score0.000000"
        for architecture in ("effnetv2s", "convnext_tiny", "maxvit_tiny")
        for fold in (0, 1, 2)
    ]
    for member in ensemble.members:
        assert set(opened.manifest(member.name).sha256) == {"onnx", "safetensors"}


def test_runtimes_agree_on_the_ensemble(store: Path, scan: Path) -> None:
    """Torch and ONNX Runtime agree to 1e-5 on the 14 probabilities."""
    found = []
    for runtime in ("onnx", "torch"):
        with open_predictor(store, runtime=runtime, keep_open=False) as predictor:
            (prediction,) = predictor.predict(str(scan))
        assert prediction.scores is not None
        found.append(prediction.scores.values)
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_eighteen_predictions_averaged(store: Path, scan: Path) -> None:
    """The result is the mean of 9 members x 2 views, each mirrored view's labels swapped back."""
    reader = PydicomReader()
    (series,) = reader.scan(str(scan))
    frames = reader.load(series, V3.pipeline.sampler.select(series))
    small = OpenCVPreprocessor().apply(frames, V3.pipeline.preprocessing, Modality.CTA)
    images = [V3.pipeline.encoder.encode(view.apply(small)).image for view in (ORIGINAL, MIRRORED)]
    opened, runtime = FolderStore(str(store)), OnnxRuntime(cache="")
    rows = []
    for member in opened.ensemble().members:
        with runtime.open(opened.load(member.name, "onnx"), once=True) as scorer:
            batch = Batch(np.stack(images), np.full(2, Modality.CTA.code, np.int64))
            plain, mirrored = scorer.score(batch).probabilities.astype(np.float64)
        rows += [plain, mirrored[list(MIRROR)]]
    assert len(rows) == 18
    with open_predictor(store) as predictor:
        (prediction,) = predictor.predict(str(scan))
    assert prediction.scores is not None
    np.testing.assert_allclose(prediction.scores.values, np.mean(rows, axis=0), atol=1e-6)
    unswapped = np.mean([row if i % 2 == 0 else row[list(MIRROR)] for i, row in enumerate(rows)], axis=0)
    assert np.abs(prediction.scores.values - unswapped).max() > 1e-4, "the swap must be seen"
    assert UNSWAPPED_FLIP.mirrors


def test_choose_v2_rewrites_what_predict_loads(store: Path, scan: Path) -> None:
    """Models choose changes the recipe, the views and the manifest hash of every later result."""

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "neuronetra", *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def predicted() -> dict[str, object]:
        text = command("predict", str(scan), "--models", str(store), "--format", "json")
        model: dict[str, object] = json.loads(text)[0]["model"]
        return model

    before = predicted()
    command("models", "choose", str(store), "--recipe", "v1")
    after = predicted()
    assert after["recipe"] == "v1"
    assert after["members"] == ["effnetv2s_fold0_epoch0_score0.000000"]
    assert after["manifest_hash"] != before["manifest_hash"]
    command("models", "choose", str(store), "--recipe", "v3")
    again: Ensemble = FolderStore(str(store)).ensemble()
    assert len(again.members) == 9
