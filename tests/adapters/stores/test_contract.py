"""Every shipped store keeps the port's promises, and so does the one in memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.adapters.stores.package import PackageStore
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.ports import CheckpointStore
from neuronetra.testing.store_contract import CheckpointStoreContract, ReadOnlyStoreContract, fill


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def swap_labels(path: Path) -> None:
    document = json.loads(path.read_bytes())
    document["labels"][:2] = document["labels"][1::-1]
    path.write_text(json.dumps(document))


class OnDisk:
    """What both stores on a disk have in common: where their files lie."""

    folder: Path

    def spoil_weights(self, store: CheckpointStore, name: CheckpointName, kind: str) -> None:
        flip_a_bit(self.folder / f"{name}.{kind}")

    def spoil_labels(self, store: CheckpointStore, name: CheckpointName) -> None:
        swap_labels(self.folder / f"{name}.json")

    def lose_member(self, store: CheckpointStore, name: CheckpointName) -> None:
        (self.folder / f"{name}.json").unlink()


class TestFolderStore(OnDisk, CheckpointStoreContract):
    def make_store(self, folder: Path) -> FolderStore:
        self.folder = folder
        return FolderStore(str(folder))


class TestPackageStore(OnDisk, ReadOnlyStoreContract):
    @pytest.fixture(autouse=True)
    def importable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A package of this test alone can be imported."""
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "throwaway_models", raising=False)
        monkeypatch.delitem(sys.modules, "throwaway_models.tiny", raising=False)

    def make_filled(self, folder: Path) -> PackageStore:
        package = folder.parent / "throwaway_models"
        self.folder = package / "tiny"
        self.folder.mkdir(parents=True)
        for part in (package, self.folder):
            (part / "__init__.py").write_text("")
        fill(FolderStore(str(self.folder)), folder.parent / "incoming")
        return PackageStore("throwaway_models.tiny")
