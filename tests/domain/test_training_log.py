"""What a run tells of an epoch, and how far its jobs are."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.score import score
from neuronetra.domain.training_log import JobState, Judged, is_entry
from neuronetra.testing.recipes import tiny_recipe

RECIPE = tiny_recipe(architectures=1, folds=2)
EPOCHS = RECIPE.training.epochs


def names(*found: tuple[int, int, float]) -> list[CheckpointName]:
    return [CheckpointName("tiny_a", *one) for one in found]


@given(st.integers(0, 2**32 - 1))
def test_judgement_is_the_metric(seed: int) -> None:
    """The score is the package's one, half presence and half locations; figures without meaning are none."""
    chance = np.random.default_rng(seed)
    labels = chance.random((6, len(LABELS))) < 0.3
    given_ = chance.random(labels.shape)
    found = Judged.of(labels, given_)
    assert found.score == score(labels, given_)
    if found.score is not None:
        assert found.presence is not None
        assert found.locations is not None
        assert abs(found.score - (found.presence + found.locations) / 2) < 1e-12
    if labels[:, -1].all() or not labels[:, -1].any():
        assert found.presence is None


def test_the_best_is_the_earliest_of_equals() -> None:
    """As members are chosen; the last epoch's score stands beside it, whatever it is."""
    state, empty = JobState.all_of(
        RECIPE, names((0, 1, 0.5), (0, 2, 0.7), (0, 3, 0.7), (0, EPOCHS, 0.6)), {0: 0.55}
    )
    said = state.as_document()
    assert (said["best"], said["score"]) == ("tiny_a_fold0_epoch2_score0.700000", 0.7)
    assert (said["last_score"], said["baseline"], said["epochs"], said["done"]) == (0.6, 0.55, EPOCHS, True)
    assert (empty.done, empty.best, empty.as_document()["epochs"]) == (False, None, 0)


def test_a_job_without_its_last_epoch_is_not_done() -> None:
    """Being half-way is not the end."""
    (state, _) = JobState.all_of(RECIPE, names((0, EPOCHS - 1, 0.9)), {})
    assert not state.done
    assert state.as_document()["epochs"] == EPOCHS - 1


def test_epochs_that_are_gone() -> None:
    """Those before the last one there are told of; those that are still to come are not."""
    state, empty = JobState.all_of(RECIPE, names((0, 2, 0.5), (0, 4, 0.7)), {})
    assert (state.absent, empty.absent) == ((1, 3), ())
    assert state.as_document()["absent_epochs"] == [1, 3]


def test_lines_of_the_log() -> None:
    """Objects with an event are lines, those of epochs with all of their figures; other things are not."""
    assert is_entry(json.loads('{"event": "begun"}'))
    for wrong in ('{"event": "epoch", "job": "a"}', "[]", "null", "{}", '{"event": 1}'):
        assert not is_entry(json.loads(wrong))
