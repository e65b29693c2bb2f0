"""Looks at series, some at a time, the next while networks run on the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from attrs import frozen

from neuronetra.app.looking import Look
from neuronetra.app.score_members_looks import Looks
from neuronetra.app.score_members_parts import Meter
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.out_of_fold_rows import READING
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import FrameStoreError, InputError, NeuronetraError, PluginError

TOGETHER = 32
READERS = 2

Asked = tuple[int, LabelledSeries, tuple[ModelSpec, ...]]
"""The row of a series, the series, and the networks that are to see it."""


@frozen
class Shown:
    """What was seen of a series, or why nothing was."""

    row: int
    uid: str
    look: Look | None = None
    error: NeuronetraError | None = None


@frozen
class ReadAhead:
    """Shows ``TOGETHER`` series at a time, read by ``READERS`` threads; ``meter`` counts their seconds."""

    looks: Looks
    recipe: Recipe
    meter: Meter | None = None

    @contextmanager
    def reading(self, asked: Sequence[Asked]) -> Iterator[Iterator[list[Shown]]]:
        """Whatever ends the block, nothing more is read. What ends all work is raised where it is met."""
        pool = ThreadPoolExecutor(READERS, thread_name_prefix="neuronetra-look")
        try:
            yield self._batches(pool, asked)
        finally:
            pool.shutdown(cancel_futures=True)

    def _batches(self, pool: ThreadPoolExecutor, asked: Sequence[Asked]) -> Iterator[list[Shown]]:
        def begun(first: int) -> list[Future[Shown]]:
            return [pool.submit(self._shown, *one) for one in asked[first : first + TOGETHER]]

        ahead = begun(0)
        for first in range(TOGETHER, len(asked) + TOGETHER, TOGETHER):
            now, ahead = ahead, begun(first)
            yield [one.result() for one in now]

    def _shown(self, row: int, entry: LabelledSeries, specs: tuple[ModelSpec, ...]) -> Shown:
        began = 0.0 if self.meter is None else self.meter.clock()
        try:
            look = self.looks.look(entry, specs, self.recipe)
        except (InputError, FrameStoreError) as error:
            return Shown(row, entry.uid, None, error)
        except NeuronetraError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's; its text may quote a header
            failure = PluginError(f"unexpected {type(error).__name__}", where=entry.uid)
            failure.__cause__ = error
            return Shown(row, entry.uid, None, failure)
        if self.meter is not None:
            self.meter.add(READING, self.meter.clock() - began, 1)
        return Shown(row, entry.uid, look)
