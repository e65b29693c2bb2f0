"""A foreign package with a reader and a runtime of its own, built and installed into a fresh environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest, ModelSpec
from neuronetra.domain.locations import LABELS
from neuronetra.domain.recipes import EFFNETV2S, V1

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "plugin_package"

pytestmark = [pytest.mark.environment, pytest.mark.timeout(900)]

API = """
import json, sys
from neuronetra import open_predictor
with open_predictor(sys.argv[1], reader="counting", runtime="brightness") as predictor:
    (prediction,) = predictor.predict(sys.argv[2])
print(json.dumps(prediction.probabilities))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with neuronetra, the foreign package and what its tests need; no torch."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place / "env", with_pip=True)
    foreign = place / "foreign"  # built from a copy: the sources stay as they are
    shutil.copytree(PACKAGE, foreign)
    ours = place / "ours"
    ours.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "src"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, ours / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, ours)
    python = place / "env" / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", f"{ours}[testing]", str(foreign)]
    subprocess.run(command, check=True, timeout=600)
    return place / "env"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one member whose weights nobody looks at."""
    place = tmp_path_factory.mktemp("store")
    weights = place / "weights"
    weights.write_bytes(b"not looked at")
    name = CheckpointName("effnetv2s", 0, 0, 0.0)
    opened = FolderStore(str(place / "store"))
    opened.save(Manifest(name, ModelSpec(EFFNETV2S), V1.pipeline), {"onnx": str(weights)})
    opened.save_ensemble(Ensemble(V1, (EnsembleMember(name),), "the only one"))
    return place / "store"


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program of that environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        program, *rest = map(str, arguments)
        return subprocess.run(
            [str(environment / "bin" / program), *rest],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=tmp_path,
            env=clean,
        )

    return run


def _expected(scan: Path) -> dict[str, float]:
    """What the foreign runtime must give, computed here without it."""
    from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
    from neuronetra.adapters.readers.pydicom import PydicomReader
    from neuronetra.domain.modality import Modality

    reader, pipeline = PydicomReader(), V1.pipeline
    (series,) = reader.scan(str(scan))
    frames = reader.load(series, pipeline.sampler.select(series))
    small = OpenCVPreprocessor().apply(frames, pipeline.preprocessing, Modality.CTA)
    columns = np.array_split(pipeline.encoder.encode(small).image, len(LABELS), axis=2)
    return {label: float(c.mean()) / 255 for label, c in zip(LABELS, columns, strict=True)}


def test_no_torch_there(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The base install brings no torch, and doctor names the command that would."""
    done = run("neuronetra", "doctor", "--format", "json")
    assert done.returncode == 1, "the broken plug-ins are not well"
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert rows["runtime onnx"]["state"] == "ok"
    assert rows["plug-in of neuronetra-example"]["state"] == "broken"
    assert rows["runtime torch"]["state"] == "missing"
    assert rows["runtime torch"]["fix"] == "pip install 'neuronetra[train]'"
    assert run("python", "-c", "import torch").returncode != 0


def test_plugins_are_listed(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The good plug-ins are ready; the two broken ones are named with their reasons, and harm nobody."""
    done = run("neuronetra", "plugins", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    own = {entry["name"] for entry in found["plugins"] if entry["from"] == "neuronetra-example"}
    assert own == {"counting", "brightness"}
    reasons = sorted(problem["problem"] for problem in found["problems"])
    assert len(reasons) == 2
    assert "neuronetra_serie_readers" in reasons[0]
    assert "a_library_that_is_not_installed" in reasons[1]


def test_selected_by_option(
    run: Callable[..., subprocess.CompletedProcess[str]], store: Path, scan: Path
) -> None:
    """--reader and --runtime take the foreign names."""
    done = run(
        *("neuronetra", "predict", scan, "--models", store, "--format", "json"),
        *("--reader", "counting", "--runtime", "brightness"),
    )
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert found["probabilities"] == pytest.approx(_expected(scan), abs=1e-6)


def test_selected_by_file(
    run: Callable[..., subprocess.CompletedProcess[str]], store: Path, scan: Path, tmp_path: Path
) -> None:
    """So does a TOML file."""
    file = tmp_path / "own.toml"
    file.write_text(f'models = "{store}"\nreader = "counting"\nruntime = "brightness"\n')
    done = run("neuronetra", "predict", scan, "--config", file, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["probabilities"] == pytest.approx(_expected(scan), abs=1e-6)


def test_selected_by_program(
    run: Callable[..., subprocess.CompletedProcess[str]], store: Path, scan: Path
) -> None:
    """And so does open_predictor."""
    done = run("python", "-c", API, store, scan)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == pytest.approx(_expected(scan), abs=1e-6)


def test_foreign_adapters_pass_the_contracts(
    environment: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The contract tests that neuronetra ships run there against the foreign reader and runtime."""
    done = run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", environment.parent / "foreign" / "tests"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
