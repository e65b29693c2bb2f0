"""Prepared frames and their folder in memory, for tests of what uses a ``FrameStore``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from attrs import define, field

from neuronetra.domain.frames import Frames
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.prepared_tables import FAILURES, failures_from
from neuronetra.domain.shards import Shard
from neuronetra.errors import FrameStoreError


@define
class MemoryFrameStore:
    """A ``FrameStore`` that forgets; ``refusal`` is raised in place of writing."""

    held: dict[str, tuple[PreparedSeries, Frames]] = field(factory=dict)
    refusal: Exception | None = None

    def uids(self) -> tuple[str, ...]:
        return tuple(sorted(self.held))

    def series(self, uid: str) -> PreparedSeries:
        return self._held(uid)[0]

    def size(self, uid: str) -> int:
        return self._held(uid)[1].pixels.nbytes

    def read(self, uid: str, indices: Sequence[int]) -> Frames:
        prepared, frames = self._held(uid)
        if not indices or not set(indices) <= set(prepared.indices):
            raise FrameStoreError("no such slices", where=uid)
        return frames.keep([prepared.indices.index(index) for index in indices])

    def write(self, prepared: PreparedSeries, frames: Frames) -> int:
        if self.refusal is not None:
            raise self.refusal
        if frames.positions != prepared.indices:
            raise ValueError("the frames are not those that the prepared series lists")
        self.held[prepared.uid] = prepared, frames
        return frames.pixels.nbytes

    def _held(self, uid: str) -> tuple[PreparedSeries, Frames]:
        if uid not in self.held:
            raise FrameStoreError("no such series", where=uid)
        return self.held[uid]


@define
class MemoryPlace:
    """The folder around it: ``texts`` are its tables, ``runs`` the shards that it was opened for."""

    texts: dict[str, str] = field(factory=dict)
    runs: list[str] = field(factory=list)
    is_open: bool = False

    @contextmanager
    def opened(self, manifest: Mapping[str, Any], shard: Shard) -> Iterator[None]:  # noqa: ARG002
        """Open for the block."""
        self.runs.append(str(shard))
        self.is_open = True
        try:
            yield
        finally:
            self.is_open = False

    def tables(self) -> AbstractContextManager[None]:
        """No one else is there."""
        return nullcontext()

    def failures(self) -> Mapping[str, str]:
        """Those of the table as it was last written."""
        return dict(failures_from(self.texts[FAILURES])) if FAILURES in self.texts else {}

    def write(self, name: str, parts: Iterable[str]) -> None:
        """Keep a text."""
        self.texts[name] = "".join(parts)
