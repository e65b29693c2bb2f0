"""Both shipped runtimes pass the contract of their port."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.runtimes.onnx import OnnxRuntime
from neuronetra.adapters.stores.folder import FolderStore
from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.testing.runtime_contract import ModelRuntimeContract

pytest.importorskip("torch", reason="making networks needs the extra train")
from neuronetra.adapters.runtimes.torch import TorchRuntime


def _first(store: Path, weights: str) -> Checkpoint:
    opened = FolderStore(str(store))
    return opened.load(opened.names()[0], weights)


class TestTorchRuntime(ModelRuntimeContract):
    @pytest.fixture
    def runtime(self) -> TorchRuntime:
        return TorchRuntime(device="cpu")

    @pytest.fixture
    def checkpoint(self, small_store: Path) -> Checkpoint:
        return _first(small_store, "safetensors")


class TestOnnxRuntime(ModelRuntimeContract):
    @pytest.fixture
    def runtime(self) -> OnnxRuntime:
        return OnnxRuntime(device="cpu", cache="")

    @pytest.fixture
    def checkpoint(self, small_store: Path) -> Checkpoint:
        return _first(small_store, "onnx")


class TestOnnxRuntimeFromOptimisedCopies(ModelRuntimeContract):
    @pytest.fixture
    def runtime(self, tmp_path: Path) -> OnnxRuntime:
        return OnnxRuntime(device="cpu", cache=str(tmp_path / "cache"))

    @pytest.fixture
    def checkpoint(self, small_store: Path) -> Checkpoint:
        return _first(small_store, "onnx")
