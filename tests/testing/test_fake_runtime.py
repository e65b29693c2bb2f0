"""The fake runtime keeps the promises that real ones keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.testing.fakes import FakeRuntime, fake_probabilities
from neuronetra.testing.recipes import FAKE_WEIGHTS, tiny_manifest, tiny_recipe
from neuronetra.testing.runtime_contract import ModelRuntimeContract, trial


class TestFakeRuntime(ModelRuntimeContract):
    @pytest.fixture
    def runtime(self) -> FakeRuntime:
        return FakeRuntime()

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> Checkpoint:
        path = tmp_path / "weights.onnx"
        path.write_bytes(FAKE_WEIGHTS)
        return Checkpoint(tiny_manifest(tiny_recipe()), "onnx", str(path))

    def test_mirrored_images_score_differently(self, checkpoint: Checkpoint) -> None:
        """A test with this fake sees whether a view was mirrored, and whether it was un-mirrored."""
        images = trial(checkpoint, 1).images
        straight, mirrored = (fake_probabilities("a", one) for one in (images, images[..., ::-1]))
        assert np.abs(straight - mirrored).min() > 1e-4
