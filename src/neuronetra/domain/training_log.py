"""What a run tells as it goes: an entry for each epoch, and what has become of each job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.metric.laterality import Laterality
from neuronetra.domain.metric.score import PRESENT, LabelAreas, mean_location, score_of
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.training_run import EpochEnd, TrainingJob

EPOCH = "epoch"
"""The kind of entry that an epoch is."""

Entry = Mapping[str, Any]


_FIGURES = ("loss", "validation_loss", "score", "presence_auc", "mean_location_auc", "laterality", "baseline")
_KEYS = ("job", "epoch", "epochs", *_FIGURES, "learning_rate", "seconds", "series_per_second", "checkpoint")


def is_entry(value: object) -> bool:
    """Whether a line of the log is what this program writes."""
    if not isinstance(value, Mapping) or not isinstance(value.get("event"), str):
        return False
    return value["event"] != EPOCH or all(key in value for key in _KEYS)


@frozen
class Judged:
    """An epoch held against a fold's labels; ``None`` where a figure has no meaning there."""

    score: float | None
    presence: float | None
    locations: float | None
    laterality: float | None

    @classmethod
    def of(cls, labels: Array, probabilities: npt.ArrayLike) -> Judged:
        """Of truth values and probabilities (n, 14)."""
        given = np.asarray(probabilities, np.float64)
        areas: Float64 = LabelAreas.of(labels, given)(np.ones((len(labels), 1)))
        presence, locations = _known(areas[PRESENT, 0]), _known(mean_location(areas)[0])
        return cls(_known(score_of(areas)[0]), presence, locations, Laterality.of(labels, given).value)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def epoch_entry(
    job: TrainingJob, end: EpochEnd, judged: Judged, name: CheckpointName, baseline: float | None
) -> dict[str, Any]:
    """One line of the log."""
    return {
        "event": EPOCH,
        "job": job.name,
        "epoch": end.epoch,
        "epochs": job.plan.epochs,
        "loss": end.loss,
        "validation_loss": end.validation_loss,
        "score": judged.score,
        "presence_auc": judged.presence,
        "mean_location_auc": judged.locations,
        "laterality": judged.laterality,
        "baseline": baseline,
        "learning_rate": end.learning_rate,
        "seconds": round(end.seconds, 3),
        "series_per_second": round(len(job.training) / end.seconds, 3) if end.seconds > 0.0 else None,
        "checkpoint": str(name),
    }


@frozen
class JobState:
    """How far the training of one network has come, by its checkpoints."""

    architecture: str
    fold: int
    epochs: int
    checkpoints: tuple[CheckpointName, ...]
    baseline: float | None = None

    @classmethod
    def all_of(
        cls, recipe: Recipe, names: Sequence[CheckpointName], baselines: Mapping[int, float | None]
    ) -> tuple[JobState, ...]:
        """One for each slot of ``recipe``, in order."""
        return tuple(
            cls(
                architecture.name,
                fold,
                recipe.training.epochs,
                tuple(n for n in names if (n.architecture, n.fold) == (architecture.name, fold)),
                baselines.get(fold),
            )
            for architecture, fold in recipe.slots
        )

    @property
    def name(self) -> str:
        return f"{self.architecture}_fold{self.fold}"

    @property
    def done(self) -> bool:
        """Whether there is a checkpoint of its last epoch."""
        return any(name.epoch == self.epochs for name in self.checkpoints)

    @property
    def absent(self) -> tuple[int, ...]:
        """The epochs up to its last one of which there is no checkpoint, and which none can choose."""
        last, there = self.last, {name.epoch for name in self.checkpoints}
        return () if last is None else tuple(e for e in range(1, last.epoch) if e not in there)

    @property
    def best(self) -> CheckpointName | None:
        """The highest score, the earliest of equals."""
        return min(self.checkpoints, key=lambda name: (-name.score, name.epoch), default=None)

    @property
    def last(self) -> CheckpointName | None:
        return max(self.checkpoints, key=lambda name: name.epoch, default=None)

    def as_document(self) -> dict[str, Any]:
        """Plain data."""
        best, last = self.best, self.last
        return {
            "job": self.name,
            "architecture": self.architecture,
            "fold": self.fold,
            "done": self.done,
            "epochs": 0 if last is None else last.epoch,
            "of_epochs": self.epochs,
            "absent_epochs": list(self.absent),
            "best": None if best is None else str(best),
            "score": None if best is None else best.score,
            "last_score": None if last is None else last.score,
            "baseline": self.baseline,
        }
