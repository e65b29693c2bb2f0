"""Which checkpoints of a store its ensemble uses."""

from __future__ import annotations

from collections.abc import Sequence

from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest, choose
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.recipes import Architecture, Choice, Recipe
from neuronetra.errors import ManifestError, MissingMemberError, UsageError
from neuronetra.ports import CheckpointStore


def choose_members(store: CheckpointStore, recipe: Recipe, seed: int) -> Ensemble:
    """Choose by name, hold each manifest against its name and the recipe, and save the choice.

    Raises what ``chosen_members`` does, and ``UsageError`` where nothing can be weighed by.
    """
    manifests = chosen_members(store, recipe, seed)
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


def chosen_members(store: CheckpointStore, recipe: Recipe, seed: int) -> tuple[Manifest, ...]:
    """What ``recipe`` would choose now; nothing is saved.

    Raises ``MissingMemberError`` for an empty slot, ``ManifestError`` for a name that disagrees, or a network or an
    input that the recipe does not name.
    """
    manifests = tuple(store.manifest(name) for name in choose(store.names(), recipe, seed))
    for manifest in manifests:
        _require_made_for(recipe, manifest)
    return manifests


def _require_made_for(recipe: Recipe, manifest: Manifest) -> None:
    known = {architecture.name: architecture for architecture in recipe.architectures}
    named, found = known[manifest.name.architecture], manifest.spec.architecture
    if found != named:
        raise _another("network", manifest, _shown(found), f"{_shown(named)} of recipe {recipe.name}")
    if manifest.pipeline != recipe.pipeline:
        size = "{} x {}".format(*manifest.spec.input_size)
        wanted = "{} x {} of recipe {}".format(*recipe.pipeline.preprocessing.size, recipe.name)
        raise _another("input", manifest, size, wanted)


def _another(what: str, manifest: Manifest, found: str, expected: str) -> ManifestError:
    return ManifestError(
        f"the member's {what} is not the recipe's",
        where=str(manifest.name),
        found=found,
        expected=expected,
        fix="choose by the recipe that its networks were made by: --recipe NAME or FILE",
    )


def _shown(architecture: Architecture) -> str:
    options = "".join(f", {name} = {value}" for name, value in architecture.options)
    return f"{architecture.timm_name}{options}"[:120]


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
