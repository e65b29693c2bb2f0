"""Names, specifications, manifests and the choice of members."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.checkpoints import (
    CheckpointName,
    Ensemble,
    EnsembleMember,
    Manifest,
    ModelSpec,
    choose,
)
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import CONVNEXT_TINY, EFFNETV2S, Choice
from neuronetra.errors import ManifestError, MissingMemberError, ModalityError
from neuronetra.testing import strategies
from neuronetra.testing.recipes import tiny_manifest, tiny_recipe

RECIPE = tiny_recipe(architectures=2, folds=2)


@given(strategies.checkpoint_names())
def test_names_are_parsed_back(name: CheckpointName) -> None:
    """What a name is written as is the name it is read as."""
    assert CheckpointName.parse(str(name)) == name


def test_a_name_by_hand() -> None:
    """Architecture, fold, epoch and six digits of the score."""
    name = CheckpointName("convnext_tiny", 2, 9, 0.61234567)
    assert str(name) == "convnext_tiny_fold2_epoch9_score0.612346"
    assert CheckpointName.parse("effnetv2s_fold0_epoch0_score0.000000").epoch == 0
    assert CheckpointName.parse("a_fold1_fold2_epoch3_score1.000000").architecture == "a_fold1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd_fold0_epoch1_score0.500000",
        "a/b_fold0_epoch1_score0.500000",
        "..\\a_fold0_epoch1_score0.500000",
        "a.b_fold0_epoch1_score0.500000",
        "a-b_fold0_epoch1_score0.500000",
        "_a_fold0_epoch1_score0.500000",
        "a__b_fold0_epoch1_score0.500000",
        "A_fold0_epoch1_score0.500000",
        "a_Fold0_epoch1_score0.500000",
        "a_fold00_epoch1_score0.500000",
        "a_fold0_epoch01_score0.500000",
        "a_fold-1_epoch1_score0.500000",
        "a_fold1234567_epoch1_score0.500000",
        "a_fold0_epoch1_score0.5",
        "a_fold0_epoch1_score0.5000000",
        "a_fold0_epoch1_score.500000",
        "a_fold0_epoch1_score1.000001",
        "a_fold0_epoch1_score2.000000",
        "a_fold0_epoch1_scorenan",
        "a_fold0_epoch1_score0.500000.onnx",
        "a_fold0_epoch1_score0.500000\n",
        " a_fold0_epoch1_score0.500000",
        "a_fold٣_epoch1_score0.500000",
        "x" * 100_000,
    ],
)
def test_other_names_are_refused(text: str) -> None:
    """Anything but exactly such a name is a typed error that quotes little of it."""
    with pytest.raises(ManifestError) as caught:
        CheckpointName.parse(text)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "facts", [("a", -1, 0, 0.5), ("a", 0, 0, 1.5), ("a", 0, 0, float("nan")), ("A", 0, 0, 0.5)]
)
def test_names_that_cannot_be_made(facts: tuple[Any, ...]) -> None:
    """A name that could not be read back cannot be made."""
    with pytest.raises(ManifestError):
        CheckpointName(*facts)


@pytest.mark.parametrize(
    ("trained", "given_as", "prepared_as"),
    [
        (None, "T2", "T2"),
        (("MRA", "CTA"), "MRA", "MRA"),
        (("MR", "CTA"), "MRA", "MR"),
        (("MR", "CTA"), "T1post", "MR"),
        (("MR", "CTA"), "T2", "MR"),
        (("MR", "CTA"), "CT", "CTA"),
        (("CT",), "CTA", "CT"),
        (("MRA",), "MR", None),
        (("MRA", "CTA"), "T2", None),
        (("MR",), "CTA", None),
        ((), "CTA", None),
    ],
)
def test_admit(trained: tuple[str, ...] | None, given_as: str, prepared_as: str | None) -> None:
    """A modality that was never seen falls back to its parent, with a warning, or is refused."""
    seen = None if trained is None else tuple(map(Modality, trained))
    spec, modality = ModelSpec(EFFNETV2S, modalities=seen), Modality(given_as)
    if prepared_as is None:
        with pytest.raises(ModalityError, match="not trained on this modality"):
            spec.admit(modality)
        return
    prepared, warning = spec.admit(modality)
    assert prepared is Modality(prepared_as)
    assert bool(warning) == (given_as != prepared_as)
    if warning:
        assert given_as in warning
        assert prepared_as in warning


@pytest.mark.parametrize(
    "spec",
    [
        ModelSpec(EFFNETV2S),
        ModelSpec(CONVNEXT_TINY, (16, 20), (Modality.MR, Modality.CTA), True, (7, 8)),
        ModelSpec(CONVNEXT_TINY, modalities=()),
    ],
)
def test_specifications_are_read_back(spec: ModelSpec) -> None:
    """A specification survives JSON."""
    assert ModelSpec.from_document(json.loads(json.dumps(spec.as_document()))) == spec


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"labels": (LABELS[1], LABELS[0], *LABELS[2:])}, "label order"),
        ({"labels": LABELS[:13]}, "labels"),
        ({"labels": (*LABELS, "Other")}, "labels"),
        ({"name": CheckpointName("tiny_b", 0, 0, 0.0)}, "architecture"),
        ({"name": CheckpointName("tiny_a", 0, 0, 0.7)}, "score"),
        ({"score": 0.7}, "score"),
        ({"spec": ModelSpec(RECIPE.architectures[0], (20, 16))}, "preprocessing"),
        ({"out_of_fold": np.zeros((3, 13))}, "out-of-fold"),
        ({"out_of_fold": np.zeros(14)}, "out-of-fold"),
    ],
)
def test_manifests_that_disagree(changes: dict[str, Any], what: str) -> None:
    """A manifest whose parts contradict each other cannot be made: what, found and expected are told."""
    with pytest.raises(ManifestError, match=what) as caught:
        evolve(tiny_manifest(RECIPE), **changes)
    assert caught.value.found
    assert caught.value.expected


def test_untrained_is_a_missing_score() -> None:
    """A member without a score is untrained, one with a score of 0 is not."""
    assert tiny_manifest(RECIPE).untrained
    assert not evolve(tiny_manifest(RECIPE), score=0.0).untrained


def test_ensembles_that_make_no_sense() -> None:
    """An ensemble has members, each once."""
    member = EnsembleMember(tiny_manifest(RECIPE).name)
    for members in ((), (member, evolve(member, weight=0.5))):
        with pytest.raises(ManifestError):
            Ensemble(RECIPE, members, "")


def names_for(scores: dict[tuple[int, int], float]) -> list[CheckpointName]:
    """(slot, epoch) -> score, as names of ``RECIPE``."""
    return [tiny_manifest(RECIPE, slot, epoch, score).name for (slot, epoch), score in scores.items()]


def test_choose_the_best_of_each_fold() -> None:
    """The highest score of each fold, the earliest epoch of equals, whatever the order of names."""
    names = names_for(
        {
            (0, 1): 0.5,
            (0, 2): 0.7,
            (0, 10): 0.7,
            (1, 1): 0.6,
            (2, 3): 0.9,
            (2, 4): 0.1,
            (3, 0): 0.2,
            (3, 1): 0.3,
        }
    )
    for given_names in (names, names[::-1]):
        chosen = choose(given_names, RECIPE, seed=1)
        assert [(n.architecture, n.fold, n.epoch) for n in chosen] == [
            ("tiny_a", 0, 2),
            ("tiny_a", 1, 1),
            ("tiny_b", 0, 3),
            ("tiny_b", 1, 1),
        ]


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_choose_at_random_is_seeded(seed: int, chance: Any) -> None:
    """A seed chooses the same checkpoints again, whatever the order of names."""
    names = names_for({(slot, epoch): 0.5 for slot in range(4) for epoch in range(9)})
    recipe = evolve(RECIPE, choice=Choice.RANDOM)
    turned = list(names)
    chance.shuffle(turned)
    assert choose(turned, recipe, seed) == choose(names, recipe, seed)


def test_random_choices_differ_between_seeds_and_slots() -> None:
    """Over many seeds every checkpoint is chosen, and slots are drawn apart from each other."""
    names = names_for({(slot, epoch): 0.5 for slot in range(4) for epoch in range(5)})
    draws = [choose(names, evolve(RECIPE, choice=Choice.RANDOM), seed) for seed in range(60)]
    assert {name for draw in draws for name in draw} == set(names)
    assert any(len({name.epoch for name in draw}) > 1 for draw in draws)


@pytest.mark.parametrize("choice", list(Choice))
def test_an_empty_slot_is_named(choice: Choice) -> None:
    """A fold without any checkpoint is told, not filled from another."""
    names = names_for({(0, 0): 0.5, (1, 0): 0.5, (2, 0): 0.5})
    with pytest.raises(MissingMemberError, match="tiny_b fold 1"):
        choose(names, evolve(RECIPE, choice=choice), seed=0)


def test_checkpoints_know_their_hash() -> None:
    """A manifest compares by identity but holds plain values: hashes by kind of weights."""
    manifest = evolve(tiny_manifest(RECIPE), sha256={"onnx": "0" * 64})
    assert isinstance(manifest, Manifest)
    assert manifest.sha256["onnx"] == "0" * 64
