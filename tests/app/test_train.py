"""The use case: an epoch is kept once, whatever happens between; a run goes on only as it was begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import define, evolve, field

from neuronetra.app.finish_training import export_and_choose
from neuronetra.app.make_members import MemberMaker
from neuronetra.app.train import CURVES, Slot, Training
from neuronetra.app.train_cohort import TrainableCohort
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.metric.score import score
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.training_setup import Given, TrainingSetup
from neuronetra.errors import (
    CohortError,
    FrameStoreError,
    ManifestError,
    OutputError,
    StoreError,
    TrainingError,
)
from neuronetra.testing.fake_trainer import FakeTrainer, guesses
from neuronetra.testing.fakes import FakeExporter, FakeRuntime, MemoryStore, tiny_manifest, tiny_recipe
from neuronetra.testing.memory_frames import MemoryFrameStore

EPOCHS = 3
BASE = tiny_recipe(architectures=2, folds=2)
RECIPE = evolve(BASE, training=evolve(BASE.training, epochs=EPOCHS))
KEPT = len(RECIPE.slots) * EPOCHS


def series(number: int) -> LabelledSeries:
    labels = [number % 2 == 0 and place == (number // 2) % 13 for place in range(13)]
    patient = f"{number:016x}" + "0" * 48
    return LabelledSeries(f"1.{number:02d}", "", patient, Modality.CTA, (*labels, number % 2 == 0))


COHORT = LabelledSet(tuple(map(series, range(52))), "d" * 64)


def frames_of(cohort: LabelledSet, slices: tuple[int, ...] = tuple(range(8))) -> MemoryFrameStore:
    store, plane = MemoryFrameStore(), Plane.AXIAL
    stored = tuple(StoredFrame(index, None, f"2.{index}") for index in slices)
    for one in cohort.series:
        prepared = PreparedSeries(one.uid, Modality.MR, plane, max(slices) + 1, stored)
        pixels = np.zeros((len(slices), *RECIPE.pipeline.preprocessing.size), np.uint8)
        store.write(prepared, Frames(pixels, slices, plane))
    return store


@define
class MemoryRun:
    """A ``RunPlace`` that forgets; ``full`` is a disk that takes no more of the log."""

    folder: str
    document: Mapping[str, Any] | None = None
    lines: list[Mapping[str, Any]] = field(factory=list)
    texts: dict[str, str] = field(factory=dict)
    is_open: bool = False
    full: bool = False

    @contextmanager
    def opened(self) -> Iterator[None]:
        assert not self.is_open
        self.is_open = True
        try:
            yield
        finally:
            self.is_open = False

    def agree(self, document: Mapping[str, Any]) -> None:
        if self.document not in (None, document):
            raise OutputError("was begun as another training")

    def begin(self, document: Mapping[str, Any], fold: Mapping[str, int]) -> bool:
        assert set(fold.values()) == {0, 1}
        there, self.document = self.document is not None, document
        return there

    def entries(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.lines)

    def add(self, entry: Mapping[str, Any]) -> None:
        assert self.is_open
        if self.full:
            raise OutputError("cannot be written")
        self.lines.append(entry)

    def write(self, name: str, text: str) -> None:
        self.texts[name] = text


@define
class Heard:
    """A ``Listener`` that remembers."""

    jobs: list[tuple[int, int, str]] = field(factory=list)
    epochs: list[tuple[str, int]] = field(factory=list)

    def job(self, number: int, count: int, name: str) -> None:
        self.jobs.append((number, count, name))

    def steps(self, done: int, total: int) -> None:
        assert 0 < done <= total

    def epoch(self, entry: Mapping[str, Any]) -> None:
        self.epochs.append((entry["job"], entry["epoch"]))


@pytest.fixture
def training(tmp_path: Path) -> Training:
    """A run of two architectures and two folds, of fakes."""
    return training_in(tmp_path)


def training_in(place: Path, **given: Any) -> Training:
    resolved = {one.uid: Modality.MR for one in COHORT.series}
    fold = np.array([number % 26 // 13 for number in range(52)])
    origins = {"tiny_a": "none", "tiny_b": "none"}
    setup = TrainingSetup(Given(RECIPE, 5, {}, origins), COHORT, fold, resolved, "check")
    made = Training(FakeTrainer(), MemoryStore(), frames_of(COHORT), MemoryRun(str(place)), setup, _page)
    return evolve(made, **given)


def _page(_: Mapping[str, Any], entries: Any) -> str:
    return f"{len(entries)}"


def done(training: Training, slots: tuple[Slot, ...] = RECIPE.slots, stop: Any = lambda: False) -> bool:
    with training.opened():
        return training.train(slots, Heard(), stop)


def epochs_of(training: Training) -> list[tuple[str, int]]:
    return [(e["job"], e["epoch"]) for e in training.place.entries() if e["event"] == "epoch"]


def test_every_epoch_stays(training: Training) -> None:
    """A checkpoint for each architecture, fold and epoch, named by the score of its own out-of-fold rows."""
    assert done(training)
    names = training.store.names()
    assert len(names) == KEPT
    for name in names:
        manifest = training.store.manifest(name)
        rows = manifest.out_of_fold
        assert rows is not None
        assert manifest.score == score(training.setup.labels(name.fold), rows)
        assert manifest.spec.modalities == (Modality.MR,)
        record = manifest.record
        assert record is not None
        assert (record.fold, record.seed, len(record.validation)) == (name.fold, 5, len(rows))
        assert list(manifest.sha256) == ["safetensors"]
    assert len(epochs_of(training)) == KEPT
    assert all(state.done for state in training.states())
    assert CURVES in training.place.texts  # type: ignore[attr-defined]


def test_jobs_are_told_in_order(training: Training) -> None:
    """One for each slot, numbered; each epoch is heard when it ends."""
    heard = Heard()
    with training.opened():
        training.train(RECIPE.slots[2:], heard, lambda: False)
    assert heard.jobs == [(1, 2, "tiny_b_fold0"), (2, 2, "tiny_b_fold1")]
    assert heard.epochs == [(f"tiny_b_fold{k}", e) for k in (0, 1) for e in range(1, EPOCHS + 1)]
    assert [state.done for state in training.states()] == [False, False, True, True]


def test_an_epoch_told_again_is_kept_once(training: Training) -> None:
    """The second telling, with other scores as a GPU may give, changes neither store nor log."""
    assert done(training, RECIPE.slots[:1])
    before, lines = training.store.names(), epochs_of(training)
    again = FakeTrainer(answers=lambda job, epoch: guesses(job, epoch)[::-1])
    assert done(evolve(training, trainer=again), RECIPE.slots[:1])
    assert training.store.names() == before
    assert epochs_of(training) == lines


@pytest.mark.parametrize("at", range(0, 2 * KEPT, 3))
def test_stopped_at_any_step(at: int, training: Training) -> None:
    """Stopped once anywhere and begun again: the same members, and each epoch stands in the log once."""
    asked = iter(range(10**6))
    assert not done(training, stop=lambda: next(asked) == at)
    assert training.place.entries()[-1]["event"] == "stopped"
    assert done(training)
    assert len(training.store.names()) == KEPT
    assert len(set(epochs_of(training))) == len(epochs_of(training)) == KEPT


def test_a_failure_is_logged_and_raised(training: Training) -> None:
    """The log tells what ended a run, without where on the disk it was; a disk that is full hides no error."""
    failing = FakeTrainer(failure=TrainingError("the loss is no number", where="somewhere"))
    for full in (False, True):
        training.place.full = False  # type: ignore[attr-defined]
        broken = evolve(training, trainer=failing)
        with pytest.raises(TrainingError, match="the loss is no number"), broken.opened():
            training.place.full = full  # type: ignore[attr-defined]
            broken.train(RECIPE.slots, Heard(), lambda: False)
    failed = [entry for entry in training.place.entries() if entry["event"] == "failed"]
    assert failed == [{"event": "failed", "problem": "the loss is no number"}]


def test_a_member_of_other_making_is_refused(tmp_path: Path) -> None:
    """Untrained members, those of another seed and of another recipe: the run is not begun beside them."""
    other = training_in(tmp_path)
    setup = other.setup
    strange = TrainingSetup(evolve(setup.given, seed=6), COHORT, setup.fold, setup.resolved, setup.key_check)
    assert done(evolve(other, setup=strange))
    for store in (MemoryStore.filled(RECIPE), other.store):
        fresh = training_in(tmp_path, store=store)
        with pytest.raises(StoreError, match="members that this run did not train"), fresh.opened():
            pass
        assert fresh.place.entries() == ()


def test_another_run_in_the_same_place(training: Training) -> None:
    """What was begun with one seed does not go on with another."""
    assert done(training, RECIPE.slots[:1])
    setup = training.setup
    given = evolve(setup.given, seed=6)
    changed = TrainingSetup(given, COHORT, setup.fold, setup.resolved, setup.key_check)
    with pytest.raises(OutputError, match="another training"), evolve(training, setup=changed).opened():
        pass


def test_a_state_without_checkpoints(training: Training) -> None:
    """A job that is done but has lost all that it gave says how to train it anew."""
    assert done(training, RECIPE.slots[:1])
    training.store.manifests.clear()  # type: ignore[attr-defined]
    with pytest.raises(TrainingError, match=r"last checkpoint is gone; fix: remove tiny_a_fold0\.state"):
        done(training, RECIPE.slots[:1])


def test_who_does_not_lead_writes_nothing(training: Training) -> None:
    """Of processes that train together the others go through the same jobs, and neither lock, log nor keep."""
    follower = evolve(training, trainer=FakeTrainer(leads=False))
    assert done(follower)
    assert follower.trainer.asked == [f"{a.name}_fold{k}" for a, k in RECIPE.slots]  # type: ignore[attr-defined]
    assert training.store.names() == ()
    assert training.place.entries() == ()


def maker(training: Training, place: Path) -> MemberMaker:
    original, exported = FakeRuntime(weights="safetensors"), FakeRuntime()
    return MemberMaker(training.store, FakeExporter(), original, exported, str(place))


def test_the_end_exports_what_it_chooses(training: Training, tmp_path: Path) -> None:
    """The best of each slot is exported, once, and becomes the ensemble; a choice cut short is mended by the next."""
    assert done(training)
    chosen = export_and_choose(maker(training, tmp_path), RECIPE, 5)
    names = [str(member.name) for member in chosen.ensemble.members]
    assert sorted(chosen.exported) == sorted(names)
    assert names == [str(state.best) for state in training.states()]
    for name in training.store.names():
        assert ("onnx" in training.store.manifest(name).sha256) is (str(name) in names)
    training.store.manifests[names[0]]["training"] = {}  # type: ignore[attr-defined]
    again = export_and_choose(maker(training, tmp_path), RECIPE, 5)
    assert again.exported == {}
    assert training.store.ensemble() == again.ensemble


def test_series_without_frames_are_left_out() -> None:
    """They are counted; what each was prepared as is kept; none at all is an error."""
    part = COHORT.keep(one.uid for one in COHORT.series[3:])
    found = TrainableCohort.of(COHORT, frames_of(part), RECIPE, "mine.toml")
    assert (found.left_out, found.cohort) == (3, part)
    assert set(found.resolved.values()) == {Modality.MR}
    with pytest.raises(
        CohortError, match=r"found 52 series without; fix: prepare them: .* --recipe mine\.toml"
    ):
        TrainableCohort.of(COHORT, MemoryFrameStore(), RECIPE, "mine.toml")


def test_frames_of_another_sampler() -> None:
    """A series that was prepared for fewer slices than the recipe looks at is named, with how many lack."""
    sampler = SegmentSampler(4)
    frames = frames_of(COHORT, (0, 2, 4, 6, 7))
    recipe = evolve(RECIPE, pipeline=evolve(RECIPE.pipeline, sampler=sampler))
    assert TrainableCohort.of(COHORT, frames, recipe, "mine.toml").left_out == 0
    with pytest.raises(
        FrameStoreError,
        match=r"1\.00: slices .* not prepared; found 3 of 8 missing, .* slice 1; fix: .* --recipe mine\.toml",
    ):
        TrainableCohort.of(COHORT, frames, RECIPE, "mine.toml")


def test_an_untrained_member_has_no_record() -> None:
    """``Manifest.record`` is what says that nobody knows what a member saw."""
    assert tiny_manifest(RECIPE).record is None


@pytest.mark.parametrize(
    "change", [{"patients": [1]}, {"plan": 1}, {"more": 1}, {"counts": [[1, "", 0, 1, []]]}]
)
def test_a_damaged_record_is_a_line(change: dict[str, Any], training: Training) -> None:
    """What a member was trained on is read strictly, and told of as its manifest's damage."""
    assert done(training, RECIPE.slots[:1])
    manifest = training.store.manifest(training.store.names()[0])
    assert manifest.record is not None
    with pytest.raises(ManifestError, match="what it was trained on is damaged"):
        _ = evolve(manifest, training={**manifest.training, **change}).record
