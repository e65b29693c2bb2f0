"""Progress on stderr: a bar with an estimate on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

_FIRST_LINE = 1.0
_BETWEEN_LINES = 10.0
_BETWEEN_DRAWINGS = 0.1


class ProgressLine:
    """Call it with (done, total); use it as a context manager so that a bar is cleared at the end.

    Nothing is shown of work that is done within a second.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._pause = _BETWEEN_DRAWINGS if self._on_terminal else _BETWEEN_LINES
        self._shown = False
        self._first = self._done = 0
        self._started: float | None = None
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._started is None or done < self._done:  # or another piece of work of the same kind
            self._started, self._next, self._first = now, now + _FIRST_LINE, done
        self._done = done
        if total < 2 or now < self._next:
            return
        self._next = now + self._pause
        text = f"{self._what}: {done} of {total}{self._left(done, total, now)}"
        if self._on_terminal:
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)
            self._shown = True
        else:
            click.echo(text, err=True)

    def _left(self, done: int, total: int, now: float) -> str:
        if done in {self._first, total}:
            return ""
        seconds = (now - (self._started or now)) / (done - self._first) * (total - done)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
