"""Images and labels of series as training sees them; decoded frames are kept where memory allows."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext
from typing import Any

import numpy as np

from neuronetra.domain.arrays import Array, UInt8, own
from neuronetra.domain.augmentation import augmented, draw
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.training_plan import NO_AUGMENTATION
from neuronetra.domain.training_run import TrainingJob
from neuronetra.errors import FrameStoreError
from neuronetra.ports import FrameStore

_PLANES = tuple(Plane)
_AUGMENTATION = 2
"""Keeps what a series draws apart from what the order of an epoch draws (1)."""


class Shelf:
    """Frames (k, H, W) of numbered series, in memory that worker processes share.

    A series is put there once, by whoever reads it first; what is put in one epoch is taken in later ones.
    """

    def __init__(self, count: int, shape: tuple[int, int, int], context: BaseContext | None = None) -> None:
        """Room for ``count`` series; shared with the processes that ``context`` starts."""
        self._shape, self._count = shape, count
        self._pixels = _room("B", count * int(np.prod(shape)), context)
        self._facts = _room("i", count * (1 + shape[0]), context)

    def put(self, number: int, frames: Frames) -> None:
        if number < self._count:
            pixels, facts = self._row(number)
            pixels[:] = frames.pixels
            facts[1:] = frames.positions
            facts[0] = 1 + _PLANES.index(frames.plane)

    def take(self, number: int) -> Frames | None:
        """The frames of a series, or ``None`` where they are not there."""
        if number >= self._count:
            return None
        pixels, facts = self._row(number)
        if facts[0] == 0:
            return None
        return Frames(own(pixels.copy()), tuple(int(p) for p in facts[1:]), _PLANES[facts[0] - 1])

    def _row(self, number: int) -> tuple[Array, Array]:
        pixels = np.frombuffer(self._pixels, np.uint8).reshape(self._count, *self._shape)
        facts = np.frombuffer(self._facts, np.intc).reshape(self._count, -1)
        return pixels[number], facts[number]


def _room(code: str, length: int, context: BaseContext | None) -> Any:
    """Zeros: of this process, or shared."""
    if context is None:
        return bytearray(length * np.dtype(code).itemsize)
    return context.RawArray(code, length)


class SeriesImages:
    """Makes the images of a job's series. It can be sent to a process that is just being started."""

    def __init__(
        self, job: TrainingJob, frames: FrameStore, memory: int = 0, context: BaseContext | None = None
    ) -> None:
        """Decoded frames are kept in up to ``memory`` bytes."""
        self._job, self._frames = job, frames
        self._uids = (*job.training, *job.validation)
        self._labels = np.array([job.labels[uid] for uid in self._uids], np.float32)
        shape = (job.pipeline.sampler.count, *job.spec.input_size)
        self._shelf = Shelf(min(len(self._uids), memory // int(np.prod(shape))), shape, context)

    def training(self, epoch: int, index: int) -> tuple[UInt8, Array]:
        """Image uint8 (3, H, W) and labels float32 (14,) of training series ``index`` as ``epoch`` draws it.

        Raises ``FrameStoreError``.
        """
        frames, labels, job = self._read(index), self._labels[index], self._job
        augmentation = job.plan.augmentation
        if augmentation != NO_AUGMENTATION:
            generator = np.random.default_rng([job.seed, job.fold, epoch, _AUGMENTATION, index])
            frames, labels = augmented(frames, labels, draw(augmentation, generator, job.spec.input_size))
        return job.pipeline.encoder.encode(frames).image, labels

    def validation(self, index: int) -> tuple[UInt8, Array]:
        """The same of validation series ``index``, as prediction encodes it."""
        number = len(self._job.training) + index
        return self._job.pipeline.encoder.encode(self._read(number)).image, self._labels[number]

    def _read(self, number: int) -> Frames:
        kept = self._shelf.take(number)
        if kept is None:
            kept = self._from_store(self._uids[number])
            self._shelf.put(number, kept)
        return kept

    def _from_store(self, uid: str) -> Frames:
        frames = self._frames.read(uid, self._frames.series(uid).chosen(self._job.pipeline.sampler))
        rows, columns = self._job.spec.input_size
        if frames.pixels.shape[1:] != (rows, columns):
            found = "{} x {} pixels".format(*frames.pixels.shape[1:])
            raise FrameStoreError(
                "frames of another size than the network takes",
                where=uid,
                found=found,
                expected=f"{rows} x {columns}",
                fix="prepare the cohort by the recipe that is trained",
            )
        return frames


def spawning() -> BaseContext:
    """Processes that are started anew: none inherits the threads and locks of one that computes."""
    return multiprocessing.get_context("spawn")
