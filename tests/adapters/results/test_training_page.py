"""The page with curves: a section for each network, the baseline beside it, and what must be said."""

from __future__ import annotations

import re

import numpy as np
import pytest

from neuronetra.adapters.results.training_page import training_page
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.training_log import Entry

DOCUMENT = {
    "recipe": {"name": "tiny"},
    "seed": 3,
    "series": {"count": 40},
    "folds": 2,
    "synthetic": True,
}


def entry(job: str, epoch: int, **changed: object) -> Entry:
    score = 0.5 + 0.1 * epoch
    told = {
        "event": "epoch",
        "job": job,
        "epoch": epoch,
        "epochs": 3,
        "loss": 1.0 / epoch,
        "validation_loss": 2.0 / epoch,
        "score": score,
        "laterality": 0.75,
        "baseline": 0.5321,
    }
    return {**told, **changed}


ENTRIES: list[Entry] = [
    {"event": "begun"},
    *(entry("net_fold0", epoch) for epoch in (1, 2)),
    entry("net_fold1", 1, laterality=None, baseline=None),
    {"event": "stopped", "job": "net_fold1"},
]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_each_network_has_its_curves() -> None:
    """Two plots for each, described in words, with best and last score and the baseline in one table."""
    page = training_page(DOCUMENT, ENTRIES)
    assert page.count('class="plot"') == 4
    assert "Loss of net_fold0: training 1.0000 in epoch 1, 0.5000 in epoch 2" in page
    assert "Validation score of net_fold0: 0.6000 in epoch 1, 0.7000 in epoch 2; baseline 0.5321" in page
    assert "net_fold0 2 of 3 2 0.7000 0.7000 0.5321 0.7500" in words(page)
    assert "net_fold1 1 of 3 1 0.6000 0.6000 – –" in words(page)
    assert "seed 3, 40 series in 2 folds" in words(page)


def test_epochs_are_whole_numbers() -> None:
    """One epoch alone has its number on the axis, and no number between."""
    page = training_page(DOCUMENT, [entry("net_fold0", 1)])
    assert set(re.findall(r"text-anchor: middle;[^>]*>([^<]*)</text>", page)) == {"1", "epoch"}


@pytest.mark.parametrize("synthetic", [True, False])
def test_made_up_heads_are_told_of(synthetic: bool) -> None:
    """The banner stands on the page of a synthetic cohort and on no other."""
    page = training_page({**DOCUMENT, "synthetic": synthetic}, ENTRIES)
    assert (SYNTHETIC_NOTICE in page) is synthetic


def test_a_run_that_has_just_begun() -> None:
    """Without any epoch there is a page nonetheless."""
    assert "No epoch has ended yet" in training_page(DOCUMENT, ENTRIES[:1])


def test_the_same_log_gives_the_same_page() -> None:
    """Whatever the order of its lines."""
    order = np.random.default_rng(0).permutation(len(ENTRIES))
    assert training_page(DOCUMENT, [ENTRIES[k] for k in order]) == training_page(DOCUMENT, ENTRIES)
