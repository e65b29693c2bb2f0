"""Checkpoints, their manifests, and which of them an ensemble uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float64, locked_if_given, summary
from neuronetra.domain.documents import exactly, flag, several, whole
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import PARENTS, Modality
from neuronetra.domain.recipes import Architecture, Choice, Pipeline, Recipe
from neuronetra.domain.training_record import TrainingRecord
from neuronetra.errors import ManifestError, MissingMemberError, ModalityError

_NUMBER = r"(0|[1-9][0-9]{0,5})"
_NAME = re.compile(rf"([a-z0-9]+(?:_[a-z0-9]+)*)_fold{_NUMBER}_epoch{_NUMBER}_score([01]\.[0-9]{{6}})")


def _six_digits(score: float) -> float:
    return round(float(score), 6)


@frozen(order=True)
class CheckpointName:
    """``{architecture}_fold{k}_epoch{e}_score{s:.6f}``, parsed strictly; ``score`` in [0, 1]."""

    architecture: str
    fold: int
    epoch: int
    score: float = field(converter=_six_digits)

    def __attrs_post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0 or _NAME.fullmatch(str(self)) is None:
            raise ManifestError("not a checkpoint's name", found=repr(str(self)), expected=_PATTERN)

    def __str__(self) -> str:
        return f"{self.architecture}_fold{self.fold}_epoch{self.epoch}_score{self.score:.6f}"

    @classmethod
    def parse(cls, text: str) -> CheckpointName:
        """Raises ``ManifestError`` unless ``text`` is exactly such a name."""
        match = _NAME.fullmatch(text)
        if match is None:
            raise ManifestError("not a checkpoint's name", found=repr(text[:80]), expected=_PATTERN)
        return cls(match[1], int(match[2]), int(match[3]), float(match[4]))


_PATTERN = "architecture_fold0_epoch8_score0.608421"


@frozen
class ModelSpec:
    """What a network takes and gives.

    ``input_size`` is (rows, columns); ``modalities`` those it was trained on, ``None`` where every
    modality is accepted as it is; ``map_grid`` (rows, columns) of its maps where it says where.
    """

    architecture: Architecture
    input_size: tuple[int, int] = (224, 224)
    modalities: tuple[Modality, ...] | None = None
    reads_modality: bool = False
    map_grid: tuple[int, int] | None = None

    def admit(self, modality: Modality) -> tuple[Modality, str]:
        """The modality to prepare as, and a warning ("" where nothing is to be said).

        One that the network never saw falls back to its parent; raises ``ModalityError`` where that
        was not seen either.
        """
        if self.modalities is None or modality in self.modalities:
            return modality, ""
        parent = PARENTS.get(modality)
        if parent is None or parent not in self.modalities:
            raise ModalityError(
                "the model was not trained on this modality",
                found=modality.value,
                expected=" or ".join(known.value for known in self.modalities),
                fix="choose a model trained on it, or name the modality if the header is wrong",
            )
        return parent, f"modality {modality.value} was not trained on: prepared as {parent.value}"

    def as_document(self) -> dict[str, Any]:
        return {
            "architecture": self.architecture.as_document(),
            "input_size": list(self.input_size),
            "modalities": None if self.modalities is None else [m.value for m in self.modalities],
            "reads_modality": self.reads_modality,
            "map_grid": None if self.map_grid is None else list(self.map_grid),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ModelSpec:
        known = exactly(document, "architecture", "input_size", "modalities", "reads_modality", "map_grid")
        modalities, grid = known["modalities"], known["map_grid"]
        return cls(
            Architecture.from_document(known["architecture"]),
            _size(known["input_size"]),
            None if modalities is None else tuple(Modality(value) for value in several(modalities)),
            flag(known["reads_modality"]),
            None if grid is None else _size(grid),
        )


def _size(values: object) -> tuple[int, int]:
    rows, columns = (whole(value) for value in several(values, 2))
    return rows, columns


@frozen(eq=False)
class Manifest:
    """What is known of a member: its network, its input, its sha256 and how it came to be.

    ``score`` is its validation score, ``None`` where it is untrained; ``training`` what it was trained
    on (series and prevalence per modality), empty where untrained; ``out_of_fold`` (n, 14) its scores of
    the series that it did not see.
    """

    name: CheckpointName
    spec: ModelSpec
    pipeline: Pipeline
    score: float | None = None
    sha256: Mapping[str, str] = field(factory=dict)
    training: Mapping[str, Any] = field(factory=dict)
    out_of_fold: Float64 | None = field(default=None, converter=locked_if_given, repr=summary)
    labels: tuple[str, ...] = LABELS

    def __attrs_post_init__(self) -> None:
        self._require_labels()
        self._require_name()
        seen = self.out_of_fold
        if seen is not None and seen.shape[1:] != (len(LABELS),):
            self._disagrees("out-of-fold scores", f"shape {seen.shape}", f"(n, {len(LABELS)})")
        if self.pipeline.preprocessing.size != self.spec.input_size:
            self._disagrees("preprocessing", str(self.pipeline.preprocessing.size), str(self.spec.input_size))

    @property
    def untrained(self) -> bool:
        return self.score is None

    @property
    def record(self) -> TrainingRecord | None:
        """What it was trained on; ``None`` where that is unknown, as of untrained and imported members.

        Raises ``ManifestError`` where it is damaged.
        """
        if "patients" not in self.training:
            return None
        try:
            return TrainingRecord.from_document(self.training)
        except (ValueError, TypeError) as error:
            raise ManifestError(
                "what it was trained on is damaged",
                where=str(self.name),
                found=" ".join(str(error).split())[:200],
                fix="make or fetch the store anew",
            ) from None

    def _require_labels(self) -> None:
        for index, (found, wanted) in enumerate(zip(self.labels, LABELS, strict=False)):
            if found != wanted:
                self._disagrees("label order", f"{found!r} as label {index}", repr(wanted))
        if len(self.labels) != len(LABELS):
            self._disagrees("labels", f"{len(self.labels)}", f"{len(LABELS)}")

    def _require_name(self) -> None:
        if self.spec.architecture.name != self.name.architecture:
            self._disagrees("architecture", self.spec.architecture.name, self.name.architecture)
        if round(self.score or 0.0, 6) != self.name.score:
            self._disagrees("score", f"{self.score}", f"{self.name.score:.6f} as in the name")

    def _disagrees(self, what: str, found: str, expected: str) -> None:
        raise ManifestError(
            f"the manifest's {what} disagrees",
            where=str(self.name),
            found=found,
            expected=expected,
            fix="use a store made for this version, or make the member anew",
        )


@frozen
class Checkpoint:
    """A local file of a member's weights (``kind``: ``onnx`` or ``safetensors``), of ``size`` bytes."""

    manifest: Manifest
    kind: str
    path: str
    size: int = 0

    @property
    def name(self) -> CheckpointName:
        return self.manifest.name

    @property
    def spec(self) -> ModelSpec:
        return self.manifest.spec

    @property
    def sha256(self) -> str:
        """What the manifest records of this file."""
        return self.manifest.sha256[self.kind]


