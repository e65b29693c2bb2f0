"""What ``train.py`` measures against: made-up frames, a setting, and a bare loop over timm's network."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from attrs import evolve, frozen

from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.adapters.training.losses import series_loss
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.domain.recipes import STARTER, V3, Recipe
from neuronetra.domain.training_run import TrainingJob

RECIPES = {one.name: recipe for recipe in (V3, STARTER) for one in recipe.architectures}
LOOKED_AT = 8
HELD_BACK = 2
"""Series for the validation that a job must have, which is not measured."""


def made_up(place: Path, recipe: Recipe, series: int) -> PngFrameStore:
    """Series of 8 frames, smooth with some noise, as PNG files of a natural size."""
    store, (rows, columns) = PngFrameStore(str(place)), recipe.pipeline.preprocessing.size
    chance = np.random.default_rng(0)
    waves = 120 + 60 * np.sin(np.arange(rows)[:, None] / 17) * np.cos(np.arange(columns)[None, :] / 23)
    for number in range(series):
        noise = chance.normal(0, 12, (LOOKED_AT, rows, columns))
        pixels = np.clip(waves + noise, 0, 255).astype(np.uint8)
        uid = f"1.2.{number}"
        stored = tuple(StoredFrame(i, (0.0, 0.0, float(i)), f"{uid}.{i}") for i in range(LOOKED_AT))
        prepared = PreparedSeries(uid, Modality.CTA, Plane.AXIAL, LOOKED_AT, stored)
        store.write(prepared, Frames(pixels, tuple(range(LOOKED_AT)), Plane.AXIAL))
    return store


@frozen
class Setting:
    """One network to be measured: where, in what precision, by how many workers, over how many steps."""

    network: str
    store: PngFrameStore
    device: str
    precision: str
    workers: int | None
    steps: int
    accumulation: int | None = None

    @property
    def recipe(self) -> Recipe:
        """The network's, for one epoch, of other groups of batches where that is asked for."""
        recipe = RECIPES[self.network]
        plan = evolve(
            recipe.training, epochs=1, accumulation=self.accumulation or recipe.training.accumulation
        )
        return evolve(recipe, training=plan)

    @property
    def seen(self) -> int:
        """Series in the steps that are timed."""
        return self.steps * self.recipe.training.batch * self.recipe.training.accumulation

    def job(self, folder: str = "") -> TrainingJob:
        """A training of one step more than is timed: the first warms up."""
        recipe, uids = self.recipe, self.store.uids()
        architecture = next(one for one in recipe.architectures if one.name == self.network)
        held, rest = uids[:HELD_BACK], uids[HELD_BACK:]
        plan = recipe.training
        wanted = (self.steps + 2) * plan.batch * plan.accumulation
        chance = np.random.default_rng(1)
        labels = {uid: tuple(map(bool, chance.integers(0, 2, len(LABELS)))) for uid in uids}
        spec = ModelSpec(architecture, recipe.pipeline.preprocessing.size)
        return TrainingJob(spec, recipe.pipeline, plan, 0, 1, rest[:wanted], held, labels, folder=folder)


@frozen
class Mark:
    """A moment: the clock, and the processor time of this process's threads."""

    clock: float
    used: float

    @classmethod
    def now(cls, device: str) -> Mark:
        """When all that was asked of the device is done."""
        if device == "cuda":
            torch.cuda.synchronize()
        return cls(time.perf_counter(), time.process_time())

    def since(self, before: Mark) -> Mark:
        """What has passed."""
        return Mark(self.clock - before.clock, self.used - before.used)


def bare(setting: Setting) -> Mark:
    """What the timed steps of a loop that anyone would write take."""
    job, device = setting.job(), torch.device(setting.device)
    name, size = job.architecture.timm_name, job.spec.input_size
    network = timm.create_model(name, num_classes=len(LABELS)).to(device, memory_format=torch.channels_last)
    network.train()
    plan = job.plan
    optimiser = torch.optim.AdamW(network.parameters(), plan.learning_rate, weight_decay=plan.weight_decay)
    images = torch.randn(plan.batch, 3, *size, device=device).to(memory_format=torch.channels_last)
    labels = (torch.rand(plan.batch, len(LABELS), device=device) > 0.5).float()
    marks = []
    for _ in range(setting.steps + 1):
        for _ in range(plan.accumulation):
            with _precision(setting):
                logits = network(images)
            (series_loss(logits, labels, plan).mean() / plan.accumulation).backward()
        optimiser.step()
        optimiser.zero_grad()
        marks.append(Mark.now(setting.device))
    return marks[-1].since(marks[0])


def _precision(setting: Setting) -> Any:
    if setting.device == "cpu" or setting.precision == "float32":
        return nullcontext()
    return torch.autocast(setting.device, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)
