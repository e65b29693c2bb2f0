"""Making members: untrained ones, imported ones, and the portable file of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import frozen

from neuronetra.app.agreement import require_agreement
from neuronetra.app.choose_members import has_weights
from neuronetra.domain.checkpoints import (
    CheckpointName,
    Ensemble,
    EnsembleMember,
    Manifest,
    ModelSpec,
)
from neuronetra.domain.recipes import Architecture, Recipe
from neuronetra.errors import (
    IntegrityError,
    MissingMemberError,
    StoreError,
    StoreNotFoundError,
    UsageError,
)
from neuronetra.ports import CheckpointStore, ModelRuntime, NetworkExporter, Progress


@frozen
class MemberMaker:
    """Makes members in ``store``, working in ``folder``; each export is checked before it is kept."""

    store: CheckpointStore
    exporter: NetworkExporter
    original: ModelRuntime
    exported: ModelRuntime
    folder: str

    def initialise(self, recipe: Recipe, seed: int, progress: Progress | None = None) -> Ensemble:
        """An untrained store: seeded random weights in every slot of ``recipe``; all are chosen.

        Members that a run before this one left whole are kept. Raises ``ExportError`` or ``StoreError``.
        """
        present = self._present(recipe, seed)
        for done, slot in enumerate(recipe.slots):
            if progress is not None:
                progress(done, len(recipe.slots))
            name = CheckpointName(slot[0].name, slot[1], 0, 0.0)
            if name not in present:
                self._untrained(name, slot[0], recipe, _slot_seed(seed, done), seed)
        names = [CheckpointName(architecture.name, fold, 0, 0.0) for architecture, fold in recipe.slots]
        members = tuple(EnsembleMember(name) for name in names)
        self.store.save_ensemble(Ensemble(recipe, members, f"untrained, seed {seed}: all members"))
        if progress is not None:
            progress(len(recipe.slots), len(recipe.slots))
        return self.store.ensemble()

    def _present(self, recipe: Recipe, seed: int) -> frozenset[CheckpointName]:
        names = names_of(self.store)
        for name in names:
            manifest = self.store.manifest(name)
            made_as = (manifest.untrained, manifest.training.get("seed"), manifest.pipeline)
            if made_as != (True, seed, recipe.pipeline):
                raise StoreError(
                    "the store holds members that were not made this way",
                    where=str(name),
                    expected=f"an empty folder, or untrained members of seed {seed}",
                    fix="name another folder",
                )
        kinds = (self.original.weights, self.exported.weights)
        return frozenset(n for n in names if all(has_weights(self.store, n, kind) for kind in kinds))

    def _untrained(
        self, name: CheckpointName, architecture: Architecture, recipe: Recipe, weights_seed: int, seed: int
    ) -> None:
        spec = ModelSpec(architecture, recipe.pipeline.preprocessing.size)
        manifest = Manifest(name, spec, recipe.pipeline, training={"seed": seed})
        self._save(manifest, self.exporter.initialise(manifest, weights_seed, self.folder))

    def bring(self, name: CheckpointName, recipe: Recipe, weights: str) -> Manifest:
        """Import a state dictionary trained elsewhere; its architecture is ``name``'s, strictly."""
        if name.score == 0.0:
            raise UsageError(
                "a score of 0.000000 is that of untrained members",
                where=str(name),
                fix="name its validation score",
            )
        if name in names_of(self.store):
            raise UsageError("the store has a member of this name", where=str(name), fix="name another store")
        known = {architecture.name: architecture for architecture in recipe.architectures}
        if name.architecture not in known:
            raise UsageError(
                f"recipe {recipe.name} has no such architecture",
                where=str(name),
                found=name.architecture,
                expected=" or ".join(known),
            )
        if name.fold >= recipe.folds:
            raise UsageError(
                f"recipe {recipe.name} has no such fold",
                where=str(name),
                found=f"fold {name.fold}",
                expected=f"0 to {recipe.folds - 1}",
                fix="name a recipe with as many folds: --recipe FILE.toml",
            )
        spec = ModelSpec(known[name.architecture], recipe.pipeline.preprocessing.size)
        manifest = Manifest(name, spec, recipe.pipeline, name.score, training={"imported": True})
        return self._save(manifest, self.exporter.convert(manifest, weights, self.folder))

    def export(
        self, names: Sequence[CheckpointName], progress: Progress | None = None
    ) -> Mapping[str, float]:
        """The ONNX file of each, from its safetensors: name -> largest difference to the original.

        A new file changes its member's manifest: the members that were chosen stay so.
        """
        differences, chosen = {}, self._chosen()
        for done, name in enumerate(names):
            if progress is not None:
                progress(done, len(names))
            checkpoint = self.store.load(name, self.original.weights)
            self.store.verify(checkpoint)
            exported = self.exporter.export(checkpoint.manifest, checkpoint.path, self.folder)
            differences[str(name)] = self._agreement(checkpoint.manifest, checkpoint.path, exported)
            self.store.save(checkpoint.manifest, {self.exported.weights: exported})
            if chosen is not None:
                self.store.save_ensemble(chosen)
        return differences

    def _chosen(self) -> Ensemble | None:
        """The ensemble before any manifest changes; ``None`` where none stands: none was chosen, or it is not whole."""
        try:
            return self.store.ensemble()
        except (StoreNotFoundError, IntegrityError, MissingMemberError):  # an export cut short, a member lost
            return None

    def _save(self, manifest: Manifest, weights: str) -> Manifest:
        exported = self.exporter.export(manifest, weights, self.folder)
        self._agreement(manifest, weights, exported)
        return self.store.save(manifest, {self.original.weights: weights, self.exported.weights: exported})

    def _agreement(self, manifest: Manifest, weights: str, exported: str) -> float:
        return require_agreement(manifest, (self.original, weights), (self.exported, exported))


def names_of(store: CheckpointStore) -> tuple[CheckpointName, ...]:
    """The members of a store, which need not be there yet."""
    try:
        return store.names()
    except StoreNotFoundError:
        return ()


def _slot_seed(seed: int, slot: int) -> int:
    """A seed of its own for each member, so that adding one changes no other."""
    return int(np.random.SeedSequence([seed, slot]).generate_state(1)[0])
