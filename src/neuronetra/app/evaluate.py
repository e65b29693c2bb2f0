"""Measuring predictions against a cohort's labels, or the no-pixel baselines alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array
from neuronetra.domain.baselines import Covariates, Kind
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_evaluation import CohortEvaluation, Match
from neuronetra.domain.metric.evaluation import Evaluation, evaluate
from neuronetra.domain.metric.sources import Source
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.errors import InputError
from neuronetra.ports import Progress


@frozen
class Evaluator:
    """Measures with so many resamples of patients, drawn by ``seed``."""

    bootstraps: int = 1000
    seed: int = 0

    def evaluate(
        self, cohort: LabelledSet, table: PredictionTable | None = None, progress: Progress | None = None
    ) -> CohortEvaluation:
        """The figures of the table's predictions, or without one those of the cross-fitted baselines.

        They rest on the cohort's series that have a prediction. Raises ``InputError`` where none has.
        ``progress`` counts resamples.
        """
        if table is None:
            return CohortEvaluation(self.measured(cohort, None, progress=progress), cohort)
        rows = table.rows([one.uid for one in cohort.series])
        there = rows >= 0
        if not there.any():
            raise _nothing_matches(cohort, table)
        known = None if table.laterality_known is None else table.laterality_known[rows[there]]
        kept = cohort.keep(one.uid for one, is_there in zip(cohort.series, there, strict=True) if is_there)
        measured = self.measured(kept, table.probabilities[rows[there]], known, progress=progress)
        labels_themselves = np.array_equal(kept.labels, table.probabilities[rows[there]])
        return CohortEvaluation(measured, cohort, _match(cohort, table, labels_themselves))

    def measured(
        self,
        cohort: LabelledSet,
        probabilities: Array | None,
        laterality_known: Array | None = None,
        training: Mapping[Kind, Source] | None = None,
        progress: Progress | None = None,
    ) -> Evaluation:
        """Probabilities (n, 14) of all series of ``cohort``, or the baselines alone; see ``evaluate``."""
        known = covariates(cohort)
        return evaluate(
            cohort.labels,
            probabilities,
            cohort.patients,
            known.modality,
            known.age,
            known.sex,
            laterality_known,
            bootstraps=self.bootstraps,
            seed=self.seed,
            training=training,
            progress=progress,
        )


def covariates(cohort: LabelledSet) -> Covariates:
    """What is known of a cohort's series without their pixels."""
    return Covariates.of(
        cohort.modalities,
        [np.nan if one.age is None else one.age for one in cohort.series],
        ["" if one.sex is None else one.sex.value for one in cohort.series],
    )


def _match(cohort: LabelledSet, table: PredictionTable, labels_themselves: bool) -> Match:
    predicted, failed = set(table.uids), set(table.failed)
    missing = tuple(one.uid for one in cohort.series if one.uid not in predicted)
    return Match(
        series=len(cohort) - len(missing),
        missing=missing,
        failed=tuple(uid for uid in missing if uid in failed),
        unknown=len(table.series - {one.uid for one in cohort.series}),
        laterality_told=table.laterality_known is not None,
        models=table.models,
        untrained=table.untrained,
        labels_themselves=labels_themselves,
        synthetic=table.synthetic,
    )


def _nothing_matches(cohort: LabelledSet, table: PredictionTable) -> InputError:
    shared = len(table.series & {one.uid for one in cohort.series})
    found = f"{len(table.series)} series in the predictions, {len(cohort)} in the cohort, {shared} in both"
    if shared:
        return InputError(
            "no series of the cohort has a prediction", found=f"{found}, and all of them failed"
        )
    return InputError(
        "no prediction belongs to a series of the cohort",
        found=found,
        fix="compare the uids; predictions made with --hide-names have none",
    )
