"""What choosing the best epoch of a fold by the fold itself is worth: the same networks with other epochs.

A fold's best epoch is chosen by the series that it is then judged by, so that its score flatters. Those of the last epoch,
and of the epoch that was best on the other folds (for fold k the one whose mean score over all folds but k is highest),
do not: neither looks at its own fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_float64, own, summary
from neuronetra.domain.checkpoints import Manifest
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.metric.bootstrap import Resampling, resampled
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.metric.score import score
from neuronetra.domain.metric.sources import ScoreWithin
from neuronetra.domain.training_record import series_mark

BEST, LAST, OTHER_FOLDS = "best", "last", "other_folds"
WAYS = (BEST, LAST, OTHER_FOLDS)


@frozen(eq=False)
class Epochs:
    """Every epoch of an architecture's networks: ``numbers`` of the epochs, ``scores`` (folds, epochs) on each fold.

    ``probabilities`` (epochs, n, 14) are those of the series of the cohort, each given by its fold's network.
    """

    architecture: str
    numbers: tuple[int, ...]
    scores: Float64 = field(converter=locked_float64)
    probabilities: Float64 = field(converter=locked_float64, repr=summary)

    def chosen(self, way: str) -> Array:
        """The place of each fold's epoch (folds,); of equal scores the earliest."""
        if way == BEST:
            return np.asarray(self.scores.argmax(axis=1))
        if way == LAST:
            return np.full(len(self.scores), len(self.numbers) - 1)
        return chosen_on_other_folds(self.scores)

    def given(self, way: str, fold: Array) -> Float64:
        """The probabilities (n, 14) with the epochs chosen that way, of series in ``fold`` (n,)."""
        return np.asarray(self.probabilities[self.chosen(way)[fold], np.arange(len(fold))])


def chosen_on_other_folds(scores: Float64) -> Array:
    """Of scores (folds, epochs) the epoch (folds,) whose mean score over the other folds is highest."""
    folds = range(len(scores))
    return np.array([np.delete(scores, fold, axis=0).mean(axis=0).argmax() for fold in folds], np.int64)


@frozen
class ChoiceRow:
    """The score within folds, averaged over them, with each way's epochs; ``epochs`` are these, fold by fold.

    ``differences`` are to the score of the best of each fold, on the same resamples.
    """

    architecture: str
    scores: Mapping[str, Figure]
    differences: Mapping[str, Figure]
    epochs: Mapping[str, tuple[int, ...]]

    def as_document(self) -> dict[str, object]:
        return {
            "architecture": self.architecture,
            **{way: self.scores[way].as_document() for way in WAYS},
            **{f"{way}_difference": one.as_document() for way, one in self.differences.items()},
            "epochs": {way: list(numbers) for way, numbers in self.epochs.items()},
        }


@frozen
class EpochChoice:
    """A row for each architecture and, where there are several, for the mean of their probabilities."""

    rows: tuple[ChoiceRow, ...]
    folds: int

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        lead = self.rows[-1].differences[OTHER_FOLDS]
        if lead.value is None or lead.low is None or lead.high is None:
            return "What choosing the epoch by the fold itself is worth cannot be told: the difference has no interval."
        span = f"{-lead.value:+.3f} [{-lead.high:+.3f}, {-lead.low:+.3f}]"
        if lead.low == lead.high == 0.0:
            said = "the other folds chose the same epochs"
        elif lead.high < 0.0:
            said = "so much of the best-of-fold score is the choice, not the networks"
        elif lead.low > 0.0:
            said = "here the choice did not even pay on its own folds"
        else:
            said = "its interval holds zero, so that this cohort does not tell how much it flatters"
        return (
            "The best epoch of a fold is chosen by the series that it is then judged by. Against the epoch chosen on the other "
            f"folds, which never looks at its own, that is worth {span}: {said}."
        )

    def as_document(self) -> dict[str, object]:
        """Plain data in stable keys."""
        return {
            "sentence": self.sentence,
            "folds": self.folds,
            "networks": [row.as_document() for row in self.rows],
        }


ALL = "mean of all architectures"


