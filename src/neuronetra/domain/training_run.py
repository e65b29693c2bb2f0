"""One network's training as values: what is asked for, and what each epoch gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from attrs import field, frozen

from neuronetra.domain.arrays import Float64, locked_float64, summary
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.recipes import Architecture, Pipeline
from neuronetra.domain.training_plan import TrainingPlan

AUTO, NONE = "auto", "none"
"""Pretrained weights through timm's own way, or none; anything else is a local file."""


@frozen
class TrainingJob:
    """The training of one architecture on one fold: all that decides its weights, and where it keeps its state.

    ``training`` and ``validation`` are uids in order, no patient in both; ``labels`` those of all of them;
    ``pretrained`` is ``auto``, ``none`` or the path of a local file, and ``origin`` says what these weights are,
    wherever the file lies. ``folder``, made by the caller, keeps what a later call goes on from.
    """

    spec: ModelSpec
    pipeline: Pipeline
    plan: TrainingPlan
    fold: int
    seed: int
    training: tuple[str, ...] = field(repr=False)
    validation: tuple[str, ...] = field(repr=False)
    labels: Mapping[str, tuple[bool, ...]] = field(repr=False)
    pretrained: str = NONE
    folder: str = field(default="", repr=False)
    origin: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.training or not self.validation or set(self.training) & set(self.validation):
            raise ValueError("a fold has series to train on and others to validate on")

    @property
    def architecture(self) -> Architecture:
        return self.spec.architecture

    @property
    def name(self) -> str:
        """``{architecture}_fold{k}``: how its checkpoints' names begin."""
        return f"{self.architecture.name}_fold{self.fold}"

    @property
    def digest(self) -> str:
        """sha256 of all that decides the weights: a state of another digest is not gone on from."""
        rows = [[uid, *map(int, self.labels[uid])] for uid in (*self.training, *self.validation)]
        told = {
            "spec": self.spec.as_document(),
            "pipeline": self.pipeline.as_document(),
            "plan": self.plan.as_document(),
            "fold": [self.fold, self.seed, len(self.training)],
            "pretrained": self.origin or self.pretrained,
            "series": rows,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@frozen(eq=False)
class EpochEnd:
    """What an epoch gave.

    ``epoch`` counts from 1; ``loss`` and ``validation_loss`` are means over series; ``probabilities`` (n, 14) are those of
    ``TrainingJob.validation``, original view; ``weights`` is the path of a safetensors file that may be moved away.
    """

    epoch: int
    loss: float
    validation_loss: float
    learning_rate: float
    probabilities: Float64 = field(converter=locked_float64, repr=summary)
    weights: str
    seconds: float = 0.0
