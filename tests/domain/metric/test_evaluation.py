"""An evaluation: stable keys, honest baselines, paired differences."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neuronetra.domain.baselines import Covariates, Kind, PrevalenceBaseline, cross_fitted
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.bootstrap import Resampling, resampled
from neuronetra.domain.metric.evaluation import evaluate
from neuronetra.domain.metric.score import FoldAreas, score, score_of
from neuronetra.domain.metric.sources import Evaluated, Source
from neuronetra.domain.modality import Modality

FIGURES = (
    "score",
    "present_auc",
    "mean_location_auc",
    "laterality_accuracy",
    "calibration_error",
    "difference_to_baseline",
)


def made(count=600, seed=0):
    """(labels, modality codes, ages, sexes, patients) with prevalence tied to the modality."""
    generator = np.random.default_rng(seed)
    modality = generator.choice([Modality.CTA.code, Modality.T2.code], count)
    present = generator.random(count) < np.where(modality == Modality.CTA.code, 0.6, 0.2)
    labels = np.zeros((count, 14), bool)
    labels[np.arange(count), generator.integers(0, 13, count)] = present
    labels[:, 13] = present
    ages, sexes = generator.uniform(20, 90, count), generator.choice(["Female", "Male", ""], count)
    return labels, modality, ages, sexes, generator.integers(0, count // 2, count)


def test_keys_and_figures() -> None:
    """Every key is there, each figure is value, low, high, n, and all of it is plain JSON."""
    labels, modality, ages, sexes, patients = made()
    given = np.clip(labels * 0.3 + np.random.default_rng(1).random(labels.shape) * 0.7, 0, 1)
    document = evaluate(labels, given, patients, modality, ages, sexes, bootstraps=50).as_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for name in FIGURES:
        assert set(document[name]) == {"value", "low", "high", "n"}
        assert document[name]["low"] <= document[name]["value"] <= document[name]["high"]
    assert set(document["per_location"]) == set(LABELS[:13])
    assert set(document["per_modality"]) == set(document["per_modality_present"]) == {"CTA", "T2"}
    assert set(document["baselines"]) == {"modality", "modality_age_sex"}
    assert document["baseline_fit"] == "in-sample"
    assert set(document["baselines_cross_fitted"]) == set(document["baselines"])
    assert document["positives_by_label"]["Aneurysm Present"] == document["positives"]
    assert document["score"]["value"] == pytest.approx(score(labels, given), abs=1e-12)
    assert document["series"] == document["score"]["n"] == len(labels)
    assert document["patients"] == len(np.unique(patients))
    counts = [document["per_modality"][name]["n"] for name in ("CTA", "T2")]
    assert counts == [int((modality == m.code).sum()) for m in (Modality.CTA, Modality.T2)]
    assert document["difference_to_baseline"]["value"] == pytest.approx(
        document["score"]["value"] - document["baselines"]["modality"]["value"], abs=1e-12
    )
    assert sum(row["n"] for row in document["reliability"]) == len(labels)
    assert set(document["roc"]) == set(LABELS)


def test_the_baseline_itself_differs_by_nothing() -> None:
    """Predictions that are the prevalence by modality have a difference of exactly 0, in every resample."""
    labels, modality, ages, sexes, patients = made()
    known = Covariates.of(modality, ages, sexes)
    given = PrevalenceBaseline.fit(Kind.MODALITY, labels, known).predict(known)
    found = evaluate(labels, given, patients, modality, ages, sexes, bootstraps=50)
    assert (found.difference.value, found.difference.low, found.difference.high) == (0.0, 0.0, 0.0)


def test_baselines_alone_are_cross_fitted() -> None:
    """Without predictions the model's figures are empty, and modality is worth something but age and sex nothing."""
    labels, modality, ages, sexes, patients = made(3000)
    document = evaluate(labels, None, patients, modality, ages, sexes, bootstraps=50).as_document()
    assert document["baseline_fit"] == "cross-fitted"
    empty = {"value": None, "low": None, "high": None, "n": 0}
    assert all(document[name] == empty for name in FIGURES)
    assert document["per_location"] == document["per_modality"] == document["roc"] == {}
    by_modality = document["baselines_detail"]["modality"]
    assert by_modality["present_auc"]["value"] > 0.65
    assert by_modality["per_modality_present"]["CTA"]["value"] == pytest.approx(0.5, abs=1e-12)
    more = document["baselines"]["modality_age_sex"]["value"]
    assert document["baselines_cross_fitted"] == document["baselines"]
    assert more < document["baselines"]["modality"]["value"] + 0.02


