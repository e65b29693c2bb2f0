"""An evaluation: every figure of a model beside those of baselines that see no pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.baselines import Covariates, Kind, PrevalenceBaseline
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.bootstrap import Resampling
from neuronetra.domain.metric.calibration import BINS
from neuronetra.domain.metric.figures import INTERVAL, Figure
from neuronetra.domain.metric.measured import MeasuredFigures, Reliability
from neuronetra.domain.metric.roc import RocCurve, roc_curve
from neuronetra.domain.metric.score import PRESENT, checked_probabilities, left_out_labels
from neuronetra.domain.metric.sources import CROSS_FITTED, Evaluated, Measured, Source

FEW, FEW_PATIENTS = 10, 50
"""Below so many positives (or negatives) an AUC says little."""


@frozen
class Evaluation:
    """What was measured.

    ``model`` has no figures where there were no predictions; ``difference`` is the model's score less that of the
    baseline by modality, on the same resamples. Where the baselines' AUCs are taken within groups of series, as members
    of different training scored them, the difference is that of ``within``, the model's score taken in the same way.
    ``baseline_fit`` says what the ``baselines`` were fitted on; ``cross_fitted`` are the same fitted on the evaluated
    series, each fold's on all others.
    """

    model: MeasuredFigures
    baselines: Mapping[Kind, MeasuredFigures]
    cross_fitted: Mapping[Kind, MeasuredFigures]
    difference: Figure
    baseline_fit: str
    left_out: tuple[str, ...]
    series: int
    patients: int
    positives: int
    positives_by_label: tuple[int, ...]
    bootstraps: int
    laterality_unknown: int = 0
    reliability: Reliability | None = None
    roc: Mapping[str, RocCurve] = field(factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    within: Figure = field(factory=Figure)

    def as_document(self) -> dict[str, Any]:
        """Plain data in stable keys; every figure is ``{value, low, high, n}``."""
        own = self.model.as_document()
        beside = {kind.value: figures.as_document() for kind, figures in self.baselines.items()}
        missing = Figure().as_document()
        crossed = {kind.value: one.named("score").as_document() for kind, one in self.cross_fitted.items()}
        return {
            **{key: own[key] for key in own if not key.startswith("per_")},
            "score_within_folds": self.within.as_document(),
            "difference_to_baseline": self.difference.as_document(),
            **{key: own[key] for key in own if key.startswith("per_")},
            "baselines": {kind.value: beside.get(kind.value, {}).get("score", missing) for kind in Kind},
            "baselines_cross_fitted": {kind.value: crossed.get(kind.value, missing) for kind in Kind},
            "left_out_labels": list(self.left_out),
            "positives_by_label": dict(zip(LABELS, self.positives_by_label, strict=True)),
            "series": self.series,
            "patients": self.patients,
            "positives": self.positives,
            "baseline_fit": self.baseline_fit,
            "baseline_laterality": beside.get("modality", {}).get("laterality_accuracy", missing),
            "baselines_detail": beside,
            **(self.reliability or Reliability()).as_document(),
            "roc": {name: curve.as_document() for name, curve in self.roc.items()},
            "laterality_unknown": self.laterality_unknown,
            "bootstraps": self.bootstraps,
            "interval": INTERVAL,
            "warnings": list(self.warnings),
        }


def evaluate(  # noqa: PLR0913 - the columns of a table, and how to resample it
    labels: npt.ArrayLike,
    probabilities: npt.ArrayLike | None,
    patients: npt.ArrayLike,
    modality: npt.ArrayLike,
    age: npt.ArrayLike | None = None,
    sex: npt.ArrayLike | None = None,
    laterality_known: npt.ArrayLike | None = None,
    *,
    bootstraps: int = 1000,
    seed: int = 0,
    folds: int = 5,
    bins: int = BINS,
    training: Mapping[Kind, PrevalenceBaseline | Source] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Probabilities (n, 14) measured against labels (n, 14), or the baselines alone.

    ``patients`` (n,) are equal where the patient is, ``modality`` (n,) codes, ``age`` (n,) years (NaN: unknown),
    ``sex`` (n,) words. Baselines are those of ``training`` where the model's training series are known (or their
    probabilities, where these series differ from one evaluated series to another); else they are fitted on the
    evaluated series themselves, which flatters them alone; without probabilities they are cross-fitted over ``folds``
    of patients. Raises ``InputError`` for probabilities that are none.
    """
    known = Covariates.of(modality, age, sex)
    series = Evaluated.of(labels, patients, known, laterality_known, bins)
    given = None if probabilities is None else checked_probabilities(probabilities, len(series.truth))
    resampling = Resampling(bootstraps, seed)
    crossed = series.cross_fitted(folds, seed)
    passes = _Passes(progress, 1 if given is None else 2)
    found = Measured.of(series, _named(crossed), resampling, passes.next())
    if given is None:
        return _evaluation(series, found, found, CROSS_FITTED, bootstraps)
    beside, fit = series.fitted(training)
    sources = {_MODEL: Source(given), **_named(beside)}
    return _evaluation(
        series, Measured.of(series, sources, resampling, passes.next()), found, fit, bootstraps
    )


