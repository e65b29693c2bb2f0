"""Training that must succeed whatever the labels: eight series are learnt by heart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

pytest.importorskip("torch", reason="training needs the extra train")

from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.adapters.training.trainer import TorchTrainer
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.locations import LOCATIONS, Location
from neuronetra.domain.metric.score import score
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.testing.signal_cohort import SignalSeries, shuffled, signal_series, write_signal
from neuronetra.testing.small_training import prepared, recipe_text
from neuronetra.wiring.recipes import recipe_at

SERIES = shuffled(signal_series(8, seed=9, per_patient=1), seed=1)
TWINS = tuple(evolve(one, number=one.number + 50_000, patient=f"{one.patient}-twin") for one in SERIES)


def test_eight_series_are_learnt_by_heart(tmp_path: Path) -> None:
    """Pictures that say nothing of their labels, trained on and then scored as they are: 1.0 at the end."""
    place = tmp_path / "recipe.toml"
    place.write_text(recipe_text("overfit", epochs=60, batch=8))
    frames = prepared(write_signal(tmp_path / "cohort", (*SERIES, *TWINS)), tmp_path / "frames", place)
    recipe = recipe_at(str(place))
    (tmp_path / "run").mkdir()
    job = TrainingJob(
        spec=ModelSpec(recipe.architectures[0], recipe.pipeline.preprocessing.size),
        pipeline=recipe.pipeline,
        plan=recipe.training,
        fold=0,
        seed=1,
        training=_uids(SERIES),
        validation=_uids(TWINS),  # the same pictures under other uids
        labels={one.built().uid: _labels(one) for one in (*SERIES, *TWINS)},
        folder=str(tmp_path / "run"),
    )
    ends: list[EpochEnd] = []
    assert TorchTrainer(device="cpu", workers=0).fit(job, PngFrameStore(str(frames)), ends.append)
    truth = np.array([_labels(one) for one in TWINS])
    assert score(truth, ends[-1].probabilities) == 1.0
    assert ends[-1].loss < 0.1 * ends[0].loss


def _uids(series: tuple[SignalSeries, ...]) -> tuple[str, ...]:
    return tuple(one.built().uid for one in series)


def _labels(one: SignalSeries) -> tuple[bool, ...]:
    lesions = one.lesions and (*one.lesions, Location.ANEURYSM_PRESENT)
    return tuple(location in lesions for location in LOCATIONS)
