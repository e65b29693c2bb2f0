"""Training on stderr: each epoch beside the baseline, the time that is left, and what Ctrl-C does."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from neuronetra.cli import training_progress
from neuronetra.cli.training_progress import Stopping, TrainingLine


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(training_progress, "time", made)
    return made


def entry(epoch: int, **changed: object) -> dict[str, object]:
    told = {"epoch": epoch, "epochs": 5, "loss": 0.25, "score": 0.61234, "baseline": 0.5678}
    return {**told, **changed}


def stepped(line: TrainingLine, clock: Clock, steps: range, total: int, seconds: float) -> None:
    for done in steps:
        clock.now += seconds
        line.steps(done, total)


def test_an_epoch_is_a_line(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Job, epoch, loss, score and baseline; nothing on stdout, nothing between epochs where there is no terminal."""
    with TrainingLine() as line:
        line.job(2, 6, "net_fold1")
        stepped(line, clock, range(1, 11), 50, 1.0)
        line.epoch(entry(1))
        line.epoch(entry(2, baseline=None))
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert out == ""
    assert first.startswith(
        "job 2 of 6, net_fold1: epoch 1 of 5, loss 0.2500, validation score 0.6123, baseline 0.5678"
    )
    assert "baseline none" in second


def test_the_time_left_is_that_of_all_jobs(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten of fifty steps took nine seconds for the nine that were timed; 40 here and 50 in the next job are left."""
    with TrainingLine() as line:
        line.job(1, 2, "net_fold0")
        stepped(line, clock, range(1, 11), 50, 1.0)
        line.epoch(entry(1))
        stepped(line, clock, range(11, 51), 50, 1.0)
        line.epoch(entry(5))
        line.job(2, 2, "net_fold1")
        stepped(line, clock, range(1, 51), 50, 100.0)
        line.epoch(entry(5))
    first, second, last = capsys.readouterr().err.splitlines()
    assert first.endswith(("about 90 s left", "about 2 min left"))
    assert second.endswith("about 50 s left")
    assert "left" not in last


def test_a_terminal_has_a_line_that_moves(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn over and taken away, and stands in no epoch's line."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with TrainingLine() as line:
        line.job(1, 1, "net_fold0")
        stepped(line, clock, range(1, 4), 10, 1.0)
        line.epoch(entry(1))
        stepped(line, clock, range(4, 6), 10, 1.0)
    err = capsys.readouterr().err
    assert "\r\x1b[Kjob 1 of 1, net_fold0: 20 %, about 8 s left" in err
    assert err.endswith("\r\x1b[K")
    assert "\x1b[Kjob 1 of 1, net_fold0: epoch 1 of 5" in err


def test_who_does_not_lead_is_silent(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Of processes that train together one speaks."""
    with TrainingLine(speaks=False) as line, Stopping(speaks=False) as stop:
        line.job(1, 1, "net_fold0")
        stepped(line, clock, range(1, 4), 10, 1.0)
        line.epoch(entry(1))
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends(
    which: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both signals do; afterwards the handlers of before are back."""
    before = signal.getsignal(which)
    with Stopping() as stop:
        assert not stop()
        os.kill(os.getpid(), which)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), which)
    assert signal.getsignal(which) is before
    assert "once more ends at once" in capsys.readouterr().err
