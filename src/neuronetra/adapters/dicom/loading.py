"""Loading slices: each file decoded once, on threads, straight into the stack of frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np

from neuronetra.adapters.dicom.side_by_side import side_by_side
from neuronetra.adapters.dicom.stored import read_stored
from neuronetra.domain.arrays import Array, Float32
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Turn
from neuronetra.domain.pixels import PixelFacts, slice_values
from neuronetra.domain.series import Series, Slice
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import OutputError, SeriesError, SliceError, UsageError

Decode = Callable[[bytes, PixelFacts], Array]
"""One frame's stored bytes (little-endian) to its raw words (rows, columns).

Raises ``ValueError`` for what no decoder takes, ``OutputError`` where this machine stands in the way.
"""


def usable_threads(asked: int | None) -> int:
    """``asked``, or as many as the process has processors. Raises ``UsageError`` below 1."""
    if asked is not None and asked < 1:
        raise UsageError("threads is too low", found=str(asked), expected="at least 1")
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or available


def load_frames(series: Series, positions: Sequence[int], decode: Decode, threads: int) -> Frames:
    """The slices at ``positions``, float32 (k, H, W), canonical. Raises ``SliceError``, ``SeriesError``, ``OutputError``."""
    geometry = series.geometry
    if geometry is None:
        raise SeriesError("the series has no slices", where=series.uid, found=series.error or "")
    wanted = [int(position) for position in positions]
    if not wanted or min(wanted) < 0 or max(wanted) >= series.frame_count:
        raise UsageError(
            "no such slices",
            found=f"{len(wanted)} positions",
            expected=f"some of 0 to {series.frame_count - 1}",
        )
    pixels = np.empty((len(wanted), *geometry.shape), np.float32)
    rows: dict[int, list[int]] = {}
    for row, position in enumerate(wanted):
        rows.setdefault(position, []).append(row)
    failures: dict[str, str] = {}
    turn = geometry.turn

    def fill(position: int) -> None:
        try:
            values = _values(series.slices[position], geometry, turn, decode)
        except SliceError as error:
            failures.update(error.reasons)
            return
        for row in rows[position]:
            pixels[row] = values

    side_by_side(fill, sorted(rows), threads, sample=1)
    if failures:
        raise SliceError({item.file: failures[item.file] for item in series.slices if item.file in failures})
    pixels.flags.writeable = False
    return Frames(pixels, tuple(wanted), geometry.plane)


def _values(item: Slice, geometry: StackGeometry, turn: Turn, decode: Decode) -> Float32:
    """One canonical slice, a view of its values."""
    stored, facts = read_stored(item)
    if turn.shape((facts.rows, facts.columns)) != geometry.shape:
        raise SliceError({item.file: "has other rows and columns than when it was scanned"})
    try:
        words = decode(stored, facts)
    except OutputError:  # of this machine, not of the slice
        raise
    except (ValueError, RuntimeError, OSError, AttributeError, KeyError, NotImplementedError) as error:
        raise SliceError({item.file: f"cannot be decoded ({type(error).__name__})"}) from None
    return turn.apply(slice_values(words, facts))
