"""Results know whether their model was trained on made-up heads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from neuronetra.app.predict import Predictor
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.training_record import TrainingRecord
from neuronetra.testing.fakes import FakeReader, MemoryStore, fake_series, tiny_manifest, tiny_recipe

RECIPE = tiny_recipe(architectures=1, folds=2)


def _record(fold: int, synthetic: bool) -> TrainingRecord:
    return TrainingRecord("tiny", "c" * 64, synthetic, "1" * 16, 1, fold, 2, "none", (), (), (), ())


@pytest.mark.parametrize(
    ("made_up", "synthetic"),
    [((True, True), True), ((True, False), True), ((False, False), False), ((), False)],
)
def test_one_synthetic_member_is_enough(
    predictor_of: Callable[..., Predictor], made_up: tuple[bool, ...], synthetic: bool
) -> None:
    """An ensemble of which any member saw made-up heads says so; one of unknown members does not claim it."""
    manifests = [tiny_manifest(RECIPE, slot, 2, 0.6) for slot in range(2)]
    for slot, of_made_up in enumerate(made_up):
        training = _record(slot, of_made_up).as_document()
        manifests[slot] = evolve(manifests[slot], training=training)
    reader = FakeReader.of(fake_series("1.2", 20))
    predictor = predictor_of(reader, store=MemoryStore.filled(RECIPE, manifests))
    (prediction,) = predictor.predict("scan")
    assert prediction.model.synthetic is synthetic
    assert (SYNTHETIC_MODEL_NOTICE in prediction.as_document()["notice"]) is synthetic
