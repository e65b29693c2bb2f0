"""What folds must hold to be trained on and judged by, and what is said where they hold little."""

from __future__ import annotations

from collections.abc import Iterator

from neuronetra.domain.arrays import Array
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.score import left_out_labels
from neuronetra.domain.training_setup import TrainingSetup
from neuronetra.errors import TrainingError

_PRESENT = LABELS[-1]


def require_patients(cohort: LabelledSet, folds: int) -> None:
    """Raise ``TrainingError`` where a cohort has fewer patients than folds."""
    patients = len({series.patient for series in cohort.series})
    if patients < folds:
        raise TrainingError(
            "fewer patients than folds",
            found=f"{patients} patients of {len(cohort)} series with frames",
            expected=f"at least {folds}",
            fix="prepare more patients, or take a recipe of fewer folds",
        )


def require_classes(setup: TrainingSetup, folds: tuple[int, ...]) -> None:
    """Raise ``TrainingError`` where one of these folds cannot be learnt from or has no score."""
    for fold in folds:
        inside = setup.fold == fold
        for part, rows in (("training", ~inside), ("validation", inside)):
            _require_both(setup.cohort.labels[rows], fold, part)


def _require_both(labels: Array, fold: int, part: str) -> None:
    if not len(labels):
        raise _useless(fold, f"its {part} series are none", "0 series")
    missing = set(left_out_labels(labels))
    if _PRESENT in missing:
        positive = int(labels[:, -1].sum())
        raise _useless(
            fold,
            f"its {part} series have one class of {_PRESENT}",
            f"{positive} of {len(labels)} series positive",
        )
    if set(LABELS[:-1]) <= missing:
        raise _useless(fold, f"its {part} series have one class of every location", f"{len(labels)} series")


def _useless(fold: int, problem: str, found: str) -> TrainingError:
    return TrainingError(
        problem,
        where=f"fold {fold}",
        found=found,
        expected="positive and negative series",
        fix="prepare more series, take a recipe of fewer folds, or another --seed",
    )


def warnings(setup: TrainingSetup, folds: tuple[int, ...]) -> Iterator[str]:
    """A line for each fold that has locations without positives, where they count for nothing."""
    for fold in folds:
        inside = setup.fold == fold
        unlearnt = _without_positives(setup.cohort.labels[~inside])
        unjudged = [name for name in left_out_labels(setup.cohort.labels[inside]) if name != _PRESENT]
        if unjudged:
            yield (
                f"fold {fold}: one class among its validation series, left out of its score: {_listed(unjudged)}"
            )
        if unlearnt:
            yield f"fold {fold}: no positive among its training series: {_listed(unlearnt)}"


def _without_positives(labels: Array) -> list[str]:
    positives = labels.sum(axis=0)
    return [name for name, count in zip(LABELS, positives, strict=True) if not count]


def _listed(names: list[str]) -> str:
    return ", ".join(names)
