from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE
from neuronetra.domain.prediction_cells import TableModel, probability_of, wanted_columns
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.errors import InputError

PROBABILITY = st.floats(0.0, 1.0)


def row(uid: object = "1.2", value: object = 0.25, **others: object) -> dict[str, Any]:
    return {"series_uid": uid, **dict.fromkeys(LABELS, value), **others}


def table(*rows: dict[str, Any]) -> PredictionTable:
    return PredictionTable.from_rows("p.csv", list(enumerate(rows, start=2)))


@given(
    st.dictionaries(
        st.from_regex(r"[0-9]\.[0-9]{1,8}", fullmatch=True),
        st.lists(PROBABILITY, min_size=14, max_size=14),
        min_size=1,
        max_size=6,
    ),
    st.randoms(),
    st.booleans(),
)
def test_rows_in_any_order_are_one_table(series: dict[str, list[float]], chance: Any, as_text: bool) -> None:
    """Whatever the order of rows, and as text or numbers, the table is the same to the last bit."""
    rows = [
        row(uid, **{k: repr(v) if as_text else v for k, v in zip(LABELS, values, strict=True)})
        for uid, values in series.items()
    ]
    chance.shuffle(rows)
    found = table(*rows)
    assert found.uids == tuple(sorted(series))
    assert found.probabilities.tolist() == [series[uid] for uid in found.uids]


def test_rows_are_found_by_uid() -> None:
    """Each series asked for is met with its own row, one that is not there with -1."""
    found = table(row("b", 0.2), row("a", 0.1))
    assert found.rows(["b", "c", "a"]).tolist() == [1, -1, 0]
    assert found.probabilities[found.rows(["b"])[0], 3] == 0.2


@pytest.mark.parametrize(
    "failed", [row("f", None), row("f", ""), row("f", None, error="x"), row("f", 0.5, error="x")]
)
def test_failed_series_has_no_probabilities(failed: dict[str, Any]) -> None:
    """A row with an error or without any probability is no prediction, and no mistake."""
    found = table(failed, row("g"))
    assert found.uids == ("g",)
    assert found.failed == ("f",)
    assert found.series == {"f", "g"}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("nan", "no probability"),
        (float("nan"), "no probability"),
        (float("inf"), "no probability"),
        ("high", "no probability"),
        (True, "no probability"),
        ("0x1", "no probability"),
        ("1_0", "no probability"),
        (1.0000001, "not between 0 and 1"),
        ("-0.1", "not between 0 and 1"),
        ("1e999", "not between 0 and 1"),
        (None, "empty"),
        ("  ", "empty"),
    ],
)
def test_what_is_no_probability_is_named_with_its_line(cell: object, words: str) -> None:
    """The error says file, line and column, and what is wrong with the cell."""
    with pytest.raises(InputError) as error:
        table(row("a"), row("b", **{"Basilar Tip": cell}))
    assert "p.csv, line 3" in str(error.value)
    assert "Basilar Tip" in str(error.value)
    assert words in str(error.value)


def test_many_wrong_lines_are_counted() -> None:
    """The first line is named, the others counted."""
    with pytest.raises(InputError, match=r"line 2: Left.*\(and 2 more lines"):
        table(row("a", 2), row("b", 2), row("c", "x"))


def test_repeated_series_is_refused_without_its_uid() -> None:
    """Two rows of one series are named by their lines; the uid, which may be hidden, is not quoted."""
    with pytest.raises(InputError, match="line 4: the series stands in line 2 too") as error:
        table(row("1.2.3"), row("1.2.4"), row(" 1.2.3 "))
    assert "1.2.3" not in str(error.value)


def test_uid_is_needed() -> None:
    """A row without a uid can be matched with nothing."""
    with pytest.raises(InputError, match="line 2: the series has no uid"):
        table(row(" "))


def test_no_row_is_refused() -> None:
    """A header alone is no table of predictions."""
    with pytest.raises(InputError, match="no row"):
        table()


@given(st.permutations([*LABELS, "series_uid", "modality", "error"]))
def test_columns_count_by_name(header: list[str]) -> None:
    """In whatever order columns stand, the same are read, and strangers are not."""
    assert wanted_columns("p", header) == ("series_uid", *LABELS, "error")


@pytest.mark.parametrize("label", [*LABELS, "series_uid"])
def test_missing_column_is_named(label: str) -> None:
    """Each of the columns is missed by name, and the misspelt one beside it named."""
    misspelt = label[:-2] + label[-1]
    header = [misspelt if name == label else name for name in ("series_uid", *LABELS)]
    with pytest.raises(InputError, match=f"no column '{label}', but '{misspelt}'"):
        wanted_columns("p", header)


def test_other_uid_column_is_taken() -> None:
    """The data set's own name for the uid does as well; both at once are one too many."""
    assert wanted_columns("p", ["SeriesInstanceUID", *LABELS])[0] == "SeriesInstanceUID"
    with pytest.raises(InputError, match="two columns of uids"):
        wanted_columns("p", ["SeriesInstanceUID", "series_uid", *LABELS])


def test_laterality_is_told_or_not() -> None:
    """Without the column nothing is said; where only some rows are filled the others count as known."""
    assert table(row("a")).laterality_known is None
    told = table(
        row("a", laterality_known="False"), row("b", laterality_known=""), row("c", laterality_known=True)
    )
    assert told.laterality_known is not None
    assert told.laterality_known.tolist() == [False, True, True]
    with pytest.raises(InputError, match="neither true nor false"):
        table(row("a", laterality_known="perhaps"))


def test_model_and_notice_are_kept() -> None:
    """The recipe, the manifest's hash and that a model is untrained go on with its predictions."""
    told = {"recipe": "v3", "manifest_hash": "ab12", "notice": f"{NOTICE} {UNTRAINED_NOTICE}"}
    found = table(row("a", **told), row("b", **told))
    assert found.models == (TableModel("v3", "ab12"),)
    assert found.untrained
    assert not table(row("a", recipe="<script>", notice=NOTICE)).untrained
    assert table(row("a", recipe="<script>")).models == ()


@pytest.mark.parametrize(
    ("uids", "values"),
    [
        (("b", "a"), np.zeros((2, 14))),
        (("a", "a"), np.zeros((2, 14))),
        (("a",), np.zeros((1, 13))),
        (("a",), np.full((1, 14), np.nan)),
    ],
)
def test_unsound_tables_cannot_be_made(uids: tuple[str, ...], values: np.ndarray) -> None:
    """Unsorted or repeated series, another shape, and what is no probability are refused."""
    with pytest.raises(ValueError, match=r"sorted|probabilities|in \[0, 1\]"):
        PredictionTable(uids, values)


@given(st.text(max_size=30))
def test_any_text_is_a_probability_or_refused(text: str) -> None:
    """No text crashes or slips through: it gives a value in [0, 1], or a plain reason."""
    with suppress(ValueError):
        assert 0.0 <= probability_of(text) <= 1.0


def test_what_is_too_long_for_a_uid_is_none() -> None:
    """Of a cell of a million characters in place of the uid nothing is kept."""
    with pytest.raises(InputError, match="no uid"):
        table(row("1" * 1_000_000))
