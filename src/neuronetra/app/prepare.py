"""A cohort prepared: every series of a shard that is not there yet, then the tables of what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from typing import Any, Protocol, cast

from attrs import define, field, frozen

from neuronetra.app.preparing import Done, reason
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.cohort_table import NAME as COHORT
from neuronetra.domain.cohort_table import to_csv
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.prepared_tables import FAILURES, MAPPING, failures_table, mapping_header, mapping_lines
from neuronetra.domain.shards import Shard
from neuronetra.errors import OutputError
from neuronetra.ports import Executor, FrameStore, Outcome, Progress

FOLDER = "frames"


class SizedStore(FrameStore, Protocol):
    """A ``FrameStore`` that knows how much it holds."""

    def size(self, uid: str) -> int:
        """The bytes of a series' frames as stored."""
        ...


class Place(Protocol):
    """The folder of a prepared cohort, with its tables."""

    def opened(self, manifest: Mapping[str, Any], shard: Shard) -> AbstractContextManager[None]:
        """The folder for one run. Raises ``OutputError`` where it cannot be had."""
        ...

    def tables(self) -> AbstractContextManager[None]:
        """The turn to write tables."""
        ...

    def failures(self) -> Mapping[str, str]:
        """Uid and reason of the series that failed in earlier runs."""
        ...

    def write(self, name: str, parts: Iterable[str]) -> None:
        """A text file of these parts. Raises ``OutputError``."""
        ...


@define
class Totals:
    """What lies in the folder when a run ends: slices, bytes of the files read and of the pictures.

    ``lost`` counts slices that were sent and could not be had.
    """

    uids: list[str] = field(factory=list)
    slices: int = 0
    lost: int = 0
    source_bytes: int = 0
    stored_bytes: int = 0

    @property
    def series(self) -> int:
        """How many."""
        return len(self.uids)

    def add(self, prepared: PreparedSeries, size: int) -> None:
        """Count a series whose pictures have so many bytes."""
        self.uids.append(prepared.uid)
        self.slices += len(prepared.frames)
        self.lost += prepared.missing
        self.source_bytes += prepared.source_bytes
        self.stored_bytes += size


@frozen
class Prepared:
    """What a run did: series made now, those that were there before, and the reasons of those that failed."""

    made: int
    there_before: int
    failures: Mapping[str, str]
    totals: Totals


@define
class _Tally:
    """How a run goes on."""

    made: int = 0
    failures: dict[str, str] = field(factory=dict)

    def note(self, uid: str, outcome: Outcome[Done]) -> int:
        """Count an outcome; gives its slices. Raises the error where the place itself is at fault."""
        if isinstance(outcome.error, OutputError):
            raise outcome.error
        if outcome.error is not None or outcome.value is None:
            self.failures[uid] = reason(outcome.error, uid) if outcome.error else "nothing came back"
            return 0
        self.made += 1
        return outcome.value.slices


@frozen
class Preparation:
    """Prepares a cohort into ``place`` and ``store`` by ``work``, which keeps one series, on ``executor``.

    ``made_by`` is the digest of how: a series that was prepared in another way is not there.
    """

    place: Place
    store: SizedStore
    executor: Executor
    work: Callable[[LabelledSeries], Done]
    made_by: str = ""

    def run(
        self,
        cohort: LabelledSet,
        manifest: Mapping[str, Any],
        shard: Shard,
        progress: Progress | None = None,
        slices: Callable[[int], None] | None = None,
    ) -> Prepared:
        """Prepare what the shard lacks. ``progress`` counts series, ``slices`` is told how many each had.

        A series that fails is noted and tried again by the next run, and so is one that lacks slices which
        could not be had: it may have been for want of memory, or while files were still being copied. Raises
        ``OutputError`` where nothing can be written any more; what is whole stays, and another run goes on.
        """
        with self.place.opened(manifest, shard):
            mine = shard.of(cohort.series)
            there = set(self.store.uids())
            lacking = [entry for entry in mine if entry.uid not in there or not self._complete(entry.uid)]
            tally = self._work_through(lacking, progress, slices)
            with self.place.tables():
                totals = self._write_tables(cohort, mine, tally.failures)
        return Prepared(tally.made, len(mine) - len(lacking), tally.failures, totals)

    def _complete(self, uid: str) -> bool:
        """Whether a series that is there is as good as it can be."""
        prepared = self.store.series(uid)
        return prepared.made_by == self.made_by and not prepared.missing

    def _work_through(
        self,
        lacking: list[LabelledSeries],
        progress: Progress | None,
        slices: Callable[[int], None] | None,
    ) -> _Tally:
        tally = _Tally()
        outcomes = self.executor.map(self.work, lacking, progress)
        with closing(cast("_Closable", outcomes)):  # nobody works on when this ends, whatever ends it
            for entry, outcome in zip(lacking, outcomes, strict=True):
                count = tally.note(entry.uid, outcome)
                if slices is not None:
                    slices(count)
        return tally

    def _write_tables(
        self, cohort: LabelledSet, mine: tuple[LabelledSeries, ...], failed: Mapping[str, str]
    ) -> Totals:
        """Write the tables of all that is there of the cohort, other shards' too."""
        every, totals = {entry.uid for entry in cohort.series}, Totals()
        others = every - {entry.uid for entry in mine}
        before = {uid: why for uid, why in self.place.failures().items() if uid in others}
        self.place.write(MAPPING, self._mapping(every, totals))
        lacking = every - set(totals.uids)
        failures = {uid: why for uid, why in {**before, **failed}.items() if uid in lacking}
        self.place.write(FAILURES, [failures_table(failures)])
        self.place.write(COHORT, [to_csv(cohort)])
        return totals

    def _mapping(self, every: set[str], totals: Totals) -> Iterator[str]:
        """The table of these series' frames; what stands in it is added to ``totals``."""
        yield mapping_header()
        for uid in self.store.uids():
            if uid in every and (prepared := self.store.series(uid)).made_by == self.made_by:
                totals.add(prepared, self.store.size(uid))
                yield mapping_lines(prepared, f"{FOLDER}/{uid}")


class _Closable(Protocol):
    def close(self) -> object: ...
