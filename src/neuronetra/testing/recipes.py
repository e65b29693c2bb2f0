"""Small recipes and the members that fill them: everything is there but the size."""

from __future__ import annotations

from neuronetra.domain.checkpoints import CheckpointName, Manifest, ModelSpec
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing, ResizeStep
from neuronetra.domain.recipes import Architecture, Choice, Pipeline, Recipe
from neuronetra.domain.views import MIRRORED, ORIGINAL, View

FAKE_WEIGHTS = b"fake weights "
"""What the weights of a fake member begin with."""


def tiny_recipe(
    *,
    architectures: int = 2,
    folds: int = 3,
    views: tuple[View, ...] = (ORIGINAL, MIRRORED),
    policy: EnsemblePolicy = EnsemblePolicy.MEAN,
    choice: Choice = Choice.BEST,
    size: tuple[int, int] = (16, 20),
) -> Recipe:
    """Recipe ``tiny``: fake architectures ``tiny_a``, ``tiny_b``, … x folds, seen through views at ``size``."""
    named = tuple(
        Architecture(f"tiny_{chr(ord('a') + i)}", f"no_such_network_{i}") for i in range(architectures)
    )
    preprocessing = Preprocessing((*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(*size)))
    return Recipe("tiny", named, folds, choice, views, policy, Pipeline(preprocessing=preprocessing))


def tiny_manifest(recipe: Recipe, slot: int = 0, epoch: int = 0, score: float | None = None) -> Manifest:
    """A manifest for one slot of ``recipe``; untrained without a ``score``."""
    architecture, fold = recipe.slots[slot]
    name = CheckpointName(architecture.name, fold, epoch, score or 0.0)
    spec = ModelSpec(architecture, recipe.pipeline.preprocessing.size)
    return Manifest(name, spec, recipe.pipeline, score)
