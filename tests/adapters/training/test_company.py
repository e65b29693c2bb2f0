"""Several processes that train one network, started by torchrun on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

from safetensors.torch import load_file

from neuronetra.adapters.training.company import Company
from neuronetra.adapters.training.trainer import TorchTrainer
from neuronetra.domain.recipes import Architecture
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.errors import UsageError
from neuronetra.testing.training_jobs import small_frames, small_job

# A network without batch normalisation: on CPUs each process would normalise its own share by itself.
NETWORK = Architecture("convnext", "test_convnext")
PLANS = {
    "uneven": TrainingPlan(2, 1e-4, 1e-5, batch=3, accumulation=2),
    "empty": TrainingPlan(2, 1e-4, 1e-5, batch=1, accumulation=3),
    "stopped": TrainingPlan(2, 1e-4, 1e-5, batch=3, accumulation=2),
}

TOGETHER = """
import os, sys, torch
from pathlib import Path
from tests.adapters.training.test_company import PLANS, fitted
torch.set_num_threads(1)
second = os.environ["RANK"] == "1"
asked = iter([False] * 3 + [second])
place = Path(sys.argv[1])
assert fitted(place, "uneven")
assert fitted(place, "empty")
assert not fitted(place, "stopped", lambda: next(asked))
assert fitted(place, "stopped")
assert fitted(place, "stopped", lambda: True)
print("told", second, sorted(path.name for path in place.glob(f"*/{os.environ['RANK']}-*")), flush=True)
"""


def fitted(place: Path, name: str, stop: Callable[[], bool] | None = None) -> bool:
    """Train the job of that plan in its folder, keeping what this process is told of."""
    folder, rank = place / name, os.environ.get("RANK", "0")
    folder.mkdir(parents=True, exist_ok=True)
    job: TrainingJob = small_job(str(folder), NETWORK, plan=PLANS[name])

    def on_epoch(end: EpochEnd) -> None:
        Path(end.weights).rename(folder / f"{rank}-{end.epoch}.safetensors")
        np.save(folder / f"{rank}-{end.epoch}.npy", end.probabilities)
        (folder / f"{rank}-{end.epoch}.loss").write_text(f"{end.loss} {end.validation_loss}")

    return TorchTrainer("cpu", workers=0).fit(job, small_frames(job), on_epoch, None, stop)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two processes trained."""
    place = tmp_path_factory.mktemp("together")
    script = place / "run.py"
    script.write_text(TOGETHER)
    here = Path(__file__).parents[3]
    line = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    ended = subprocess.run(
        [*line, str(script), str(place)],
        env={**os.environ, "PYTHONPATH": str(here), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    (place / "said").write_text(ended.stdout)
    return place


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", ["uneven", "empty"])
def test_two_processes_train_as_one_does(together: Path, tmp_path: Path, name: str) -> None:
    """Shares of 2 and 1 series, or of 1 and none: losses, probabilities and weights are one's."""
    assert fitted(tmp_path, name)
    for epoch in (1, 2):
        ours, theirs = tmp_path / name / f"0-{epoch}", together / name / f"0-{epoch}"
        losses = [
            [float(one) for one in path.with_suffix(".loss").read_text().split()] for path in (ours, theirs)
        ]
        np.testing.assert_allclose(*losses, rtol=1e-5)
        np.testing.assert_allclose(np.load(f"{ours}.npy"), np.load(f"{theirs}.npy"), atol=1e-5)
        one, other = load_file(f"{ours}.safetensors"), load_file(f"{theirs}.safetensors")
        for tensor in one:
            torch.testing.assert_close(one[tensor], other[tensor], atol=1e-5, rtol=1e-4)


def test_one_of_two_stops_both_and_they_go_on(together: Path) -> None:
    """Stopped by the second process and called again, they end in the same bytes as undisturbed."""
    for epoch in (1, 2):
        paths = [together / name / f"0-{epoch}.safetensors" for name in ("uneven", "stopped")]
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_only_the_leader_is_told(together: Path) -> None:
    """The second process writes and is told nothing."""
    said = (together / "said").read_text()
    assert "told True []" in said
    assert "0-2.safetensors" in said


def test_what_torchrun_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its variables are read, nonsense in them is refused, and without them a process is alone and leads."""
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    alone = Company.of_environment("cpu")
    assert (alone.rank, alone.world, alone.leads) == (0, 1, True)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    assert not TorchTrainer("cpu").leads
    for rank in ("2", "-1", "first"):
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(UsageError, match="torchrun"):
            Company.of_environment("cpu")
