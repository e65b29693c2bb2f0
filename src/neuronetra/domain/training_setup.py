"""A run of training as a value: the series, their folds, and all else that decides its networks' weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_as_given
from neuronetra.domain.baselines import Covariates, Kind, PrevalenceBaseline
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.metric.score import score
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import V3, Architecture, Recipe
from neuronetra.domain.training_record import TrainingRecord, patient_mark, series_mark
from neuronetra.domain.training_run import NONE, TrainingJob


def parts(recipe: Recipe) -> int:
    """Into how many folds a cohort is dealt: a recipe that trains one fold takes the first of v3's."""
    return recipe.folds if recipe.folds > 1 else V3.folds


@frozen
class Given:
    """What a user says of a run.

    ``pretrained`` says of each architecture that is trained now where its first weights come from (``auto``, ``none`` or a
    file), ``origins`` how records tell of it (``timm``, ``none`` or ``file sha256 …``).
    """

    recipe: Recipe
    seed: int = 1
    pretrained: Mapping[str, str] = field(factory=dict)
    origins: Mapping[str, str] = field(factory=dict)


@frozen(eq=False, slots=False)
class TrainingSetup:
    """All that decides a run.

    ``cohort`` holds the series that have frames, ``fold`` (n,) the fold of each, from 0; ``resolved`` says as what a series was
    prepared; ``key_check`` is that of the cohort's patient hashes, ``frames_digest`` the sha256 of the frames' manifest.
    """

    given: Given
    cohort: LabelledSet
    fold: Array = field(converter=locked_as_given, repr=False)
    resolved: Mapping[str, Modality] = field(repr=False)
    key_check: str = ""
    frames_digest: str = ""
    versions: Mapping[str, str] = field(factory=dict, repr=False)

    @property
    def recipe(self) -> Recipe:
        return self.given.recipe

    @property
    def folds(self) -> int:
        """Into how many the cohort is dealt; a recipe may train fewer."""
        return parts(self.recipe)

    def training(self, fold: int) -> tuple[LabelledSeries, ...]:
        """The series that the networks of a fold are fitted to."""
        return tuple(s for s, k in zip(self.cohort.series, self.fold, strict=True) if k != fold)

    def validation(self, fold: int) -> tuple[LabelledSeries, ...]:
        """The series that a fold's epochs are judged by."""
        return tuple(s for s, k in zip(self.cohort.series, self.fold, strict=True) if k == fold)

    def labels(self, fold: int) -> Array:
        """Truth values (n, 14) of a fold's validation series."""
        return np.asarray(self.cohort.labels[self.fold == fold])

    def spec(self, architecture: Architecture, fold: int) -> ModelSpec:
        """What a network takes: the modalities are those that its training series were prepared as."""
        seen = {self.resolved[series.uid] for series in self.training(fold)}
        modalities = tuple(modality for modality in Modality if modality in seen)
        return ModelSpec(architecture, self.recipe.pipeline.preprocessing.size, modalities)

    def job(self, architecture: Architecture, fold: int, folder: str) -> TrainingJob:
        """The training of one network, which keeps its state in ``folder``."""
        return TrainingJob(
            self.spec(architecture, fold),
            self.recipe.pipeline,
            self.recipe.training,
            fold,
            self.given.seed,
            tuple(series.uid for series in self.training(fold)),
            tuple(series.uid for series in self.validation(fold)),
            {series.uid: series.labels for series in self.cohort.series},
            self.given.pretrained.get(architecture.name, NONE),
            folder,
            self.given.origins.get(architecture.name, NONE),
        )

    def record(self, architecture: Architecture, fold: int) -> TrainingRecord:
        """What the manifests of a network say of its training."""
        training, validation = self.training(fold), self.validation(fold)
        return TrainingRecord(
            self.recipe.name,
            self.cohort.digest,
            self.cohort.synthetic,
            self.key_check,
            self.given.seed,
            fold,
            self.folds,
            self.given.origins.get(architecture.name, NONE),
            tuple(sorted({patient_mark(series.patient) for series in training})),
            tuple(sorted(series_mark(series.uid) for series in training)),
            tuple(series_mark(series.uid) for series in validation),
            counts(training),
            self.recipe.training.as_document(),
            dict(self.versions),
        )

    def baseline(self, fold: int) -> float | None:
        """The score on a fold's validation series of prevalence by modality among its training series.

        ``None`` where it has none: where one class is among the former, or either has no series.
        """
        inside, known = self.fold == fold, self._known
        if inside.all() or not inside.any():
            return None
        fitted = PrevalenceBaseline.fit(Kind.MODALITY, self.cohort.labels[~inside], known.keep(~inside))
        return score(self.labels(fold), fitted.predict(known.keep(inside)))

    @cached_property
    def _known(self) -> Covariates:
        return Covariates.of(self.cohort.modalities)

    @property
    def series_digest(self) -> str:
        """sha256 of the series, their labels and folds: equal where two runs train on the same."""
        rows = (
            f"{series.uid} {fold} {''.join('01'[one] for one in series.labels)}\n"
            for series, fold in zip(self.cohort.series, self.fold.tolist(), strict=True)
        )
        return hashlib.sha256("".join(rows).encode()).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """Plain data for the run's own document: no patient."""
        return {
            "recipe": self.recipe.as_document(),
            "seed": self.given.seed,
            "pretrained": dict(self.given.origins),
            "cohort_digest": self.cohort.digest,
            "key_check": self.key_check,
            "frames": {
                "preprocessing_sha256": self.recipe.pipeline.preprocessing.digest,
                "manifest_sha256": self.frames_digest,
            },
            "series": {"count": len(self.cohort), "sha256": self.series_digest},
            "folds": self.folds,
            "synthetic": self.cohort.synthetic,
        }


def counts(series: tuple[LabelledSeries, ...]) -> tuple[tuple[int, str, int, int, tuple[int, ...]], ...]:
    """(modality code, sex or "", age band or -1, series, positives (14)) of each cell, each series counted once."""
    known = Covariates.of(
        [one.modality.code for one in series],
        [np.nan if one.age is None else one.age for one in series],
        [one.sex.value if one.sex else "" for one in series],
    )
    held: dict[tuple[int, str, int], list[tuple[bool, ...]]] = {}
    for one, cell in zip(series, known.cells(Kind.MODALITY_AGE_SEX), strict=True):
        held.setdefault(cell or (one.modality.code, "", -1), []).append(one.labels)
    return tuple(
        (*cell, len(rows), tuple(np.sum(rows, axis=0).tolist())) for cell, rows in sorted(held.items())
    )


def short(probabilities: Float64) -> Float64:
    """Probabilities as the shortest decimals that tell their float32 values apart, so that documents stay short."""
    rounded = np.asarray(probabilities, np.float64).astype(np.float32).astype(np.str_)
    return np.asarray(rounded.astype(np.float64))
