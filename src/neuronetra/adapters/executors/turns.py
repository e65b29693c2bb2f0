"""Who may work when: many together, or one alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Two kinds of turns: ``together`` with others of that kind, and ``alone``, which goes first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._together = self._waiting_alone = 0
        self._one_is_alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """A turn beside others; it waits while somebody is alone or waits to be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._one_is_alone and not self._waiting_alone)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A turn with nobody else at work."""
        with self._changed:
            self._waiting_alone += 1
            self._changed.wait_for(lambda: not self._one_is_alone and not self._together)
            self._waiting_alone -= 1
            self._one_is_alone = True
        try:
            yield
        finally:
            with self._changed:
                self._one_is_alone = False
                self._changed.notify_all()
