"""What a member's manifest says of its training: what it saw, so that nobody measures it on that, and how it was made."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from neuronetra.domain.documents import exactly, flag, several, text, whole

SCHEMA = 1
_DIGITS = 16
_KEYS = (
    "schema",
    "recipe",
    "cohort_digest",
    "synthetic",
    "key_check",
    "seed",
    "fold",
    "folds",
    "pretrained",
    "patients",
    "series",
    "validation",
    "counts",
    "plan",
    "versions",
)


def series_mark(uid: str) -> str:
    """By what a series is known again: 16 hexadecimal digits of its uid's sha256."""
    return hashlib.sha256(uid.encode()).hexdigest()[:_DIGITS]


def patient_mark(patient: str) -> str:
    """By what a patient is known again, of ``LabelledSeries.patient``, which is a keyed hash already."""
    return patient[:_DIGITS]


def key_check(key: bytes) -> str:
    """Equal where two cohorts' patients are hashed by one key, which it does not tell."""
    return hmac.new(key, b"neuronetra key check", hashlib.sha256).hexdigest()[:_DIGITS]


@frozen
class TrainingRecord:
    """What a member was trained on, and how.

    ``patients`` and ``series`` are the sorted marks of those that its weights were fitted to; ``validation`` those of the
    series that its epoch may have been chosen by, in the order of the manifest's ``out_of_fold`` rows. ``key_check`` tells
    whether a cohort's patients can be held against these. ``counts`` lists (modality code, sex, age band, series,
    positives (14)) of the training series by the cells of ``domain.baselines``: sex "" and band -1 where unknown.
    ``pretrained`` names where the first weights came from: ``none``, ``timm`` or ``file sha256 …``.
    """

    recipe: str
    cohort_digest: str
    synthetic: bool
    key_check: str
    seed: int
    fold: int
    folds: int
    pretrained: str
    patients: tuple[str, ...] = field(repr=False)
    series: tuple[str, ...] = field(repr=False)
    validation: tuple[str, ...] = field(repr=False)
    counts: tuple[tuple[int, str, int, int, tuple[int, ...]], ...] = field(repr=False)
    plan: Mapping[str, Any] = field(repr=False, factory=dict)
    versions: Mapping[str, str] = field(repr=False, factory=dict)
    _series: frozenset[str] = field(init=False, repr=False, eq=False)
    _patients: frozenset[str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_series", frozenset(self.series))
        object.__setattr__(self, "_patients", frozenset(self.patients))

    def saw(self, uid: str, patient: str, key: str) -> bool:
        """Whether its weights were fitted to this series or, where ``key`` is its ``key_check``, to this patient."""
        if series_mark(uid) in self._series:
            return True
        return key == self.key_check and patient_mark(patient) in self._patients

    def as_document(self) -> dict[str, Any]:
        """Plain data for ``Manifest.training``."""
        return {
            "schema": SCHEMA,
            "recipe": self.recipe,
            "cohort_digest": self.cohort_digest,
            "synthetic": self.synthetic,
            "key_check": self.key_check,
            "seed": self.seed,
            "fold": self.fold,
            "folds": self.folds,
            "pretrained": self.pretrained,
            "patients": list(self.patients),
            "series": list(self.series),
            "validation": list(self.validation),
            "counts": [[code, sex, band, n, list(hits)] for code, sex, band, n, hits in self.counts],
            "plan": dict(self.plan),
            "versions": dict(self.versions),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> TrainingRecord:
        """The reverse. Raises ``ValueError`` for anything else."""
        known = dict(exactly(document, *_KEYS))
        if known.pop("schema") != SCHEMA:
            raise ValueError("a training record of another schema")
        values: dict[str, Any] = {name: _PARSERS[name](value) for name, value in known.items()}
        return cls(**values)


def _marks(values: object) -> tuple[str, ...]:
    return tuple(text(value) for value in several(values))


def _count(entry: object) -> tuple[int, str, int, int, tuple[int, ...]]:
    code, sex, band, n, hits = several(entry, 5)
    if isinstance(band, bool) or not isinstance(band, int):
        raise ValueError("an age band is a whole number")  # -1 where the age is unknown
    return whole(code), text(sex), band, whole(n), tuple(whole(hit) for hit in several(hits, 14))


_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("recipe", "cohort_digest", "key_check", "pretrained"), text),
    **dict.fromkeys(("seed", "fold", "folds"), whole),
    **dict.fromkeys(("patients", "series", "validation"), _marks),
    **dict.fromkeys(("plan", "versions"), dict),
    "synthetic": flag,
    "counts": lambda entries: tuple(_count(entry) for entry in several(entries)),
}
