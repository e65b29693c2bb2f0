"""Columns: by name, in any order; a name that is nearly one of ours is an error that says which."""

from __future__ import annotations

import pytest

from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort_columns import require_columns
from neuronetra.domain.cohort_csv import Table
from neuronetra.domain.locations import LABELS
from neuronetra.errors import CohortError

ALL = (*columns.TRAIN, *columns.TRAIN_OPTIONAL)


def _unknown(header):
    return require_columns(Table("train.csv", tuple(header), ()), columns.TRAIN, columns.TRAIN_OPTIONAL)


def test_order_does_not_matter():
    """The columns of the data set in any order, the optional ones there or not, leave nothing to say."""
    assert _unknown(reversed(ALL)) == ()
    assert _unknown(columns.TRAIN) == ()


def test_strangers_are_ignored_and_listed():
    """Columns that have nothing to do with labels are rows of the report, on line 1."""
    bad = _unknown((*ALL, "fold", "StudyDate", "", "Number of Aneurysms"))
    assert [row.line for row in bad] == [1] * 4
    assert "'fold' is unknown" in bad[0].problem


@pytest.mark.parametrize("label", LABELS)
def test_a_label_that_is_missing_is_named(label):
    """Each of the 14 is missed by its name."""
    with pytest.raises(CohortError, match="missing") as caught:
        _unknown([name for name in ALL if name != label])
    assert repr(label) in caught.value.found


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Basilar Tip", "Basilar Tp"),
        ("Aneurysm Present", "aneurysm_present"),
        ("Left Middle Cerebral Artery", "Left Midle Cerebral Artery"),
        ("Modality", "modality"),
        ("SeriesInstanceUID", "series_instance_uid"),
    ],
)
def test_a_name_misspelt_is_told_with_the_right_one(ours, theirs):
    """The error names what was found and what it should be called."""
    with pytest.raises(CohortError) as caught:
        _unknown([theirs if name == ours else name for name in ALL])
    assert theirs in str(caught.value)
    assert f"rename {theirs!r} to {ours!r}" in caught.value.fix


@pytest.mark.parametrize(
    "column",
    ["Right Vertebral Artery", "Left Pericallosal", "Aneurysm Presence", "patient_id", "Basilar tip"],
)
def test_a_column_too_many_that_looks_like_ours_is_an_error(column):
    """A 15th location, a second presence, or PatientID under another name would be lost without a word."""
    with pytest.raises(CohortError, match="looks like") as caught:
        _unknown((*columns.TRAIN, column))
    assert column in str(caught.value)


def test_all_that_is_missing_is_listed():
    """Where several columns are missing the error lists each."""
    with pytest.raises(CohortError, match="15 columns are missing") as caught:
        _unknown(("SeriesInstanceUID",))
    assert len(caught.value.rows) == 15


def test_a_first_row_instead_of_a_header_is_not_quoted():
    """A table without a header is told so; what stands there may be a patient's."""
    with pytest.raises(CohortError, match="there is no header") as caught:
        require_columns(Table("patients", ("1.2.3", "patient-7"), ()), columns.PATIENTS)
    assert "patient-7" not in f"{caught.value} {caught.value.rows}"
