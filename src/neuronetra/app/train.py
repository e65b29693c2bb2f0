"""Training the networks of a recipe: one job for each architecture and fold, a checkpoint for each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any, Protocol

from attrs import define, evolve, field

from neuronetra.app.make_members import names_of
from neuronetra.domain.checkpoints import CheckpointName, Manifest, ModelSpec
from neuronetra.domain.recipes import Architecture, Pipeline
from neuronetra.domain.training_log import EPOCH, Entry, JobState, Judged, epoch_entry
from neuronetra.domain.training_record import TrainingRecord
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.domain.training_setup import TrainingSetup, short
from neuronetra.errors import NeuronetraError, OutputError, StoreError, TrainingError
from neuronetra.ports import CheckpointStore, FrameStore, Trainer

WEIGHTS = "safetensors"
CURVES = "curves.html"
_BETWEEN_PAGES = 30.0
"""Seconds of training after which the page with curves is drawn anew, and at the end of each job."""

Slot = tuple[Architecture, int]
_Making = tuple[ModelSpec, Pipeline, TrainingRecord]
Page = Callable[[Mapping[str, Any], Sequence[Entry]], str]


class RunPlace(Protocol):
    """Where a run keeps what it goes on from, and tells how it went."""

    @property
    def folder(self) -> str:
        """The path where jobs keep their states."""
        ...

    def opened(self) -> AbstractContextManager[None]:
        """The place for this run alone, made if need be. Raises ``OutputError`` where another run has it."""
        ...

    def agree(self, document: Mapping[str, Any]) -> None:
        """Raise ``OutputError`` where the run there, if there is one, was begun as another."""
        ...

    def begin(self, document: Mapping[str, Any], fold: Mapping[str, int]) -> bool:
        """Keep what decides the run, and the fold of each series; whether they were there before.

        Raises ``OutputError`` where the run there was begun as another.
        """
        ...

    def entries(self) -> tuple[Entry, ...]:
        """The log."""
        ...

    def add(self, entry: Entry) -> None:
        """Append to the log, with the time. Raises ``OutputError``."""
        ...

    def write(self, name: str, text: str) -> None:
        """A file beside it, whole or not at all. Raises ``OutputError``."""
        ...


class Listener(Protocol):
    """Who is told how training goes."""

    def job(self, number: int, count: int, name: str) -> None:
        """The ``number``-th of ``count`` jobs, from 1, begins or goes on."""
        ...

    def steps(self, done: int, total: int) -> None:
        """Of the job."""
        ...

    def epoch(self, entry: Entry) -> None:
        """An epoch has ended; see ``domain.training_log``."""
        ...


@define
class Training:
    """A run: ``setup`` decides it, ``place`` keeps it, ``store`` gets a checkpoint at each epoch's end.

    ``page`` makes the page with curves of the run's document and log.
    """

    trainer: Trainer
    store: CheckpointStore
    frames: FrameStore
    place: RunPlace
    setup: TrainingSetup
    page: Page
    _logged: set[tuple[str, int]] = field(factory=set, init=False, repr=False)
    _since_page: float = field(default=0.0, init=False, repr=False)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The run's place, held: for all that follows. Of several processes the one that leads holds it.

        Raises ``OutputError`` where another run has it or was begun otherwise, ``StoreError`` where the store
        holds members of other making.
        """
        if not self.trainer.leads:
            yield
            return
        document = self.setup.as_document()
        with self.place.opened():
            self.place.agree(document)
            self._require_own_members()
            uids = [series.uid for series in self.setup.cohort.series]
            there = self.place.begin(document, dict(zip(uids, self.setup.fold.tolist(), strict=True)))
            self._logged = {_key(entry) for entry in self.place.entries() if entry["event"] == EPOCH}
            self.place.add({"event": "gone on" if there else "begun", "versions": dict(self.setup.versions)})
            yield

    def train(self, slots: Sequence[Slot], listener: Listener, stop: Callable[[], bool]) -> bool:
        """Train these networks, those that are done excepted; whether all are done now, or it was told to stop.

        Raises what ``Trainer.fit`` raises, ``StoreError`` and ``OutputError``.
        """
        try:
            for number, (architecture, fold) in enumerate(slots, 1):
                job = self.setup.job(architecture, fold, self.place.folder)
                listener.job(number, len(slots), job.name)
                if not self._fitted(job, listener, stop):
                    return False
        except NeuronetraError as error:
            with suppress(OutputError):  # the disk may be what has failed
                self._tell({"event": "failed", "problem": error.problem})
            raise
        return True

    def states(self) -> tuple[JobState, ...]:
        """How far each network of the recipe is."""
        baselines = {fold: self.setup.baseline(fold) for fold in range(self.setup.recipe.folds)}
        return JobState.all_of(self.setup.recipe, names_of(self.store), baselines)

    def _fitted(self, job: TrainingJob, listener: Listener, stop: Callable[[], bool]) -> bool:
        if not self.trainer.leads:
            return self.trainer.fit(job, self.frames, _unheard, None, stop)
        known = len(self._logged)
        on_epoch = partial(self._ended, job, self.setup.baseline(job.fold), listener)
        done = self.trainer.fit(job, self.frames, on_epoch, listener.steps, stop)
        if done:
            self._require_last(job)
        if not done or len(self._logged) > known:
            self._tell({"event": "done" if done else "stopped", "job": job.name})
            self._draw()
        return done

    def _ended(self, job: TrainingJob, baseline: float | None, listener: Listener, end: EpochEnd) -> None:
        """Keep an epoch's network, whole, and tell of it once, however often the trainer does."""
        kept = self._kept(job, end.epoch)
        seen = short(end.probabilities) if kept is None else kept.out_of_fold
        judged = Judged.of(self.setup.labels(job.fold), () if seen is None else seen)
        if judged.score is None:
            raise TrainingError("a fold without a score", where=job.name)
        name = CheckpointName(job.architecture.name, job.fold, end.epoch, judged.score)
        if kept is None:
            record = self.setup.record(job.architecture, job.fold).as_document()
            manifest = Manifest(name, job.spec, job.pipeline, judged.score, training=record, out_of_fold=seen)
            self.store.save(manifest, {WEIGHTS: end.weights})
        entry = epoch_entry(job, end, judged, name, baseline)
        if _key(entry) not in self._logged:
            self._tell(entry)
            self._logged.add(_key(entry))
        listener.epoch(entry)
        self._since_page += end.seconds
        if self._since_page > _BETWEEN_PAGES:
            self._draw()

    def _kept(self, job: TrainingJob, epoch: int) -> Manifest | None:
        """The epoch's member, where the store has it from before: a GPU may give another the second time."""
        for name in names_of(self.store):
            if (name.architecture, name.fold, name.epoch) == (job.architecture.name, job.fold, epoch):
                return self.store.manifest(name)
        return None

    def _tell(self, entry: Entry) -> None:
        self.place.add(entry)

    def _draw(self) -> None:
        self._since_page = 0.0
        self.place.write(CURVES, self.page(self.setup.as_document(), self.place.entries()))

    def _require_own_members(self) -> None:
        known = {architecture.name: architecture for architecture in self.setup.recipe.architectures}
        own: dict[tuple[str, int], _Making | None] = {}
        for name in names_of(self.store):
            manifest, slot = self.store.manifest(name), (name.architecture, name.fold)
            if slot not in own:
                architecture = known.get(name.architecture)
                own[slot] = None if architecture is None else self._making(architecture, name.fold)
            if own[slot] is None or self._made_as(manifest) != own[slot]:
                raise StoreError(
                    "the store holds members that this run did not train",
                    where=str(name),
                    expected="an empty folder, or the store of the same run",
                    fix="name another folder",
                )

    def _making(self, architecture: Architecture, fold: int) -> _Making | None:
        """What the manifests of a network of this run say, whatever versions trained it."""
        if fold >= self.setup.recipe.folds:
            return None
        record = _without_circumstances(self.setup.record(architecture, fold))
        return self.setup.spec(architecture, fold), self.setup.recipe.pipeline, record

    def _made_as(self, manifest: Manifest) -> _Making | None:
        record = manifest.record
        if record is None:
            return None
        return manifest.spec, manifest.pipeline, _without_circumstances(record)

    def _require_last(self, job: TrainingJob) -> None:
        if self._kept(job, job.plan.epochs) is None:
            raise TrainingError(
                "it was trained, but its last checkpoint is gone",
                where=job.name,
                fix=f"remove {job.name}.state in the store's training folder, and it is trained anew",
            )


def _without_circumstances(record: TrainingRecord) -> TrainingRecord:
    """Where the first weights came from is held against the run's own document."""
    return evolve(record, versions={}, pretrained="")


def _key(entry: Entry) -> tuple[str, int]:
    return str(entry["job"]), int(entry["epoch"])


def _unheard(_: EpochEnd) -> None:
    """Of what a process that does not lead is never told."""
