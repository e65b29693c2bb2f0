"""Manifests and ensembles as JSON documents, read strictly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest, ModelSpec
from neuronetra.domain.recipes import Pipeline, Recipe
from neuronetra.errors import ManifestError

FORMAT = 1
"""The version of both documents; a reader refuses any other."""

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
    score, seen = document["score"], document["out_of_fold"]
    if document["untrained"] is not (score is None):
        raise ValueError("untrained and score contradict each other")
    return Manifest(
        name=CheckpointName.parse(document["name"]),
        spec=ModelSpec.from_document(document["spec"]),
        pipeline=Pipeline.from_document(document["pipeline"]),
        score=None if score is None else float(score),
        sha256={str(kind): str(value) for kind, value in document["sha256"].items()},
        training=dict(document["training"]),
        out_of_fold=None if seen is None else np.asarray(seen, np.float64),
        labels=tuple(document["labels"]),
    )


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
        temperatures = document["temperatures"]
        return Ensemble(
            Recipe.from_document(document["recipe"]),
            tuple(_member(entry) for entry in document["members"]),
            str(document["why"]),
            None if temperatures is None else tuple(float(value) for value in temperatures),
            digest(content),
        )

    return _read(content, where, build)


def _member(entry: Mapping[str, Any]) -> EnsembleMember:
    weight = entry["weight"]
    name = CheckpointName.parse(entry["name"])
    return EnsembleMember(name, str(entry["manifest_sha256"]), None if weight is None else float(weight))


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _require_format(found: object) -> None:
    if found != FORMAT:
        raise ManifestError("written in another format", found=repr(found), expected=str(FORMAT))


def _read(content: bytes, where: str, build: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        document = json.loads(content)
        _require_format(document["format"])
        return build(document)
    except ManifestError as error:
        error.where = where if error.where in ("", where) else f"{where}: {error.where}"
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:200]
        raise ManifestError(
            "damaged or made for another version",
            where=where,
            found=what,
            expected="a manifest as this version writes it",
            fix="make or fetch the store anew",
        ) from error
