"""Recipes of one's own, from plain settings."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.recipe_settings import recipe_from
from neuronetra.domain.recipes import RECIPES, V2, V3, Architecture, Choice, Recipe
from neuronetra.domain.training_plan import NO_AUGMENTATION, Augmentation, TrainingPlan
from neuronetra.domain.views import MIRRORED, View
from neuronetra.errors import ConfigError

WHOLE = """
name = "mine"
base = "v2"
folds = 5
choice = "best"
views = ["mirrored", "rotated-5+scaled1.1"]
policy = "logit_mean"
precision = "bfloat16"
image_size = [96, 128]

[training]
epochs = 3
learning_rate = 1e-3
final_learning_rate = 1e-5
weight_decay = 0
batch = 2
accumulation = 1
bce_share = 0.5
presence_weight = 2
focal_gamma = 1.5

[training.augmentation]
rotation = 5
mirror = 0.25
brightness = 0.1
contrast = 0.3
noise_variance = [0, 9]
gamma = [1, 1.5]
holes = 2
hole_share = 0.1

[[architectures]]
name = "swin"
timm_name = "swin_tiny_patch4_window7_224"
mean = [0.5, 0.4, 0.3]
deviation = [1, 1, 1]
options = { window_size = 12, img_size = [96, 128] }

[[architectures]]
name = "other"
timm_name = "resnet18"
"""


def _recipe(text: str) -> Recipe:
    return recipe_from(tomllib.loads(text), "mine.toml")


def test_every_key() -> None:
    """Each takes its place in the recipe, as numbers of the right kind."""
    found = _recipe(WHOLE)
    assert (found.name, found.folds, found.choice) == ("mine", 5, Choice.BEST)
    assert found.views == (MIRRORED, View(angle=-5, scale=1.1))
    assert (found.policy, found.precision) == (EnsemblePolicy.LOGIT_MEAN, "bfloat16")
    assert found.pipeline.preprocessing.size == (96, 128)
    assert found.pipeline.preprocessing.steps[:-1] == V2.pipeline.preprocessing.steps[:-1]
    augmentation = Augmentation(5, 0.25, 0.1, 0.3, (0, 9), (1, 1.5), 2, 0.1)
    assert found.training == TrainingPlan(3, 1e-3, 1e-5, 0, 2, 1, 0.5, 2, 1.5, augmentation)
    swin, other = found.architectures
    assert (swin.mean, swin.deviation) == ((0.5, 0.4, 0.3), (1, 1, 1))
    assert swin.options == (("img_size", (96, 128)), ("window_size", 12))
    assert other == Architecture("other", "resnet18")


def test_a_recipe_of_ones_own_is_read_back() -> None:
    """As a store keeps it, beside the shipped ones."""
    found = _recipe(WHOLE)
    assert Recipe.from_document(json.loads(json.dumps(found.as_document()))) == found


@pytest.mark.parametrize("base", list(RECIPES))
def test_what_is_not_said_is_the_bases(base: str) -> None:
    """A name alone gives the base under another name."""
    assert _recipe(f'name = "mine"\nbase = "{base}"') == evolve(RECIPES[base], name="mine")


def test_the_usual_base_is_v3() -> None:
    """Three architectures, three folds, two views."""
    assert _recipe('name = "mine"') == evolve(V3, name="mine")


def test_tables_are_completed_from_the_base() -> None:
    """A key of the plan or the augmentation leaves the others of the table as they are."""
    found = _recipe('name = "mine"\n[training]\nepochs = 4\n[training.augmentation]\nholes = 0')
    augmentation = evolve(V3.training.augmentation, holes=0)
    assert found.training == evolve(V3.training, epochs=4, augmentation=augmentation)


def test_learning_rates_are_set_together() -> None:
    """Both below the base's last one: no order of the keys is wrong."""
    found = _recipe('name = "mine"\n[training]\nlearning_rate = 1e-7\nfinal_learning_rate = 1e-8')
    assert (found.training.rate(0), found.training.final_learning_rate) == (1e-7, 1e-8)


def test_frames_can_be_left_as_they_are() -> None:
    """Every augmentation can be switched off in TOML."""
    off = {**NO_AUGMENTATION.as_document(), "hole_share": NO_AUGMENTATION.hole_share}
    found = recipe_from({"name": "mine", "training": {"augmentation": off}})
    assert found.training.augmentation == NO_AUGMENTATION


def test_one_number_is_a_square() -> None:
    """384 pixels each way; the digest of the preprocessing tells it apart from 224."""
    found = _recipe('name = "mine"\nimage_size = 384')
    assert found.pipeline.preprocessing.size == (384, 384)
    assert found.pipeline.preprocessing.digest != V3.pipeline.preprocessing.digest


ARCHITECTURE = 'name = "m"\n[[architectures]]\nname = "a"\ntimm_name = "b"\n'


