"""Rows of labels: what is usable, what is left out and why, and columns that were exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort_csv import Row, Table
from neuronetra.domain.cohort_labels import label_rows
from neuronetra.domain.locations import ARTERIES, LABELS, Location
from neuronetra.errors import CohortError

HEADER = (*columns.TRAIN, *columns.TRAIN_OPTIONAL)


def _cells(uid, *lesions, **changes):
    told = {
        columns.UID: uid,
        columns.MODALITY: "CTA",
        columns.AGE: "60",
        columns.SEX: "Male",
        columns.PATIENT_ID: "",
    }
    told |= {location.value: str(int(location in lesions)) for location in ARTERIES}
    told[LABELS[-1]] = str(int(bool(lesions)))
    return told | changes


def _table(*rows, header=HEADER):
    return Table(
        "train.csv", header, tuple(Row(n, tuple(r[h] for h in header)) for n, r in enumerate(rows, 2))
    )


def _problems(*rows):
    usable, bad = label_rows(_table(*rows))
    return [row.uid for row in usable], {row.line: row.problem for row in bad}


@given(st.lists(st.sets(st.sampled_from(ARTERIES)), min_size=1, max_size=8), st.permutations(HEADER))
def test_columns_are_taken_by_name(lesions, header):
    """Whatever the order of the columns, each label lands in its place."""
    rows = [_cells(f"1.{n}", *held) for n, held in enumerate(lesions)]
    usable, bad = label_rows(_table(*rows, header=tuple(header)))
    assert not bad
    for row, held in zip(usable, lesions, strict=True):
        assert {location for location in ARTERIES if row.labels[location.index]} == held
        assert row.labels[-1] == bool(held)


def test_every_bad_row_is_told_with_its_line():
    """One bad cell a row: each has its line and column, and the good row stays."""
    kept, problems = _problems(
        _cells("1.1"),
        _cells("../1"),
        _cells("1.3", Modality="PET"),
        _cells("1.4", PatientAge="130"),
        _cells("1.5", PatientSex="X"),
        _cells("1.6", **{"Basilar Tip": "2"}),
        _cells("1.7", Location.BASILAR_TIP, **{"Aneurysm Present": "0"}),
        _cells("1.8", **{"Aneurysm Present": "1"}),
    )
    assert kept == ["1.1"]
    words = [
        "UID",
        "Modality",
        "PatientAge",
        "PatientSex",
        "Basilar Tip: '2'",
        "but a location is 1",
        "but no location",
    ]
    assert list(problems) == list(range(3, 10))
    assert all(word in problems[line] for line, word in enumerate(words, 3))


def test_many_bad_cells_are_one_row():
    """A row whose labels are all wrong is one entry that names three of them."""
    _, problems = _problems(_cells("1.1"), _cells("1.2", **dict.fromkeys(LABELS, "?")))
    assert list(problems) == [3]
    assert "and 11 more cells" in problems[3]


def test_equal_rows_count_once():
    """The same row again, however its cells are spelt, is left out and said; the series stays."""
    kept, problems = _problems(_cells("1.1"), _cells("1.2"), _cells("1.1", PatientAge="60.0"))
    assert kept == ["1.1", "1.2"]
    assert problems == {4: "the row of line 2 again, counted once"}


@pytest.mark.parametrize(
    "other",
    [{"PatientAge": "61"}, {"PatientID": "other"}, {"Basilar Tip": "2"}, {"Aneurysm Present": "1"}],
)
def test_rows_that_differ_are_both_bad(other):
    """Two rows of one uid with other values, one of them bad by itself or not, leave no series."""
    kept, problems = _problems(_cells("1.1"), _cells("1.2"), _cells("1.1", **other))
    assert kept == ["1.2"]
    assert set(problems) == {2, 4}


def test_patients_are_digests_at_once():
    """PatientID is nowhere in what comes out; ids equal after stripping are one, blanks are none."""
    ids = ("DOE-77", " DOE-77\0", "DOE-78", "", "Anonymous", "NaN")
    usable, _ = label_rows(_table(*(_cells(f"1.{n}", PatientID=told) for n, told in enumerate(ids))))
    first, same, other, *nobody = (row.patient for row in usable)
    assert first == same != other
    assert nobody == ["", "", ""]
    assert "DOE" not in repr(usable)


def test_presence_exchanged_with_a_location_is_seen():
    """Where 'Aneurysm Present' carries another column's values, the error names the two."""
    rows = [_cells(f"1.{n}", *([ARTERIES[n % 13]] if n % 3 else [])) for n in range(60)]
    for row in rows:
        row["Basilar Tip"], row["Aneurysm Present"] = row["Aneurysm Present"], row["Basilar Tip"]
    with pytest.raises(CohortError, match="exchanged") as caught:
        label_rows(_table(*rows))
    assert "'Basilar Tip'" in caught.value.fix
    assert "'Aneurysm Present'" in caught.value.fix


def test_a_few_contradictions_are_no_exchange():
    """Single rows that contradict themselves are bad rows of a good table."""
    rows = [_cells(f"1.{n}", ARTERIES[n % 13]) for n in range(30)]
    for row in rows[:4]:
        row["Aneurysm Present"] = "0"
    kept, problems = _problems(*rows)
    assert (len(kept), len(problems)) == (26, 4)


def test_a_table_without_rows_is_an_error():
    """A header alone is no data set."""
    with pytest.raises(CohortError, match="no rows"):
        label_rows(_table())


def test_one_uid_in_every_row_is_read_in_one_pass():
    """20,000 rows of one series that differ are all listed, each with another line of the same (not n times n)."""
    first, *others = (_cells("1.2", PatientAge=str(20 + n % 80)) for n in range(20_000))
    found, bad = label_rows(_table(first, *others))
    assert not found
    assert [row.line for row in bad] == list(range(2, 20_002))
    assert all(f"line {row.line}," not in row.problem for row in bad)
