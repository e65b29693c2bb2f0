"""The members of an ensemble, chosen and saved."""

from __future__ import annotations

import pytest
from attrs import evolve

from neuronetra.app.choose_members import choose_members, unexported
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.recipes import Choice
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.errors import ManifestError, MissingMemberError, UsageError
from neuronetra.testing.fakes import MemoryStore, tiny_manifest, tiny_recipe

RECIPE = tiny_recipe(architectures=2, folds=2)
SCORES = {(0, 1): 0.5, (0, 2): 0.7, (1, 1): 0.6, (2, 3): 0.9, (2, 4): 0.9, (3, 0): 0.25}


def trained() -> MemoryStore:
    """A store with one or two checkpoints in each slot."""
    return MemoryStore.filled(RECIPE, [tiny_manifest(RECIPE, *at, score) for at, score in SCORES.items()])


def test_the_choice_is_saved_with_its_reason() -> None:
    """The best of each fold become the ensemble that a prediction loads, and it says why."""
    store = trained()
    ensemble = choose_members(store, RECIPE, seed=1)
    assert [(m.name.fold, m.name.epoch, m.weight) for m in ensemble.members] == [
        (0, 2, None),
        (1, 1, None),
        (0, 3, None),
        (1, 0, None),
    ]
    assert "highest validation score" in ensemble.why
    assert store.ensemble() == ensemble


def test_a_random_choice_tells_its_seed() -> None:
    """Seeds choose differently, one seed always the same."""
    recipe = evolve(RECIPE, choice=Choice.RANDOM)
    chosen = {seed: choose_members(trained(), recipe, seed) for seed in range(20)}
    assert "seed 3" in chosen[3].why
    assert chosen[3].members == choose_members(trained(), recipe, 3).members
    assert len({ensemble.members for ensemble in chosen.values()}) > 2


def test_weights_are_validation_scores() -> None:
    """A weighted mean weighs by validation score; an untrained member has none to weigh by."""
    recipe = evolve(RECIPE, policy=EnsemblePolicy.WEIGHTED_MEAN)
    weights = [member.weight for member in choose_members(trained(), recipe, 1).members]
    assert weights == [0.7, 0.6, 0.9, 0.25]
    store = MemoryStore.filled(RECIPE)
    before = store.ensemble()
    with pytest.raises(UsageError, match="untrained members"):
        choose_members(store, recipe, 1)
    assert store.ensemble() == before


def test_a_missing_fold_changes_nothing() -> None:
    """Without a checkpoint for a slot nothing is chosen, and the ensemble before stays."""
    store = trained()
    before = store.ensemble()
    del store.manifests[str(tiny_manifest(RECIPE, 1, 1, 0.6).name)]
    with pytest.raises(MissingMemberError, match="tiny_a fold 1"):
        choose_members(store, RECIPE, 1)
    assert store.chosen == before


@pytest.mark.parametrize("other", ["network", "input"])
def test_members_of_another_recipe(other: str) -> None:
    """Names that fit do not make networks, or what they look at, the recipe's: nothing is chosen."""
    store = trained()
    before = store.ensemble()
    first, *others = RECIPE.architectures
    changed = {
        "network": evolve(RECIPE, architectures=(evolve(first, timm_name="test_vit"), *others)),
        "input": evolve(RECIPE, pipeline=evolve(RECIPE.pipeline, sampler=SegmentSampler(4))),
    }
    with pytest.raises(ManifestError, match=f"tiny_a_fold0.*: the member's {other} is not the recipe's"):
        choose_members(store, changed[other], 1)
    assert store.ensemble() == before


def test_a_name_must_agree_with_its_manifest() -> None:
    """A score in a name that the manifest does not have is refused."""
    store = trained()
    store.manifests[str(tiny_manifest(RECIPE, 0, 2, 0.7).name)]["score"] = 0.4
    with pytest.raises(ManifestError, match="score disagrees"):
        choose_members(store, RECIPE, 1)


def test_members_that_lack_a_kind_of_weights() -> None:
    """Those without it are named, in the order asked."""
    store = trained()
    names = store.names()
    assert unexported(store, names, "onnx") == ()
    assert unexported(store, names[::-1], "safetensors") == names[::-1]
