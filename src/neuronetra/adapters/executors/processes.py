"""Work side by side in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from neuronetra.adapters.executors.cores import usable_cores
from neuronetra.adapters.executors.crew import Crew
from neuronetra.adapters.executors.messages import packed
from neuronetra.errors import UsageError
from neuronetra.ports import Outcome, Progress

T = TypeVar("T")
R = TypeVar("R")


class ProcessExecutor:
    """An ``Executor`` of ``jobs`` processes (by default as many as there are cores to use).

    Each starts anew rather than as a copy of this one, so that it holds none of its locks and files, and the
    caller's main module needs no guard; ``function`` must lie in a module that can be imported. One job is a
    process too: an item that kills its worker must not kill the caller. They start when the first outcome is
    asked for. An item is what a worker dies at, or runs out of memory at, twice: the second time alone.
    """

    def __init__(self, jobs: int | None = None) -> None:
        if jobs is not None and (type(jobs) is not int or jobs < 1):
            raise UsageError("jobs is no number of processes", found=repr(jobs), expected="1 or more")
        self.workers = jobs or usable_cores()

    def map(
        self, function: Callable[[T], R], items: Sequence[T], progress: Progress | None = None
    ) -> Iterator[Outcome[R]]:
        """``function`` of each item; see ``Executor``. Raises what pickle does for what cannot be pickled.

        ``WorkerError`` is raised, not an outcome, where no worker can be started or load ``function``.
        """
        return _outcomes(packed(function), items, min(self.workers, len(items)), progress)


def _outcomes(
    function: bytes, items: Sequence[T], workers: int, progress: Progress | None
) -> Iterator[Outcome[R]]:
    if progress is not None:
        progress(0, len(items))
    with Crew(function, items, workers) as crew:
        for number in range(len(items)):
            yield crew.outcome(number, progress)
