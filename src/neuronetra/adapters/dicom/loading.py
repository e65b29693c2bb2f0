"""Loading slices: each file opened once, on threads where that helps, straight into the stack of frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import groupby

import numpy as np
from attrs import define, field, frozen

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams import codestream_fault
from neuronetra.adapters.dicom.side_by_side import side_by_side
from neuronetra.adapters.dicom.stored import StoredFile
from neuronetra.domain.arrays import Array, Float32
from neuronetra.domain.budget import Budget
from neuronetra.domain.frames import Frames
from neuronetra.domain.headers import SliceHeader
from neuronetra.domain.pixels import PixelFacts, slice_values
from neuronetra.domain.series import Series
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import OutputError, SeriesError, SliceError, UsageError
from neuronetra.ports import Progress

Decode = Callable[[bytes, str, PixelFacts], Array]
"""One frame's bytes, its transfer syntax and facts to its raw words (rows, columns).

Uncompressed frames come as little-endian words. Raises ``ValueError`` for what no decoder takes,
``OutputError`` where this machine stands in the way.
"""

TOGETHER = 16
"""Frames of one file that are read in one go; all where the file must be inflated from its start."""


def usable_threads(asked: int | None) -> int:
    """``asked``, or as many as the process has processors. Raises ``UsageError`` below 1."""
    if asked is not None and asked < 1:
        raise UsageError("threads is too low", found=str(asked), expected="at least 1")
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or available


def load_frames(
    series: Series, positions: Sequence[int], loader: Loader, threads: int, progress: Progress | None = None
) -> Frames:
    """The slices at ``positions``, float32 (k, H, W), canonical. Raises ``SliceError``, ``SeriesError``, ``OutputError``."""
    if series.geometry is None:
        raise SeriesError("the series has no slices", where=series.uid, found=series.error or "")
    wanted = [int(position) for position in positions]
    if not wanted or min(wanted) < 0 or max(wanted) >= series.frame_count:
        raise UsageError(
            "no such slices",
            found=f"{len(wanted)} positions",
            expected=f"some of 0 to {series.frame_count - 1}",
        )
    pixels = np.empty((len(wanted), *series.geometry.shape), np.float32)
    target = _Target(series, pixels)
    for row, position in enumerate(wanted):
        target.rows.setdefault(position, []).append(row)
    deflated = syntaxes.DEFLATED in series.reading.transfer_syntaxes
    tasks = _tasks(series, sorted(target.rows), series.frame_count if deflated else TOGETHER)
    done = 0
    for count in side_by_side(lambda task: loader.fill(task, target), tasks, threads, sample=1):
        done += count
        if progress is not None:
            progress(done, len(target.rows))
    failures = target.failures
    if failures:
        raise SliceError({item.name: failures[item.name] for item in series.slices if item.name in failures})
    pixels.flags.writeable = False
    return Frames(pixels, tuple(wanted), series.geometry.plane)


@define
class _Target:
    """Where frames are written: the ``rows`` of ``pixels`` that each slice of the series fills."""

    series: Series
    pixels: Float32
    rows: dict[int, list[int]] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)
    headers: dict[str, tuple[SliceHeader, ...]] = field(factory=dict)

    def fill(self, position: int, values: Float32) -> None:
        for row in self.rows[position]:
            self.pixels[row] = values

    def fail(self, positions: Sequence[int], reason: str) -> None:
        self.failures.update({self.series.slices[position].name: reason for position in positions})


@frozen
class _Task:
    """Slices of one file, by their frame."""

    source: str
    file: str
    positions: tuple[int, ...]


def _tasks(series: Series, positions: Sequence[int], together: int) -> list[_Task]:
    """The slices wanted, those of one file together, at most so many at a time."""

    def stored(position: int) -> tuple[str, int]:
        return series.slices[position].source, series.slices[position].frame

    single = all(series.slices[position].frames == 1 for position in positions)
    tasks = []
    for _, group in groupby(positions if single else sorted(positions, key=stored), lambda p: stored(p)[0]):
        members = list(group)
        for first in range(0, len(members), together):
            item = series.slices[members[0]]
            tasks.append(_Task(item.source, item.file, tuple(members[first : first + together])))
    return tasks


@frozen
class Loader:
    """Reads frames of files and makes values of them, by one library's ``decode``."""

    decode: Decode
    budget: Budget = field(factory=Budget)

    def fill(self, task: _Task, target: _Target) -> int:
        """Write the frames of a task where they belong, or note why not; how many there were."""
        done: set[int] = set()
        try:
            with StoredFile.open(task.source, task.file) as stored:
                self._fill(stored, task, target, done)
        except ValueError as error:
            target.fail([position for position in task.positions if position not in done], str(error))
        return len(task.positions)

    def _fill(self, stored: StoredFile, task: _Task, target: _Target, done: set[int]) -> None:
        headers = target.headers.get(task.source) or stored.headers(self.budget)
        if len(headers) > TOGETHER:  # of a file that is read in several goes the header is parsed once
            target.headers[task.source] = headers
        slices = target.series.slices
        chosen = [(position, slices[position].frame) for position in task.positions]
        if max(frame for _, frame in chosen) >= len(headers):
            raise ValueError("has fewer frames than when it was scanned")
        told = (target.series.uid, slices[task.positions[0]].instance_uid)
        if (headers[0].series_uid, headers[0].instance_uid) != told:
            raise ValueError("is another image than when it was scanned")
        contents = stored.contents([headers[frame] for _, frame in chosen])
        for (position, frame), content in zip(chosen, contents, strict=True):
            try:
                geometry = target.series.geometry
                target.fill(position, self._turned(content, headers[frame], geometry))
            except ValueError as error:
                target.fail((position,), str(error))
            done.add(position)

    def _turned(self, content: bytes, header: SliceHeader, geometry: StackGeometry | None) -> Float32:
        """One canonical slice, a view of its values. Raises ``ValueError``."""
        if geometry is None or geometry.turn.shape(header.shape) != geometry.shape:
            raise ValueError("has other rows and columns than when it was scanned")
        return geometry.turn.apply(self.values(content, header))

    def values(self, content: bytes, header: SliceHeader) -> Float32:
        """One stored slice, rescaled, (rows, columns). Raises ``ValueError`` that quotes nothing."""
        syntax = header.transfer_syntax if header.place.compressed else syntaxes.EXPLICIT_LITTLE
        if header.place.compressed and (fault := codestream_fault(content, syntax, header.pixels)):
            raise ValueError(fault)
        try:
            words = self.decode(content, syntax, header.pixels)
        except (OutputError, ValueError):  # of this machine, or already in plain words
            raise
        except (RuntimeError, OSError, AttributeError, KeyError, NotImplementedError) as error:
            raise ValueError(f"cannot be decoded ({type(error).__name__})") from None
        return slice_values(words, header.pixels)


