"""Tables as text: separators, quotation marks, and the lines on which rows begin."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.cohort_csv import BOM, LONGEST_QUOTE, MOST_ROWS, parsed_table, quoted
from neuronetra.errors import CohortError

KNOWN = ("uid", "age", "note")
_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def _table(text):
    return parsed_table(text, "t.csv", KNOWN)


@given(
    st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=5),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_written_table_is_read_back(rows, separator, line_end):
    """What the csv writer writes, line ends within cells too, comes back stripped, on the right lines."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    expected = []
    for row in (KNOWN, *rows):
        line = 1 + out.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n")
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, tuple(cell.strip() for cell in row)))
    table = _table(out.getvalue())
    assert table.header == KNOWN
    assert [(row.line, row.cells) for row in table.rows] == expected[1:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("uid,age\n1,2\n", ()),
        (f"{BOM}uid,age\n1,2\n", ("t.csv begins with a byte-order mark",)),
        ("uid;age\n1;2\n", ("t.csv is separated by semicolons",)),
        (f"{BOM}uid\tage\n1\t2\n", ("t.csv begins with a byte-order mark", "t.csv is separated by tabs")),
    ],
)
def test_the_form_is_seen_through_and_said(text, said):
    """Marks and other separators change no cell, and are noted."""
    table = _table(text)
    assert table.cells(table.rows[0]) == {"uid": "1", "age": "2"}
    assert table.notes == said


def test_commas_in_cells_do_not_mislead():
    """A header with more commas than semicolons is still separated by what separates the known names."""
    table = _table("uid;a,b,c,d;age\n1;;3\n")
    assert table.header == ("uid", "a,b,c,d", "age")


def test_blank_lines_are_counted_and_are_no_rows():
    """Lines of nothing, or of separators alone, do not become rows; the others keep their numbers."""
    table = _table('uid,age\n\n1,"2\n3"\n,\n\n4,5\n')
    assert [row.line for row in table.rows] == [3, 7]


def test_a_row_of_another_length_is_refused():
    """Too few and too many cells are errors of the row; empty ones at its end are not."""
    table = _table("uid,age,\n1\n1,2,3\n1,2,,,\n")
    assert table.header == ("uid", "age")
    with pytest.raises(ValueError, match="1 cells where the header has 2"):
        table.cells(table.rows[0])
    with pytest.raises(ValueError, match="3 cells"):
        table.cells(table.rows[1])
    assert table.cells(table.rows[2]) == {"uid": "1", "age": "2"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("\n\n ,\n", "empty"),
        ('uid,age\n1,"2\n3,4\n', "not a table"),
        ("uid,age\n1,\0\n", "not a table"),
        ("uid,age\n1," + "x" * 200_000, "not a table"),
        ("uid,age,uid\n1,2,3\n", "one name"),
    ],
)
def test_what_is_no_table_is_refused(text, problem):
    """Nothing, an open quotation mark, a zero byte, an endless cell, and two columns of one name."""
    with pytest.raises(CohortError, match=problem) as caught:
        _table(text)
    assert caught.value.where.startswith("t.csv")


def test_quotes_are_short_and_printable():
    """A cell in a message is cut, and no character of it can act on a terminal."""
    assert len(quoted("x" * 500)) == LONGEST_QUOTE + 2
    assert "\x1b" not in quoted("\x1b[31m")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("uid,age\n1,2\n3," + "x" * 200_000 + "\n", 3, "a cell without end"),
        ('uid,age\n1,2\n\n3,"4\n5,6\n', 4, "a quotation mark that is never closed"),
    ],
)
def test_a_broken_record_is_told_with_its_line(text, line, said):
    """Of a record that never ends the line on which it begins is named, in plain words."""
    with pytest.raises(CohortError) as caught:
        _table(text)
    assert (caught.value.where, caught.value.found) == (f"t.csv, line {line}", said)


@pytest.mark.parametrize(
    "text",
    [
        "uid,age," + ",".join(map(str, range(50_000))) + "\n1,2\n",
        "uid,age\n" + "1,2\n" * (MOST_ROWS + 1),
    ],
)
def test_more_than_any_table_has_is_refused(text):
    """Columns and rows without end are an error, before anything is done for each of them."""
    with pytest.raises(CohortError, match=r"more (columns|rows) than"):
        _table(text)


def test_separators_without_end_cost_no_more_than_reading_them():
    """A header and a row with 300,000 empty cells behind the others are the same as without (not 300,000 times)."""
    more = "," * 300_000
    table = _table(f"uid,age{more}\n1,2{more}\n")
    assert table.cells(table.rows[0]) == {"uid": "1", "age": "2"}


def test_a_name_that_is_not_known_is_not_quoted():
    """Where a header is missing its cells may be a person's: two that are equal are told by their places."""
    with pytest.raises(CohortError, match="columns 2 and 3") as caught:
        _table("1.2,Doe^Jane,Doe^Jane\n")
    assert "Doe" not in str(caught.value)
