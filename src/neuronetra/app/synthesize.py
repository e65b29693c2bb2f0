"""A synthetic cohort made: every planned series that is not there yet, then the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from typing import Any, Protocol

from attrs import frozen

from neuronetra.domain.synthesis import PlannedSeries, SynthesisPlan
from neuronetra.domain.synthesis_tables import MadeSeries, localizers_csv, train_csv
from neuronetra.ports import Executor, Progress


class Place(Protocol):
    """The folder of a synthetic cohort."""

    def opened(self, document: Mapping[str, Any]) -> AbstractContextManager[None]:
        """The folder for one run of the cohort that ``document`` tells of. Raises ``OutputError``."""
        ...

    def write(self, name: str, lines: Iterable[str]) -> None:
        """A text file of these lines. Raises ``OutputError``."""
        ...


@frozen
class Synthesis:
    """Makes cohorts at ``place``; ``maker`` makes one series, in any process, unless it is there.

    ``versions`` are those of what decides the bytes: a run by others does not go on where this one stopped.
    """

    place: Place
    maker: Callable[[PlannedSeries], MadeSeries]
    executor: Executor
    versions: Mapping[str, str]

    def run(self, plan: SynthesisPlan, progress: Progress | None = None) -> tuple[MadeSeries, ...]:
        """All series of the plan, sorted by uid; the tables are written last, in that order.

        Raises ``OutputError`` where the folder cannot be had or the disk refuses, and ``WorkerError``: what was
        made until then stays, and the same run goes on from there.
        """
        document = {"versions": dict(self.versions), **plan.as_document()}
        with self.place.opened(document):
            order = sorted(plan.series, key=lambda one: one.uid)
            made = self._made(plan, progress)
            self.place.write("train.csv", train_csv(order))
            self.place.write("train_localizers.csv", localizers_csv(made))
        return made

    def _made(self, plan: SynthesisPlan, progress: Progress | None) -> tuple[MadeSeries, ...]:
        made: list[MadeSeries] = []
        with closing(self.executor.map(self.maker, plan.series, progress)) as outcomes:  # type: ignore[type-var]
            for outcome in outcomes:
                if outcome.error is not None:
                    raise outcome.error
                if outcome.value is not None:
                    made.append(outcome.value)
        return tuple(sorted(made, key=lambda one: one.uid))