@frozen
class EnsembleMember:
    """A chosen checkpoint, the sha256 of its manifest and its weight."""

    name: CheckpointName
    manifest_sha256: str = ""
    weight: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.weight is not None and not 0.0 < self.weight <= _LARGEST_WEIGHT:
            raise ManifestError(
                "a member's weight is none",
                where=str(self.name),
                found=str(self.weight),
                expected=f"above 0 and at most {_LARGEST_WEIGHT:g}",
            )


_LARGEST_WEIGHT = 1e6


@frozen
class Ensemble:
    """The chosen members and how they are combined; ``digest`` is the manifest hash of every result."""

    recipe: Recipe
    members: tuple[EnsembleMember, ...]
    why: str
    temperatures: tuple[float, ...] | None = None
    digest: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.members:
            raise ManifestError("an ensemble without members", expected="at least one")
        found = sorted((member.name.architecture, member.name.fold) for member in self.members)
        if found != sorted((architecture.name, fold) for architecture, fold in self.recipe.slots):
            raise ManifestError(
                "the members are not one for each slot of the recipe",
                found=", ".join(str(member.name) for member in self.members)[:200],
                expected=f"recipe {self.recipe.name}: {len(self.recipe.slots)} members",
                fix="choose them anew: `neuronetra models choose`",
            )
        given = self.temperatures
        if given is not None and (len(given) != len(LABELS) or not all(0.0 < t < 1e6 for t in given)):
            raise ManifestError(
                "temperatures are none", found=str(given)[:80], expected=f"{len(LABELS)} numbers above 0"
            )


def choose(names: Sequence[CheckpointName], recipe: Recipe, seed: int) -> tuple[CheckpointName, ...]:
    """One checkpoint for each (architecture, fold) of the recipe: the best, or a seeded random one.

    Of equal scores the earliest epoch is taken. Raises ``MissingMemberError`` for an empty slot.
    """
    chosen = []
    for slot, (architecture, fold) in enumerate(recipe.slots):
        candidates = sorted(n for n in names if (n.architecture, n.fold) == (architecture.name, fold))
        if not candidates:
            raise MissingMemberError(
                f"no checkpoint of {architecture.name} fold {fold}",
                found=f"{len(names)} checkpoints",
                expected=f"one or more for each of {len(recipe.slots)} slots of recipe {recipe.name}",
                fix="train or import the missing fold",
            )
        if recipe.choice is Choice.RANDOM:
            draw = np.random.default_rng([seed, slot]).integers(len(candidates))
            chosen.append(candidates[int(draw)])
        else:
            chosen.append(min(candidates, key=lambda name: (-name.score, name.epoch)))
    return tuple(chosen)