_MODEL = "model"


def _named(sources: Mapping[Kind, Source]) -> dict[str, Source]:
    return {kind.value: source for kind, source in sources.items()}


@define
class _Passes:
    """One progress over several passes of equal length."""

    told: Callable[[int, int], None] | None
    count: int
    done: int = -1

    def next(self) -> Callable[[int, int], None] | None:
        """The progress of the next pass."""
        self.done += 1
        told, before, count = self.told, self.done, self.count
        return None if told is None else lambda done, total: told(before * total + done, count * total)


def _evaluation(
    series: Evaluated, found: Measured, crossed: Measured, fit: str, bootstraps: int
) -> Evaluation:
    """``found``: the model's, where there is one, and the baselines' beside it."""
    truth = series.truth
    figures = {name: found.measures[name].figures(found.values[name]) for name in found.measures}
    beside = {name: one.figures(crossed.values[name]) for name, one in crossed.measures.items()}
    model = found.measures.get(_MODEL)
    known = series.laterality_known
    return Evaluation(
        figures.pop(_MODEL, MeasuredFigures()),
        {Kind(name): one for name, one in figures.items()},
        {Kind(name): one for name, one in beside.items()},
        found.lead(_MODEL, Kind.MODALITY.value),
        fit,
        left_out_labels(truth),
        len(truth),
        series.persons,
        int(truth[:, PRESENT].sum()),
        tuple(int(count) for count in truth.sum(axis=0)),
        bootstraps,
        0 if known is None else int((~known).sum()),
        None if model is None else model.reliability,
        {} if model is None else _curves(truth, model.probabilities),
        _cautions(truth, series.persons),
        found.score_within(_MODEL),
    )


def _curves(truth: Array, given: Float64) -> dict[str, RocCurve]:
    curves = {name: roc_curve(truth[:, k], given[:, k]) for k, name in enumerate(LABELS)}
    return {name: curve.thinned() for name, curve in curves.items() if curve is not None}


def _cautions(truth: Array, persons: int) -> tuple[str, ...]:
    """What a reader of the figures must know of the labels."""
    hits = truth.sum(axis=0)
    rarer = np.minimum(hits, len(truth) - hits)
    said = ["one patient alone cannot be cross-fitted"] if persons < 2 else []
    if 2 <= persons < FEW_PATIENTS:
        said.append(
            f"fewer than {FEW_PATIENTS} patients: folds hold few of them, and the intervals of cross-fitted "
            "baselines are too narrow"
        )
    if rarer[PRESENT] == 0:
        which = "positive" if hits[PRESENT] else "negative"
        said.append(f"there is no score: every series is {which} for {LABELS[PRESENT]}")
    few = [f"{name} ({int(rarer[k])})" for k, name in enumerate(LABELS) if 0 < rarer[k] < FEW]
    if few:
        said.append(f"labels of which one class has fewer than {FEW} series: {', '.join(few)}")
    return tuple(said)
