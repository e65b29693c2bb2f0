"""A labelled cohort, its frames and a store of fake members with records of their training, all in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from neuronetra.domain.arrays import Array, own
from neuronetra.domain.checkpoints import CheckpointName, Manifest, ModelSpec
from neuronetra.domain.cohort import LabelledSeries, LabelledSet, Sex
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.score import score
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.training_setup import Given, TrainingSetup
from neuronetra.testing.memory_frames import MemoryFrameStore
from neuronetra.testing.memory_store import MemoryStore

KEY = "0123456789abcdef"
"""The ``key_check`` of these cohorts' patients."""


def labelled(count: int = 60, *, first: int = 0, digest: str = "d", synthetic: bool = True) -> LabelledSet:
    """``count`` series of half as many patients, numbered from ``first``; every label has both classes."""
    chance = np.random.default_rng([7, first])
    series = []
    for number in range(first, first + count):
        sites = chance.random(13) < 0.2
        series.append(
            LabelledSeries(
                uid=f"1.{number:04d}",
                path="",
                patient=f"{number // 2:08x}" * 8,
                modality=(Modality.CTA, Modality.MRA)[number // 2 % 2],
                labels=(*map(bool, sites), bool(sites.any()) and number % 5 > 0),
                age=None if number % 7 == 0 else float(40 + number % 40),
                sex=(Sex.FEMALE, Sex.MALE, None)[number % 3],
            )
        )
    return LabelledSet(tuple(series), digest=digest, synthetic=synthetic)


def frames_of(cohort: LabelledSet, recipe: Recipe, slices: int = 20) -> MemoryFrameStore:
    """Seeded noise for each series: the slices that ``recipe`` looks at."""
    store = MemoryFrameStore()
    positions = tuple(sorted(set(recipe.pipeline.sampler.positions(slices))))
    for one in cohort.series:
        chance = np.random.default_rng(int(one.uid.partition(".")[2]))
        shape = (len(positions), *recipe.pipeline.preprocessing.size)
        pixels = chance.integers(0, 256, shape, dtype=np.uint8)
        stored = tuple(StoredFrame(index, None, f"{one.uid}.{index}") for index in positions)
        prepared = PreparedSeries(one.uid, one.modality, Plane.AXIAL, slices, stored)
        store.write(prepared, Frames(own(pixels), positions, Plane.AXIAL))
    return store


@frozen
class Folds:
    """A cohort dealt into the folds of ``recipe``: patients in turn."""

    recipe: Recipe
    cohort: LabelledSet

    @property
    def fold(self) -> Array:
        return np.asarray(self.cohort.patients % self.recipe.folds)

    def manifests(self, epochs: Sequence[int] = (1, 2), seed: int = 0, **changed: Any) -> list[Manifest]:
        """A manifest of each epoch of each network, with seeded out-of-fold probabilities and true records.

        ``changed`` fields of the records are others.
        """
        resolved = {one.uid: one.modality for one in self.cohort.series}
        setup = TrainingSetup(Given(self.recipe), self.cohort, self.fold, resolved, KEY)
        found = []
        for slot, (architecture, fold) in enumerate(self.recipe.slots):
            record = evolve(setup.record(architecture, fold), **changed)
            spec = ModelSpec(architecture, self.recipe.pipeline.preprocessing.size)
            for epoch in epochs:
                chance = np.random.default_rng([seed, slot, epoch])
                truth = setup.labels(fold)
                seen = np.clip(chance.random((len(truth), len(LABELS))) + 0.1 * truth, 0.0, 1.0)
                value = score(truth, seen)
                assert value is not None
                name = CheckpointName(architecture.name, fold, epoch, value)
                document = record.as_document()
                found.append(Manifest(name, spec, self.recipe.pipeline, value, {}, document, seen))
        return found

    def store(self, epochs: Sequence[int] = (1, 2), seed: int = 0, **changed: Any) -> MemoryStore:
        """A store of these, the first epoch of each slot being chosen."""
        return MemoryStore.filled(self.recipe, self.manifests(epochs, seed, **changed))
