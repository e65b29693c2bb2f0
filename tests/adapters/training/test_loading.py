"""Batches: every series once an epoch, shuffled, dealt evenly, the same however many processes make them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import define, evolve

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.domain.training_run import TrainingJob
from neuronetra.errors import FrameStoreError, WorkerError
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.recipes import tiny_recipe
from neuronetra.testing.running_command import children, running, soon

torch = pytest.importorskip("torch", reason="training needs the extra train")
from neuronetra.adapters.training.loading import SeriesBatch, SeriesBatches

RECIPE = tiny_recipe(architectures=1, folds=1)
TRAINED, VALIDATED, BATCH = 26, 9, 4
UIDS = tuple(f"1.{number}" for number in range(100, 100 + TRAINED + VALIDATED))


def filled(store: Any = None) -> Any:
    """A store of small noise, eight slices each."""
    store = MemoryFrameStore() if store is None else store
    for number, uid in enumerate(UIDS):
        stored = tuple(StoredFrame(index, None, "") for index in range(8))
        plane = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)[number % 3]
        pixels = np.random.default_rng(number).integers(0, 256, (8, 16, 20), np.uint8)
        prepared = PreparedSeries(uid, Modality.CTA, plane, 8, stored)
        store.held[uid] = prepared, Frames(pixels, tuple(range(8)), plane)
    return store


def a_job(**changes: Any) -> TrainingJob:
    labels = {uid: tuple(bool((number >> bit) & 1) for bit in range(14)) for number, uid in enumerate(UIDS)}
    spec = ModelSpec(RECIPE.architectures[0], RECIPE.pipeline.preprocessing.size)
    plan = TrainingPlan(batch=BATCH, accumulation=1)
    job = TrainingJob(spec, RECIPE.pipeline, plan, 0, 7, UIDS[:TRAINED], UIDS[TRAINED:], labels)
    return evolve(job, **changes)


def _seen(batches: Any) -> list[tuple[Any, ...]]:
    return [
        (one.uids, one.number, one.total, one.images.numpy().tobytes(), one.labels.numpy().tobytes())
        for one in batches
    ]


def test_every_series_comes_once() -> None:
    """In an epoch, in batches that differ by one series at most; each image goes with its own labels."""
    job = a_job()
    with SeriesBatches(job, filled(), 0) as batches:
        found = list(batches.epoch(1))
    assert sorted(uid for one in found for uid in one.uids) == sorted(job.training)
    assert len(found) == batches.batches == 7
    assert {len(one.uids) for one in found} == {3, 4}
    for number, one in enumerate(found):
        assert (one.number, one.total) == (number, len(one.uids))
        assert (one.images.dtype, one.images.shape) == (torch.uint8, (one.total, 3, 16, 20))
        assert (one.labels.dtype, one.labels.shape) == (torch.float32, (one.total, 14))
        for uid, label in zip(one.uids, one.labels, strict=True):
            assert int(label.sum()) == sum(job.labels[uid])  # sides may have changed places


@pytest.mark.parametrize("count", [1, 2, 4, 5, 7, 8, 9])
def test_no_tiny_last_batch(count: int) -> None:
    """However many series there are, no batch is smaller than another by more than one."""
    with SeriesBatches(a_job(training=UIDS[:count]), filled(), 0) as batches:
        sizes = [one.total for one in batches.epoch(1)]
    assert sum(sizes) == count
    assert max(sizes) <= BATCH
    assert max(sizes) - min(sizes) <= 1


def test_orders_belong_to_epoch_seed_and_fold() -> None:
    """The same epoch comes in the same order; any other in another."""

    def order(epoch: int, **changes: Any) -> list[str]:
        with SeriesBatches(a_job(**changes), filled(), 0) as batches:
            return [uid for one in batches.epoch(epoch) for uid in one.uids]

    assert order(1) == order(1)
    assert (
        len({tuple(o) for o in (order(1), order(2), order(1, seed=8), order(1, fold=1), UIDS[:TRAINED])}) == 5
    )


def test_an_epoch_is_gone_on_from() -> None:
    """From any batch on, what comes is what would have come."""
    with SeriesBatches(a_job(), filled(), 0) as batches:
        whole = _seen(batches.epoch(3))
        for first in range(len(whole) + 1):
            assert _seen(batches.epoch(3, first)) == whole[first:]


@pytest.mark.parametrize("world", [2, 3, 5])
def test_ranks_share_each_batch(world: int) -> None:
    """Together they have just the series that one process has, of each batch; a share may be empty."""
    with SeriesBatches(a_job(), filled(), 0) as batches:
        for alone, shares in (
            (batches.epoch(1), [batches.epoch(1, 0, rank, world) for rank in range(world)]),
            (batches.validation(), [batches.validation(rank, world) for rank in range(world)]),
        ):
            for whole, *parts in zip(alone, *shares, strict=True):
                assert {(part.number, part.total) for part in parts} == {(whole.number, whole.total)}
                assert tuple(uid for part in parts for uid in part.uids) == whole.uids
                assert torch.equal(torch.cat([part.images for part in parts]), whole.images)
                assert torch.equal(torch.cat([part.labels for part in parts]), whole.labels)
                assert all(part.images.shape[1:] == (3, 16, 20) for part in parts)


def test_validation_keeps_its_order() -> None:
    """The series as the job lists them, with their labels as they are."""
    job = a_job()
    with SeriesBatches(job, filled(), 0) as batches:
        found = list(batches.validation())
    assert tuple(uid for one in found for uid in one.uids) == job.validation
    rows = torch.cat([one.labels for one in found]).bool().tolist()
    assert [tuple(row) for row in rows] == [job.labels[uid] for uid in job.validation]


def test_workers_and_memory_change_nothing() -> None:
    """With or without processes of their own, frames kept, kept in part or read anew: the same bytes."""

    def all_of(workers: int, memory: int | None) -> list[Any]:
        with SeriesBatches(a_job(), filled(), workers, memory) as batches:
            epochs = [_seen(batches.epoch(epoch)) for epoch in (1, 2, 1)]
            return [*epochs, _seen(batches.validation()), _seen(batches.validation())]

    expected = all_of(0, 0)
    assert expected[0] == expected[2] != expected[1]
    for workers, memory in ((0, None), (2, 0), (2, 10 * 8 * 16 * 20), (1, None)):
        assert all_of(workers, memory) == expected


def test_an_epoch_may_be_left_early() -> None:
    """What was made ahead is given up; the next epoch is whole."""
    with SeriesBatches(a_job(), filled(), 1) as batches:
        left = batches.epoch(1)
        next(left)
        left.close()
        assert sum(len(one.uids) for one in batches.epoch(2)) == TRAINED


@pytest.mark.parametrize("workers", [0, 1])
def test_frames_that_are_not_there(workers: int) -> None:
    """The store's error arrives as it is, in one line, from a process of its own too."""
    store = filled()
    del store.held[UIDS[3]]
    with SeriesBatches(a_job(), store, workers) as batches, pytest.raises(FrameStoreError) as caught:
        list(batches.epoch(1))
    assert str(caught.value) == f"{UIDS[3]}: no such series"


