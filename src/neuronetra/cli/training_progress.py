"""What a terminal, or a log, sees of training: the job, its epochs beside the baseline, and the time that is left."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any, Self

import click

_BETWEEN_DRAWINGS = 0.2


class TrainingLine:
    """A ``Listener``: a line for each epoch on stderr, and on a terminal one below that moves. Silent where ``speaks`` is not."""

    def __init__(self, speaks: bool = True) -> None:
        self._speaks = speaks
        self._moves = speaks and sys.stderr is not None and sys.stderr.isatty()
        self._job, self._number, self._count = "", 0, 0
        self._told, self._next, self._shown = "", 0.0, False
        self._clock = _Remaining()

    def job(self, number: int, count: int, name: str) -> None:
        """See ``Listener``."""
        self._number, self._count, self._job, self._told = number, count, name, ""
        self._clock.begin(count - number)

    def steps(self, done: int, total: int) -> None:
        """See ``Listener``."""
        now = time.monotonic()
        self._clock.at(done, total, now)
        if self._moves and now >= self._next:
            self._next, self._shown = now + _BETWEEN_DRAWINGS, True
            share = f"{100 * done / total:.0f} %" if total else ""
            click.echo(f"\r\x1b[K{self._where()}: {share}{self._told}{self._clock}", err=True, nl=False)

    def epoch(self, entry: Mapping[str, Any]) -> None:
        """See ``Listener``."""
        if not self._speaks:
            return
        self.clear()
        figures = f"epoch {entry['epoch']} of {entry['epochs']}, loss {entry['loss']:.4f}"
        self._told = f", validation score {entry['score']:.4f}, baseline {_shown(entry['baseline'])}"
        click.echo(f"{self._where()}: {figures}{self._told}{self._clock}", err=True)

    def clear(self) -> None:
        """Take the line that moves away."""
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._shown = False

    def _where(self) -> str:
        return f"job {self._number} of {self._count}, {self._job}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


class _Remaining:
    """The time that is left for all jobs, as if those to come had the steps and the pace of those that went."""

    def __init__(self) -> None:
        self._jobs, self._steps, self._seconds = 0, 0, 0.0
        self._last: tuple[int, float] | None = None
        self._ahead = self._total = 0

    def begin(self, after: int) -> None:
        """A job begins, and so many come ``after`` it."""
        self._jobs, self._last, self._ahead = after, None, self._total

    def at(self, done: int, total: int, now: float) -> None:
        """The job is there now."""
        if self._last is not None and done > self._last[0]:
            self._steps += done - self._last[0]
            self._seconds += now - self._last[1]
        self._last, self._ahead, self._total = (done, now), total - done, total

    def __str__(self) -> str:
        left = self._ahead + self._jobs * self._total
        if not self._steps or not left:
            return ""
        seconds = self._seconds / self._steps * left
        if seconds >= 5400:
            return f", about {seconds / 3600:.1f} h left"
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


class Stopping:
    """Within its block the first Ctrl-C (or SIGTERM) asks to stop, and a second one ends at once.

    Call it to know whether it was asked.
    """

    def __init__(self, speaks: bool = True) -> None:
        self._speaks, self._asked = speaks, False
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return self._asked

    def __enter__(self) -> Self:
        for one in (signal.SIGINT, signal.SIGTERM):
            self._before[one] = signal.signal(one, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()

    def let_go(self) -> None:
        """From here on signals do what they did before."""
        while self._before:
            signal.signal(*self._before.popitem())

    def _heard(self, _: int, __: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        if self._speaks:
            click.echo("\nstopping after this step, to be gone on from; once more ends at once", err=True)
