"""The road of a prediction, from a scan to 14 probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.app.predict import Predictor
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.views import MIRRORED, ORIGINAL, UNSWAPPED_FLIP
from neuronetra.errors import InputError, UsageError
from neuronetra.testing.fakes import (
    FakePreprocessor,
    FakeReader,
    FakeRuntime,
    MemoryStore,
    fake_probabilities,
    fake_series,
    tiny_manifest,
    tiny_recipe,
)

PredictorOf = Callable[..., Predictor]
SWAPPED = [1, 0, 3, 2, 5, 4, 6, 8, 7, 10, 9, 11, 12, 13]
SAMPLED = (2, 4, 6, 8, 10, 12, 14, 16)
"""The 8 of 20 slices."""
V3_LIKE = tiny_recipe(architectures=3, folds=3)


def encodings(reader: FakeReader, recipe: Recipe, plane: Plane, modality: Modality = Modality.CTA) -> Any:
    """(straight, mirrored) images (3, H, W) of the only series, by hand."""
    series = reader.series[0]
    frames = reader.load(series, SAMPLED)
    prepared = FakePreprocessor().apply(frames, recipe.pipeline.preprocessing, modality)
    straight = ChannelEncoder().encode(prepared).image
    turned = prepared.pixels[::-1] if plane is Plane.SAGITTAL else prepared.pixels[:, :, ::-1]
    return straight, ChannelEncoder().encode(prepared.with_pixels(turned)).image


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_eighteen_predictions_are_averaged(predictor_of: PredictorOf, plane: Plane) -> None:
    """Nine members see two views each; mirrored scores swap their sides back; all are averaged."""
    reader = FakeReader.of(fake_series("1.2", 20, plane=plane))
    store = MemoryStore.filled(V3_LIKE)
    (prediction,) = predictor_of(reader, store=store).predict("scan")
    straight, turned = encodings(reader, V3_LIKE, plane)
    eighteen = []
    for name in store.names():
        eighteen.append(fake_probabilities(name, straight[np.newaxis])[0])
        eighteen.append(fake_probabilities(name, turned[np.newaxis])[0][SWAPPED])
    assert len(eighteen) == 18
    assert prediction.scores is not None
    expected = np.mean(np.array(eighteen, np.float64), axis=0)
    np.testing.assert_allclose(prediction.scores.values, expected, rtol=0, atol=1e-12)


def test_a_mirrored_head_has_its_sides_exchanged(predictor_of: PredictorOf) -> None:
    """With both views, the mirrored volume scores as the head with left and right labels exchanged."""
    series = fake_series("1.2", 20)
    reader = FakeReader.of(series)
    mirror = FakeReader((series,), {"1.2": reader.volumes["1.2"][:, :, ::-1].copy()})
    recipe = tiny_recipe(size=(10, 12))
    straight, turned = (
        predictor_of(one, store=MemoryStore.filled(recipe)).predict("scan")[0].scores
        for one in (reader, mirror)
    )
    np.testing.assert_allclose(turned.values, straight.values[SWAPPED], rtol=0, atol=1e-12)
    assert np.abs(turned.values - straight.values).max() > 1e-4


def test_the_unswapped_flip_keeps_labels(predictor_of: PredictorOf) -> None:
    """The founding flip gives other scores than the mirrored view, on sides alone."""
    reader = FakeReader.of(fake_series("1.2", 20))
    values = []
    for view in (MIRRORED, UNSWAPPED_FLIP):
        store = MemoryStore.filled(tiny_recipe(views=(view,)))
        values.append(predictor_of(reader, store=store).predict("scan")[0].scores.values)
    assert np.array_equal(values[0], values[1][SWAPPED])
    assert not np.array_equal(values[0], values[1])


def test_what_a_prediction_says(predictor_of: PredictorOf) -> None:
    """Series, modality, model, the slices looked at and versions are those in use."""
    reader = FakeReader.of(fake_series("1.2", 20, modality=Modality.MRA))
    store = MemoryStore.filled(tiny_recipe())
    (prediction,) = predictor_of(reader, store=store, versions={"numpy": "2"}).predict("scan")
    assert (prediction.series_uid, prediction.modality, prediction.error) == ("1.2", Modality.MRA, None)
    assert tuple(prediction.probabilities or ()) == LABELS
    assert prediction.model.manifest_hash == store.ensemble().digest
    assert prediction.model.members == tuple(map(str, store.names()))
    assert prediction.report.slices_used == SAMPLED
    assert prediction.versions == {"numpy": "2"}
    assert "untrained" in prediction.notice


def test_only_sampled_slices_are_read_and_prepared_once(predictor_of: PredictorOf) -> None:
    """Members of one pipeline share the work: 8 slices are read once, prepared once, scored by all."""
    reader, preprocessor, runtime = FakeReader.of(fake_series("1.2", 20)), FakePreprocessor(), FakeRuntime()
    predictor_of(reader, runtime, preprocessor=preprocessor).predict("scan")
    assert reader.loaded == [("1.2", SAMPLED)]
    assert preprocessor.applied == [Modality.CTA]
    assert {name for name, _ in runtime.batches} == set(runtime.opened)
    assert sum(len(batch) for _, batch in runtime.batches) == 12


def test_series_come_sorted_and_apart(predictor_of: PredictorOf) -> None:
    """Each series is scored by itself: alone or among others, it gets the same."""
    first, second = fake_series("1.1", 20), fake_series("1.2", 9, plane=Plane.CORONAL)
    reader = FakeReader.of(second, first)
    both = predictor_of(reader).predict("scan")
    assert [one.series_uid for one in both] == ["1.1", "1.2"]
    (alone,) = predictor_of(FakeReader((second,), reader.volumes)).predict("scan")
    assert alone.scores == both[1].scores
    assert both[0].scores != both[1].scores


def test_one_at_a_time_with_progress(predictor_of: PredictorOf) -> None:
    """Predictions come as they are done, and progress counts them."""
    reader = FakeReader.of(fake_series("1.1", 20), fake_series("1.2", 20))
    seen: list[tuple[int, int]] = []
    predictor = predictor_of(reader)
    each = predictor.predict_each("scan", lambda *step: seen.append(step))
    assert next(each).series_uid == "1.1"
    assert [uid for uid, _ in reader.loaded] == ["1.1"]
    assert [one.series_uid for one in each] == ["1.2"]
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert [one.scores for one in predictor.predict("scan")] == [
        one.scores for one in predictor.predict_each("scan")
    ]


def test_the_caller_names_the_modality(predictor_of: PredictorOf) -> None:
    """A modality named by the caller is what the series is prepared and scored as."""
    reader, preprocessor, runtime = FakeReader.of(fake_series("1.2", 20)), FakePreprocessor(), FakeRuntime()
    settings = {"preprocessor": preprocessor, "modality": Modality.T2}
    (prediction,) = predictor_of(reader, runtime, **settings).predict("scan")
    assert prediction.modality is Modality.T2
    assert prediction.as_document()["report"]["modality_source"] == "named by the caller"
    assert preprocessor.applied == [Modality.T2]
    assert {int(code) for _, batch in runtime.batches for code in batch.modality} == {Modality.T2.code}


def trained_on(*modalities: Modality) -> MemoryStore:
    """A store whose two members know ``modalities[0]`` and all of ``modalities``."""
    recipe = tiny_recipe(architectures=2, folds=1)
    manifests = []
    for slot, seen in enumerate((modalities[:1], modalities)):
        manifest = tiny_manifest(recipe, slot, 1, 0.5)
        spec = ModelSpec(manifest.spec.architecture, manifest.spec.input_size, seen)
        manifests.append(evolve(manifest, spec=spec))
    return MemoryStore.filled(recipe, manifests)


def test_members_fall_back_each_for_itself(predictor_of: PredictorOf) -> None:
    """A member that never saw T2 gets the series prepared as MR, another as T2; the report warns once."""
    reader = FakeReader.of(fake_series("1.2", 20, modality=Modality.T2))
    preprocessor, runtime = FakePreprocessor(), FakeRuntime()
    store = trained_on(Modality.MR, Modality.T2)
    (prediction,) = predictor_of(reader, runtime, store, preprocessor=preprocessor).predict("scan")
    assert prediction.modality is Modality.T2
    assert set(preprocessor.applied) == {Modality.MR, Modality.T2}
    assert prediction.report.warnings == ("modality T2 was not trained on: prepared as MR",)
    codes = {name[:6]: int(batch.modality[0]) for name, batch in runtime.batches}
    assert codes == {"tiny_a": Modality.MR.code, "tiny_b": Modality.T2.code}
    assert "untrained" not in prediction.notice


def test_an_implausible_head_is_warned_of_and_predicted(predictor_of: PredictorOf) -> None:
    """Noise gets probabilities all the same, and a warning; with hidden names the verdict is the same."""
    reader = FakeReader.of(fake_series("1.2", 20, (64, 64)))
    documents = [
        predictor_of(reader, hide_names=hidden).predict("scan")[0].as_document() for hidden in (False, True)
    ]
    for document in documents:
        assert document["probabilities"] is not None
        assert document["report"]["plausibility"]["verdict"] == "doubtful"
        assert any("plausibility" in warning for warning in document["report"]["warnings"])
    assert documents[0]["report"]["plausibility"] == documents[1]["report"]["plausibility"]


def test_unread_slices_have_no_plausibility(predictor_of: PredictorOf) -> None:
    """A series of which no slice can be read is not judged."""
    reader = FakeReader.of(fake_series("1.1", 20), fake_series("1.2", 20))
    reader.failures = {"1.2": InputError("all truncated")}
    good, bad = predictor_of(reader).predict("scan")
    assert good.report.as_document()["plausibility"]["verdict"] == "unknown"
    assert bad.report.as_document()["plausibility"] is None


def test_unknown_laterality_is_warned_of(predictor_of: PredictorOf) -> None:
    """Where the orientation is unknown a prediction is given, with a warning about left and right."""
    reader = FakeReader.of(fake_series("1.2", 20, plane=Plane.UNKNOWN))
    (prediction,) = predictor_of(reader).predict("scan")
    assert prediction.scores is not None
    assert any("left and right" in warning for warning in prediction.report.warnings)


@pytest.mark.parametrize("policy", list(EnsemblePolicy))
def test_members_weights_and_references_reach_the_policy(
    predictor_of: PredictorOf, policy: EnsemblePolicy
) -> None:
    """Each policy gets the members' mean scores with their weights and out-of-fold scores."""
    recipe = tiny_recipe(architectures=2, folds=1, views=(ORIGINAL,), policy=policy)
    seen = np.random.default_rng(0).random((50, 14))
    manifests = [
        evolve(tiny_manifest(recipe, slot, 1, score), out_of_fold=seen[slot * 25 :][:25])
        for slot, score in enumerate((0.9, 0.3))
    ]
    reader = FakeReader.of(fake_series("1.2", 20))
    (prediction,) = predictor_of(reader, store=MemoryStore.filled(recipe, manifests)).predict("scan")
    image = encodings(reader, recipe, Plane.AXIAL)[0][np.newaxis]
    rows = np.array([fake_probabilities(m.name, image)[0] for m in manifests], np.float64)
    logits = np.log(rows / (1 - rows)).mean(0)
    ranks = [(seen[:25] < rows[0]).mean(0), (seen[25:] < rows[1]).mean(0)]
    expected = {
        EnsemblePolicy.MEAN: rows.mean(0),
        EnsemblePolicy.WEIGHTED_MEAN: (0.9 * rows[0] + 0.3 * rows[1]) / 1.2,
        EnsemblePolicy.LOGIT_MEAN: 1 / (1 + np.exp(-logits)),
        EnsemblePolicy.RANK_MEAN: np.mean(ranks, 0),
    }[policy]
    assert prediction.scores is not None
    np.testing.assert_allclose(prediction.scores.values, expected, rtol=0, atol=1e-9)


