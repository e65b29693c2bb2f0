"""The store in memory keeps the promises that the shipped ones keep."""

from __future__ import annotations

from pathlib import Path

from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.store_contract import CheckpointStoreContract


class TestMemoryStore(CheckpointStoreContract):
    def make_store(self, folder: Path) -> MemoryStore:
        return MemoryStore()

    def spoil_weights(self, store: MemoryStore, name: CheckpointName, kind: str) -> None:
        store.contents[f"memory:{name}.{kind}"] += b"!"

    def spoil_labels(self, store: MemoryStore, name: CheckpointName) -> None:
        first, second, *others = store.manifests[str(name)]["labels"]
        store.manifests[str(name)]["labels"] = (second, first, *others)

    def lose_member(self, store: MemoryStore, name: CheckpointName) -> None:
        del store.manifests[str(name)]
