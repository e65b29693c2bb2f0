"""Training by Torch: exact however it is interrupted, clear where it cannot go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

torch = pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.adapters.networks.timm import build_network
from neuronetra.adapters.networks.weights import save_weights
from neuronetra.adapters.training.trainer import TorchTrainer
from neuronetra.domain.recipes import Architecture
from neuronetra.domain.training_plan import NO_AUGMENTATION, TrainingPlan
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.testing.trainer_contract import Interrupted, Told, TrainerContract, after, told
from neuronetra.testing.training_jobs import DROPPING_NETWORK, small_frames, small_job

PLAIN = Architecture("convnext", "test_convnext")
pytestmark = pytest.mark.usefixtures("one_thread")


def trainer(workers: int = 0, **options: float) -> TorchTrainer:
    return TorchTrainer("cpu", workers=workers, **options)  # type: ignore[arg-type]


def dropping(folder: Path) -> TrainingJob:
    folder.mkdir(exist_ok=True)
    return small_job(str(folder), DROPPING_NETWORK)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    ends = told(trainer(), dropping(tmp_path_factory.mktemp("whole")))[1]
    torch.set_num_threads(before)
    return ends


class TestTorchTrainer(TrainerContract):
    """The contract, with a network that normalises by batch."""

    def make(self) -> TorchTrainer:
        return trainer()


def resumed(job: TrainingJob, *, at: int, save_every_s: float) -> tuple[int, dict[int, Told]]:
    """Fit until done, interrupted after ``at`` calls to the outside, then one more; epochs as told last."""
    kept: dict[int, Told] = {}
    interruptions, left = 0, at

    def outside() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Interrupted

    def on_epoch(end: EpochEnd) -> None:
        outside()
        kept[end.epoch] = Told(end, Path(end.weights).read_bytes())
        outside()

    def stop() -> bool:
        outside()
        return False

    for _ in range(60):
        left = at
        try:
            done = trainer(save_every_s=save_every_s).fit(
                job, small_frames(job), on_epoch, lambda *_: outside(), stop
            )
        except Interrupted:
            interruptions, at = interruptions + 1, at + 1
            continue
        assert done
        return interruptions, kept
    raise AssertionError("it never ended")


@pytest.mark.parametrize("save_every_s", [0.0, 300.0])
def test_killed_at_every_step(tmp_path: Path, undisturbed: list[Told], save_every_s: float) -> None:
    """Interrupted after 1, 2, 3 … calls to the outside, it ends in the same bytes."""
    interruptions, kept = resumed(dropping(tmp_path), at=1, save_every_s=save_every_s)
    assert interruptions > 5
    assert all(kept[one.end.epoch].same(one) for one in undisturbed)
    assert sorted(kept) == [1, 2]


def test_workers_make_no_difference(tmp_path: Path, undisturbed: list[Told]) -> None:
    """Two processes that make the images, and a stop between, end in the same bytes."""
    job = dropping(tmp_path)
    answers = iter([False, False, False, True])
    done, first = told(trainer(2), job, lambda: next(answers))
    _, rest = told(trainer(2), job)
    assert not done
    assert all(one.same(other) for one, other in zip((*first, *rest), undisturbed, strict=True))


_KILLED = """
import os, signal, sys, torch
from pathlib import Path
from tests.adapters.training.test_trainer import dropping, small_frames, trainer
torch.set_num_threads(1)
def progress(done, total):
    if done == 3:
        os.kill(os.getpid(), signal.SIGKILL)
job = dropping(Path(sys.argv[1]))
trainer(1, save_every_s=0.0).fit(job, small_frames(job), lambda end: None, progress)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_process_that_is_killed(tmp_path: Path, undisturbed: list[Told]) -> None:
    """SIGKILL in the second epoch, with a worker at its side: the next process ends in the same bytes."""
    here = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], cwd=here, check=False)
    assert ended.returncode == -signal.SIGKILL
    half = tmp_path / ".convnext_fold1.state.0123.part"
    half.touch()  # as it leaves where it is killed while it writes
    _, rest = told(trainer(), dropping(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["convnext_fold1.state"]
    assert [one.end.epoch for one in rest] == [2]
    assert rest[0].same(undisturbed[1])


def test_the_callers_random_state_is_left_alone(tmp_path: Path) -> None:
    """What the caller draws next does not depend on a training between."""
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    told(trainer(), dropping(tmp_path))
    assert torch.equal(torch.rand(3), expected)


def test_a_group_counts_each_series_once(tmp_path: Path) -> None:
    """Batches of 4, 4 and 3 added up teach the same as one batch of all eleven."""
    plan = TrainingPlan(1, 1e-3, 1e-4, batch=4, accumulation=3, augmentation=NO_AUGMENTATION)
    ends = []
    for name, changed in (("three", plan), ("one", evolve(plan, batch=11, accumulation=1))):
        job = evolve(small_job("", PLAIN), plan=changed, folder=str(tmp_path / name))
        (tmp_path / name).mkdir()
        ends.append(told(trainer(), job)[1][0].end)
    assert ends[0].loss == pytest.approx(ends[1].loss, rel=1e-5)
    np.testing.assert_allclose(ends[0].probabilities, ends[1].probabilities, atol=1e-5)


def test_it_learns(tmp_path: Path) -> None:
    """A bright block is learnt in a few epochs."""
    plan = TrainingPlan(12, 3e-3, 1e-4, batch=4, accumulation=1, augmentation=NO_AUGMENTATION)
    job = small_job(str(tmp_path), plan=plan)
    end = told(trainer(), job)[1][-1].end
    truth = np.array([job.labels[uid][0] for uid in job.validation])
    assert end.probabilities[truth, 0].min() > end.probabilities[~truth, 0].max()


def test_a_finished_state_is_small(tmp_path: Path) -> None:
    """Of a training that is done no weights are kept beside those that were told of."""
    told(trainer(), dropping(tmp_path))
    assert [path.suffix for path in tmp_path.iterdir()] == [".state"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 4000


def test_half_precision_on_a_cpu(tmp_path: Path) -> None:
    """bfloat16 trains to finite float64 probabilities of all series."""
    job = small_job(str(tmp_path), PLAIN)
    assert TorchTrainer("cpu", "bfloat16", 0).fit(job, small_frames(job), lambda _: None)


def test_going_on_needs_no_pretrained_weights(tmp_path: Path) -> None:
    """A file of first weights that is gone when a training goes on, as a hub may be, is not missed."""
    weights = tmp_path / "first.safetensors"
    job = evolve(dropping(tmp_path / "job"), pretrained=str(weights), origin="file")
    save_weights(build_network(job.spec, 3), weights)
    assert told(trainer(), job, after(1)) == (False, [])
    weights.unlink()
    done, ends = told(trainer(), job)
    assert (done, len(ends)) == (True, job.plan.epochs)
