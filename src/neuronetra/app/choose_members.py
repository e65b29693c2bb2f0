"""Which checkpoints of a store its ensemble uses."""

from __future__ import annotations

from collections.abc import Sequence

from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, choose
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.recipes import Choice, Recipe
from neuronetra.errors import MissingMemberError, UsageError
from neuronetra.ports import CheckpointStore


def choose_members(store: CheckpointStore, recipe: Recipe, seed: int) -> Ensemble:
    """Choose by name, hold each name against its manifest, and save the choice.

    Raises ``MissingMemberError`` for an empty slot and ``ManifestError`` for a name that disagrees.
    """
    manifests = [store.manifest(name) for name in choose(store.names(), recipe, seed)]
    members = tuple(
        EnsembleMember(
            manifest.name, "", manifest.score if recipe.policy is EnsemblePolicy.WEIGHTED_MEAN else None
        )
        for manifest in manifests
    )
    if recipe.policy is EnsemblePolicy.WEIGHTED_MEAN and any(not member.weight for member in members):
        raise UsageError(
            "a weighted mean needs members with a validation score",
            found="untrained members, or one with a score of 0",
            fix="choose another policy: --policy mean",
        )
    store.save_ensemble(Ensemble(recipe, members, _why(recipe, seed)))
    return store.ensemble()


def _why(recipe: Recipe, seed: int) -> str:
    if recipe.choice is Choice.RANDOM:
        return f"a random checkpoint of each fold, seed {seed}"
    return "the checkpoint of each fold with the highest validation score, the earliest of equals"


def unexported(
    store: CheckpointStore, names: Sequence[CheckpointName], weights: str
) -> tuple[CheckpointName, ...]:
    """Those members that lack this kind of weights, in their manifest or as a file."""
    return tuple(name for name in names if not has_weights(store, name, weights))


def has_weights(store: CheckpointStore, name: CheckpointName, weights: str) -> bool:
    """Whether the store can give these weights of the member."""
    try:
        store.load(name, weights)
    except MissingMemberError:
        return False
    return True
