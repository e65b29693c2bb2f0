"""Workers at the items of one call: a thread of this process for each, which feeds it and minds its death."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition, Thread
from typing import Any, Self

from neuronetra.adapters.executors.messages import packed
from neuronetra.adapters.executors.turns import Turns
from neuronetra.adapters.executors.worker_process import Died, WorkerProcess
from neuronetra.ports import Outcome, Progress

AHEAD = 4
"""How many items for each worker may be under way or waiting to be asked for."""


class Crew:
    """Applies ``function`` (a pickle) to ``items`` on ``workers``; a context manager that ends them all."""

    def __init__(self, function: bytes, items: Sequence[Any], workers: int) -> None:
        self._function, self._items = function, items
        self._room = AHEAD * workers
        self._turns = Turns()
        self._changed = Condition()
        self._outcomes: dict[int, Outcome[Any]] = {}
        self._begun = self._done = self._asked = 0
        self._failure: BaseException | None = None
        self._closed = False
        self._processes: set[WorkerProcess] = set()
        self._threads = [Thread(target=self._serve, daemon=True) for _ in range(workers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is still under way at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            processes = tuple(self._processes)
        for process in processes:
            process.kill()
        for thread in self._threads:
            thread.join()

    def outcome(self, number: int, progress: Progress | None) -> Outcome[Any]:
        """That of item ``number``, asked for in order. Raises what a thread could not cope with."""
        told = -1
        while True:
            with self._changed:
                self._asked = number
                self._changed.notify_all()
                self._changed.wait_for(lambda seen=told: self._is_news(number, seen))  # type: ignore[misc]
                if self._failure is not None:
                    raise self._failure
                found, told = self._outcomes.pop(number, None), self._done
            if progress is not None:
                progress(told, len(self._items))
            if found is not None:
                return found

    def _is_news(self, number: int, told: int) -> bool:
        return self._failure is not None or number in self._outcomes or self._done != told

    def _serve(self) -> None:
        """What each thread does: give its worker one item after another."""
        worker: WorkerProcess | None = None
        try:
            while (number := self._take()) is not None:
                outcome, worker = self._outcome_of(packed(self._items[number]), worker)
                self._put(number, outcome)
        except BaseException as error:  # noqa: BLE001 - raised again where the outcomes are asked for
            with self._changed:
                self._failure = self._failure or error
                self._changed.notify_all()
        finally:
            self._dismiss(worker)

    def _take(self) -> int | None:
        """The next item, once there is room for its outcome; ``None`` when all is done or over."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over() or self._begun < self._asked + self._room)
            if self._is_over():
                return None
            self._begun += 1
            return self._begun - 1

    def _is_over(self) -> bool:
        return self._closed or self._failure is not None or self._begun == len(self._items)

    def _put(self, number: int, outcome: Outcome[Any]) -> None:
        with self._changed:
            self._outcomes[number] = outcome
            self._done += 1
            self._changed.notify_all()

    def _outcome_of(
        self, item: bytes, worker: WorkerProcess | None
    ) -> tuple[Outcome[Any], WorkerProcess | None]:
        """Its outcome, and the worker for the next one; after a death once more, with no other at work."""
        try:
            with self._turns.together():
                worker = worker or self._hired()
                return worker.do(item), worker
        except Died:
            self._dismiss(worker)
        with self._turns.alone():
            if self._closed:  # it was no death of its own
                return Outcome(), None
            worker = self._last_resort()
            try:
                return worker.do(item), worker
            except Died as death:
                self._dismiss(worker)
                return Outcome(error=death.error), None

    def _hired(self) -> WorkerProcess:
        worker = WorkerProcess(self._function)
        with self._changed:
            self._processes.add(worker)
            if self._closed:
                worker.kill()
        return worker

    def _last_resort(self) -> WorkerProcess:
        """A new worker; where not even one alone can be started, that is the end of all."""
        try:
            return self._hired()
        except Died as death:
            raise death.error from None

    def _dismiss(self, worker: WorkerProcess | None) -> None:
        if worker is not None:
            worker.close()
            with self._changed:
                self._processes.discard(worker)
