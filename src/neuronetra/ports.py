"""The ports: what the domain asks of the world. Read this file first.

The road of a prediction::

    folder --SeriesReader.scan--> Series --FrameSampler.select--> positions --SeriesReader.load--> Frames
      --Preprocessor.apply--> uint8 Frames --View.apply--> Frames --ChannelEncoder.encode--> Encoded
      --Batch--> ModelRuntime's Scorer.score --> Scores --View.restore, EnsemblePolicy.combine--> LocationScores

Adapters implement these protocols; they need not derive from them. Each has a contract test class in
``neuronetra.testing`` that every adapter passes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar, runtime_checkable

import numpy.typing as npt
from attrs import frozen

from neuronetra.domain.checkpoints import Checkpoint, CheckpointName, Ensemble, Manifest
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.frames import Frames
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction import Prediction
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.preprocessing import Preprocessing
from neuronetra.domain.scores import Batch, Scores
from neuronetra.domain.series import Series
from neuronetra.domain.training_run import EpochEnd, TrainingJob
from neuronetra.errors import NeuronetraError

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[int, int], None]
"""Called with (done, total) as long work goes on."""


@runtime_checkable
class SeriesReader(Protocol):
    """Reads image series from a folder (or one file)."""

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:
        """Every coherent series under ``path``, sorted by uid, from headers alone.

        Pixels are read only of instances that share a position. A series of which nothing can be used
        is returned with its ``error``. Raises ``InputNotFoundError`` where there is no such path and
        ``NoSeriesError`` where nothing under it belongs to an image series. ``progress`` counts files.
        """

    def load(self, series: Series, positions: Sequence[int], progress: Progress | None = None) -> Frames:
        """The pixels of those slices (numbers in canonical order, repeats allowed) and no others.

        float32 (k, H, W), rescaled, canonical axes. Raises ``SliceError`` that names each slice
        (``Slice.name``) whose pixels cannot be had, all of those asked for at once. ``progress`` counts slices.
        """


@runtime_checkable
class Preprocessor(Protocol):
    """Applies a preprocessing value to pixels."""

    def apply(self, frames: Frames, preprocessing: Preprocessing, modality: Modality) -> Frames:
        """float32 frames (k, H, W) to uint8 frames of ``preprocessing.size``, slice by slice."""


class Closing(ABC):
    """A context manager that closes itself at the end of its block: for adapters to derive from."""

    @abstractmethod
    def close(self) -> None:
        """Free what is held; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Scorer(AbstractContextManager["Scorer"], Protocol):
    """A network that is open; safe to call from several threads."""

    def score(self, batch: Batch) -> Scores:
        """Probabilities of each image. Raises ``ScoringError`` where they are none."""

    def close(self) -> None:
        """Free what the network holds; a second call does nothing."""


@runtime_checkable
class ModelRuntime(Protocol):
    """Runs checkpoints. Device, threads and precision are options of its factory."""

    weights: str
    """The kind of file it opens: ``onnx`` or ``safetensors``."""
    workers: int
    """How many members may run at once for the best use of the machine."""
    device: str
    """Where it runs: ``cpu`` or ``cuda``."""

    def open(self, checkpoint: Checkpoint, once: bool = False) -> Scorer:
        """A scorer for a checkpoint whose file is already verified.

        ``once``: it is for a single call, so little memory counts for more than speed.
        Raises ``StoreError`` where the file is not such a network.
        """


@runtime_checkable
class CheckpointStore(Protocol):
    """Keeps the members of an ensemble: weights, a manifest each, and which are chosen."""

    def names(self) -> tuple[CheckpointName, ...]:
        """All members, sorted."""

    def ensemble(self) -> Ensemble:
        """The chosen members. Raises ``StoreNotFoundError`` or ``ManifestError``."""

    def manifest(self, name: CheckpointName) -> Manifest:
        """A member's manifest. Raises ``MissingMemberError`` or ``ManifestError``."""

    def load(self, name: CheckpointName, weights: str) -> Checkpoint:
        """A local file of the member's weights with its manifest, not yet verified.

        Raises ``MissingMemberError`` where the member or that kind of weights is not there.
        """

    def verify(self, checkpoint: Checkpoint) -> None:
        """Read the file and raise ``IntegrityError`` unless its sha256 is the manifest's."""

    def card(self) -> str:
        """The model card, Markdown; empty where there is none. Raises ``StoreError`` where it cannot be read."""

    def save(self, manifest: Manifest, files: dict[str, str]) -> Manifest:
        """Take over files (kind of weights -> local path) whole; the manifest gains their sha256.

        The files given are moved where they lie on the same disk.
        Raises ``ReadOnlyStoreError``.
        """

    def save_ensemble(self, ensemble: Ensemble) -> None:
        """Replace the chosen members atomically. Raises ``ReadOnlyStoreError``."""


