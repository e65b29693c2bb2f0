"""An executor that works in this process, one item after the other: for tests of what uses an ``Executor``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from neuronetra.errors import NeuronetraError, WorkerError
from neuronetra.ports import Outcome, Progress

T = TypeVar("T")
R = TypeVar("R")


class InlineExecutor:
    """Keeps the promises of ``Executor`` that can be kept without a process: order, outcomes, progress."""

    workers = 1

    def map(
        self, function: Callable[[T], R], items: Sequence[T], progress: Progress | None = None
    ) -> Iterator[Outcome[R]]:
        """``function`` of each item, when it is asked for."""
        for done, item in enumerate(items):
            if progress is not None:
                progress(done, len(items))
            yield _outcome(function, item)
        if progress is not None:
            progress(len(items), len(items))


def _outcome(function: Callable[[T], R], item: T) -> Outcome[R]:
    try:
        return Outcome(function(item))
    except NeuronetraError as error:
        return Outcome(error=error)
    except MemoryError:
        return Outcome(error=WorkerError("out of memory"))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - told by its type alone
        return Outcome(error=WorkerError(f"unexpected {type(error).__name__}"))
