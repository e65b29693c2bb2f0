"""What training sees of a series: the pixels of prediction, read once, with a draw for each epoch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.training.machine import free_memory, usual_workers
from neuronetra.adapters.training.series_images import SeriesImages, Shelf
from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.predict import Predictor
from neuronetra.app.preparing import SeriesPreparer
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS, MIRROR
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import Kept
from neuronetra.domain.training_plan import NO_AUGMENTATION, Augmentation, TrainingPlan
from neuronetra.domain.training_run import TrainingJob
from neuronetra.domain.views import ORIGINAL
from neuronetra.errors import FrameStoreError
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.fakes import FakeRuntime
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.recipes import tiny_recipe
from neuronetra.testing.series_builder import truncate

RECIPE = tiny_recipe(architectures=1, folds=1, views=(ORIGINAL,), size=(24, 20))
PLAIN = TrainingPlan(augmentation=NO_AUGMENTATION)
NONE = (False,) * len(LABELS)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Series of three planes and four modalities by uid; of one, a slice cannot be read."""
    root = small_cohort(
        tmp_path_factory.mktemp("cohort"), 12, 13, planes=(Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    )
    places = {path.name: path for path in sorted((root / "series").iterdir())}
    truncate(sorted(next(iter(places.values())).iterdir())[5], 0.7)
    return places


@pytest.fixture(scope="module", params=[Kept.ALL, Kept.SAMPLED], ids=lambda kept: kept.value)
def frames(request: pytest.FixtureRequest, scans: dict[str, Path]) -> MemoryFrameStore:
    """Those scans, prepared."""
    store = MemoryFrameStore()
    tools = PydicomReader(), OpenCVPreprocessor(1), store, RECIPE.pipeline, request.param, lambda _: 1
    preparer = SeriesPreparer(*tools)
    for uid, place in scans.items():
        preparer.prepare(LabelledSeries(uid, str(place), "ab" * 32, Modality.CTA, NONE))
    return store


def _job(uids: Any, plan: TrainingPlan = PLAIN, **changes: Any) -> TrainingJob:
    labels = {uid: tuple(bool((n + k) % 3) for k in range(14)) for n, uid in enumerate(uids)}
    spec = ModelSpec(RECIPE.architectures[0], RECIPE.pipeline.preprocessing.size)
    job = TrainingJob(spec, RECIPE.pipeline, plan, 0, 7, tuple(uids)[:-3], tuple(uids)[-3:], labels)
    return evolve(job, **changes)


def test_training_sees_what_prediction_sees(scans: dict[str, Path], frames: MemoryFrameStore) -> None:
    """From the same DICOM, bit for bit, past a damaged slice too, in validation and plain training."""
    runtime = FakeRuntime()
    job = _job(frames.uids())
    images = SeriesImages(job, frames)
    with Predictor(
        PydicomReader(), OpenCVPreprocessor(1), OpenEnsemble(MemoryStore.filled(RECIPE), runtime)
    ) as predictor:
        for number, uid in enumerate((*job.training, *job.validation)):
            predictor.predict(str(scans[uid]))
            expected = runtime.batches[-1][1].images[0]
            left = number - len(job.training)
            image, labels = images.training(1, number) if left < 0 else images.validation(left)
            assert np.array_equal(image, expected)
            assert labels.tolist() == list(job.labels[uid])
    assert len(runtime.batches) == len(scans)


def test_a_series_is_read_once(frames: MemoryFrameStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits into memory is not decoded again; what does not is, and looks the same."""
    job, reads = _job(frames.uids()), []
    whole = MemoryFrameStore.read
    monkeypatch.setattr(
        MemoryFrameStore, "read", lambda self, uid, indices: (reads.append(uid), whole(self, uid, indices))[1]
    )
    small = SeriesImages(job, frames, memory=2 * 8 * 24 * 20)
    seen = [[small.training(1, index)[0] for index in (0, 1, 2)] for _ in range(3)]
    assert reads == [job.training[0], job.training[1], *[job.training[2]] * 3]
    assert all(
        np.array_equal(one, other) for again in seen for one, other in zip(again, seen[0], strict=True)
    )


def test_a_draw_belongs_to_series_and_epoch(frames: MemoryFrameStore) -> None:
    """A series of an epoch is the same whatever came before; another epoch, seed or fold draws anew."""
    job = _job(frames.uids(), TrainingPlan())
    images = SeriesImages(job, frames)
    first = images.training(1, 4)
    images.training(2, 0)
    assert np.array_equal(images.training(1, 4)[0], first[0])
    others = [images.training(2, 4), images.training(1, 5)]
    others += [SeriesImages(evolve(job, **{key: 8}), frames).training(1, 4) for key in ("seed", "fold")]
    assert all(not np.array_equal(first[0], other[0]) for other in others)


def test_labels_go_with_the_mirror(frames: MemoryFrameStore) -> None:
    """Under a mirror alone each series is its mirror image with swapped labels, sagittal ones too."""
    always = evolve(NO_AUGMENTATION, mirror=1.0)
    uids = frames.uids()
    plain = SeriesImages(_job(uids), frames)
    turned = SeriesImages(_job(uids, TrainingPlan(augmentation=always)), frames)
    for index, uid in enumerate(_job(uids).training):
        (image, labels), (mirror, swapped) = plain.training(1, index), turned.training(1, index)
        assert np.array_equal(swapped, labels[list(MIRROR)])
        if frames.series(uid).plane is not Plane.SAGITTAL:
            assert np.array_equal(mirror, image[:, :, ::-1])
        else:  # the slices in reverse order: their maximum is the same, the middle one another
            assert np.array_equal(mirror[1], image[1])
            assert not np.array_equal(mirror[0], image[0])


def test_validation_is_never_augmented(frames: MemoryFrameStore) -> None:
    """Whatever the plan says."""
    uids = frames.uids()
    wild = TrainingPlan(augmentation=Augmentation(holes=100))
    one, other = (SeriesImages(_job(uids, plan), frames) for plan in (PLAIN, wild))
    assert np.array_equal(one.validation(1)[0], other.validation(1)[0])


def test_frames_of_another_size_are_refused(frames: MemoryFrameStore) -> None:
    """Prepared by another recipe: one line that names the series and both sizes."""
    job = _job(frames.uids())
    images = SeriesImages(evolve(job, spec=evolve(job.spec, input_size=(32, 32))), frames)
    expected = re.escape(job.training[0]) + ".*found 24 x 20 pixels; expected 32 x 32; fix: prepare"
    with pytest.raises(FrameStoreError, match=expected):
        images.training(1, 0)


def test_a_series_that_is_not_there(frames: MemoryFrameStore) -> None:
    """Is the store's own error."""
    with pytest.raises(FrameStoreError, match="no such series"):
        SeriesImages(_job(("1.9", *frames.uids())), frames).training(1, 0)


@pytest.mark.parametrize("plane", list(Plane))
def test_shelves_give_what_was_put(plane: Plane) -> None:
    """Pixels, positions and plane; nothing before it was put, and nothing past their end."""
    frames = Frames(np.arange(24, dtype=np.uint8).reshape(2, 3, 4), (5, 300), plane)
    shelf = Shelf(3, (2, 3, 4))
    shelf.put(1, frames)
    shelf.put(7, frames)
    assert [shelf.take(number) for number in (0, 1, 2, 7)] == [None, frames, None, None]


def test_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the memory that system and container have left, and a core less than there are, shared."""
    meminfo, place = tmp_path / "meminfo", str(tmp_path)
    meminfo.write_text("MemTotal: 99 kB\nMemAvailable:    8000 kB\n")
    assert free_memory(str(meminfo), place) == 4000 * 1024
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    assert free_memory(str(meminfo), place) == 1_000_000
    assert free_memory(str(tmp_path / "none"), place) == 0
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert usual_workers(place) == 0
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert free_memory(str(meminfo), place) == 250_000
