"""Keeping what members gave, so that scoring that was ended goes on where it was; and measuring how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Protocol

from attrs import define, field

from neuronetra.domain.checkpoints import Checkpoint
from neuronetra.domain.out_of_fold_rows import Part, Seconds
from neuronetra.domain.scores import Batch, Scores
from neuronetra.ports import Closing, ModelRuntime, Scorer


class Kept(Protocol):
    """Keeps parts."""

    def parts(self) -> Iterator[Part]:
        """All that is kept, in any order."""
        ...

    def add(self, part: Part) -> None:
        """Raises ``OutputError``."""
        ...


@define
class NothingKept:
    """Keeps nothing."""

    def parts(self) -> Iterator[Part]:
        return iter(())

    def add(self, part: Part) -> None: ...


@define(eq=False)
class Meter:
    """Adds up seconds by what took them; ``clock`` gives them. Safe to tell from several threads."""

    clock: Callable[[], float]
    _lock: Lock = field(factory=Lock, init=False, repr=False)
    _held: dict[str, tuple[float, int]] = field(factory=dict, init=False, repr=False)

    def add(self, what: str, seconds: float, count: int) -> None:
        """Count ``count`` things that took ``seconds``."""
        with self._lock:
            self._held[what] = added(self._held.get(what), seconds, count)

    def drained(self) -> Seconds:
        """What was counted since the last call."""
        with self._lock:
            found, self._held = self._held, {}
        return found

    def metered(self, runtime: ModelRuntime) -> ModelRuntime:
        """The same runtime, its networks' seconds counted by member."""
        return _MeteredRuntime(runtime, self)


def added(before: tuple[float, int] | None, seconds: float, count: int) -> tuple[float, int]:
    """Both added up."""
    had, many = before or (0.0, 0)
    return had + seconds, many + count


class _MeteredRuntime:
    def __init__(self, runtime: ModelRuntime, meter: Meter) -> None:
        self._runtime, self._meter = runtime, meter
        self.weights, self.workers, self.device = runtime.weights, runtime.workers, runtime.device

    def open(self, checkpoint: Checkpoint, once: bool = False) -> Scorer:
        return _MeteredScorer(self._runtime.open(checkpoint, once), str(checkpoint.name), self._meter)


class _MeteredScorer(Closing):
    def __init__(self, scorer: Scorer, name: str, meter: Meter) -> None:
        self._scorer, self._name, self._meter = scorer, name, meter

    def score(self, batch: Batch) -> Scores:
        began = self._meter.clock()
        found = self._scorer.score(batch)
        self._meter.add(self._name, self._meter.clock() - began, len(batch))
        return found

    def close(self) -> None:
        self._scorer.close()
