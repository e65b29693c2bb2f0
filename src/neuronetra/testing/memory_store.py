"""A checkpoint store in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import define, evolve, field

from neuronetra.domain.checkpoints import (
    Checkpoint,
    CheckpointName,
    Ensemble,
    EnsembleMember,
    Manifest,
)
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import IntegrityError, MissingMemberError, StoreNotFoundError
from neuronetra.testing.recipes import FAKE_WEIGHTS, tiny_manifest


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(value: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(value, sort_keys=True, default=str).encode())


@define
class MemoryStore:
    """Members by name: the fields of their manifests and the bytes of their weights.

    Both may be spoilt by a test; they are checked when they are asked for, as a file's would be.
    """

    manifests: dict[str, dict[str, Any]] = field(factory=dict)
    contents: dict[str, bytes] = field(factory=dict)
    chosen: Ensemble | None = None
    told: str = ""
    """The model card."""

    @classmethod
    def filled(cls, recipe: Recipe, manifests: Sequence[Manifest] = (), kind: str = "onnx") -> MemoryStore:
        """``manifests``, or an untrained member for each slot of ``recipe``.

        The first of each slot is chosen, where they fill the slots.
        """
        store = cls()
        given = manifests or [tiny_manifest(recipe, slot) for slot in range(len(recipe.slots))]
        for manifest in given:
            store.put(manifest, {kind: FAKE_WEIGHTS + str(manifest.name).encode()})
        first = {(m.name.architecture, m.name.fold): m for m in reversed(given)}
        slots = [(architecture.name, fold) for architecture, fold in recipe.slots]
        if set(slots) <= set(first):
            chosen = [first[slot] for slot in slots]
            members = tuple(EnsembleMember(m.name, "", m.score or None) for m in chosen)
            store.save_ensemble(Ensemble(recipe, members, "the first of each slot"))
        return store

    def names(self) -> tuple[CheckpointName, ...]:
        return tuple(sorted(CheckpointName.parse(name) for name in self.manifests))

    def ensemble(self) -> Ensemble:
        if self.chosen is None:
            raise StoreNotFoundError("no ensemble was saved")
        for member in self.chosen.members:
            self.manifest(member.name)
            if self._manifest_sha256(member.name) != member.manifest_sha256:
                raise IntegrityError("the manifest is not the one that was chosen", where=str(member.name))
        return self.chosen

    def manifest(self, name: CheckpointName) -> Manifest:
        return Manifest(**self._fields(name))

    def load(self, name: CheckpointName, weights: str) -> Checkpoint:
        manifest, path = self.manifest(name), f"memory:{name}.{weights}"
        if weights not in manifest.sha256 or path not in self.contents:
            raise MissingMemberError(f"the member has no {weights} file", where=str(name))
        return Checkpoint(manifest, weights, path, len(self.contents[path]))

    def verify(self, checkpoint: Checkpoint) -> None:
        found = _sha256(self.contents[checkpoint.path])
        if found != checkpoint.sha256:
            raise IntegrityError(
                "the file's sha256 is not the manifest's", where=checkpoint.path, found=found
            )

    def card(self) -> str:
        return self.told

    def save_card(self, card: str) -> str:
        """Keep a model card; gives where."""
        self.told = card
        return "memory:MODEL_CARD.md"

    def save(self, manifest: Manifest, files: dict[str, str]) -> Manifest:
        contents = {kind: Path(path).read_bytes() for kind, path in files.items()}
        for path in files.values():
            Path(path).unlink()
        return self.put(manifest, contents)

    def put(self, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
        """As ``save``, from bytes."""
        hashes = {kind: _sha256(content) for kind, content in contents.items()}
        saved = evolve(manifest, sha256={**manifest.sha256, **hashes})
        self.contents |= {f"memory:{manifest.name}.{kind}": content for kind, content in contents.items()}
        self.manifests[str(manifest.name)] = attrs.asdict(saved, recurse=False)
        return saved

    def save_ensemble(self, ensemble: Ensemble) -> None:
        members = tuple(
            evolve(member, manifest_sha256=self._manifest_sha256(member.name)) for member in ensemble.members
        )
        content = {
            "recipe": ensemble.recipe.as_document(),
            "members": [attrs.asdict(member) for member in members],
            "why": ensemble.why,
            "temperatures": ensemble.temperatures,
        }
        self.chosen = evolve(ensemble, members=members, digest=_digest_of(content))

    def _fields(self, name: CheckpointName) -> dict[str, Any]:
        if str(name) not in self.manifests:
            raise MissingMemberError("a member of the ensemble is missing", where=str(name))
        return self.manifests[str(name)]

    def _manifest_sha256(self, name: CheckpointName) -> str:
        return _digest_of(self._fields(name))
