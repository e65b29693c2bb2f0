"""Members opened, kept, shared between threads and freed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.predict import Predictor
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.geometry import Plane
from neuronetra.domain.recipes import Pipeline
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.errors import ManifestError, MissingMemberError, StoreNotFoundError
from neuronetra.testing.fakes import (
    FakeReader,
    FakeRuntime,
    MemoryStore,
    fake_series,
    tiny_manifest,
    tiny_recipe,
)

PredictorOf = Callable[..., Predictor]
RECIPE = tiny_recipe(architectures=2, folds=2)


def reader(*, series: int = 1) -> FakeReader:
    """Series of different planes and lengths."""
    planes = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    return FakeReader.of(*(fake_series(f"1.{i}", 20 + i, plane=planes[i % 3]) for i in range(series)))


@pytest.mark.parametrize("workers", [1, 3])
def test_kept_members_are_opened_once(predictor_of: PredictorOf, workers: int) -> None:
    """Kept open, each network is opened once for all predictions and closed at the end."""
    runtime = FakeRuntime(workers=workers)
    predictor = predictor_of(reader(series=2), runtime, MemoryStore.filled(RECIPE))
    assert runtime.opened == []
    predictor.predict("scan")
    predictor.predict("scan")
    assert len(runtime.opened) == len(set(runtime.opened)) == 4
    assert (runtime.closed, runtime.once) == ([], [])
    predictor.close()
    assert sorted(runtime.closed) == sorted(runtime.opened)


def test_a_single_series_frees_each_member(predictor_of: PredictorOf) -> None:
    """Not kept, each network is opened for one call and closed before the next is opened."""
    runtime = FakeRuntime(workers=1)
    predictor = predictor_of(reader(), runtime, MemoryStore.filled(RECIPE), keep_open=False)
    predictor.predict("scan")
    assert len(runtime.opened) == 4
    assert runtime.closed == runtime.opened == runtime.once
    predictor.predict("scan")
    assert runtime.closed == runtime.opened
    assert len(runtime.opened) == 8


def test_several_series_share_what_was_opened(predictor_of: PredictorOf) -> None:
    """Where more is to come, networks stay open until the end even when they are not to be kept."""
    runtime = FakeRuntime()
    predictor = predictor_of(reader(series=3), runtime, MemoryStore.filled(RECIPE), keep_open=False)
    predictor.predict("scan")
    assert len(runtime.opened) == 4
    predictor.close()
    assert sorted(runtime.closed) == sorted(runtime.opened)


def test_keeping_changes_no_score(predictor_of: PredictorOf) -> None:
    """Kept open or not, on one worker or several, the scores are the same to the bit."""
    scores = []
    for keep_open in (True, False):
        for workers in (1, 2, 5):
            predictor = predictor_of(reader(), FakeRuntime(workers=workers), keep_open=keep_open)
            scores.append(predictor.predict("scan")[0].scores)
    assert all(one == scores[0] for one in scores)


def test_members_are_freed_where_one_fails(predictor_of: PredictorOf) -> None:
    """A network that fails is closed as well."""
    runtime = FakeRuntime(failure=RuntimeError("no"), workers=1)
    predictor = predictor_of(reader(), runtime, MemoryStore.filled(RECIPE), keep_open=False)
    assert next(predictor.predict_each("scan")).error == "1.0: unexpected RuntimeError"
    predictor.close()
    assert runtime.closed == runtime.opened


@pytest.mark.parametrize("keep_open", [True, False])
def test_eight_threads_share_a_predictor(predictor_of: PredictorOf, keep_open: bool) -> None:
    """Each thread gets what it would have got alone, and no network is opened twice at once when kept."""
    runtime, source = FakeRuntime(workers=3), reader(series=3)
    predictor = predictor_of(source, runtime, MemoryStore.filled(RECIPE), keep_open)
    expected = [one.scores for one in predictor.predict("scan")]
    assert expected[0] != expected[1]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [one.scores for one in predictor.predict("scan")], range(16)))
    assert all(scores == expected for scores in found)
    assert len(runtime.opened) == 4
    predictor.close()
    assert sorted(runtime.closed) == sorted(runtime.opened)


def test_threads_open_cold_members_once(predictor_of: PredictorOf) -> None:
    """Eight threads that come first all at once wait for one opening of each network."""
    runtime = FakeRuntime(workers=8)
    predictor = predictor_of(reader(), runtime, MemoryStore.filled(RECIPE))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: predictor.predict("scan")[0].scores, range(8)))
    assert all(scores == found[0] for scores in found)
    assert len(runtime.opened) == 4


def test_warming_opens_every_member() -> None:
    """After warming, no first prediction waits for an opening."""
    runtime = FakeRuntime()
    with OpenEnsemble(MemoryStore.filled(RECIPE), runtime) as members:
        members.warm()
        assert len(runtime.opened) == 4
    assert len(runtime.closed) == 4


def test_manifests_are_checked_before_anything_is_opened() -> None:
    """No ensemble, a member without this kind of weights, or of other preprocessing: refused at once."""
    runtime = FakeRuntime()
    with pytest.raises(StoreNotFoundError):
        OpenEnsemble(MemoryStore(), runtime)
    with pytest.raises(MissingMemberError, match="safetensors"):
        OpenEnsemble(MemoryStore.filled(RECIPE), FakeRuntime("safetensors"))
    manifest = tiny_manifest(RECIPE, 1)
    other = evolve(manifest, pipeline=Pipeline(SegmentSampler(9), manifest.pipeline.preprocessing))
    with pytest.raises(ManifestError, match="sampler is not the recipe's"):
        OpenEnsemble(
            MemoryStore.filled(RECIPE, [other, *(tiny_manifest(RECIPE, slot) for slot in (0, 2, 3))]), runtime
        )
    assert runtime.opened == []


def test_identity_names_members_and_training() -> None:
    """One untrained member makes the ensemble untrained."""
    trained = [tiny_manifest(RECIPE, slot, 1, 0.5) for slot in range(4)]
    for manifests, untrained in ((trained, False), ([*trained[:3], tiny_manifest(RECIPE, 3)], True)):
        with OpenEnsemble(MemoryStore.filled(RECIPE, manifests), FakeRuntime()) as members:
            assert members.identity.untrained is untrained
            assert members.identity.recipe == "tiny"
            parsed = [CheckpointName.parse(name) for name in members.identity.members]
            assert parsed == [manifest.name for manifest in manifests]
