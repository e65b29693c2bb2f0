"""A manifest says all that decides the bytes, and in words what keeps two runs apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_manifest import from_manifest
from neuronetra.domain.prepared import Kept
from neuronetra.domain.prepared_manifest import PreparationPlan, differences
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING, Preprocessing, ResizeStep

KEY = bytes(range(32))
PLAN = PreparationPlan("v3", FOUNDING_PREPROCESSING, Kept.ALL, "pydicom", {}, {"numpy": "2.0"})
COHORT = LabelledSet((), "0" * 64, notes=("a note",), synthetic=True)


def test_a_cohort_is_read_from_its_manifest() -> None:
    """What a prepared cohort needs of the one that it was made of is there."""
    entries = from_manifest(PLAN.manifest(COHORT, KEY))
    assert entries.patient_key == KEY
    assert entries.cohort(()) == COHORT


def test_an_equal_run_differs_in_nothing() -> None:
    """Notes may differ: they say what was met on the way, not what was made."""
    manifest = PLAN.manifest(COHORT, KEY)
    assert not list(differences(manifest, PLAN.manifest(evolve(COHORT, notes=()), KEY)))


def test_options_in_another_order_are_the_same() -> None:
    """Manifest and digest are equal byte for byte, however a configuration is written."""
    one, other = (
        evolve(PLAN, reader_options=dict(items), versions={name: "1" for name, _ in items})
        for items in ([("a", {"x": 1, "y": 2}), ("b", 3)], [("b", 3), ("a", {"y": 2, "x": 1})])
    )
    assert json.dumps(one.manifest(COHORT, KEY)) == json.dumps(other.manifest(COHORT, KEY))
    assert one.digest == other.digest


@pytest.mark.parametrize(
    "change",
    [
        {"kept": Kept.SAMPLED},
        {"recipe": "v1"},
        {"reader": "simpleitk"},
        {"reader_options": {"stack": 1}},
        {"versions": {}},
    ],
)
def test_the_digest_tells_how_frames_were_made(change: dict[str, Any]) -> None:
    """Whatever decides the bytes of frames changes it."""
    assert evolve(PLAN, **change).digest != PLAN.digest


SMALLER = Preprocessing((*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(64, 64)))


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (evolve(PLAN, recipe="v1").manifest(COHORT, KEY), "the recipe (v3, not v1)"),
        (evolve(PLAN, kept=Kept.SAMPLED).manifest(COHORT, KEY), "which slices are kept (all, not sampled)"),
        (evolve(PLAN, preprocessing=SMALLER).manifest(COHORT, KEY), "the preprocessing"),
        (evolve(PLAN, reader="simpleitk").manifest(COHORT, KEY), "the reader"),
        (evolve(PLAN, reader_options={"stack": 1}).manifest(COHORT, KEY), "the reader"),
        (
            evolve(PLAN, versions={"numpy": "2.1", "x": "1"}).manifest(COHORT, KEY),
            "the versions of numpy (2.0, not 2.1), x (none, not 1)",
        ),
        (PLAN.manifest(evolve(COHORT, digest="1" * 64), KEY), "the tables of the cohort"),
        (PLAN.manifest(COHORT, bytes(32)), "the key of the patients' hashes"),
    ],
)
def test_differences_in_words(manifest: dict[str, Any], words: str) -> None:
    """Each is named, and the key is not shown."""
    told = list(differences(PLAN.manifest(COHORT, KEY), manifest))
    assert told == [words]


def test_a_manifest_of_nonsense() -> None:
    """One whose entries are of other kinds differs, and nothing fails."""
    told = list(differences({"versions": 3, "recipe": ["x" * 1000]}, PLAN.manifest(COHORT, KEY)))
    assert len(told) == 10
    assert max(map(len, told)) < 200
