"""What a training cannot go on with: one clear line, and what was kept stays whole."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from attrs import evolve

torch = pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.adapters.training import course, learner
from neuronetra.adapters.training.company import Company
from neuronetra.adapters.training.trainer import TorchTrainer
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.domain.training_run import TrainingJob
from neuronetra.errors import FrameStoreError, OutputError, TrainingError, UsageError
from neuronetra.testing.trainer_contract import told
from neuronetra.testing.training_jobs import DROPPING_NETWORK, small_frames, small_job

pytestmark = pytest.mark.usefixtures("one_thread")


def trainer(save_every_s: float = 300.0) -> TorchTrainer:
    return TorchTrainer("cpu", workers=0, save_every_s=save_every_s)


def dropping(folder: Path) -> TrainingJob:
    return small_job(str(folder), DROPPING_NETWORK)


def test_the_state_of_another_job_is_refused(tmp_path: Path) -> None:
    """A state is gone on from by its own job alone, and the error says what to do."""
    job = dropping(tmp_path)
    told(trainer(), job, lambda: True)
    with pytest.raises(TrainingError, match="remove this file"):
        told(trainer(), evolve(job, seed=8))


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "pickle"])
def test_a_damaged_state_is_refused(tmp_path: Path, damage: str) -> None:
    """Cut, one bit flipped, empty, or a pickle with a payload: one line, and nothing is run."""
    job = dropping(tmp_path)
    told(trainer(), job, lambda: True)
    path = tmp_path / f"{job.name}.state"
    path.write_bytes(_damaged(path.read_bytes(), damage, tmp_path / "ran"))
    with pytest.raises(TrainingError, match="remove this file") as caught:
        told(trainer(), job)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ran").exists()


def _damaged(content: bytes, damage: str, ran: Path) -> bytes:
    class Payload:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (ran,))

    if damage == "pickle":
        held = io.BytesIO()
        torch.save({"model": Payload()}, held)
        head = b"neuronetra training state 1 " + hashlib.sha256(held.getvalue()).hexdigest().encode()
        return head + b"\n" + held.getvalue()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    return {"cut": content[:-9], "flipped": flipped, "empty": b""}[damage]


def test_a_loss_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops before the weights are touched, names epoch, batch and series, and the next call goes on."""
    job, own = dropping(tmp_path), learner.series_loss

    def spoilt(logits: object, labels: object, plan: TrainingPlan) -> object:
        losses = own(logits, labels, plan)
        spoilt.calls += 1  # type: ignore[attr-defined]
        return losses * float("nan") if spoilt.calls == 3 else losses  # type: ignore[attr-defined]

    spoilt.calls = 0  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(learner, "series_loss", spoilt)
        with pytest.raises(
            TrainingError, match=r"convnext_fold1, epoch 1, batch 3: .*no number.*1\.2\.3\."
        ) as caught:
            told(trainer(), job)
    assert "learning rate" in str(caught.value)
    assert told(trainer(), job)[0]


def test_weights_that_are_no_numbers_are_not_kept(tmp_path: Path) -> None:
    """What lies on the disk is finite: a state that is not is never made."""
    taught = learner.Learner(dropping(tmp_path), Company.of_environment("cpu"), torch.float32)
    assert taught.state()
    with torch.no_grad():
        next(iter(taught.network.parameters())).fill_(float("inf"))
    with pytest.raises(TrainingError, match="no numbers any more"):
        taught.state()


@pytest.mark.parametrize(
    ("raised", "batch", "words"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), 6, "GPU.*batch = 3 and accumulation = 4"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
            5,
            "batch = 2 and accumulation = 5",
        ),
        (MemoryError(), 1, "smaller images"),
        (RuntimeError("Expected more than 1 value per channel when training"), 2, "batch larger"),
        (RuntimeError("cuDNN error\nmany lines"), 2, "could not train the network; found cuDNN error"),
    ],
)
def test_memory_that_is_too_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, batch: int, words: str
) -> None:
    """The error names the batch to try, of the same size in all with accumulation, in one line."""
    job = small_job(str(tmp_path), DROPPING_NETWORK, plan=TrainingPlan(1, batch=batch, accumulation=2))

    def failing(*_: object) -> None:
        raise raised

    monkeypatch.setattr(learner, "series_loss", failing)
    with pytest.raises(TrainingError, match=words) as caught:
        told(trainer(), job)
    assert "\n" not in str(caught.value)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the state cannot be written the one before stays whole, and is gone on from later."""
    job = dropping(tmp_path)
    told(trainer(), job, lambda: True)
    before = (tmp_path / f"{job.name}.state").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            told(trainer(save_every_s=0.0), job)
    assert (tmp_path / f"{job.name}.state").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{job.name}.state"]
    assert told(trainer(), job)[0]


def test_weights_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library of weights says of a full disk becomes one line."""
    from safetensors import SafetensorError

    def full(*_: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(course, "save_weights", full)
    with pytest.raises(OutputError, match="No space left"):
        told(trainer(), dropping(tmp_path))


def test_frames_of_another_size(tmp_path: Path) -> None:
    """They are refused by name before anything is learnt."""
    job = dropping(tmp_path)
    frames = small_frames(job)
    other = evolve(job, spec=evolve(job.spec, input_size=(48, 48)))
    with pytest.raises(FrameStoreError, match="another size"):
        trainer().fit(other, frames, lambda _: None)


def test_what_the_trainer_refuses() -> None:
    """Unknown devices and precisions, float16 without a GPU, workers below 0."""
    for options, words in (
        ({"device": "tpu"}, "unknown device"),
        ({"device": "cpu", "precision": "float8"}, "unknown precision"),
        ({"device": "cpu", "precision": "float16"}, "needs a GPU"),
        ({"workers": -1}, "from 0"),
    ):
        with pytest.raises(UsageError, match=words):
            TorchTrainer(**options)  # type: ignore[arg-type]