def test_random_labels_give_random_baselines() -> None:
    """Where labels are tied to nothing the cross-fitted baselines' intervals hold one half, the mean near it."""
    seen = []
    for seed in range(12):
        labels, modality, ages, sexes, patients = made(400, seed)
        shuffled = np.random.default_rng(seed).permutation(modality)
        document = evaluate(labels, None, patients, shuffled, ages, sexes, bootstraps=60).as_document()
        seen.append(document["baselines_detail"]["modality"]["present_auc"]["value"])
    assert abs(np.mean(seen) - 0.5) < 0.02


def test_in_sample_baselines_stand_beside_cross_fitted_ones() -> None:
    """With predictions the flattered baselines stand beside those that did not see what they are measured on."""
    labels, modality, ages, sexes, patients = made(300)
    given = np.random.default_rng(0).random(labels.shape)
    document = evaluate(labels, given, patients, modality, ages, sexes, bootstraps=5).as_document()
    alone = evaluate(labels, None, patients, modality, ages, sexes, bootstraps=5).as_document()
    assert document["baselines_cross_fitted"] == alone["baselines"]
    flattered, honest = document["baselines"], document["baselines_cross_fitted"]
    assert flattered["modality_age_sex"]["value"] > honest["modality_age_sex"]["value"] + 0.05


def test_cross_fitted_baselines_are_resampled_within_their_folds() -> None:
    """The intervals of cross-fitted baselines are those of patients drawn within each fold."""
    labels, modality, ages, sexes, patients = made(200)
    series = Evaluated.of(labels, patients, Covariates.of(modality, ages, sexes))
    crossed = series.cross_fitted(5, 3)[Kind.MODALITY]
    areas = FoldAreas.of(labels, crossed.probabilities, crossed.fold)
    values = resampled({"it": areas}, series.patients, Resampling(40, 3), crossed.fold)["it"]
    found = evaluate(labels, None, patients, modality, ages, sexes, bootstraps=40, seed=3)
    figure = found.baselines[Kind.MODALITY].named("score")
    low, high = np.percentile(score_of(values)[1:], (2.5, 97.5))
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=1e-12)


def test_progress_goes_once_to_the_end() -> None:
    """With predictions patients are drawn for two kinds of figures, yet progress rises to one end."""
    labels, modality, _, _, patients = made(60)
    for given, total in ((None, 70), (labels * 0.5, 140)):
        told: list[tuple[int, int]] = []
        evaluate(
            labels, given, patients, modality, bootstraps=70, progress=lambda *at, told=told: told.append(at)
        )
        assert told == sorted(told)
        assert told[-1] == (total, total)


def test_unknown_laterality_is_counted() -> None:
    """Series of unknown laterality are left out of laterality alone, and counted."""
    labels, modality, _, _, patients = made(100)
    told = np.arange(100) % 4 != 0
    found = evaluate(labels, labels * 0.9, patients, modality, laterality_known=told, bootstraps=5)
    assert found.laterality_unknown == 25
    assert found.as_document()["score"]["n"] == 100
    assert found.as_document()["laterality_accuracy"]["value"] == 1.0


