"""Recipes: frozen values that say how an ensemble looks at a series and how its members are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen, validators

from neuronetra.domain.encoding import ChannelEncoder
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.views import MIRRORED, ORIGINAL, VIEWS, View
from neuronetra.errors import UsageError

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@frozen
class Architecture:
    """A timm network under the short name of checkpoints; input is (x / 255 - mean) / deviation."""

    name: str = field(validator=validators.matches_re(r"[a-z0-9]+(_[a-z0-9]+)*"))
    timm_name: str
    mean: tuple[float, float, float] = _IMAGENET_MEAN
    deviation: tuple[float, float, float] = _IMAGENET_DEVIATION

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "timm_name": self.timm_name,
            "mean": list(self.mean),
            "deviation": list(self.deviation),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Architecture:
        red, green, blue = (float(value) for value in document["mean"])
        deviations = (float(value) for value in document["deviation"])
        d_red, d_green, d_blue = deviations
        return cls(document["name"], document["timm_name"], (red, green, blue), (d_red, d_green, d_blue))


EFFNETV2S = Architecture("effnetv2s", "tf_efficientnetv2_s.in1k", (0.5,) * 3, (0.5,) * 3)
CONVNEXT_TINY = Architecture("convnext_tiny", "convnext_tiny.fb_in1k")
MAXVIT_TINY = Architecture("maxvit_tiny", "maxvit_tiny_tf_224.in1k")
ARCHITECTURES: dict[str, Architecture] = {
    architecture.name: architecture for architecture in (EFFNETV2S, CONVNEXT_TINY, MAXVIT_TINY)
}


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
        sampler, encoder = document["sampler"], document["encoder"]
        if sampler["name"] != "segment" or encoder["name"] != ChannelEncoder.name:
            raise ValueError("unknown sampler or encoder")
        preprocessing = Preprocessing.from_document(document["preprocessing"])
        if preprocessing.digest != document["preprocessing_sha256"]:
            raise ValueError("preprocessing disagrees with its recorded sha256")
        low, high = encoder["percentiles"]
        return cls(
            SegmentSampler(int(sampler["count"]), float(sampler["skip"])),
            preprocessing,
            ChannelEncoder(float(low), float(high)),
        )


class Choice(Enum):
    """Which checkpoint of a fold becomes a member."""

    BEST = "best"
    RANDOM = "random"


@frozen
class Recipe:
    """An experiment as a value: architectures x folds, one checkpoint each, seen through views."""

    name: str
    architectures: tuple[Architecture, ...]
    folds: int = field(validator=validators.ge(1))
    choice: Choice = Choice.BEST
    views: tuple[View, ...] = (ORIGINAL,)
    policy: EnsemblePolicy = EnsemblePolicy.MEAN
    pipeline: Pipeline = field(factory=Pipeline)

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
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Recipe:
        return cls(
            document["name"],
            tuple(Architecture.from_document(entry) for entry in document["architectures"]),
            int(document["folds"]),
            Choice(document["choice"]),
            tuple(VIEWS[name] for name in document["views"]),
            EnsemblePolicy(document["policy"]),
            Pipeline.from_document(document["pipeline"]),
        )


V1 = Recipe("v1", (EFFNETV2S,), folds=1)
V2 = Recipe("v2", (EFFNETV2S, CONVNEXT_TINY, MAXVIT_TINY), folds=3, choice=Choice.RANDOM)
V3 = Recipe("v3", (EFFNETV2S, CONVNEXT_TINY, MAXVIT_TINY), folds=3, views=(ORIGINAL, MIRRORED))
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (V1, V2, V3)}


def recipe_named(name: str) -> Recipe:
    """The shipped recipe of that name. Raises ``UsageError`` for another."""
    if name not in RECIPES:
        raise UsageError("unknown recipe", found=repr(name), expected=f"one of {', '.join(RECIPES)}")
    return RECIPES[name]