def epoch_choice(
    manifests: Iterable[Manifest],
    cohort: LabelledSet,
    resampling: Resampling,
    progress: Callable[[int, int], None] | None = None,
) -> EpochChoice | None:
    """Of the manifests of all epochs of all networks that were trained on ``cohort``, in one view, without any network.

    ``None`` where there are no two folds with two epochs of one architecture. Series that no fold held are left out.
    """
    held = _Folds.of(manifests, cohort)
    if held is None:
        return None
    given = {(one.architecture, way): one.given(way, held.fold) for one in held.networks for way in WAYS}
    if len(held.networks) > 1:
        for way in WAYS:
            mine = [given[one.architecture, way] for one in held.networks]
            given[ALL, way] = own(np.mean(mine, axis=0))
    truth = held.cohort.labels
    areas = {f"{name}:{way}": ScoreWithin.of(truth, rows, held.fold) for (name, way), rows in given.items()}
    values = resampled(areas, held.cohort.patients, resampling, held.fold, progress)
    names = list(dict.fromkeys(name for name, _ in given))
    epochs = {one.architecture: one for one in held.networks}
    rows = tuple(_row(name, values, epochs.get(name), len(truth)) for name in names)
    return EpochChoice(rows, int(held.fold.max()) + 1)


def _row(name: str, values: Mapping[str, Float64], epochs: Epochs | None, series: int) -> ChoiceRow:
    rows = {way: values[f"{name}:{way}"][0] for way in WAYS}
    leads = {way: rows[way] - rows[BEST] for way in WAYS[1:]}
    chosen = {} if epochs is None else {way: epochs.chosen(way).tolist() for way in WAYS}
    numbers = () if epochs is None else epochs.numbers
    return ChoiceRow(
        name,
        {way: Figure.of(float(row[0]), row[1:], series) for way, row in rows.items()},
        {way: Figure.of(float(row[0]), row[1:], series) for way, row in leads.items()},
        {way: tuple(numbers[place] for place in places) for way, places in chosen.items()},
    )


@frozen(eq=False)
class _Folds:
    """The series that folds held, sorted by uid, their folds (n,) and the epochs of each architecture."""

    cohort: LabelledSet
    fold: Array
    networks: tuple[Epochs, ...]

    @classmethod
    def of(cls, manifests: Iterable[Manifest], cohort: LabelledSet) -> _Folds | None:
        places = {series_mark(one.uid): row for row, one in enumerate(cohort.series)}
        by_architecture: dict[str, dict[tuple[int, int], Manifest]] = {}
        validation: dict[int, tuple[str, ...]] = {}
        for manifest in manifests:
            record = manifest.record
            if (
                record is None
                or record.cohort_digest != cohort.digest
                or not set(record.validation) <= set(places)
            ):
                continue
            name = manifest.name
            if validation.setdefault(name.fold, record.validation) == record.validation:
                by_architecture.setdefault(name.architecture, {})[name.fold, name.epoch] = manifest
        if len(validation) < 2 or len(set().union(*validation.values())) < sum(map(len, validation.values())):
            return None
        fold, rows = _dealt(validation, places, len(cohort))
        truth = cohort.labels
        found = [
            _epochs(name, mine, rows, truth)
            for name, mine in sorted(by_architecture.items())
            if {k for k, _ in mine} == set(validation)
        ]
        networks = tuple(one for one in found if one is not None)
        if not networks:
            return None
        kept = fold >= 0
        uids = [one.uid for one, is_kept in zip(cohort.series, kept, strict=True) if is_kept]
        whole = tuple(
            Epochs(one.architecture, one.numbers, one.scores, one.probabilities[:, kept]) for one in networks
        )
        return cls(cohort.keep(uids), fold[kept], whole)


def _dealt(
    validation: Mapping[int, Sequence[str]], places: Mapping[str, int], count: int
) -> tuple[Array, list[Array]]:
    """The fold (count,) of each series, numbered from 0 by rising fold, -1 where none; and each fold's rows."""
    fold, rows = np.full(count, -1), []
    for number, k in enumerate(sorted(validation)):
        rows.append(np.array([places[mark] for mark in validation[k]], np.int64))
        fold[rows[-1]] = number
    return fold, rows


def _epochs(
    name: str, manifests: Mapping[tuple[int, int], Manifest], rows: Sequence[Array], truth: Array
) -> Epochs | None:
    """The epochs that every fold has; ``None`` where they are fewer than two, or a fold has no score."""
    folds = sorted({fold for fold, _ in manifests})
    numbers = sorted(set.intersection(*({e for k, e in manifests if k == fold} for fold in folds)))
    if len(numbers) < 2:
        return None
    scores, given = np.empty((len(folds), len(numbers))), np.zeros((len(numbers), *truth.shape))
    for number, fold in enumerate(folds):
        for place, epoch in enumerate(numbers):
            seen = manifests[fold, epoch].out_of_fold
            value = (
                None if seen is None or len(seen) != len(rows[number]) else score(truth[rows[number]], seen)
            )
            if seen is None or value is None:
                return None
            scores[number, place], given[place, rows[number]] = value, seen
    return Epochs(name, tuple(numbers), scores, given)