def test_temperatures_are_applied_to_the_ensemble(predictor_of: PredictorOf) -> None:
    """A temperature of 2 halves the logits of the combined scores, label by label."""
    reader, store = FakeReader.of(fake_series("1.2", 20)), MemoryStore.filled(tiny_recipe())
    (plain,) = predictor_of(reader, store=store).predict("scan")
    store.save_ensemble(evolve(store.ensemble(), temperatures=(2.0, *(1.0,) * 13)))
    (cooled,) = predictor_of(reader, store=store).predict("scan")
    assert plain.scores is not None
    assert cooled.scores is not None
    before, after = plain.scores.values, cooled.scores.values
    logits = np.log(before / (1 - before)) / ([2.0] + [1.0] * 13)
    np.testing.assert_allclose(after, 1 / (1 + np.exp(-logits)), rtol=0, atol=1e-9)
    assert plain.model.manifest_hash != cooled.model.manifest_hash


def test_a_closed_predictor_says_so(predictor_of: PredictorOf) -> None:
    """After its end a predictor is of no use, which is the caller's mistake, not the series'."""
    predictor = predictor_of(FakeReader.of(fake_series("1.2", 20)))
    predictor.close()
    predictor.close()
    with pytest.raises(UsageError, match="closed"):
        predictor.predict("scan")
