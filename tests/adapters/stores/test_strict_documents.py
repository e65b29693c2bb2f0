"""Documents of a store are read exactly: what could change a number without a word is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neuronetra.adapters.stores.documents import ensemble_bytes, ensemble_from, manifest_bytes, manifest_from
from neuronetra.domain.checkpoints import CheckpointName, Ensemble, EnsembleMember, Manifest, ModelSpec
from neuronetra.domain.recipes import V3
from neuronetra.errors import ManifestError

MEMBERS = tuple(
    EnsembleMember(CheckpointName(architecture.name, fold, 3, 0.5), "0" * 64, 0.5)
    for architecture, fold in V3.slots
)
ENSEMBLE = Ensemble(V3, MEMBERS, "all", (1.0,) * 14)
MANIFEST = Manifest(MEMBERS[0].name, ModelSpec(V3.architectures[0]), V3.pipeline, 0.5, {"onnx": "0" * 64})


def _changed(content: bytes, path: str, value: Any) -> bytes:
    document = json.loads(content)
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place = document
    for part in parents:
        place = place[part]
    place[last] = value
    return json.dumps(document).encode()


ENSEMBLE_CHANGES = [
    ("members", []),
    ("members", json.loads(ensemble_bytes(ENSEMBLE))["members"][:1]),
    ("members.0.weight", -1.0),
    ("members.0.weight", 0),
    ("members.0.weight", True),
    ("members.0.weight", "2"),
    ("members.0.weight", 1e308),
    ("members.0.weight", 10**400),
    ("members.1.name", "effnetv2s_fold0_epoch3_score0.500000"),
    ("members.0.extra", 1),
    ("temperatures", [-1.0] * 14),
    ("temperatures", [0.0] * 14),
    ("temperatures", [1.0] * 13),
    ("temperatures", "12345678901234"),
    ("temperatures", [float("inf")] * 14),
    ("temperatures", [float("nan")] * 14),
    ("temperatures", [10**400] * 14),
    ("recipe.name", "v1"),
    ("recipe.name", 5),
    ("recipe.name", None),
    ("recipe.views", []),
    ("recipe.views", ["original", "original"]),
    ("recipe.views", ["original", "unswapped_flip"]),
    ("recipe.folds", "3"),
    ("recipe.folds", 2.7),
    ("recipe.folds", 99),
    ("recipe.architectures", []),
    ("recipe.architectures.0.mean", [0.4, 0.5, 0.5]),
    ("recipe.choice", "random"),
    ("recipe.pipeline.sampler.count", 9),
    ("recipe.pipeline.sampler.count", 1e999),
    ("recipe.pipeline.encoder.percentiles", [95, 5]),
    ("format", True),
    ("format", 1),
    ("notes", "an unknown key"),
    ("why", 3),
]


@pytest.mark.parametrize(("path", "value"), ENSEMBLE_CHANGES)
def test_changed_ensemble_is_refused(path: str, value: Any) -> None:
    """Each change that would give other numbers, or none, is refused by one error that names the file."""
    with pytest.raises(ManifestError, match=r"ensemble\.json"):
        ensemble_from(_changed(ensemble_bytes(ENSEMBLE), path, value), "store/ensemble.json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("score", "0.5"),
        ("score", None),
        ("untrained", 0),
        ("spec.reads_modality", 1),
        ("spec.input_size", [224]),
        ("spec.input_size", [224, 448]),
        ("spec.modalities", "CT"),
        ("labels", ["a"] * 14),
        ("labels", None),
        ("out_of_fold", [[0.5] * 13]),
        ("out_of_fold", [[2.0] * 14]),
        ("pipeline.preprocessing.1.tiles", 8.0),
        ("pipeline.preprocessing.3.rows", 10**9),
        ("pipeline.preprocessing_sha256", "0" * 64),
        ("sha256", {"onnx": 3}),
        ("notes", "an unknown key"),
    ],
)
def test_changed_manifest_is_refused(path: str, value: Any) -> None:
    """The same for a member's manifest."""
    with pytest.raises(ManifestError, match=r"member\.json"):
        manifest_from(_changed(manifest_bytes(MANIFEST), path, value), "store/member.json")


def test_repeated_key_is_refused() -> None:
    """Of two values under one key nobody can say which is meant."""
    content = manifest_bytes(MANIFEST).replace(b'"score": 0.5', b'"score": 0.5, "score": 0.5')
    with pytest.raises(ManifestError, match="twice"):
        manifest_from(content, "member.json")


def test_policy_may_be_chosen() -> None:
    """A shipped recipe with another policy is still that recipe: the policy goes with the choice."""
    content = _changed(ensemble_bytes(ENSEMBLE), "recipe.policy", "logit_mean")
    assert ensemble_from(content, "ensemble.json").recipe.policy.value == "logit_mean"


def test_untouched_documents_are_read(tmp_path: Path) -> None:
    """What was written is read back, so the refusals above are of the changes."""
    assert ensemble_from(ensemble_bytes(ENSEMBLE), "e").members == ENSEMBLE.members
    assert manifest_from(manifest_bytes(MANIFEST), "m").name == MANIFEST.name
