"""Labelled sets: what they refuse, and the arrays that they give."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.domain.cohort import BadRow, LabelledSeries, LabelledSet, LesionPoint
from neuronetra.domain.locations import Location
from neuronetra.domain.modality import Modality


def _series(uid, patient, *, modality=Modality.CTA, present=False, **more):
    labels = (False,) * 11 + (present, False, present)
    return LabelledSeries(uid, f"/cohort/{uid}", patient, modality, labels, **more)


SET = LabelledSet(
    (_series("1.1", "b" * 64), _series("1.2", "a" * 64, present=True), _series("1.3", "b" * 64)), "d"
)


def test_patients_are_numbered_as_they_appear():
    """Equal hashes have equal numbers, counted from the first series on."""
    assert SET.patients.tolist() == [0, 1, 0]
    assert SET.as_document()["patients"] == 2


def test_labels_and_modalities_are_arrays_even_of_nothing():
    """(n, 14) and (n,) for any n, none included."""
    nothing = LabelledSet((), "d")
    assert nothing.labels.shape == (0, 14)
    assert nothing.modalities.shape == nothing.patients.shape == (0,)
    assert SET.labels[:, -1].tolist() == [False, True, False]
    assert np.array_equal(SET.modalities, [Modality.CTA.code] * 3)


def test_keep_leaves_the_rest_as_it_was():
    """Only the series named are kept; digest and notes stay."""
    assert [series.uid for series in SET.keep(["1.3", "9"]).series] == ["1.3"]
    assert SET.keep([]).digest == SET.digest


@pytest.mark.parametrize("uids", [("1.2", "1.1"), ("1.1", "1.1")])
def test_series_are_sorted_and_single(uids):
    """Series out of order, or twice, are refused."""
    with pytest.raises(ValueError, match="sorted"):
        LabelledSet(tuple(_series(uid, "a" * 64) for uid in uids), "d")


def test_values_that_are_none_are_refused():
    """Too few labels, an endless age, a lesion at 'Aneurysm Present' or nowhere cannot be made."""
    with pytest.raises(ValueError, match="labels"):
        LabelledSeries("1", "", "a", Modality.CTA, (True,))
    with pytest.raises(ValueError, match="age"):
        _series("1", "a", age=float("inf"))
    with pytest.raises(ValueError, match="arterial"):
        LesionPoint(Location.ANEURYSM_PRESENT, "1", None, 0.0, 0.0)
    with pytest.raises(ValueError, match="finite"):
        LesionPoint(Location.BASILAR_TIP, "1", None, float("nan"), 0.0)


def test_a_bad_row_says_file_and_line():
    """A bad row is one sentence with its place, and rows sort by place."""
    rows = [BadRow("b.csv", 2, "x"), BadRow("a.csv", 10, "y"), BadRow("a.csv", 9, "z")]
    assert str(min(rows)) == "a.csv, line 9: z"


def test_neither_patient_nor_folder_is_shown():
    """The repr of a series tells neither."""
    shown = repr(SET)
    assert "a" * 64 not in shown
    assert "/cohort" not in shown
