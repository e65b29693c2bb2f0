from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.app.ensemble import OpenMembers
from neuronetra.app.evaluate import Evaluator
from neuronetra.app.ladder import Ladder, members_of
from neuronetra.app.score_members import MemberScorer
from neuronetra.app.score_members_looks import FrameLooks
from neuronetra.app.score_members_parts import Meter
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.ladder import SEEN, rungs_of
from neuronetra.domain.ladder_result import LadderResult
from neuronetra.domain.recipes import Recipe
from neuronetra.testing.fakes import FakeRuntime, tiny_recipe
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.scored_cohort import KEY, Folds, frames_of, labelled

RECIPE = tiny_recipe()
COHORT, FRESH = labelled(60), labelled(40, first=200, digest="fresh")
FRAMES = MemoryFrameStore({**frames_of(COHORT, RECIPE).held, **frames_of(FRESH, RECIPE).held})
STORE = Folds(RECIPE, COHORT).store((1, 2, 3))


def climbed(
    cohort: LabelledSet, store: MemoryStore = STORE, recipe: Recipe = RECIPE, **changed: Any
) -> LadderResult:
    runtime, frames = changed.get("runtime") or FakeRuntime(), changed.get("frames", FRAMES)
    rungs = rungs_of(recipe, store.names(), changed.get("seed", 0))
    manifests = {name: store.manifest(name) for rung in rungs for name in rung.members}
    meter = Meter(lambda: 0.0)
    chosen = members_of(recipe, rungs, manifests)
    with OpenMembers(store, meter.metered(runtime), evolve(recipe, views=SEEN), chosen) as members:
        scorer = MemberScorer(FrameLooks(frames), members, meter=meter)
        return Ladder(recipe, rungs, scorer, KEY, changed.get("seed", 0), 20).climb(cohort)


def test_each_network_sees_each_view_once() -> None:
    """Out of fold every network of any rung scores its own fold, original and mirrored, once for all rungs."""
    runtime = FakeRuntime()
    found = climbed(COHORT, runtime=runtime)
    networks = {name for one in found.reached for name in one.rung.members}
    assert len(networks) > 6
    assert sum(len(batch) for _, batch in runtime.batches) == len(networks) * 20 * 2
    assert found.out_of_fold == found.series == 60


def test_v3_is_what_evaluate_gives() -> None:
    """The best checkpoints with the mirror score, to the last digit, what evaluating that ensemble out of fold does."""
    from neuronetra.app.choose_members import choose_members
    from neuronetra.app.ensemble import OpenEnsemble
    from neuronetra.app.evaluate_models import ModelEvaluator

    store = Folds(RECIPE, COHORT).store((1, 2, 3))
    choose_members(store, RECIPE, 0)
    with OpenEnsemble(store, FakeRuntime()) as members:
        looks = FrameLooks(FRAMES)
        evaluation = ModelEvaluator(Evaluator(20), store, members, looks, KEY).evaluate(COHORT).evaluation
    for cohort_score in (climbed(COHORT, store).reached[2].figures.single,):
        assert cohort_score == evaluation.model.single


def test_a_new_cohort_is_scored_by_all() -> None:
    """There v1 is fold 0's network alone, the others all of theirs."""
    found = climbed(FRESH).as_document()
    told = {one["rung"]: (one["members_per_series"], one["predictions_per_series"]) for one in found["rungs"]}
    assert told == {"v1": (1, 1), "v2": (6, 6), "v3": (6, 12), "v3_unswapped": (6, 12)}
    assert found["out_of_fold"] == 0


def test_steps_are_paired_with_the_rung_below() -> None:
    """A step is the difference of two scores, the baselines stand beside them, and sentences say each step's worth."""
    found = climbed(COHORT).as_document()
    scores = [one["score"]["value"] for one in found["rungs"]]
    steps = [one["step"]["value"] for one in found["rungs"]]
    assert steps[0] is None
    np.testing.assert_allclose(steps[1:], np.diff(scores))
    assert set(found["baselines"]) == {"modality", "modality_age_sex"}
    assert found["baseline_fit"] == "training"
    for one in found["rungs"]:
        lead = one["score_within_folds"]["value"] - found["baselines"]["modality"]["score"]["value"]
        assert one["difference_to_baseline"]["value"] == pytest.approx(lead, abs=1e-12)
    assert [line.split(" against ")[0] for line in found["sentences"]] == ["v2", "v3", "v3_unswapped", "v3"]
    assert [one["published"] for one in found["rungs"]] == [0.5, 0.58, 0.6084, None]
    json.dumps(found, allow_nan=False)


def test_unswapped_costs_the_sides() -> None:
    """Mirrored predictions that are not swapped back leave presence as it is and change the sides."""
    v3, unswapped = climbed(COHORT).as_document()["rungs"][2:]
    assert unswapped["present_auc"] == v3["present_auc"]
    assert unswapped["laterality_accuracy"] != v3["laterality_accuracy"]


def test_seeds_draw_v2_alone() -> None:
    """Another seed changes v2 and its steps; what the others score stays."""
    left, right = (climbed(COHORT, seed=seed).as_document()["rungs"] for seed in (0, 1))
    assert left[1]["members"] != right[1]["members"]
    for rung in (0, 2, 3):
        assert left[rung]["score"]["value"] == right[rung]["score"]["value"]


def test_what_fails_is_left_out_of_all_rungs() -> None:
    """A series without frames is named, and every figure rests on the same others."""
    frames = MemoryFrameStore({uid: held for uid, held in FRAMES.held.items() if uid != COHORT.series[0].uid})
    found = climbed(COHORT, frames=frames)
    assert found.missing == (COHORT.series[0].uid,)
    document = found.as_document(hide_names=True)
    assert document["missing_series"] == ["series-1"]
    assert {one["score"]["n"] for one in document["rungs"]} == {59}
    assert any("1 series without scores" in line for line in document["warnings"])


@pytest.mark.parametrize("policy", [EnsemblePolicy.WEIGHTED_MEAN, EnsemblePolicy.RANK_MEAN])
def test_the_store_s_policy_combines(policy: EnsemblePolicy) -> None:
    """Rungs are combined as the store's recipe says."""
    recipe = tiny_recipe(policy=policy)
    found = climbed(COHORT, Folds(recipe, COHORT).store((1, 2, 3)), recipe)
    assert found.reached[2].figures.single != climbed(COHORT).reached[2].figures.single
