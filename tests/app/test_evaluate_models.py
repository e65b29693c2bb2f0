from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.evaluate import Evaluator
from neuronetra.app.evaluate_models import ModelEvaluator
from neuronetra.app.score_members_looks import FrameLooks
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_evaluation import CohortEvaluation
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.errors import InputError, UsageError
from neuronetra.testing.fakes import FakeRuntime, tiny_recipe
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.scored_cohort import KEY, Folds, frames_of, labelled

RECIPE = tiny_recipe()
COHORT, FRESH = labelled(60), labelled(40, first=200, digest="fresh")
FRAMES = MemoryFrameStore({**frames_of(COHORT, RECIPE).held, **frames_of(FRESH, RECIPE).held})
STORE = Folds(RECIPE, COHORT).store()


def evaluated(cohort: LabelledSet, store: MemoryStore = STORE, **changed: Any) -> CohortEvaluation:
    with OpenEnsemble(store, changed.pop("runtime", None) or FakeRuntime()) as members:
        looks = FrameLooks(changed.pop("frames", FRAMES))
        key = changed.pop("key", KEY)
        return ModelEvaluator(Evaluator(20), store, members, looks, key, **changed).evaluate(cohort)


def test_out_of_fold_each_fold_scores_its_own() -> None:
    """On the cohort that was trained on each series is scored by the two members of its fold, and baselines are training's."""
    runtime = FakeRuntime()
    found = evaluated(COHORT, runtime=runtime).as_document()
    assert [(len(one["members"]), one["series"]) for one in found["members"]] == [(2, 20)] * 3
    for one in found["members"]:
        assert len({name.split("_fold")[1][0] for name in one["members"]}) == 1
    assert found["baseline_fit"] == "training"
    assert found["missing_predictions"] == 0
    assert sum(len(batch) for _, batch in runtime.batches) == 60 * 2 * 2
    assert found["epoch_choice"]["folds"] == 3
    json.dumps(found, allow_nan=False)


def test_a_new_cohort_gets_all_members() -> None:
    """Whom nobody saw is scored by everyone, whether this is demanded or not, and no epoch was chosen there."""
    for all_members in (False, True):
        found = evaluated(FRESH, all_members=all_members).as_document()
        assert [(len(one["members"]), one["series"]) for one in found["members"]] == [(6, 40)]
        assert found["epoch_choice"] is None
        assert found["baseline_fit"] == "training"


def test_all_members_are_refused_what_one_saw() -> None:
    """--all-members on a cohort with a patient of the training is an error that counts series and patients."""
    mixed = LabelledSet(tuple(sorted((*COHORT.series[:4], *FRESH.series), key=lambda s: s.uid)), "mixed")
    with pytest.raises(UsageError, match="4 series of 2 patients"):
        evaluated(mixed, all_members=True)
    shares = evaluated(mixed).as_document()["members"]
    assert sorted((len(one["members"]), one["series"]) for one in shares) == [(2, 2), (2, 2), (6, 40)]


def test_what_all_saw_is_left_out() -> None:
    """Series that every member was trained on are missing, counted and named, and never scored."""
    of_fold_0 = Folds(RECIPE, COHORT).manifests((1,))[0].training["series"]
    everyone = Folds(RECIPE, COHORT).store(series=tuple(of_fold_0), patients=())
    runtime = FakeRuntime()
    found = evaluated(COHORT, everyone, runtime=runtime)
    document = found.as_document()
    assert found.match is not None
    assert len(found.match.seen_by_all) == 40
    assert set(document["missing_series"]) == set(found.match.seen_by_all)
    assert document["predictions"]["seen_by_all_members"] == 40
    assert any("40 of them seen in training by every member" in line for line in document["warnings"])
    assert document["series"] == 20
    assert sum(len(batch) for _, batch in runtime.batches) == 20 * 6 * 2
    with pytest.raises(InputError, match="no series of the cohort can be scored"):
        evaluated(COHORT.keep(found.match.seen_by_all), everyone)


def test_unknown_training_is_told_of() -> None:
    """Members without a record score all, with a warning, and baselines are in-sample."""
    found = evaluated(COHORT, MemoryStore.filled(RECIPE)).as_document()
    assert found["baseline_fit"] == "in-sample"
    assert any("unknown" in line for line in found["warnings"])
    assert any("untrained" in line for line in found["warnings"])


def test_another_key_is_told_of() -> None:
    """Patients hashed by another key cannot be held against training: said of another cohort, not of the same."""
    assert any("--patient-key" in line for line in evaluated(FRESH, key="f" * 16).warnings)
    assert not any("--patient-key" in line for line in evaluated(COHORT, key="f" * 16).warnings)


def test_synthetic_is_said() -> None:
    """A model that was trained on made-up heads says so in its warnings and its notice, on any cohort."""
    found = evaluated(FRESH).as_document()
    assert SYNTHETIC_MODEL_NOTICE in found["notice"]
    assert SYNTHETIC_MODEL_NOTICE in found["warnings"]
    assert found["predictions"]["synthetic"] is True
    real = Folds(RECIPE, labelled(60, synthetic=False)).store()
    assert SYNTHETIC_MODEL_NOTICE not in evaluated(FRESH, real).as_document()["notice"]


def test_failed_series_are_missing() -> None:
    """A series without frames is named with its reason, and the figures rest on the others."""
    gone = FRESH.series[0].uid
    frames = MemoryFrameStore({uid: held for uid, held in FRAMES.held.items() if uid != gone})
    found = evaluated(FRESH, frames=frames)
    assert found.missing == (gone,)
    assert found.match is not None
    assert "no such series" in found.match.reasons[gone]
    assert found.as_document(hide_names=True)["missing_series"] == ["series-1"]


def test_the_policy_is_over_those_who_score() -> None:
    """A weighted mean takes the weights of the members that may score a series, and a rank mean their references."""
    from neuronetra.domain.ensemble import EnsemblePolicy

    values = []
    for policy in (EnsemblePolicy.MEAN, EnsemblePolicy.WEIGHTED_MEAN, EnsemblePolicy.RANK_MEAN):
        recipe = tiny_recipe(policy=policy)
        found = evaluated(COHORT, Folds(recipe, COHORT).store()).as_document()
        values.append(found["score"]["value"])
    assert len(set(values)) == 3
    assert np.isfinite(values).all()