@pytest.mark.parametrize(
    ("text", "where", "word"),
    [
        ("", "mine.toml", "without a name"),
        ('name = "v3"', "name", "shipped"),
        ('name = "starter"', "name", "shipped"),
        ('name = "x y"', "name", "must match"),
        ("name = 3", "name", "int where text"),
        ('name = "m"\nbase = "v9"', "base", "v1 or v2 or v3"),
        ('name = "m"\nbase = ["v3"]', "base", "list where text"),
        ('name = "m"\nfold = 3', "mine.toml", "did you mean 'folds'"),
        ('name = "m"\nfolds = 0', "folds", ">= 1"),
        ('name = "m"\nfolds = "3"', "folds", "str where a whole number"),
        ('name = "m"\nfolds = true', "folds", "bool where a whole number"),
        ('name = "m"\nfolds = 3.0', "folds", "float where a whole number"),
        ('name = "m"\nchoice = "worst"', "choice", "best, random"),
        ('name = "m"\npolicy = "median"', "policy", "mean"),
        ('name = "m"\nviews = ["up"]', "views", "no such view"),
        ('name = "m"\nviews = "mirrored"', "views", "list"),
        ('name = "m"\nviews = []', "mine.toml", "needs views"),
        ('name = "m"\nviews = ["mirrored", "mirrored"]', "mine.toml", "needs views, each once"),
        ('name = "m"\nprecision = "int8"', "precision", "float16"),
        ('name = "m"\nimage_size = 0', "image_size", ">= 1"),
        ('name = "m"\nimage_size = [384]', "image_size", "a list of 2"),
        ('name = "m"\nimage_size = 9999', "image_size", "<= 4096"),
        ('name = "m"\ntraining = 3', "training", "a table"),
        ('name = "m"\n[training]\nepoch = 3', "training", "did you mean 'epochs'"),
        ('name = "m"\n[training]\nepochs = 0', "training.epochs", ">= 1"),
        ('name = "m"\n[training]\nbatch = 2.5', "training.batch", "whole number"),
        ('name = "m"\n[training]\nlearning_rate = nan', "training.learning_rate", "number"),
        ('name = "m"\n[training]\nlearning_rate = inf', "training.learning_rate", "number"),
        ('name = "m"\n[training]\nlearning_rate = 1e-9', "training", "falls"),
        ('name = "m"\n[training.augmentation]\nflip = 1', "training.augmentation", "unknown key"),
        ('name = "m"\n[training.augmentation]\nrotation = 200', "training.augmentation.rotation", "180"),
        (
            'name = "m"\n[training.augmentation]\ngamma = [2, 1]',
            "training.augmentation.gamma",
            "low and a high",
        ),
        ('name = "m"\n[training.augmentation]\ngamma = 1', "training.augmentation.gamma", "a list of 2"),
        ('name = "m"\narchitectures = []', "mine.toml", "needs architectures"),
        ('name = "m"\narchitectures = [3]', "architectures[0]", "a table"),
        ('name = "m"\n[architectures]\nname = "a"', "architectures", "a list"),
        ('name = "m"\n[[architectures]]\nname = "a"', "architectures[0]", "without timm_name"),
        (ARCHITECTURE + "mean = [1, 2]", "architectures[0].mean", "a list of 3"),
        (ARCHITECTURE + "deviation = [0, 1, 1]", "architectures[0]", "above 0"),
        (ARCHITECTURE + "timmname = 3", "architectures[0]", "did you mean 'timm_name'"),
        (ARCHITECTURE + "options = 3", "architectures[0].options", "a table"),
        (ARCHITECTURE + "options = { pretrained = true }", "architectures[0]", "do not hold pretrained"),
        (ARCHITECTURE + "options = { x = [nan] }", "architectures[0].options.x", "finite"),
        (ARCHITECTURE + "options = { x = 2020-01-01 }", "architectures[0]", "numbers, truth values"),
        (ARCHITECTURE + '[[architectures]]\nname = "a"\ntimm_name = "c"', "mine.toml", "each once"),
    ],
)
def test_what_is_refused(text: str, where: str, word: str) -> None:
    """One line that names the file, the key and what is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        _recipe(text)
    line = str(caught.value)
    assert caught.value.where == (where if where == "mine.toml" else f"mine.toml: {where}")
    assert word in line
    assert "\n" not in line


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["base", "folds", "choice", "views", "policy", "precision", "image_size", "training", "architectures"]
)


@given(st.dictionaries(KEYS, ANYTHING, min_size=1, max_size=3))
def test_any_settings_make_a_recipe_or_a_line(settings: dict[str, Any]) -> None:
    """No value of a wrong kind comes through as a traceback."""
    try:
        found = recipe_from({"name": "mine", **settings})
    except ConfigError as error:
        assert str(error).startswith("recipe")  # noqa: PT017 - either is right
    else:
        assert Recipe.from_document(json.loads(json.dumps(found.as_document()))) == found
