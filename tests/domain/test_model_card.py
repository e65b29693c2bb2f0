"""The model card: what it must say, and which evaluations it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from neuronetra.domain.checkpoints import Ensemble, EnsembleMember, Manifest
from neuronetra.domain.model_card import CardFacts, model_card
from neuronetra.domain.model_card_scores import MeasuredModel
from neuronetra.domain.training_record import TrainingRecord
from neuronetra.errors import InputError
from neuronetra.testing.recipes import tiny_manifest, tiny_recipe

RECIPE = tiny_recipe(architectures=2, folds=2)
DIGEST = "ab" * 32


def _record(fold: int, synthetic: bool = True) -> TrainingRecord:
    hits = (0,) * 13
    counts = ((1, "Female", 2, 30, (*hits, 12)), (1, "Male", 2, 10, (*hits, 3)), (2, "", -1, 7, (*hits, 0)))
    return TrainingRecord(
        recipe="tiny",
        cohort_digest="c0ffee" * 10,
        synthetic=synthetic,
        key_check="1" * 16,
        seed=7,
        fold=fold,
        folds=2,
        pretrained="none",
        patients=("a" * 16, "b" * 16),
        series=("c" * 16,),
        validation=("d" * 16,),
        counts=counts,
        plan={"epochs": 20, "augmentation": {"gamma": [0.8, 1.2]}},
        versions={"torch": "2.9"},
    )


def _manifests(synthetic: bool = True) -> list[Manifest]:
    return [
        evolve(
            tiny_manifest(RECIPE, slot, 3, 0.61),
            training=_record(RECIPE.slots[slot][1], synthetic).as_document(),
            sha256={"onnx": "0123456789abcdef" * 4},
        )
        for slot in range(len(RECIPE.slots))
    ]


def _ensemble(manifests: list[Manifest]) -> Ensemble:
    members = tuple(EnsembleMember(manifest.name) for manifest in manifests)
    return Ensemble(RECIPE, members, "the best of each fold", None, DIGEST)


def _figure(value: float | None) -> dict[str, Any]:
    wide = None if value is None else 0.05
    return {
        "value": value,
        "low": None if value is None else value - wide,
        "high": None if value is None else value + wide,
        "n": 40,
    }


def _document(members: int = 4, **more: Any) -> dict[str, Any]:
    return {
        "score": _figure(0.6123),
        "present_auc": _figure(0.65),
        "mean_location_auc": _figure(0.57),
        "laterality_accuracy": _figure(0.51),
        "calibration_error": _figure(0.1),
        "difference_to_baseline": _figure(0.0211),
        "baselines": {"modality": _figure(0.59), "modality_age_sex": _figure(0.58)},
        "baselines_detail": {"modality": {"laterality_accuracy": _figure(0.5)}},
        "baseline_fit": "training",
        "series": 40,
        "patients": 38,
        "positives": 17,
        "synthetic": True,
        "warnings": ["few series"],
        "predictions": {"models": [{"recipe": "tiny", "manifest_hash": DIGEST}]},
        "members": [{"members": ["a"] * members, "series": 40}],
        **more,
    }


def _card(*documents: dict[str, Any], synthetic: bool = True) -> str:
    manifests = _manifests(synthetic)
    ensemble = _ensemble(manifests)
    measured = [MeasuredModel.of("e.json", document, ensemble) for document in documents]
    return model_card(ensemble, manifests, measured, CardFacts("Apache-2.0", ("neuronetra train a b",)))


def test_it_says_what_the_model_was_trained_on() -> None:
    """Series and positives by modality of each fold, cohort, seed, plan and versions stand in the card."""
    card = _card()
    assert "| 0 of 2 | 2 | 40 (15) | 7 (0) |" in card
    for wanted in ("c0ffeec0ffee", "Seed: 7", "epochs 20", "gamma 0.8 to 1.2", "torch 2.9", "Apache-2.0"):
        assert wanted in card
    assert "neuronetra train a b" in card
    assert "0123456789ab" in card


@pytest.mark.parametrize("synthetic", [False, True])
def test_worthless_on_patients_is_said_where_it_is_so(synthetic: bool) -> None:
    """A model of made-up heads says so at its head, another one nowhere."""
    card = _card(synthetic=synthetic)
    assert ("worthless on patients" in card) is synthetic
    assert ("made up (synthetic)" in card) is synthetic


def test_scores_stand_beside_the_baselines_with_intervals() -> None:
    """Each figure of an evaluation stands in one row with that of both baselines."""
    card = _card(_document())
    assert "| Score | 0.612 [0.562, 0.662] | 0.590 [0.540, 0.640] | 0.580 [0.530, 0.630] |" in card
    assert "| Score minus baseline by modality | +0.021 [-0.029, +0.071] | – | – |" in card
    assert "| Laterality accuracy | 0.510 [0.460, 0.560] | 0.500 [0.450, 0.550] | – |" in card
    assert "few series" in card


def test_out_of_fold_is_told_from_unseen() -> None:
    """Which members scored tells of what kind the figures are."""
    assert "### Out of fold" in _card(_document(2))
    assert "### On series that no network was trained on" in _card(_document(4))
    assert "### On a cohort of which a part" in _card(
        {**_document(), "members": [{"members": ["a"] * count} for count in (2, 4)]}
    )
    assert "nobody said" in _card({**_document(), "members": []})


def _choice(*networks: str) -> dict[str, Any]:
    figures = {"best": 0.62, "last": 0.55, "last_difference": -0.07, "other_folds": 0.6}
    one = {**{key: _figure(value) for key, value in figures.items()}, "other_folds_difference": _figure(None)}
    return {
        "sentence": "It is worth +0.020 [-0.030, +0.070].",
        "folds": 2,
        "networks": [{"architecture": name, **one, "epochs": {"best": [1, 2]}} for name in networks],
    }


def test_the_choice_of_the_epoch_is_one_table() -> None:
    """A row for each architecture: its three scores and the differences, as ``evaluate`` shows them."""
    card = _card(_document(epoch_choice=_choice("test_byobnet", "all of them")))
    worth = "less the best"
    header = f"Best epoch of each fold | Last epoch | {worth} | Epoch chosen on the other folds | {worth}"
    assert f"| Networks | {header} |" in card
    scores = (
        "0.620 [0.570, 0.670] | 0.550 [0.500, 0.600] | -0.070 [-0.120, -0.020] | 0.600 [0.550, 0.650] | –"
    )
    for name in ("test_byobnet", "all of them"):
        assert f"| {name} | {scores} |" in card
    assert "It is worth +0.020" in card
    for without in (None, _choice(), "", []):
        assert "choice of the epoch" not in _card(_document(epoch_choice=without))


def test_it_says_how_the_baselines_were_fitted() -> None:
    """In words, as only some ways are fair to the model."""
    assert "Baselines: fitted on the series that the networks were trained on." in _card(_document())
    assert "which flatters them" in _card(_document(baseline_fit="in-sample"))
    assert "Baselines: another way." in _card(_document(baseline_fit="another way"))


def test_the_score_held_against_baselines_within_folds_is_told() -> None:
    """Where theirs are taken within folds, the model's taken so stands beside; nothing is said where there is none."""
    assert "within folds, where the model's is 0.581" in _card(_document(score_within_folds=_figure(0.581)))
    assert "where the model's is" not in _card(_document(score_within_folds=_figure(None)))


