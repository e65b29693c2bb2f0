"""Recipes: frozen values that say how an ensemble looks at a series and how its members are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from attrs import evolve, field, frozen, validators

from neuronetra.domain.documents import exactly, number, several, text, whole
from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing, ResizeStep
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.training_plan import TrainingPlan
from neuronetra.domain.views import MIRRORED, ORIGINAL, View, view_named
from neuronetra.errors import UsageError

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


_OWN_OPTIONS = frozenset({"pretrained", "num_classes", "checkpoint_path", "cache_dir", "pretrained_cfg"})
"""What the program itself tells timm."""


def _sorted_options(given: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """In the order of their names. Raises ``ValueError`` for what is no plain value or not for a recipe to say."""
    options = {text(name): _plain(value) for name, value in given}
    if wrong := sorted(_OWN_OPTIONS & options.keys()):
        raise ValueError(f"an architecture's options do not hold {wrong[0]}")
    return tuple(sorted(options.items()))


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, bool | int | float | str):
        return value
    raise ValueError("an architecture's options are numbers, truth values, words or lists of these")


def _thawed(value: object) -> object:
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


@frozen
class Architecture:
    """A timm network under the short name of checkpoints; input is (x / 255 - mean) / deviation.

    ``options`` are handed to timm's ``create_model`` as they are: pairs of a name and a plain value (a number, a truth
    value, a word, or a tuple of these), sorted by name.
    """

    name: str = field(validator=validators.matches_re(r"[a-z0-9]+(_[a-z0-9]+)*"))
    timm_name: str
    mean: tuple[float, float, float] = _IMAGENET_MEAN
    deviation: tuple[float, float, float] = _IMAGENET_DEVIATION
    options: tuple[tuple[str, Any], ...] = field(default=(), converter=_sorted_options)

    def __attrs_post_init__(self) -> None:
        if min(self.deviation) <= 0.0:
            raise ValueError("deviations are above 0")

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "timm_name": self.timm_name,
            "mean": list(self.mean),
            "deviation": list(self.deviation),
            "options": {name: _thawed(value) for name, value in self.options},
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Architecture:
        known = exactly(document, "name", "timm_name", "mean", "deviation", "options")
        return cls(
            text(known["name"]),
            text(known["timm_name"]),
            _colours(known["mean"]),
            _colours(known["deviation"]),
            tuple(dict(known["options"]).items()),
        )


def _colours(values: object) -> tuple[float, float, float]:
    red, green, blue = (number(value) for value in several(values, 3))
    return red, green, blue


EFFNETV2S = Architecture("effnetv2s", "tf_efficientnetv2_s.in1k", (0.5,) * 3, (0.5,) * 3)
CONVNEXT_TINY = Architecture("convnext_tiny", "convnext_tiny.fb_in1k")
MAXVIT_TINY = Architecture("maxvit_tiny", "maxvit_tiny_tf_224.in1k")


@frozen
class Pipeline:
    """From a series to a network's input: members with equal pipelines share the work."""

    sampler: SegmentSampler = field(factory=SegmentSampler)
    preprocessing: Preprocessing = FOUNDING_PREPROCESSING
    encoder: ChannelEncoder = field(factory=ChannelEncoder)

    def as_document(self) -> dict[str, Any]:
        return {
            "sampler": {"name": "segment", "count": self.sampler.count, "skip": self.sampler.skip},
            "preprocessing": self.preprocessing.as_document(),
            "preprocessing_sha256": self.preprocessing.digest,
            "encoder": {
                "name": self.encoder.name,
                "percentiles": [self.encoder.low_percentile, self.encoder.high_percentile],
            },
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Pipeline:
        """Raises ``ValueError`` where the preprocessing is not what its recorded sha256 says."""
        known = exactly(document, "sampler", "preprocessing", "preprocessing_sha256", "encoder")
        sampler = exactly(known["sampler"], "name", "count", "skip")
        encoder = exactly(known["encoder"], "name", "percentiles")
        if sampler["name"] != "segment" or encoder["name"] != ChannelEncoder.name:
            raise ValueError("unknown sampler or encoder")
        preprocessing = Preprocessing.from_document(known["preprocessing"])
        if preprocessing.digest != known["preprocessing_sha256"]:
            raise ValueError("preprocessing disagrees with its recorded sha256")
        low, high = (number(value) for value in several(encoder["percentiles"], 2))
        sampling = SegmentSampler(whole(sampler["count"]), number(sampler["skip"]))
        return cls(sampling, preprocessing, ChannelEncoder(low, high))


class Choice(Enum):
    """Which checkpoint of a fold becomes a member."""

    BEST = "best"
    RANDOM = "random"


PRECISIONS = ("float32", "float16", "bfloat16")
_RECIPE_KEYS = (
    "name",
    "architectures",
    "folds",
    "choice",
    "views",
    "policy",
    "pipeline",
    "training",
    "precision",
)


@frozen
class Recipe:
    """An experiment as a value: architectures x folds, one checkpoint each, seen through views.

    ``precision`` is what its networks compute in where nobody says otherwise.
    """

    name: str = field(validator=validators.matches_re(r"[a-z0-9]+([_-][a-z0-9]+)*"))
    architectures: tuple[Architecture, ...]
    folds: int = field(validator=[validators.ge(1), validators.le(1000)])
    choice: Choice = Choice.BEST
    views: tuple[View, ...] = (ORIGINAL,)
    policy: EnsemblePolicy = EnsemblePolicy.MEAN
    pipeline: Pipeline = field(factory=Pipeline)
    training: TrainingPlan = field(factory=TrainingPlan)
    precision: str = field(default="float32", validator=validators.in_(PRECISIONS))

    def __attrs_post_init__(self) -> None:
        for what, names in (
            ("architectures", [architecture.name for architecture in self.architectures]),
            ("views", [view.name for view in self.views]),
        ):
            if not names or len(set(names)) != len(names):
                raise ValueError(f"a recipe needs {what}, each once")

    @property
    def slots(self) -> tuple[tuple[Architecture, int], ...]:
        """(architecture, fold) of every member."""
        return tuple((a, fold) for a in self.architectures for fold in range(self.folds))

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "architectures": [architecture.as_document() for architecture in self.architectures],
            "folds": self.folds,
            "choice": self.choice.value,
            "views": [view.name for view in self.views],
            "policy": self.policy.value,
            "pipeline": self.pipeline.as_document(),
            "training": self.training.as_document(),
            "precision": self.precision,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Recipe:
        """Raises ``ValueError`` where a shipped recipe's name stands over another recipe.

        The policy may be another: it is chosen with the members.
        """
        known = exactly(document, *_RECIPE_KEYS)
        found = cls(
            text(known["name"]),
            tuple(Architecture.from_document(entry) for entry in several(known["architectures"])),
            whole(known["folds"]),
            Choice(known["choice"]),
            tuple(view_named(text(name)) for name in several(known["views"])),
            EnsemblePolicy(known["policy"]),
            Pipeline.from_document(known["pipeline"]),
            TrainingPlan.from_document(known["training"]),
            text(known["precision"]),
        )
        shipped = RECIPES.get(found.name)
        if shipped is not None and evolve(shipped, policy=found.policy) != found:
            raise ValueError(f"recipe {found.name} is not the shipped {found.name}")
        return found


V1 = Recipe("v1", (EFFNETV2S,), folds=1)
V2 = Recipe("v2", (EFFNETV2S, CONVNEXT_TINY, MAXVIT_TINY), folds=3, choice=Choice.RANDOM)
V3 = Recipe("v3", (EFFNETV2S, CONVNEXT_TINY, MAXVIT_TINY), folds=3, views=(ORIGINAL, MIRRORED))
STARTER_SIZE = 128
STARTER = Recipe(
    "starter",
    (
        Architecture("test_efficientnet", "test_efficientnet.r160_in1k"),
        Architecture("test_byobnet", "test_byobnet.r160_in1k"),
        Architecture("test_mambaout", "test_mambaout"),
    ),
    folds=3,
    views=(ORIGINAL, MIRRORED),
    pipeline=Pipeline(
        preprocessing=Preprocessing(
            (*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(STARTER_SIZE, STARTER_SIZE))
        )
    ),
    training=TrainingPlan(epochs=8, learning_rate=1e-3, final_learning_rate=1e-5, batch=32, accumulation=1),
)
"""v3 made small: three networks of three families that fit into a wheel, trained on made-up heads."""
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (V1, V2, V3, STARTER)}


def recipe_named(name: str) -> Recipe:
    """The shipped recipe of that name. Raises ``UsageError`` for another."""
    if name not in RECIPES:
        raise UsageError("unknown recipe", found=repr(name), expected=f"one of {', '.join(RECIPES)}")
    return RECIPES[name]