def test_training_baselines() -> None:
    """Baselines of the model's own training series are used as they are, and called so."""
    labels, modality, ages, sexes, patients = made()
    known = Covariates.of(modality, ages, sexes)
    turned = {kind: PrevalenceBaseline.fit(kind, ~labels, known) for kind in Kind}
    found = evaluate(labels, labels * 0.5, patients, modality, ages, sexes, training=turned, bootstraps=5)
    assert found.baseline_fit == "training"
    assert found.as_document()["baselines"]["modality"]["value"] < 0.5


def test_few_and_none_are_said() -> None:
    """One class of presence, few positives and a single patient are said in words."""
    labels, modality, _, _, patients = made(60)
    labels[:, 13] = True
    found = evaluate(labels, labels * 0.5, patients, modality, bootstraps=5)
    assert found.as_document()["score"]["value"] is None
    assert any("no score" in text for text in found.warnings)
    assert any("fewer than 10" in text for text in found.warnings)
    alone = evaluate(labels, None, np.zeros(60), modality, bootstraps=5)
    assert alone.as_document()["baselines"]["modality"]["value"] is None
    assert any("one patient" in text for text in alone.warnings)


def test_order_of_series_plays_no_part() -> None:
    """Rows in another order, patients numbered as before, give the same figures."""
    labels, modality, ages, sexes, patients = made(200)
    given = np.random.default_rng(5).random(labels.shape)
    order = np.random.default_rng(6).permutation(200)
    one = evaluate(labels, given, patients, modality, ages, sexes, bootstraps=30)
    other = evaluate(
        labels[order],
        given[order],
        patients[order],
        modality[order],
        ages[order],
        sexes[order],
        bootstraps=30,
    )
    for name in FIGURES:
        first, second = one.as_document()[name], other.as_document()[name]
        assert [first[k] for k in first] == pytest.approx([second[k] for k in second], abs=1e-12)


def test_cross_fitted_figures_count_the_folds_that_tell() -> None:
    """A label with one positive has both classes in one fold alone: its n is that fold's, not all series."""
    labels, modality, _, _, patients = made(100)
    labels[:, 0] = np.arange(100) == 7
    labels[:, 1] = False
    labels[:, 13] = labels.any(axis=1)
    series = Evaluated.of(labels, patients, Covariates.of(modality))
    fold = series.cross_fitted(5, 0)[Kind.MODALITY].fold
    detail = evaluate(labels, None, patients, modality, bootstraps=0).as_document()["baselines_detail"]
    found = detail["modality"]["per_location"]
    assert fold is not None
    assert found[LABELS[0]]["n"] == int((fold == fold[7]).sum())
    assert (found[LABELS[1]]["value"], found[LABELS[1]]["n"]) == (None, 0)
    assert detail["modality"]["score"]["n"] == 100


def test_like_is_held_against_like_where_folds_differ() -> None:
    """A model that is the baseline with another offset in each fold leads it by exactly 0, though ranks across folds cost it."""
    labels, modality, ages, sexes, patients = made()
    known = Covariates.of(modality, ages, sexes)
    fold = np.unique(patients, return_inverse=True)[1] % 3
    constants = cross_fitted(Kind.MODALITY, labels, known, fold)
    shifted = np.clip(constants * 0.2 + 0.3 * fold[:, np.newaxis], 0, 1)
    training = {Kind.MODALITY: Source(constants, fold)}
    found = evaluate(labels, shifted, patients, modality, bootstraps=30, training=training)
    baseline = found.baselines[Kind.MODALITY].named("score")
    assert found.within.value == pytest.approx(baseline.value, abs=1e-12)
    assert abs(found.model.named("score").value - baseline.value) > 1e-3
    assert (found.difference.low, found.difference.high) == pytest.approx((0.0, 0.0), abs=1e-12)
    one = {Kind.MODALITY: Source(constants, np.zeros_like(fold))}
    whole = evaluate(labels, shifted, patients, modality, bootstraps=0, training=one)
    assert whole.within.value is None
