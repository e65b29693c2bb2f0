from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.baselines import Covariates, Kind, PrevalenceBaseline
from neuronetra.domain.metric.evaluation import evaluate
from neuronetra.domain.out_of_fold import WhoMayScore
from neuronetra.domain.out_of_fold_baselines import training_counts, training_sources
from neuronetra.domain.training_setup import Given, TrainingSetup, counts
from neuronetra.testing.fakes import tiny_recipe
from neuronetra.testing.scored_cohort import KEY, Folds, labelled


def known_of(cohort: object) -> Covariates:
    from neuronetra.app.evaluate import covariates

    return covariates(cohort)  # type: ignore[arg-type]


@given(st.integers(0, 500), st.integers(1, 80))
def test_counts_fit_as_series_do(first: int, count: int) -> None:
    """The baselines of the counts of some series are those of the series themselves, to the last bit."""
    cohort, other = labelled(count, first=first), labelled(40, first=1000)
    for kind in Kind:
        fitted = PrevalenceBaseline.fit(kind, cohort.labels, known_of(cohort))
        counted = PrevalenceBaseline.from_counts(kind, counts(cohort.series))
        for of in (cohort, other):
            np.testing.assert_array_equal(counted.predict(known_of(of)), fitted.predict(known_of(of)))


@pytest.mark.parametrize("folds", [2, 3, 4])
def test_folds_together_count_each_series_once(folds: int) -> None:
    """The training series of all folds together are the cohort: their counts fit as the whole cohort does."""
    cohort = labelled(90)
    records = [manifest.record for manifest in Folds(tiny_recipe(folds=folds), cohort).manifests((1,))]
    found = training_counts([record for record in records if record is not None])
    for kind in Kind:
        np.testing.assert_allclose(
            PrevalenceBaseline.from_counts(kind, found).predict(known_of(cohort)),
            PrevalenceBaseline.fit(kind, cohort.labels, known_of(cohort)).predict(known_of(cohort)),
            rtol=1e-12,
        )


def test_no_counts_are_no_baseline() -> None:
    """Of no series there is no prevalence."""
    with pytest.raises(ValueError, match="without series"):
        PrevalenceBaseline.from_counts(Kind.MODALITY, ())


def test_each_series_has_the_baseline_of_those_who_score_it() -> None:
    """Out of fold, a fold's series get what was fitted on all other folds, and no constants of two folds are ranked."""
    recipe, cohort = tiny_recipe(), labelled(90)
    folds = Folds(recipe, cohort)
    records = {str(manifest.name): manifest.record for manifest in folds.manifests((1,))}
    who = WhoMayScore.of(records, cohort.series, KEY)
    found = training_sources(who, records, known_of(cohort))
    assert found is not None
    setup = TrainingSetup(Given(recipe), cohort, folds.fold, {s.uid: s.modality for s in cohort.series}, KEY)
    for fold in range(recipe.folds):
        inside = folds.fold == fold
        fitted = PrevalenceBaseline.fit(
            Kind.MODALITY, cohort.labels[~inside], known_of(cohort.keep(s.uid for s in setup.training(fold)))
        )
        expected = fitted.predict(known_of(cohort.keep(s.uid for s in setup.validation(fold))))
        np.testing.assert_array_equal(found[Kind.MODALITY].probabilities[inside], expected)
    assert found[Kind.MODALITY].fold is not None
    assert len(set(found[Kind.MODALITY].fold.tolist())) == recipe.folds


def test_unknown_training_has_no_baseline() -> None:
    """Where one member's training is unknown, nothing is made up."""
    cohort = labelled(10)
    who = WhoMayScore.of({"m": None}, cohort.series, KEY)
    assert training_sources(who, {"m": None}, known_of(cohort)) is None


def test_constants_of_folds_are_not_pooled() -> None:
    """Given as sources, baselines are measured within their folds: constants of two folds score one half each."""
    from neuronetra.domain.metric.sources import Source

    cohort = labelled(80)
    fold = cohort.patients % 2
    constants = np.where(fold[:, np.newaxis] == 1, 0.9, 0.1) * np.ones((1, 14))
    training = {kind: Source(constants, fold) for kind in Kind}
    found = evaluate(
        cohort.labels, constants, cohort.patients, cohort.modalities, bootstraps=5, training=training
    )
    assert found.baseline_fit == "training"
    assert found.baselines[Kind.MODALITY].named("score").value == 0.5
