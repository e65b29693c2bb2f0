"""Preprocessing as a value with a digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from neuronetra.domain.modality import Modality
from neuronetra.domain.preprocessing import (
    FOUNDING_PREPROCESSING,
    ClaheStep,
    FixedWindow,
    Preprocessing,
    ResizeStep,
    StretchStep,
    WindowStep,
)
from neuronetra.testing import strategies

FOUNDING_DIGEST = "83f43abd006f917448751117933dbb7eca3dca781de18e3020ebe4af158e761c"
"""It stands in every manifest: another value here makes every store made so far unusable."""


def test_the_founding_digest() -> None:
    """The digest of the founding steps is what stores made so far record."""
    assert FOUNDING_PREPROCESSING.digest == FOUNDING_DIGEST
    assert FOUNDING_PREPROCESSING.size == (224, 224)


def test_the_founding_numbers() -> None:
    """Windows and clip limits are those of the description."""
    window, clahe, stretch, _ = FOUNDING_PREPROCESSING.steps
    assert isinstance(window, WindowStep)
    assert isinstance(clahe, ClaheStep)
    found = {m.value: window.window(m) for m in Modality}
    bounds = {name: None if w is None else (w.low, w.high) for name, w in found.items()}
    assert bounds == {
        "CT": (0.0, 80.0),
        "CTA": (-125.0, 225.0),
        "MRA": (0.0, 1200.0),
        "T1post": None,
        "T2": None,
        "MR": None,
    }
    limits = {m.value: clahe.clip_limit(m) for m in Modality}
    assert limits == {"CT": 2.5, "CTA": 3.0, "MRA": 3.0, "T1post": 2.0, "T2": 2.0, "MR": 2.0}
    assert clahe.tiles == 8
    assert stretch == StretchStep(1.0, 99.0)
    assert (window.low_percentile, window.high_percentile) == (1.0, 99.0)


@given(strategies.preprocessings())
def test_documents_give_the_value_back(preprocessing: Preprocessing) -> None:
    """Through JSON, with its keys in any order, the same value and digest come back."""
    text = json.dumps(preprocessing.as_document(), sort_keys=True)
    read = Preprocessing.from_document(json.loads(text))
    assert read == preprocessing
    assert read.digest == preprocessing.digest


def test_equal_values_have_one_digest() -> None:
    """Whole numbers and the order of modalities make no difference."""
    windows = ((Modality.CTA, FixedWindow(50, 350)), (Modality.CT, FixedWindow(40, 80)))
    limits = tuple((modality, 2) for modality in Modality)
    one = Preprocessing((WindowStep(windows, 1, 99), ClaheStep(limits), StretchStep(1, 99), ResizeStep()))
    floats = tuple((modality, 2.0) for modality in reversed(Modality))
    other = Preprocessing(
        (WindowStep(windows[::-1], 1.0, 99.0), ClaheStep(floats), StretchStep(1.0, 99.0), ResizeStep())
    )
    assert one == other
    assert one.digest == other.digest


def window(document: list[dict[str, Any]]) -> None:
    document[0]["windows"]["CTA"][1] += 1


def modality(document: list[dict[str, Any]]) -> None:
    document[0]["windows"]["T2"] = document[0]["windows"].pop("CT")


def percentile(document: list[dict[str, Any]]) -> None:
    document[0]["percentiles"][0] = 2.0


def clip_limit(document: list[dict[str, Any]]) -> None:
    document[1]["clip_limits"]["MR"] = 2.5


def tiles(document: list[dict[str, Any]]) -> None:
    document[1]["tiles"] = 9


def stretched(document: list[dict[str, Any]]) -> None:
    document[2]["percentiles"][1] = 98.0


def size(document: list[dict[str, Any]]) -> None:
    document[3]["rows"] = 225


def order(document: list[dict[str, Any]]) -> None:
    document[1], document[2] = document[2], document[1]


def fewer(document: list[dict[str, Any]]) -> None:
    del document[2]


@pytest.mark.parametrize(
    "change", [window, modality, percentile, clip_limit, tiles, stretched, size, order, fewer]
)
def test_any_change_changes_the_digest(change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Whatever is done differently is another preprocessing."""
    document = json.loads(json.dumps(FOUNDING_PREPROCESSING.as_document()))
    change(document)
    changed = Preprocessing.from_document(document)
    assert changed != FOUNDING_PREPROCESSING
    assert changed.digest != FOUNDING_DIGEST


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (ResizeStep(),),
        (StretchStep(), ResizeStep()),
        (WindowStep(()),),
        (WindowStep(()), ResizeStep(), StretchStep()),
    ],
)
def test_steps_that_make_no_preprocessing(steps: tuple[Any, ...]) -> None:
    """It starts with a window and ends with a resize."""
    with pytest.raises(ValueError, match="preprocessing"):
        Preprocessing(steps)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedWindow(40, 0),
        lambda: FixedWindow(40, -1),
        lambda: ResizeStep(0, 10),
        lambda: ClaheStep((), 0),
        lambda: Preprocessing.from_document([{"step": "sharpen"}]),
        lambda: Preprocessing.from_document([{"step": "clahe", "clip_limits": {"CT": 1.0}, "tiles": 8}]),
        lambda: Preprocessing.from_document(
            [{"step": "window", "windows": {"PET": [1, 2]}, "percentiles": [1, 2]}]
        ),
    ],
)
def test_steps_that_make_no_sense(make: Callable[[], Any]) -> None:
    """Empty windows, sizes and unknown steps or modalities are refused."""
    with pytest.raises((ValueError, KeyError)):
        make()
