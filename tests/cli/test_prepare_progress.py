"""The progress of preparing: series, and the slices that are left."""

from __future__ import annotations

import pytest

from neuronetra.cli import progress
from neuronetra.cli.prepare import _SeriesLine


def test_slices_left_are_estimated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the slices of the series that are done; without any, in series alone."""
    now = iter([100.0, 105.0, 120.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    line = _SeriesLine()
    line(0, 10)
    line(2, 10)
    line.add(30)
    line.add(50)
    line(4, 10)
    assert capsys.readouterr().err.splitlines() == [
        "series: 2 of 10, about 20 s left",
        "series: 4 of 10, about 30 s and 120 slices left",
    ]
