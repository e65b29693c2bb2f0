"""Recipes as values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.recipes import (
    RECIPES,
    V1,
    V2,
    V3,
    Architecture,
    Choice,
    Pipeline,
    Recipe,
    recipe_named,
)
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.views import VIEWS
from neuronetra.errors import UsageError
from neuronetra.testing import strategies
from neuronetra.testing.recipes import tiny_recipe

PIPELINES = st.builds(
    Pipeline,
    st.builds(SegmentSampler, st.integers(1, 20), st.sampled_from((0, 0.1, 0.25))),
    strategies.preprocessings(),
    st.builds(ChannelEncoder, st.floats(0, 40), st.floats(60, 100)),
)


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    """As a file would give it back, its keys in another order."""
    read: dict[str, Any] = json.loads(json.dumps(document, sort_keys=True))
    return read


def test_the_ladder() -> None:
    """v1 is one network, v2 nine at random, v3 the best nine seen twice: 18 predictions."""
    assert [len(recipe.slots) for recipe in (V1, V2, V3)] == [1, 9, 9]
    assert [recipe.choice for recipe in (V1, V2, V3)] == [Choice.BEST, Choice.RANDOM, Choice.BEST]
    assert [view.name for view in V3.views] == ["original", "mirrored"]
    assert all(recipe.policy is EnsemblePolicy.MEAN for recipe in RECIPES.values())
    assert len(V3.slots) * len(V3.views) == 18
    assert {(a.name, fold) for a, fold in V3.slots} == {
        (name, fold) for name in ("effnetv2s", "convnext_tiny", "maxvit_tiny") for fold in range(3)
    }


def test_architectures() -> None:
    """The three networks, their timm names and how pixels are normalised for them."""
    assert {a.name: (a.timm_name, a.mean, a.deviation) for a in V3.architectures} == {
        "effnetv2s": ("tf_efficientnetv2_s.in1k", (0.5,) * 3, (0.5,) * 3),
        "convnext_tiny": ("convnext_tiny.fb_in1k", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        "maxvit_tiny": ("maxvit_tiny_tf_224.in1k", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    }


@pytest.mark.parametrize("recipe", [*RECIPES.values(), tiny_recipe()], ids=lambda recipe: recipe.name)
def test_recipes_are_read_back(recipe: Recipe) -> None:
    """A recipe is the same value after a store has kept it."""
    assert Recipe.from_document(through_json(recipe.as_document())) == recipe


@given(
    PIPELINES,
    st.sampled_from(EnsemblePolicy),
    st.sampled_from(Choice),
    st.sets(st.sampled_from(list(VIEWS.values())), min_size=1),
)
def test_any_recipe_is_read_back(
    pipeline: Pipeline, policy: EnsemblePolicy, choice: Choice, views: Any
) -> None:
    """Whatever the policy, choice, views and preprocessing, whole numbers or not."""
    recipe = Recipe("mine", V2.architectures, 5, choice, tuple(views), policy, pipeline)
    read = Recipe.from_document(through_json(recipe.as_document()))
    assert read == recipe
    assert read.pipeline.preprocessing.digest == pipeline.preprocessing.digest


@pytest.mark.parametrize(
    "change",
    [
        {"views": ["upside_down"]},
        {"policy": "median"},
        {"choice": "worst"},
        {"folds": 0},
        {"architectures": [{"name": "../x", "timm_name": "x", "mean": [0, 0, 0], "deviation": [1, 1, 1]}]},
        {"architectures": [{"name": "x", "timm_name": "x", "mean": [0, 0], "deviation": [1, 1, 1]}]},
        {"pipeline": {}},
    ],
)
def test_documents_that_are_refused(change: dict[str, Any]) -> None:
    """A document that names something unknown makes no recipe."""
    with pytest.raises((ValueError, KeyError)):
        Recipe.from_document({**through_json(V3.as_document()), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"preprocessing_sha256": "0" * 64},
        {"sampler": {"name": "slab", "count": 8, "skip": 0.1}},
        {"encoder": {"name": "other", "percentiles": [5, 95]}},
    ],
)
def test_pipelines_that_are_refused(change: dict[str, Any]) -> None:
    """Preprocessing that is not its recorded digest, an unknown sampler or encoder make no pipeline."""
    with pytest.raises(ValueError, match=r"disagrees|unknown"):
        Pipeline.from_document({**through_json(V3.pipeline.as_document()), **change})


def test_names_of_recipes_and_architectures() -> None:
    """A shipped recipe goes by its name; another name lists those there are."""
    assert recipe_named("v3") is V3
    with pytest.raises(UsageError, match="v1, v2, v3"):
        recipe_named("v9")
    with pytest.raises(ValueError, match="name"):
        Architecture("Not A Name", "timm")
