"""A trainer that trains nothing: what it tells of each epoch is decided beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from attrs import define, field

from neuronetra.domain.arrays import Float64
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.ports import FrameStore, Progress
from neuronetra.testing.recipes import FAKE_WEIGHTS


def guesses(job: TrainingJob, epoch: int) -> Float64:
    """Probabilities (n, 14) of the validation series that know a little more in each epoch, seeded."""
    truth = np.array([job.labels[uid] for uid in job.validation], np.float64)
    noise = np.random.default_rng([job.seed, job.fold, epoch, *job.architecture.name.encode()])
    share = epoch / (job.plan.epochs + 1)
    return np.asarray(share * truth + (1.0 - share) * noise.random(truth.shape))


@define
class FakeTrainer:
    """A ``Trainer`` of two steps an epoch that remembers in memory how far each job is.

    ``failure`` is raised at the first epoch's end in place of telling of it.
    """

    device: str = "cpu"
    leads: bool = True
    answers: Callable[[TrainingJob, int], Float64] = guesses
    failure: Exception | None = None
    ended: dict[str, int] = field(factory=dict)
    asked: list[str] = field(factory=list)

    def fit(
        self,
        job: TrainingJob,
        frames: FrameStore,
        on_epoch: Callable[[EpochEnd], None],
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """See ``Trainer``."""
        self.asked.append(job.name)
        for uid in (*job.training, *job.validation):
            frames.series(uid)
        total = 2 * job.plan.epochs
        for epoch in range(self.ended.get(job.name, 0) + 1, job.plan.epochs + 1):
            for step in (2 * epoch - 1, 2 * epoch):
                if stop is not None and stop():
                    return False
                if progress is not None:
                    progress(step, total)
            if self.failure is not None:
                raise self.failure
            on_epoch(self._end(job, epoch))
            self.ended[job.name] = epoch
        return True

    def _end(self, job: TrainingJob, epoch: int) -> EpochEnd:
        path = Path(job.folder) / f"{job.name}.weights"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FAKE_WEIGHTS + f"{job.digest} {epoch}".encode())
        rate = job.plan.rate(epoch - 1)
        return EpochEnd(epoch, 1.0 / epoch, 1.5 / epoch, rate, self.answers(job, epoch), str(path), 2.0)
