"""Batches of series for training, made ahead by worker processes; nothing depends on how many there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from math import ceil

import numpy as np
import torch
from attrs import field, frozen

from neuronetra.adapters.training.loading_worker import begin, deaf_to_interrupts, make
from neuronetra.adapters.training.machine import free_memory, shareable_memory, usual_workers
from neuronetra.adapters.training.series_images import SeriesImages, spawning
from neuronetra.domain.arrays import Array, UInt8
from neuronetra.domain.training_run import TrainingJob
from neuronetra.errors import WorkerError
from neuronetra.ports import Closing, FrameStore

Made = tuple[UInt8, Array]

_ORDER = 1
"""Keeps what the order of an epoch draws apart from what its series draw (2)."""
_AHEAD = 4
"""Series that are asked for before they are needed, for each worker."""
_VALIDATION = 2
"""Series at a time in validation, for each one in training: they need no gradients."""


@frozen(eq=False)
class SeriesBatch:
    """Series at once: this process's share of batch ``number`` (from 0), which holds ``total`` in all.

    ``images`` uint8 (n, 3, H, W), ``labels`` float32 (n, 14); n may be 0 where processes share few series.
    """

    images: torch.Tensor = field(repr=False)
    labels: torch.Tensor = field(repr=False)
    uids: tuple[str, ...]
    number: int
    total: int


class SeriesBatches(Closing):
    """The batches of a job's epochs, and those of its validation series.

    Series and their order are decided by the job's seed and fold and the epoch alone, never by ``workers``
    (default: one less than the cores; 0: made here, when they are asked for) or by ``memory``, the bytes for
    decoded frames (default: half of what is free). Raises ``FrameStoreError`` for frames that are damaged
    or of another size, ``WorkerError`` where a worker dies.
    """

    def __init__(
        self, job: TrainingJob, frames: FrameStore, workers: int | None = None, memory: int | None = None
    ) -> None:
        self._job = job
        self.workers = usual_workers() if workers is None else workers
        room = free_memory() if memory is None else memory
        context = spawning() if self.workers else None
        if context is not None:
            room = min(room, shareable_memory())
        self._images = SeriesImages(job, frames, room, context)
        self._pool: ProcessPoolExecutor | None = None
        if context is not None:
            self._pool = ProcessPoolExecutor(self.workers, context, begin, (self._images,))

    @property
    def batches(self) -> int:
        """How many there are in an epoch."""
        return ceil(len(self._job.training) / self._job.plan.batch)

    def epoch(self, epoch: int, first: int = 0, rank: int = 0, world: int = 1) -> Iterator[SeriesBatch]:
        """The batches of an epoch from number ``first`` on; ``rank`` of ``world`` gets its share of each.

        Series are shuffled and dealt as evenly as can be: batches differ by one series at most.
        """
        job = self._job
        order = np.random.default_rng([job.seed, job.fold, epoch, _ORDER]).permutation(len(job.training))
        return self._given(
            epoch, job.training, np.array_split(order, self.batches)[first:], first, (rank, world)
        )

    def validation(self, rank: int = 0, world: int = 1) -> Iterator[SeriesBatch]:
        """The validation series in their order, as prediction sees them."""
        uids = self._job.validation
        count = ceil(len(uids) / (_VALIDATION * self._job.plan.batch))
        return self._given(None, uids, np.array_split(np.arange(len(uids)), count), 0, (rank, world))

    def close(self) -> None:
        """End the workers; a second call does nothing."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _given(
        self,
        epoch: int | None,
        uids: Sequence[str],
        batches: Sequence[Array],
        first: int,
        share: tuple[int, int],
    ) -> Iterator[SeriesBatch]:
        rank, world = share
        mine = [[int(index) for index in np.array_split(batch, world)[rank]] for batch in batches]
        made = self._made(epoch, [index for batch in mine for index in batch])
        for number, (batch, indices) in enumerate(zip(batches, mine, strict=True), first):
            entries = [next(made) for _ in indices]
            images, labels = self._stacked(entries)
            yield SeriesBatch(images, labels, tuple(uids[index] for index in indices), number, len(batch))

    def _stacked(self, entries: Sequence[Made]) -> tuple[torch.Tensor, torch.Tensor]:
        images = np.empty((len(entries), 3, *self._job.spec.input_size), np.uint8)
        labels = np.empty((len(entries), 14), np.float32)
        for row, (image, label) in enumerate(entries):
            images[row], labels[row] = image, label
        return torch.from_numpy(images), torch.from_numpy(labels)

    def _made(self, epoch: int | None, indices: Sequence[int]) -> Iterator[Made]:
        """Images and labels one by one, made ahead where there are workers."""
        if self._pool is None:
            for index in indices:
                yield self._here(epoch, index)
            return
        ahead: deque[Future[Made]] = deque()
        left = iter(indices)
        try:
            while True:
                for index in islice(left, _AHEAD * self.workers - len(ahead)):
                    with deaf_to_interrupts():  # a worker that is started here stays so
                        ahead.append(self._pool.submit(make, epoch, index))
                if not ahead:
                    return
                yield ahead.popleft().result()
        except BrokenProcessPool:
            raise WorkerError(
                "a process that reads frames died",
                found="killed, or out of memory",
                fix="use fewer: --workers 0",
            ) from None
        finally:
            for future in ahead:
                future.cancel()

    def _here(self, epoch: int | None, index: int) -> Made:
        return self._images.validation(index) if epoch is None else self._images.training(epoch, index)
