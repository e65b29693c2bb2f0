"""Small jobs of training with their frames, in which a bright block says which label is true."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve

from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing, ResizeStep
from neuronetra.domain.recipes import Architecture, Pipeline
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.domain.training_run import TrainingJob
from neuronetra.testing.memory_frames import MemoryFrameStore

SMALL_NETWORK = Architecture("test_resnet", "test_resnet")
DROPPING_NETWORK = Architecture(
    "convnext", "test_convnext", options=(("drop_path_rate", 0.3), ("drop_rate", 0.3))
)
"""It draws in every step, and does not normalise by batch."""
SLICES = 3


def small_job(folder: str, architecture: Architecture = SMALL_NETWORK, **changes: Any) -> TrainingJob:
    """11 series to train on and 5 to validate on, every third one positive, at 32 x 32; or as ``changes`` say.

    3 batches of 4, 4 and 3 series make 2 steps an epoch, the last one of a single batch; 2 epochs.
    """
    size = (32, 32)
    preprocessing = Preprocessing((*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(*size)))
    uids = tuple(f"1.2.3.{number}" for number in range(16))
    plan = TrainingPlan(2, 1e-3, 1e-4, batch=4, accumulation=2)
    job = TrainingJob(
        ModelSpec(architecture, size),
        Pipeline(SegmentSampler(SLICES, 0.0), preprocessing),
        plan,
        fold=1,
        seed=7,
        training=uids[:11],
        validation=uids[11:],
        labels={uid: small_labels(number) for number, uid in enumerate(uids)},
        folder=folder,
    )
    return evolve(job, **changes)


def small_labels(number: int) -> tuple[bool, ...]:
    """The first location and Aneurysm Present for every third series, nothing for the others."""
    positive = number % 3 == 0
    return (positive, *[False] * (len(LABELS) - 2), positive)


def small_frames(job: TrainingJob) -> MemoryFrameStore:
    """Frames of the job's series: seeded noise, with a bright block in those that are positive."""
    store = MemoryFrameStore()
    for uid in (*job.training, *job.validation):
        number = int(uid.rsplit(".", 1)[1])
        pixels = np.random.default_rng(number).integers(0, 90, (SLICES, *job.spec.input_size), dtype=np.uint8)
        if small_labels(number)[0]:
            pixels[:, 8:20, 4:14] = 250
        stored = tuple(StoredFrame(index, None, f"{uid}.{index}") for index in range(SLICES))
        series = PreparedSeries(uid, Modality.CTA, Plane.AXIAL, SLICES, stored)
        store.write(series, Frames(pixels, series.indices, series.plane))
    return store
