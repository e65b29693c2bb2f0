"""The no-pixel baselines of what networks were trained on, for each series that of the networks that score it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from neuronetra.domain.arrays import own
from neuronetra.domain.baselines import Count, Covariates, Kind, PrevalenceBaseline
from neuronetra.domain.metric.sources import Source
from neuronetra.domain.out_of_fold import Records, WhoMayScore
from neuronetra.domain.training_record import TrainingRecord


def training_counts(records: Sequence[TrainingRecord]) -> tuple[Count, ...]:
    """The counts of the series that any of these networks was fitted to.

    Sets that are equal count once; where others share series, as folds do, all are scaled so that together they are as
    many as there are different series.
    """
    sets = {record.series: record for record in records}
    different = len(set().union(*sets))
    told = sum(len(marks) for marks in sets)
    return tuple(
        (code, sex, band, n * different / told, tuple(hit * different / told for hit in hits))
        for record in sets.values()
        for code, sex, band, n, hits in record.counts
    )


def training_sources(who: WhoMayScore, records: Records, known: Covariates) -> Mapping[Kind, Source] | None:
    """The baselines' probabilities (n, 14), the members that may score a series being its fold.

    ``None`` where it is unknown what one of these members was trained on.
    """
    groups = who.groups
    found = {kind: np.empty((len(groups), 14)) for kind in Kind}
    for group in np.unique(groups):
        inside = groups == group
        mine = [records[name] for name in who.named(int(np.argmax(inside)))]
        told = [record for record in mine if record is not None and record.counts]
        if len(told) < len(mine) or not told:
            return None
        counts = training_counts(told)
        for kind, rows in found.items():
            rows[inside] = PrevalenceBaseline.from_counts(kind, counts).predict(known.keep(inside))
    return {kind: Source(own(rows), groups) for kind, rows in found.items()}
