"""A job's training from where it was left: epochs of steps, and what each epoch gives."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import define, field
from safetensors import SafetensorError

from neuronetra.adapters.disk.atomic import refused
from neuronetra.adapters.networks.weights import save_weights
from neuronetra.adapters.training.company import Company
from neuronetra.adapters.training.learner import Learner, Step
from neuronetra.adapters.training.loading import SeriesBatches
from neuronetra.adapters.training.states import read_state, unusable, write_state
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.errors import TrainingError
from neuronetra.ports import Progress

Told = Callable[[EpochEnd], None]
Stop = Callable[[], bool]


@define
class Mark:
    """How far it is: ``step`` steps of ``epoch`` (from 1) are done; their losses and seconds add up."""

    epoch: int = 1
    step: int = 0
    loss: float = 0.0
    seconds: float = 0.0


@define
class StateFile:
    """Where a job keeps how far it is."""

    job: TrainingJob

    @property
    def path(self) -> Path:
        return Path(self.job.folder) / f"{self.job.name}.state"

    def is_done(self, kept: dict[str, Any] | None) -> bool:
        return kept is not None and self.mark(kept).epoch > self.job.plan.epochs

    def read(self) -> dict[str, Any] | None:
        """Raises ``TrainingError``."""
        return read_state(self.path, self.job)

    def mark(self, kept: dict[str, Any]) -> Mark:
        """Raises ``TrainingError``."""
        try:
            mark = Mark(*(kind(kept[name]) for name, kind in _MARK.items()))
        except (KeyError, TypeError, ValueError) as error:
            raise unusable(self.path, "a state without its place") from error
        return mark

    def restored(self, kept: dict[str, Any], learner: Learner) -> Mark:
        """Put ``learner`` where ``kept`` was. Raises ``TrainingError``."""
        try:
            learner.restore(kept)
        except (LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise unusable(self.path, "the state of another network, or of another version") from error
        return self.mark(kept)

    def clear(self) -> None:
        """Remove what a process that was killed had half written."""
        for left in self.path.parent.glob(f".{self.path.name}.*.part"):
            left.unlink(missing_ok=True)

    def write(self, mark: Mark, learner: Learner | None) -> None:
        """Raises ``OutputError``. Without a ``learner``, as when all is done, the mark alone is kept."""
        place = {name: getattr(mark, name) for name in _MARK}
        state = {} if learner is None else learner.state()
        write_state(self.path, {"digest": self.job.digest, **place, **state})


_MARK = {"epoch": int, "step": int, "loss": float, "seconds": float}


@define
class Course:
    """A job on its way; its state is saved at the first step's end after ``between`` seconds."""

    job: TrainingJob
    learner: Learner
    batches: SeriesBatches
    company: Company
    file: StateFile
    mark: Mark
    between: float
    _saved: float = field(factory=time.monotonic, init=False)

    @property
    def steps(self) -> int:
        """Of an epoch."""
        return -(-self.batches.batches // self.job.plan.accumulation)

    def require_shares(self) -> None:
        """Raise ``TrainingError`` where a process would have no series of a batch, and that matters."""
        smallest = len(self.job.training) // self.batches.batches
        if self.learner.syncs_statistics and smallest < self.company.world:
            raise TrainingError(
                "more processes than series in a batch",
                found=f"{self.company.world} processes, batches of {smallest} or more",
                fix="start fewer, or make the recipe's batch larger",
            )

    def run(self, told: Told, progress: Progress, stop: Stop) -> bool:
        """Train to the end; ``False`` where told to stop before."""
        self.require_shares()
        progress(self._done, self._all)
        while self.mark.epoch <= self.job.plan.epochs:
            if not self._stepped(progress, stop) or not self._ended(told, stop):
                return False
        return True

    @property
    def _done(self) -> int:
        return (self.mark.epoch - 1) * self.steps + self.mark.step

    @property
    def _all(self) -> int:
        return self.job.plan.epochs * self.steps

    def _stepped(self, progress: Progress, stop: Stop) -> bool:
        """What is left of the epoch's steps, after which the state is saved."""
        mark, share = self.mark, (self.company.rank, self.company.world)
        first = mark.step * self.job.plan.accumulation
        batches = self.batches.epoch(mark.epoch, first, *share)
        for number in range(mark.step, self.steps):
            began = time.monotonic()
            if self.company.any(stop()):
                self._save()
                return False
            mark.loss += self.learner.step(self._step(number), islice(batches, self.job.plan.accumulation))
            mark.step += 1
            mark.seconds += time.monotonic() - began
            progress(self._done, self._all)
            if time.monotonic() - self._saved > self.between:
                self._save()
        self._save()
        return True

    def _step(self, number: int) -> Step:
        """The first batches hold a series more where they do not come out even."""
        count, plan = len(self.job.training), self.job.plan
        least, more = divmod(count, self.batches.batches)
        members = range(self.batches.batches)[number * plan.accumulation : (number + 1) * plan.accumulation]
        total = sum(least + (index < more) for index in members)
        return Step(self.mark.epoch, number, total, plan.rate(self.mark.epoch - 1))

    def _ended(self, told: Told, stop: Stop) -> bool:
        """Validate, tell of the epoch, and keep that it was told of."""
        began, mark = time.monotonic(), self.mark
        batches = self.batches.validation(self.company.rank, self.company.world)
        judged = self.learner.validate(mark.epoch, batches, stop)
        if judged is None:
            return False
        if self.company.leads:
            rate, loss = self.job.plan.rate(mark.epoch - 1), mark.loss / len(self.job.training)
            seconds, weights = mark.seconds + time.monotonic() - began, self._weights()
            told(EpochEnd(mark.epoch, loss, judged[1], rate, judged[0], str(weights), seconds))
            with suppress(FileNotFoundError):  # moved away, as it may be
                weights.unlink()
        mark.epoch, mark.step, mark.loss, mark.seconds = mark.epoch + 1, 0, 0.0, 0.0
        self._save()
        return True

    def _weights(self) -> Path:
        path = Path(self.job.folder) / f"{self.job.name}.epoch.safetensors"
        try:
            save_weights(self.learner.network, path)
        except OSError as error:
            raise refused(path, error) from error
        except SafetensorError as error:
            raise refused(path, OSError(0, str(error)[:200])) from error
        return path

    def _save(self) -> None:
        if self.company.leads:
            done = self.mark.epoch > self.job.plan.epochs
            self.file.write(self.mark, None if done else self.learner)
        self._saved = time.monotonic()
