from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.results.evaluation_page import evaluation_page
from neuronetra.adapters.results.evaluation_plots import roc_panels
from neuronetra.adapters.results.evaluation_table import evaluation_table
from neuronetra.adapters.results.evaluation_text import FIGURES, fit, number, short, valued
from neuronetra.app.evaluate import Evaluator
from neuronetra.domain.cohort import BadRow, LabelledSeries, LabelledSet
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction_table import PredictionTable


def cohort(truth: np.ndarray, patients: int | None = None) -> LabelledSet:
    """A cohort of labels (n, 14), each series a patient of its own unless there are only so many."""
    return LabelledSet(
        tuple(
            LabelledSeries(
                f"1.{n:04d}", "", f"{n % (patients or len(truth)):064x}", Modality.CTA, tuple(map(bool, row))
            )
            for n, row in enumerate(truth)
        ),
        digest="d",
    )


def labels(count: int = 40) -> np.ndarray:
    truth = np.random.default_rng(0).random((count, 14)) < 0.2
    truth[:, 13] = truth[:, :13].any(axis=1)
    return truth


def measured(of: LabelledSet, bootstraps: int = 20, with_table: bool = True) -> dict[str, Any]:
    values = np.random.default_rng(1).random((len(of), len(LABELS)))
    table = PredictionTable(tuple(one.uid for one in of.series), values) if with_table else None
    return Evaluator(bootstraps).evaluate(of, table).as_document()


CASES = {
    "usual": (labels(), 20, None),
    "all positive": (np.ones((6, 14)), 20, None),
    "all negative": (np.zeros((6, 14)), 20, None),
    "no resamples": (labels(), 0, None),
    "one patient": (labels(), 20, 1),
    "one series": (np.ones((1, 14)), 20, None),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("with_table", [True, False])
def test_every_case_can_be_shown(name: str, with_table: bool) -> None:
    """One class, one patient, one series or no resample: table and page stand, with a dash for no figure."""
    truth, bootstraps, patients = CASES[name]
    document = measured(cohort(truth, patients), bootstraps, with_table)
    json.dumps(document, allow_nan=False)
    table, page = evaluation_table(document), evaluation_page(document)
    assert "None" not in table
    assert "nan" not in table
    if with_table:
        assert all(title in table and title in page for title in FIGURES.values())
    if name.startswith(("all", "one series")):
        assert "there is no score" in table
        assert "there is no score" in page
        assert all(label in table for label in document["left_out_labels"])


def test_every_label_has_one_curve() -> None:
    """The panels hold each of the 14 labels once, left and right of a place in one panel."""
    panels = roc_panels()
    assert sorted(curve.label for _, curves in panels for curve in curves) == sorted(LABELS)
    assert [len(curves) for _, curves in panels] == [1, 2, 2, 2, 1, 2, 2, 1, 1]
    for title, curves in panels:
        assert all(curve.label.endswith(title) for curve in curves)


def test_plots_say_their_figures_in_words() -> None:
    """Who cannot see a plot is told the same figures."""
    document = measured(cohort(labels()))
    page = evaluation_page(document)
    present = valued(document["present_auc"])
    assert f"ROC curve, Aneurysm Present: AUC all series {present}" in page
    for name, figure in document["per_location"].items():
        assert f"{name}: model {valued(figure)}, baseline by modality" in page


def test_left_out_curve_is_said() -> None:
    """A label of one class has a panel that says why it is empty."""
    truth = labels()
    truth[:, 11] = False
    assert evaluation_page(measured(cohort(truth))).count("one class: no curve") == 1


def test_bad_rows_and_notes_are_on_the_page_escaped() -> None:
    """What was left out of the cohort is listed, the first twenty rows, as text and not as elements."""
    rows = tuple(BadRow("train.csv", line, "<b>bad</b>") for line in range(2, 27))
    given = evolve(cohort(labels()), bad_rows=rows, notes=("a <note>",))
    page = evaluation_page(measured(given))
    assert "25 bad rows, left out" in page
    assert "and 5 more bad rows" in page
    assert "&lt;b&gt;bad&lt;/b&gt;" in page
    assert "a &lt;note&gt;" in page
    assert "<b>bad" not in page


def test_same_document_same_page() -> None:
    """A page is the same bytes each time it is made."""
    document = measured(cohort(labels()))
    assert evaluation_page(document) == evaluation_page(document)


def test_numbers_and_names() -> None:
    """Three decimals, a sign where it matters, a dash for nothing; names of plots stay apart."""
    figure = {"value": 0.12345, "low": 0.1, "high": 0.2, "n": 3}
    assert valued(figure) == "0.123 [0.100, 0.200]"
    assert valued(figure, signed=True) == "+0.123 [+0.100, +0.200]"
    assert valued({**figure, "low": None, "high": None}) == "0.123"
    assert valued(None) == number(None) == "–"
    assert len({short(label) for label in LABELS}) == len(LABELS)
    assert max(len(short(label)) for label in LABELS) <= 24


def test_a_score_taken_within_groups_is_told() -> None:
    """The difference to baselines that are taken within groups rests on another score than the table's: it is named."""
    document = {**measured(cohort(labels())), "baseline_fit": "training"}
    figure = {"value": 0.581, "low": 0.558, "high": 0.613, "n": 40}
    assert "within groups it is 0.581 [0.558, 0.613]" in fit({**document, "score_within_folds": figure})
    assert "within groups it is" not in fit({**document, "score_within_folds": {**figure, "value": None}})
