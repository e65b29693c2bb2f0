"""Whether an exported network gives what the original gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuronetra.app.agreement import require_agreement, trial_batch
from neuronetra.errors import ExportError, ScoringError
from neuronetra.testing.fakes import FakeRuntime, tiny_manifest, tiny_recipe
from neuronetra.testing.recipes import FAKE_WEIGHTS


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "weights").write_bytes(FAKE_WEIGHTS)
    return str(tmp_path / "weights")


def test_equal_networks_agree(path: str) -> None:
    """The difference is told, and both networks are closed."""
    original, exported = FakeRuntime("safetensors"), FakeRuntime("onnx", drift=5e-5)
    difference = require_agreement(tiny_manifest(tiny_recipe()), (original, path), (exported, path))
    assert difference == pytest.approx(5e-5, rel=0.01)
    assert original.closed == original.opened
    assert exported.closed == exported.opened


def test_other_networks_do_not(path: str) -> None:
    """Above 1e-4 the export is refused: member, found and expected are told, and both are closed."""
    original, exported = FakeRuntime("safetensors"), FakeRuntime("onnx", drift=2e-4)
    with pytest.raises(ExportError, match=r"tiny_a_fold0.*difference of 2\.00e-04; expected at most 1e-04"):
        require_agreement(tiny_manifest(tiny_recipe()), (original, path), (exported, path))
    assert exported.closed == exported.opened


def test_nan_is_no_agreement(path: str) -> None:
    """A network that gives NaN agrees with nothing."""
    manifest = tiny_manifest(tiny_recipe())
    broken = FakeRuntime(broken=frozenset({str(manifest.name)}))
    with pytest.raises(ScoringError):
        require_agreement(manifest, (broken, path), (broken, path))


def test_the_trial_is_the_same_each_time() -> None:
    """The images are seeded, of the size asked for, and differ from each other."""
    batch = trial_batch((7, 9))
    assert batch.images.shape == (2, 3, 7, 9)
    assert np.array_equal(batch.images, trial_batch((7, 9)).images)
    assert not np.array_equal(batch.images[0], batch.images[1])