@define
class _Deadly(MemoryFrameStore):
    """Ends its process when it is read."""

    def read(self, uid: str, indices: Any) -> Frames:
        if uid == UIDS[5]:
            os._exit(9)
        return super().read(uid, indices)


def test_a_worker_that_dies() -> None:
    """One line, not a wait without end."""
    with SeriesBatches(a_job(), filled(_Deadly()), 1) as batches, pytest.raises(WorkerError, match="died"):
        list(batches.epoch(1))


def test_closing_ends_the_workers() -> None:
    """At once, and once is enough."""
    batches = SeriesBatches(a_job(), filled(), 2)
    next(batches.epoch(1))
    processes = list((batches._pool._processes or {}).values()) if batches._pool else []
    assert len(processes) == 2
    batches.close()
    batches.close()
    assert not any(process.is_alive() for process in processes)


SCRIPT = """
import importlib.util, sys, time
if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("loading_test", {test!r})
    test = sys.modules["loading_test"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(test)
    with test.SeriesBatches(test.a_job(), test.filled(), 2) as batches:
        list(batches.epoch(1))
        try:
            print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            print("interrupted", sum(len(one.uids) for one in batches.epoch(2)), flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_the_parents_end_and_ctrl_c(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, which all processes of a terminal get, is for the parent; when that ends, no worker stays."""
    script = tmp_path / "loading_script.py"
    script.write_text(SCRIPT.format(test=__file__))
    line = [sys.executable, str(script)]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        workers = children(process.pid)
        assert len(workers) >= 2
        if number is signal.SIGINT:
            os.killpg(process.pid, number)
            assert process.communicate(timeout=60) == (f"interrupted {TRAINED}\n", "")
        else:
            process.kill()
    assert soon(lambda: not any(running(worker) for worker in workers), 20)


def test_batches_do_not_print_pixels() -> None:
    """Only what says which batch it is."""
    with SeriesBatches(a_job(), filled(), 0) as batches:
        one: SeriesBatch = next(batches.epoch(1))
    assert "tensor" not in repr(one)
