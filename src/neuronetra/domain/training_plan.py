"""How networks are trained, as a value: losses, schedule, batches and augmentation (design of recipes v1 to v3)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, fields_dict, frozen, validators

from neuronetra.domain.documents import exactly, number, several, whole

_SHARE = [validators.ge(0.0), validators.le(1.0)]
_MOST = 1_000_000


def _ordered(_: object, attribute: object, value: tuple[float, float]) -> None:
    if not 0.0 <= value[0] <= value[1] < math.inf:
        raise ValueError(f"{getattr(attribute, 'name', 'it')} is a low and a high end, not below 0")


@frozen
class Augmentation:
    """What a training series is put through before it is encoded: one draw for all of its frames.

    ``rotation`` in degrees each way; ``mirror`` the share of series that are mirrored, their labels swapped;
    ``brightness`` (of 255) and ``contrast`` (of 1) each way; ``noise_variance`` of normal noise in grey values squared;
    ``gamma`` exponents; ``holes`` squares of ``hole_share`` of the frame's side that are set to 0.
    """

    rotation: float = field(
        default=15.0, converter=float, validator=[validators.ge(0.0), validators.le(180.0)]
    )
    mirror: float = field(default=0.5, converter=float, validator=_SHARE)
    brightness: float = field(default=0.2, converter=float, validator=_SHARE)
    contrast: float = field(default=0.2, converter=float, validator=_SHARE)
    noise_variance: tuple[float, float] = field(default=(10.0, 80.0), validator=_ordered)
    gamma: tuple[float, float] = field(default=(0.8, 1.2), validator=_ordered)
    holes: int = field(default=8, validator=[validators.ge(0), validators.le(1000)])
    hole_share: float = field(default=1.0 / 14.0, converter=float, validator=_SHARE)

    def as_document(self) -> dict[str, Any]:
        found = asdict(self)
        return {**found, "noise_variance": list(self.noise_variance), "gamma": list(self.gamma)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Augmentation:
        known = dict(exactly(document, *fields_dict(cls)))
        values: dict[str, Any] = {name: _value(name, value) for name, value in known.items()}
        return cls(**values)


def _value(name: str, value: object) -> object:
    if name in ("noise_variance", "gamma"):
        return _pair(value)
    return whole(value) if name == "holes" else number(value)


def _pair(values: object) -> tuple[float, float]:
    low, high = (number(value) for value in several(values, 2))
    return low, high


NO_AUGMENTATION = Augmentation(0.0, 0.0, 0.0, 0.0, (0.0, 0.0), (1.0, 1.0), 0)
"""Frames as they are."""


@frozen
class TrainingPlan:
    """AdamW over ``epochs`` with a learning rate that falls as a cosine, epoch by epoch, to ``final_learning_rate``.

    ``batch`` series at a time, gradients of ``accumulation`` batches added up for each step. The loss is
    ``bce_share`` of binary cross-entropy, in which Aneurysm Present weighs ``presence_weight`` and each location 1,
    and the rest focal loss with ``focal_gamma``.
    """

    epochs: int = field(default=10, validator=[validators.ge(1), validators.le(_MOST - 1)])
    learning_rate: float = field(
        default=5e-5, converter=float, validator=[validators.gt(0.0), validators.le(10.0)]
    )
    final_learning_rate: float = field(default=1e-6, converter=float, validator=validators.ge(0.0))
    weight_decay: float = field(default=1e-4, converter=float, validator=_SHARE)
    batch: int = field(default=6, validator=[validators.ge(1), validators.le(65536)])
    accumulation: int = field(default=5, validator=[validators.ge(1), validators.le(65536)])
    bce_share: float = field(default=0.7, converter=float, validator=_SHARE)
    presence_weight: float = field(default=3.0, converter=float, validator=validators.gt(0.0))
    focal_gamma: float = field(
        default=2.0, converter=float, validator=[validators.ge(0.0), validators.le(100.0)]
    )
    augmentation: Augmentation = field(factory=Augmentation)

    def __attrs_post_init__(self) -> None:
        if self.final_learning_rate > self.learning_rate:
            raise ValueError("the learning rate falls: its end is at most its beginning")

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0 (SGDR's cosine, Loshchilov and Hutter 2017, one period)."""
        fallen = 0.5 * (1.0 + math.cos(math.pi * epoch / self.epochs))
        return self.final_learning_rate + (self.learning_rate - self.final_learning_rate) * fallen

    def as_document(self) -> dict[str, Any]:
        return {**asdict(self, recurse=False), "augmentation": self.augmentation.as_document()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> TrainingPlan:
        known = dict(exactly(document, *fields_dict(cls)))
        augmentation = Augmentation.from_document(known.pop("augmentation"))
        values: dict[str, Any] = {
            name: whole(value) if name in _COUNTS else number(value) for name, value in known.items()
        }
        return cls(augmentation=augmentation, **values)


_COUNTS = frozenset({"epochs", "batch", "accumulation"})
