"""The example recipe of 384 pixels and five folds, trained for an epoch on a handful of series."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.testing.signal_cohort import signal_series, write_signal
from neuronetra.testing.small_training import prepared, trained
from neuronetra.wiring.recipes import recipe_at

EXAMPLE = Path(__file__).parents[2] / "examples" / "recipes" / "swin-384.toml"


@pytest.mark.full_size
@pytest.mark.timeout(900)
def test_the_example_recipe_trains(tmp_path: Path) -> None:
    """Its Swin member, one fold, one epoch: a checkpoint with a score, and the other networks named as missing."""
    recipe = recipe_at(str(EXAMPLE))
    (swin,) = [one.name for one in recipe.architectures if "swin" in one.timm_name]
    cohort = write_signal(tmp_path / "cohort", signal_series(12, per_patient=1, modalities=("CTA",)))
    frames = prepared(cohort, tmp_path / "frames", EXAMPLE)
    said = trained(frames, tmp_path / "store", EXAMPLE, "--architecture", swin, "--folds", 0, "--epochs", 1)
    (job,) = [job for job in said["jobs"] if job["done"]]
    assert (job["job"], job["epochs"]) == (f"{swin}_fold0", 1)
    assert len(said["missing"]) == len(recipe.slots) - 1
    assert (tmp_path / "store" / f"{job['best']}.safetensors").stat().st_size > 50_000_000
