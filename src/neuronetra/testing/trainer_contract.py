"""What every ``Trainer`` must do, as tests that an adapter's own test class inherits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.ports import Trainer
from neuronetra.testing.training_jobs import SMALL_NETWORK, small_frames, small_job


@frozen(eq=False)
class Told:
    """What was told of one epoch, with the bytes of its weights."""

    end: EpochEnd
    weights: bytes

    def same(self, other: Told) -> bool:
        """Equal but for the time that it took and where the file lay."""
        numbers = ("epoch", "loss", "validation_loss", "learning_rate")
        mine, others = ([getattr(one.end, name) for name in numbers] for one in (self, other))
        alike = np.array_equal(self.end.probabilities, other.end.probabilities)
        return mine == others and alike and self.weights == other.weights


def told(
    trainer: Trainer, job: TrainingJob, stop: Callable[[], bool] | None = None
) -> tuple[bool, list[Told]]:
    """What one ``fit`` answers and tells; the weights are moved away as a store does."""
    found: list[Told] = []

    def on_epoch(end: EpochEnd) -> None:
        path = Path(end.weights)
        found.append(Told(end, path.read_bytes()))
        path.unlink()

    return trainer.fit(job, small_frames(job), on_epoch, None, stop), found


class Interrupted(Exception):  # noqa: N818 - it stands for a process that is killed
    """The end of a call at a moment that the test chose."""


def after(calls: int) -> Callable[[], bool]:
    """Says stop at the call after so many."""
    left = [calls]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return stop


class TrainerContract:
    """Subclass it and give ``make``; ``architecture`` is one that the trainer knows."""

    architecture = SMALL_NETWORK

    def make(self) -> Trainer:
        """A fresh trainer, on a CPU."""
        raise NotImplementedError

    def job(self, folder: Path) -> TrainingJob:
        """A small job that keeps its state in ``folder``."""
        folder.mkdir(exist_ok=True)
        return small_job(str(folder), self.architecture)

    def test_each_epoch_is_told_in_order(self, tmp_path: Path) -> None:
        """Epochs count from 1, with the plan's rates, losses and probabilities of each validation series."""
        job = self.job(tmp_path)
        done, ends = told(self.make(), job)
        assert done
        assert [one.end.epoch for one in ends] == [1, 2]
        assert [one.end.learning_rate for one in ends] == [job.plan.rate(0), job.plan.rate(1)]
        for one in ends:
            assert one.end.probabilities.shape == (len(job.validation), 14)
            assert 0.0 <= one.end.probabilities.min() <= one.end.probabilities.max() <= 1.0
            assert one.end.loss > 0.0
            assert one.end.validation_loss > 0.0
            assert np.isfinite([one.end.loss, one.end.validation_loss]).all()

    def test_what_is_done_is_done(self, tmp_path: Path) -> None:
        """A second call answers at once and tells nothing."""
        job = self.job(tmp_path)
        told(self.make(), job)
        assert told(self.make(), job) == (True, [])

    def test_progress_counts_steps(self, tmp_path: Path) -> None:
        """It never goes back and ends at all of them."""
        job, counts = self.job(tmp_path), list[tuple[int, int]]()
        self.make().fit(job, small_frames(job), _unheard, lambda *said: counts.append(said))
        assert counts == sorted(counts)
        assert counts[-1][0] == counts[-1][1] > 1

    def test_a_stopped_training_goes_on(self, tmp_path: Path) -> None:
        """Told to stop before any step and called again, it ends as one that was never stopped."""
        _, whole = told(self.make(), self.job(tmp_path / "whole"))
        stopped = 0
        for calls in range(12):
            job = self.job(tmp_path / str(calls))
            done, first = told(self.make(), job, after(calls))
            _, rest = told(self.make(), job)
            stopped += not done
            assert len(first) + len(rest) == len(whole)
            assert all(one.same(other) for one, other in zip((*first, *rest), whole, strict=True))
            if done:
                break
        assert stopped > 1

    def test_an_epoch_that_was_not_taken_is_told_again(self, tmp_path: Path) -> None:
        """Where ``on_epoch`` fails the next call tells of the same epoch, equal in all but its time."""
        _, whole = told(self.make(), self.job(tmp_path / "whole"))
        job, seen = self.job(tmp_path / "failing"), list[int]()

        def failing(end: EpochEnd) -> None:
            seen.append(end.epoch)
            raise Interrupted

        for _ in range(2):
            try:
                self.make().fit(job, small_frames(job), failing)
            except Interrupted:
                continue
        _, again = told(self.make(), job)
        assert seen == [1, 1]
        assert all(one.same(other) for one, other in zip(again, whole, strict=True))

    def test_the_seed_decides(self, tmp_path: Path) -> None:
        """One seed gives one network, another seed another."""
        ends = []
        for place, seed in (("one", 7), ("same", 7), ("other", 8)):
            ends.append(told(self.make(), evolve(self.job(tmp_path / place), seed=seed))[1][-1])
        assert ends[0].same(ends[1])
        assert ends[0].weights != ends[2].weights

    def test_labels_matter(self, tmp_path: Path) -> None:
        """Other labels of the training series give another network."""
        job = self.job(tmp_path / "given")
        turned = {uid: tuple(not one for one in labels) for uid, labels in job.labels.items()}
        other = evolve(self.job(tmp_path / "turned"), labels=turned)
        assert told(self.make(), job)[1][-1].weights != told(self.make(), other)[1][-1].weights


def _unheard(_: EpochEnd) -> None:
    """Nothing is kept of it."""
