"""Progress on stderr: a bar with an estimate on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

_FIRST_LINE = 1.0
_BETWEEN_LINES = 10.0


class ProgressLine:
    """Call it with (done, total); use it as a context manager so that a bar is cleared at the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._last = self._started - _BETWEEN_LINES + _FIRST_LINE
        self._on_terminal = sys.stderr.isatty()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if total < 2 or (not self._on_terminal and now - self._last < _BETWEEN_LINES):
            return
        self._last = now
        left = self._left(done, total, now)
        text = f"{self._what}: {done} of {total}{left}"
        if self._on_terminal:
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)
            self._shown = True
        else:
            click.echo(text, err=True)

    def _left(self, done: int, total: int, now: float) -> str:
        if done in {0, total}:
            return ""
        seconds = (now - self._started) / done * (total - done)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