def test_members_that_were_trained_apart_are_all_told_of() -> None:
    """Cohorts, plans and versions that differ between members stand beside each other, equal ones once."""
    manifests = _manifests()
    other = evolve(_record(1, synthetic=False), plan={"epochs": 3}, versions={"torch": "1.0"})
    manifests[-1] = evolve(manifests[-1], training=other.as_document())
    card = model_card(_ensemble(manifests), manifests)
    assert "Cohort: made up (synthetic) and given by the user" in card
    for wanted in ("epochs 20", "Plan: epochs 3.", "torch 2.9", "Versions: torch 1.0."):
        assert card.count(wanted) == 1


def test_a_command_cannot_end_its_block() -> None:
    """Whatever a line holds, it is one line of code and can be written to a file."""
    manifests = _manifests()
    card = model_card(_ensemble(manifests), manifests, (), CardFacts("x", ("a\n```\n# b \udcff",)))
    assert "\na " + "'" * 3 + " # b ?\n```" in card
    assert card.encode()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "not an evaluation"),
        ({"score": 0.5}, "not an evaluation"),
        (_document(score=_figure(None)), "without a score"),
        (_document(predictions={"models": [{"recipe": "v3", "manifest_hash": "f" * 64}]}), "another model"),
        (
            _document(predictions={"models": [{"manifest_hash": one * 32} for one in ("ab", "cd")]}),
            "another model; found manifest cdcdcd",
        ),
        (_document(predictions={"models": [{"recipe": "tiny"}]}), "another model; found manifest of no name"),
        (_document(predictions={"models": []}), "names no model"),
        (_document(predictions=None), "names no model"),
    ],
)
def test_what_measured_something_else_is_refused(document: object, said: str) -> None:
    """A card never bears the score of another model, or of none."""
    with pytest.raises(InputError, match=said):
        MeasuredModel.of("e.json", document, _ensemble(_manifests()))


@pytest.mark.parametrize(
    "key", ["warnings", "members", "epoch_choice", "baselines", "series", "baseline_fit"]
)
@pytest.mark.parametrize("value", [None, 5, "text", [5], {"networks": [{"best": {"value": 0.5}}]}])
def test_an_odd_document_is_no_crash(key: str, value: object) -> None:
    """What else a file of this model says is shown where it can be; the score stands."""
    assert "| Score | 0.612" in _card({**_document(), key: value})


def test_an_untrained_store_has_a_card_too() -> None:
    """Without records and scores the card says that these are not known, and that the weights are random."""
    manifests = [tiny_manifest(RECIPE, slot) for slot in range(len(RECIPE.slots))]
    card = model_card(_ensemble(manifests), manifests)
    assert "Not known" in card
    assert "Not measured" in card
    assert "weights are random" in card


def test_the_same_values_give_the_same_text() -> None:
    """A card holds no clock: it changes when what it tells of does."""
    assert _card(_document()) == _card(_document())