class PredictionService(Protocol):
    """Inbound: what servers, the command line and embedding code call."""

    def predict(self, path: str) -> tuple[Prediction, ...]:
        """One prediction per series under ``path``; a failed series is one with an ``error``.

        Raises ``InputError`` only when no series at all can be used.
        """

    def predict_each(self, path: str) -> Iterator[Prediction]:
        """The same, one at a time as they are done."""

    def predict_volume(
        self, array: npt.ArrayLike, affine: npt.ArrayLike, modality: Modality | str
    ) -> Prediction:
        """A prediction of pixels already in memory: (slice, row, column), any orientation.

        ``affine`` (4, 4) takes those indices to patient LPS mm.
        """


class ResultWriter(Protocol):
    """Writes predictions as one document, piece by piece as they come."""

    suffix: str
    """The usual file ending, with its dot."""

    def begin(self) -> bytes: ...

    def add(self, prediction: Prediction) -> bytes: ...

    def end(self) -> bytes: ...


class NetworkExporter(Protocol):
    """Makes the files of a member: random weights, weights brought along, and the portable network."""

    def initialise(self, manifest: Manifest, seed: int, folder: str) -> str:
        """Seeded random weights as safetensors in ``folder``; gives the path."""

    def convert(self, manifest: Manifest, weights: str, folder: str) -> str:
        """A state dictionary brought along (``.pth`` or ``.safetensors``) as safetensors in ``folder``.

        Names and shapes must be the network's own. Nothing is unpickled. Raises ``StoreError``.
        """

    def export(self, manifest: Manifest, weights: str, folder: str) -> str:
        """One self-contained ONNX file of safetensors ``weights`` in ``folder``; gives the path."""


@runtime_checkable
class Cohort(Protocol):
    """The labelled series of a data set."""

    def read(self, progress: Progress | None = None) -> LabelledSet:
        """Every usable series with its labels; rows that cannot be used are listed in ``bad_rows``.

        Raises ``CohortError`` where the tables as a whole cannot be used. ``progress`` counts series.
        """


@runtime_checkable
class FrameStore(Protocol):
    """Prepared series: uint8 frames of one preprocessing, with where each came from."""

    def uids(self) -> tuple[str, ...]:
        """The series that are whole in the store, sorted."""

    def series(self, uid: str) -> PreparedSeries:
        """What is stored of a series. Raises ``FrameStoreError`` where it is not there or is damaged."""

    def read(self, uid: str, indices: Sequence[int]) -> Frames:
        """uint8 (k, H, W) of those slices (canonical numbers, repeats allowed), ``positions`` the same.

        Raises ``FrameStoreError`` where one is not stored or is damaged.
        """

    def write(self, prepared: PreparedSeries, frames: Frames) -> int:
        """Keep a series whole, or not at all, in place of what was there of it; gives the bytes written.

        ``frames`` uint8 (k, H, W) are those that ``prepared`` lists. Raises ``OutputError``.
        """


@runtime_checkable
class Trainer(Protocol):
    """Trains networks on prepared frames; device (``cpu`` or ``cuda``), precision and workers are its factory's.

    ``leads``: whether this process writes and speaks, of those that train one network together.
    """

    device: str
    leads: bool

    def fit(
        self,
        job: TrainingJob,
        frames: FrameStore,
        on_epoch: Callable[[EpochEnd], None],
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """Train ``job``, going on from what ``job.folder`` keeps of an earlier call; whether it is done.

        ``on_epoch`` is told of each epoch at its end, and again, the same, where it did not return. ``stop`` is asked
        before each step and while validating: ``True`` saves the state and ends the call. However one ended, the next
        gives the weights of a call that was never interrupted, on a CPU bit for bit. ``progress`` counts steps. Raises
        ``TrainingError``, ``OutputError``, ``FrameStoreError``, or ``StoreError`` for pretrained weights that do not fit.
        """


@frozen
class Outcome(Generic[R]):
    """What became of one item: its value, or the error that it ended with."""

    value: R | None = None
    error: NeuronetraError | None = None


@runtime_checkable
class Executor(Protocol):
    """Does the same to many items, side by side."""

    workers: int

    def map(
        self, function: Callable[[T], R], items: Sequence[T], progress: Progress | None = None
    ) -> Iterator[Outcome[R]]:
        """``function`` of each item, in the order of the items, as they are done.

        ``function`` and items must be picklable. An item whose function raises a ``NeuronetraError``, or
        whose worker dies (it is tried once more, alone), has an outcome with an ``error``; the others go
        on. Only a few results are held at a time. Closing the iterator, an exception in the caller or the
        end of this process, however it comes, ends the workers. ``progress`` counts items.
        """