@define
class Digester:
    """Digests of slices' values, for one scan: call it with a header.

    A deflated file of many frames is inflated once, and the digests of all of them are kept.
    """

    loader: Loader
    _inflated: dict[str, dict[int, bytes | None]] = field(factory=dict)

    def __call__(self, header: SliceHeader) -> bytes | None:
        """A digest of a slice's values; ``None`` where they cannot be read."""
        if header.place.deflated is None or header.frames == 1:
            return next(iter(self._of_file(header, [header]).values()), None)
        if header.source not in self._inflated:
            self._inflated[header.source] = self._of_file(header, None)
        return self._inflated[header.source].get(header.frame)

    def _of_file(self, header: SliceHeader, wanted: Sequence[SliceHeader] | None) -> dict[int, bytes | None]:
        """Digests by frame, of all frames of the header's file if none are named; those that can be had."""
        found: dict[int, bytes | None] = {}
        with suppress(ValueError), StoredFile.open(header.source, header.file) as stored:
            headers = wanted or stored.headers(self.loader.budget)
            for one, content in zip(headers, stored.contents(headers), strict=True):
                found[one.frame] = self._digest(content, one)
        return found

    def _digest(self, content: bytes, header: SliceHeader) -> bytes | None:
        try:
            return blake2b(self.loader.values(content, header).tobytes(), digest_size=16).digest()
        except ValueError:
            return None
