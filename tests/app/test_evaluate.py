from __future__ import annotations

import json

import numpy as np
import pytest

from neuronetra.app.evaluate import Evaluator
from neuronetra.domain.cohort import LabelledSeries, LabelledSet, Sex
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE
from neuronetra.domain.prediction_cells import TableModel
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.errors import InputError

QUICK = Evaluator(bootstraps=20)
COUNT = 60


def cohort(count: int = COUNT, synthetic: bool = False) -> LabelledSet:
    chance = np.random.default_rng(0)
    series = []
    for number in range(count):
        labels = chance.random(13) < 0.15
        one = LabelledSeries(
            uid=f"1.{number:03d}",
            path="",
            patient=f"{number // 2:064x}",
            modality=(Modality.CTA, Modality.MRA, Modality.T2)[number % 3],
            labels=(*map(bool, labels), bool(labels.any())),
            age=None if number % 7 == 0 else float(40 + number % 30),
            sex=(Sex.FEMALE, Sex.MALE, None)[number % 3],
        )
        series.append(one)
    return LabelledSet(tuple(series), digest="d", synthetic=synthetic)


def table(of: LabelledSet, keep: slice = slice(None), **changed: object) -> PredictionTable:
    uids = tuple(one.uid for one in of.series)[keep]
    values = np.random.default_rng(1).random((len(of), len(LABELS)))[keep]
    return PredictionTable(uids, values, **changed)  # type: ignore[arg-type]


def test_figures_rest_on_what_is_predicted() -> None:
    """Leaving series out of the table is the same as leaving them out of the cohort, but is told of."""
    whole = cohort()
    part = table(whole, slice(5, None))
    found = QUICK.evaluate(whole, part)
    alone = QUICK.evaluate(whole.keep(part.uids), part)
    assert found.missing == tuple(one.uid for one in whole.series[:5])
    assert alone.missing == ()
    own = {"missing_predictions", "missing_series", "predictions", "cohort", "warnings"}
    left, right = found.as_document(), alone.as_document()
    assert {k: v for k, v in left.items() if k not in own} == {k: v for k, v in right.items() if k not in own}


def test_rows_meet_their_series() -> None:
    """Scores follow uids, not places: a table with strangers among its rows gives the same figures."""
    whole = cohort()
    plain = table(whole)
    uids = sorted([*plain.uids, "0.1", "1.0005", "9.9"])
    values = np.full((len(uids), len(LABELS)), 0.5)
    values[[uids.index(uid) for uid in plain.uids]] = plain.probabilities
    found = QUICK.evaluate(whole, PredictionTable(tuple(uids), values)).as_document()
    expected = QUICK.evaluate(whole, plain).as_document()
    assert found["predictions"]["unknown"] == 3
    assert found["score"] == expected["score"]
    assert found["per_location"] == expected["per_location"]


def test_baselines_alone_without_a_table() -> None:
    """Without predictions there is no model's figure, baselines are cross-fitted, nothing is missing."""
    found = QUICK.evaluate(cohort())
    document = found.as_document()
    assert document["score"]["value"] is None
    assert document["baseline_fit"] == "cross-fitted"
    assert found.missing == ()
    assert document["predictions"] is None


def test_unknown_laterality_is_left_out() -> None:
    """Series whose sides cannot be told count for AUC and not for laterality."""
    whole = cohort()
    known = np.arange(len(whole)) % 2 == 0
    all_known, half = (
        QUICK.evaluate(whole, table(whole, laterality_known=flags)).as_document() for flags in (None, known)
    )
    assert half["laterality_accuracy"]["n"] < all_known["laterality_accuracy"]["n"]
    assert half["laterality_unknown"] == int((~known).sum())
    assert half["score"] == all_known["score"]
    assert (half["predictions"]["laterality_told"], all_known["predictions"]["laterality_told"]) == (
        True,
        False,
    )


def test_nothing_in_common_is_an_error() -> None:
    """No prediction for any series, or failed ones alone, is refused with the counts."""
    whole = cohort(4)
    other = PredictionTable(("x",), np.zeros((1, 14)))
    with pytest.raises(
        InputError, match=r"no prediction belongs.*1 series in the predictions, 4 in the cohort"
    ):
        QUICK.evaluate(whole, other)
    failed = PredictionTable((), np.zeros((0, 14)), failed=("1.000",))
    with pytest.raises(InputError, match="all of them failed"):
        QUICK.evaluate(whole, failed)


def test_what_must_be_said_is_said() -> None:
    """Made-up images, random weights, mixed models and failures stand in the notice and the warnings."""
    whole = cohort(synthetic=True)
    models = (TableModel("v3", "a"), TableModel("v3", "b"))
    part = table(whole, slice(2, None), failed=("1.000",), models=models, untrained=True)
    document = QUICK.evaluate(whole, part).as_document()
    assert document["notice"] == f"{SYNTHETIC_NOTICE} {NOTICE} {UNTRAINED_NOTICE}"
    said = " / ".join(document["warnings"])
    assert (
        "2 series of the cohort without a prediction, 1 of them failed: the figures rest on the other" in said
    )
    assert "2 different models" in said
    assert UNTRAINED_NOTICE in said


def test_document_is_json_and_hides_names() -> None:
    """The document is plain JSON without NaN; hidden names are numbers; no patient is in it."""
    whole = cohort()
    found = QUICK.evaluate(whole, table(whole, slice(3, None)))
    text = json.dumps(found.as_document(hide_names=True), allow_nan=False)
    assert json.loads(text)["missing_series"] == ["series-1", "series-2", "series-3"]
    assert "1.000" not in text
    assert whole.series[0].patient not in text
    assert found.as_document()["missing_series"] == ["1.000", "1.001", "1.002"]


def test_progress_counts_resamples() -> None:
    """Long work tells how far it is."""
    seen: list[tuple[int, int]] = []
    QUICK.evaluate(cohort(), progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert seen[-1][0] == seen[-1][1]


def test_labels_given_as_predictions_are_found_out() -> None:
    """The table of labels itself scores 1: it is warned of, and one other value is enough to be none."""
    whole = cohort()
    uids = tuple(one.uid for one in whole.series)
    values = whole.labels.astype(float)
    assert "table of labels" in " ".join(QUICK.evaluate(whole, PredictionTable(uids, values)).warnings)
    values[0, 0] = 0.5
    assert "table of labels" not in " ".join(QUICK.evaluate(whole, PredictionTable(uids, values)).warnings)
