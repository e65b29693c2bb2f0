"""The table of a prepared cohort: exact there and back, strict about everything else."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.cohort_manifest import from_manifest, manifest_entries
from neuronetra.domain.cohort_table import COLUMNS, from_csv, to_csv
from neuronetra.domain.modality import Modality
from neuronetra.errors import CohortError
from neuronetra.testing.cohort_strategies import labelled_sets

ONE = LabelledSeries("1.2", "/x", "a" * 64, Modality.MRA, (False,) * 14, 63.0)
GOOD = to_csv(LabelledSet((ONE, evolve(ONE, uid="1.3")), "d"))


@given(labelled_sets())
def test_every_series_comes_back_exactly(cohort):
    """Written and read, all series are equal; written again, all bytes are."""
    text = to_csv(cohort)
    assert from_csv(text) == cohort.series
    assert to_csv(evolve(cohort, series=from_csv(text))) == text


@given(labelled_sets())
def test_the_manifest_keeps_the_rest(cohort):
    """Table and manifest together are the cohort, and the entries' repr does not show the key."""
    entries = from_manifest(manifest_entries(cohort, bytes(range(32))))
    assert entries.cohort(from_csv(to_csv(cohort))) == cohort
    assert entries.patient_key == bytes(range(32))
    assert repr(entries.patient_key) not in repr(entries)


@pytest.mark.parametrize(
    "series", [evolve(ONE, patient="SMITH^JOHN"), evolve(ONE, uid="../x"), evolve(ONE, patient="A" * 64)]
)
def test_no_identifier_and_no_way_out_is_written(series):
    """A patient that is no hash, and a uid that could lead out of a folder, never reach a file."""
    with pytest.raises(CohortError) as caught:
        to_csv(LabelledSet((series,), "d"))
    assert "SMITH" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("a" * 64, "SMITH^JOHN", "keyed hash"),
        ("1.3", "1.1", "order of uids"),
        ("1.3", "1.2", "order of uids"),
        ("MRA", "PET", "no modality"),
        (",63,", ",inf,", "age"),
        ("[]", "[{}]", "no 'location'"),
        ("[]", "[" * 100_000, "without end|Expecting"),
        ("[]", "nonsense", "Expecting value"),
        (",0,", ",2,", "neither 0 nor 1"),
    ],
)
def test_damaged_rows_are_all_named(old, new, problem):
    """A changed cell is an error with its line, and its content is not told where it might be a name."""
    with pytest.raises(CohortError, match=problem) as caught:
        from_csv(GOOD.replace(old, new))
    assert all(row.startswith("cohort.csv, line ") for row in caught.value.rows)
    assert caught.value.rows
    assert "SMITH" not in "".join(caught.value.rows)


def test_other_columns_are_refused():
    """Columns in another order, or one that is missing, are not guessed at."""
    for header in (",".join(reversed(COLUMNS)), ",".join(COLUMNS[:-1])):
        with pytest.raises(CohortError, match="columns of a prepared cohort"):
            from_csv(header + "\n")


@pytest.mark.parametrize(
    "change",
    [
        {"cohort_digest": "x"},
        {"patient_key": "00"},
        {"synthetic": 1},
        {"patient_source": "?"},
        {"notes": "x"},
        {"notes": [1]},
    ],
)
def test_a_manifest_that_is_none_is_refused(change):
    """Each entry is checked; the key is not told."""
    document = manifest_entries(LabelledSet((), "0" * 64), b"k" * 32)
    with pytest.raises(CohortError, match="manifest") as caught:
        from_manifest(document | change)
    assert (b"k" * 32).hex() not in str(caught.value)
    for key in document:
        with pytest.raises(CohortError, match=key):
            from_manifest({name: value for name, value in document.items() if name != key})
    with pytest.raises(CohortError, match="no keys"):
        from_manifest([])
