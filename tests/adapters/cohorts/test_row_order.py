"""The rows of a cohort's table."""

from __future__ import annotations

from pathlib import Path

from neuronetra.adapters.cohorts.row_order import row_order


def test_rows_in_the_order_of_the_table(tmp_path: Path) -> None:
    """Uids by row from 0, the first of a uid that stands twice."""
    (tmp_path / "train.csv").write_text("PatientAge;SeriesInstanceUID\n60;1.9\n70;1.10\n60;1.9\n50;1.1\n")
    assert row_order(str(tmp_path)) == {"1.9": 0, "1.10": 1, "1.1": 3}


def test_no_table_no_order(tmp_path: Path) -> None:
    """Where there is no such table, or no such column, no order is known."""
    assert row_order(str(tmp_path)) == {}
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    assert row_order(str(tmp_path)) == {}
    assert row_order("\0") == {}
