"""The report as a table: every fact that the JSON holds of a series, for a person."""

from __future__ import annotations

from attrs import evolve

from neuronetra.cli.report_table import report_table
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.series import LeftOut, OtherStack, Series
from neuronetra.testing.fakes import fake_series


def test_rule_26_every_fact_has_a_row() -> None:
    """Order, plane, sides, spacing, files with reasons, other stacks, warnings."""
    series = fake_series("1.2", 9)
    reading = evolve(
        series.reading,
        files_found=11,
        left_out=(LeftOut("a.txt", "not a DICOM file"), LeftOut("b.dcm", "truncated: 1 of 2 bytes")),
        other_stacks=(OtherStack(1, 3, 8, 8, "echo differs"),),
        warnings=("gap: 1 slice(s) missing",),
        transfer_syntaxes=("1.2.840.10008.1.2.4.90",),
    )
    text = report_table(SeriesReport(evolve(series, reading=reading), (1, 3)).as_document())
    for told in (
        "Series 1.2",
        "ordered by position",
        "axial",
        "left and right",
        "1, 3",
        "11 found, 9 used",
        "a.txt: not a DICOM file",
        "b.dcm: truncated",
        "--stack 1: 3 slices, echo differs",
        "gap: 1 slice(s) missing",
        "1.2.840.10008.1.2.4.90",
    ):
        assert told in text


def test_many_files_of_one_reason_are_counted() -> None:
    """A thousand text files do not push a truncated slice out of sight."""
    left_out = (*(LeftOut(f"{i}.txt", "not a DICOM file") for i in range(1000)), LeftOut("x", "truncated"))
    series = fake_series("1.2", 9)
    reading = evolve(series.reading, left_out=left_out)
    text = report_table(SeriesReport(evolve(series, reading=reading)).as_document())
    assert "and 990 more: not a DICOM file" in text
    assert "x: truncated" in text
    assert len(text.splitlines()) < 40


def test_a_series_without_slices_shows_why_and_nothing_made_up() -> None:
    """No spacing, plane or order is told of slices that are not there."""
    text = report_table(SeriesReport(Series.unusable("1.2", "all truncated")).as_document())
    assert "all truncated" in text
    assert "spacing" not in text
    assert "ordered by" not in text
