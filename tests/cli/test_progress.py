"""Progress on stderr: nothing of what is quick, an estimate of what is not."""

from __future__ import annotations

import sys

import pytest

from neuronetra.cli import progress
from neuronetra.cli.progress import ProgressLine


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def steps(line: ProgressLine, clock: Clock, total: int, seconds: float) -> None:
    for done in range(1, total + 1):
        clock.now += seconds
        line(done, total)


def test_quick_work_shows_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Two thousand files in less than a second are no news."""
    with ProgressLine("reading") as line:
        steps(line, clock, 2000, 0.0004)
    assert capsys.readouterr().err == ""


def test_slow_work_shows_a_line_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """After a second, then every ten, with how long it will yet take."""
    with ProgressLine("reading") as line:
        steps(line, clock, 100, 0.25)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading: 5 of 100, about 24 s left"
    assert len(lines) == 3


def test_a_second_piece_of_work_is_timed_anew(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """The files of a scan, then the slices of a volume: each has its own second of silence."""
    with ProgressLine("reading") as line:
        steps(line, clock, 10, 0.05)
        clock.now += 50.0
        steps(line, clock, 9, 0.05)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_one_line_is_drawn_again_and_cleared(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most ten times a second, and nothing is left of it at the end."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with ProgressLine("reading") as line:
        steps(line, clock, 3000, 0.001)
    drawn = capsys.readouterr().err
    assert 15 <= drawn.count("reading:") <= 25
    assert drawn.endswith("\r\x1b[K")
