"""The contracts that neuronetra ships, passed by this package's adapters."""

from __future__ import annotations

from pathlib import Path

import pytest
from neuronetra_example.reader import CountingReader
from neuronetra_example.runtime import BrightnessRuntime

from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.testing.reader_contract import SeriesReaderContract
from neuronetra.testing.recipes import tiny_manifest, tiny_recipe
from neuronetra.testing.runtime_contract import ModelRuntimeContract


class TestCountingReader(SeriesReaderContract):
    def make_reader(self) -> CountingReader:
        return CountingReader()


class TestBrightnessRuntime(ModelRuntimeContract):
    reads_weights = False

    @pytest.fixture
    def runtime(self) -> BrightnessRuntime:
        return BrightnessRuntime()

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> Checkpoint:
        path = tmp_path / "weights.onnx"
        path.write_bytes(b"not looked at")
        return Checkpoint(tiny_manifest(tiny_recipe()), "onnx", str(path))
