"""Manifests and ensembles as JSON documents, read strictly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from neuronetra.domain.arrays import Float64
from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest, ModelSpec
from neuronetra.domain.documents import exactly, flag, number, several, text
from neuronetra.domain.locations import LABELS
from neuronetra.domain.recipes import Pipeline, Recipe
from neuronetra.errors import ManifestError

FORMAT = 2
"""The version of both documents; a reader refuses any other."""

_MANIFEST_KEYS = (
    "format",
    "name",
    "untrained",
    "score",
    "labels",
    "spec",
    "pipeline",
    "sha256",
    "training",
    "out_of_fold",
)

LARGEST_DOCUMENT = 256 * 1024 * 1024

T = TypeVar("T")


def digest(content: bytes) -> str:
    """sha256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest_bytes(manifest: Manifest) -> bytes:
    """A member's manifest as canonical JSON."""
    seen = None if manifest.out_of_fold is None else manifest.out_of_fold.tolist()
    return _json(
        {
            "format": FORMAT,
            "name": str(manifest.name),
            "untrained": manifest.untrained,
            "score": manifest.score,
            "labels": list(manifest.labels),
            "spec": manifest.spec.as_document(),
            "pipeline": manifest.pipeline.as_document(),
            "sha256": dict(manifest.sha256),
            "training": dict(manifest.training),
            "out_of_fold": seen,
        }
    )


def manifest_from(content: bytes, where: str) -> Manifest:
    """The manifest in ``content``. Raises ``ManifestError`` that names ``where``."""
    return _read(content, where, _manifest)


def _manifest(document: Mapping[str, Any]) -> Manifest:
    known = exactly(document, *_MANIFEST_KEYS)
    score, seen = known["score"], known["out_of_fold"]
    if flag(known["untrained"]) is not (score is None):
        raise ValueError("untrained and score contradict each other")
    manifest = Manifest(
        name=CheckpointName.parse(text(known["name"])),
        spec=ModelSpec.from_document(known["spec"]),
        pipeline=Pipeline.from_document(known["pipeline"]),
        score=None if score is None else number(score),
        sha256={text(kind): text(value) for kind, value in known["sha256"].items()},
        training=dict(known["training"]),
        out_of_fold=None if seen is None else _scores(seen),
        labels=tuple(text(label) for label in several(known["labels"])),
    )
    _ = manifest.record  # a damaged one shows here, with the file's name, not when it is asked for
    return manifest


def _scores(rows: object) -> Float64:
    """Out-of-fold scores: rows of 14 probabilities."""
    values = np.array([[number(v) for v in several(row, len(LABELS))] for row in several(rows)], np.float64)
    if values.size and not (values.min() >= 0.0 and values.max() <= 1.0):
        raise ValueError("out-of-fold scores outside [0, 1]")
    return values.reshape(-1, len(LABELS))


def ensemble_bytes(ensemble: Ensemble) -> bytes:
    """``ensemble.json`` as canonical JSON."""
    members = [
        {"name": str(m.name), "manifest_sha256": m.manifest_sha256, "weight": m.weight}
        for m in ensemble.members
    ]
    temperatures = None if ensemble.temperatures is None else list(ensemble.temperatures)
    return _json(
        {
            "format": FORMAT,
            "recipe": ensemble.recipe.as_document(),
            "members": members,
            "temperatures": temperatures,
            "why": ensemble.why,
        }
    )


def ensemble_from(content: bytes, where: str) -> Ensemble:
    """The ensemble in ``content``, its ``digest`` that of the content. Raises ``ManifestError``."""

    def build(document: Mapping[str, Any]) -> Ensemble:
        known = exactly(document, "format", "recipe", "members", "temperatures", "why")
        temperatures = known["temperatures"]
        return Ensemble(
            Recipe.from_document(known["recipe"]),
            tuple(_member(entry) for entry in several(known["members"])),
            text(known["why"]),
            None if temperatures is None else tuple(number(value) for value in several(temperatures)),
            digest(content),
        )

    return _read(content, where, build)


def _member(entry: Mapping[str, Any]) -> EnsembleMember:
    known = exactly(entry, "name", "manifest_sha256", "weight")
    name, weight = CheckpointName.parse(text(known["name"])), known["weight"]
    return EnsembleMember(name, text(known["manifest_sha256"]), None if weight is None else number(weight))


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The keys of an object, none of them twice: of two, nobody can say which is meant."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document


def _require_format(document: object) -> None:
    found = document.get("format") if isinstance(document, dict) else None
    if type(found) is not int or found != FORMAT:
        raise ManifestError("written in another format", found=repr(found), expected=str(FORMAT))


def _read(content: bytes, where: str, build: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        document = json.loads(content, object_pairs_hook=_each_once)
        _require_format(document)
        return build(document)
    except ManifestError as error:
        error.where = where if error.where in ("", where) else f"{where}: {error.where}"
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:200]
        raise ManifestError(
            "damaged or made for another version",
            where=where,
            found=what,
            expected="a manifest as this version writes it",
            fix="make or fetch the store anew",
        ) from error
