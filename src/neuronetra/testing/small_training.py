"""Training through the command line, small: recipes as TOML of timm's test networks, prepared cohorts, stores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neuronetra.testing.command_line import ALL_DONE, run
from neuronetra.testing.running_command import started

PLAIN = {
    "rotation": 0,
    "mirror": 0.5,
    "brightness": 0,
    "contrast": 0,
    "noise_variance": [0, 0],
    "gamma": [1, 1],
    "holes": 0,
}
"""The augmentation of a head that is mirrored and nothing else."""
TRAINING = ("--pretrained", "none", "--device", "cpu", "--workers", 0)
"""Nothing fetched, and the same weights on every machine of a kind."""
_PATIENCE = 600
"""Seconds: a machine that does other things beside it is slow."""


def recipe_text(
    name: str = "tiny",
    *,
    networks: Sequence[str] = ("test_efficientnet",),
    folds: int = 2,
    size: int = 48,
    views: Sequence[str] = ("original", "mirrored"),
    augmentation: dict[str, Any] | None = None,
    **training: Any,
) -> str:
    """A recipe in TOML: each of timm's ``networks`` under its own name, ``training`` over a quick plan."""
    plan = {
        "epochs": 8,
        "learning_rate": 3e-3,
        "final_learning_rate": 1e-5,
        "batch": 8,
        "accumulation": 1,
        **training,
    }
    lines = [f"name = {_toml(name)}", 'base = "v3"', f"folds = {folds}", f"image_size = {size}"]
    lines += [f"views = {_toml(list(views))}", "[training]", *_pairs(plan)]
    lines += ["[training.augmentation]", *_pairs({**PLAIN, **(augmentation or {})})]
    for network in networks:
        lines += ["[[architectures]]", f"name = {_toml(network)}", f"timm_name = {_toml(network)}"]
    return "\n".join(lines) + "\n"


def _pairs(values: dict[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _toml(value: object) -> str:
    """Words, numbers, truth values and lists of them are written in TOML as in JSON."""
    return json.dumps(value)


def prepared(cohort: Path, out: Path, recipe: Path | str) -> Path:
    """``out``, with the frames that ``recipe`` looks at."""
    done = run("prepare", cohort, out, "--recipe", recipe, "--slices", "sampled", "--jobs", 1)
    assert done.returncode == ALL_DONE, done.stderr
    return out


def trained(frames: Path, store: Path, recipe: Path | str, *options: object) -> dict[str, Any]:
    """What ``train --format json`` says of a training that ends well."""
    line = ("train", frames, store, "--recipe", recipe, *TRAINING, *options, "--format", "json")
    with started(*line) as process:
        stdout, stderr = process.communicate(timeout=_PATIENCE)
    assert process.returncode == ALL_DONE, stderr
    said: dict[str, Any] = json.loads(stdout)
    return said


def evaluated(cohort: Path, *options: object, code: int = ALL_DONE) -> dict[str, Any]:
    """What ``evaluate --format json`` says."""
    done = run("evaluate", cohort, *options, "--format", "json", "--bootstraps", 200)
    assert done.returncode == code, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said
