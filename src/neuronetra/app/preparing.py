"""One series prepared: found in its folder, read past what is damaged, made to frames, kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from attrs import evolve, frozen

from neuronetra.app.reading import HIDDEN_PATH, sampled, scanned
from neuronetra.domain.arrays import own
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.frames import Frames
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import Kept, PreparedSeries, StoredFrame
from neuronetra.domain.recipes import Pipeline
from neuronetra.domain.series import Reading, Series
from neuronetra.errors import InputError, SeriesError, SliceError
from neuronetra.ports import FrameStore, Preprocessor, SeriesReader

BLOCK_PIXELS = 1 << 22
"""So many are read before they are prepared: 16 slices of 512 x 512, 16 MB."""
BLOCK_PIXELS_OF_ONE_FILE = 1 << 25
"""The same where slices share a file: each reading of it begins with the header of all."""


@frozen
class Done:
    """What was prepared of a series: slices stored, bytes of the files read and of the pictures written."""

    uid: str
    slices: int
    source_bytes: int
    stored_bytes: int


@frozen
class _Read:
    """The prepared frames of a series by their numbers as scanned, and the slices that could not be read.

    ``lost`` maps their names to reasons; ``reading`` is that with these losses.
    """

    frames: Frames
    lost: Mapping[str, str]
    reading: Reading


@frozen
class SeriesPreparer:
    """Prepares series as prediction does, by ``pipeline``, into ``store``.

    Memory is bounded: pixels are read and prepared in blocks of slices. ``file_size`` gives a file's bytes;
    ``made_by`` is the digest of all these choices.
    """

    reader: SeriesReader
    preprocessor: Preprocessor
    store: FrameStore
    pipeline: Pipeline
    kept: Kept
    file_size: Callable[[str], int]
    made_by: str = ""

    def prepare(self, entry: LabelledSeries) -> Done:
        """Prepare and keep one series. Raises ``InputError`` where it cannot be used, or ``OutputError``."""
        series = self.found(entry)
        modality = _modality(series)
        read = self._all(series, modality) if self.kept is Kept.ALL else self._sampled(series, modality)
        size = sum(self.file_size(source) for source in {item.source for item in series.slices})
        prepared = evolve(_described(series, modality, read, size), made_by=self.made_by)
        return Done(series.uid, len(read.frames), size, self.store.write(prepared, read.frames))

    def found(self, entry: LabelledSeries) -> Series:
        """The usable series of that uid in its folder. Raises ``InputError``."""
        there = scanned(self.reader, entry.path, hide_names=True)
        mine = [series for series in there if series.uid == entry.uid]
        if len(mine) != 1:
            found = f"{len(mine)} of that uid" if mine else f"{len(there)} of another uid"
            raise SeriesError("the series is not in its folder", where=entry.uid, found=found, expected="one")
        return _usable(mine[0])

    def _all(self, series: Series, modality: Modality) -> _Read:
        """Every slice that can be read."""
        lost: dict[str, str] = {}
        blocks = [
            self._prepared(frames, modality)
            for block in _blocks(series)
            if (frames := self._readable(series, block, lost)) is not None
        ]
        left = _usable(series.without(lost) if lost else series)
        positions = tuple(position for block in blocks for position in block.positions)
        pixels = own(np.concatenate([block.pixels for block in blocks]))
        return _Read(Frames(pixels, positions, blocks[0].plane), lost, left.reading)

    def _readable(self, series: Series, block: tuple[int, ...], lost: dict[str, str]) -> Frames | None:
        """Those slices of a block that can be read; the others join ``lost``."""
        while block:
            try:
                return self.reader.load(series, block)
            except SliceError as error:
                lost.update(error.reasons)
                left = tuple(position for position in block if series.slices[position].name not in lost)
                if len(left) == len(block):
                    raise SeriesError("what cannot be read is none of its slices", where=series.uid) from None
                block = left
        return None

    def _sampled(self, series: Series, modality: Modality) -> _Read:
        """The slices that prediction would look at, each once, by their numbers among all that were scanned."""
        read = sampled(self.reader, series, self.pipeline.sampler)
        _usable(read.series)
        frames, _ = read.require()
        left = {item.name for item in read.series.slices}
        numbers = [number for number, item in enumerate(series.slices) if item.name in left]
        lost = {item.name: "" for item in series.slices if item.name not in left}
        once = frames.keep([frames.positions.index(position) for position in sorted(set(frames.positions))])
        chosen = evolve(once, positions=tuple(numbers[position] for position in once.positions))
        return _Read(self._prepared(chosen, modality), lost, read.series.reading)

    def _prepared(self, frames: Frames, modality: Modality) -> Frames:
        return self.preprocessor.apply(frames, self.pipeline.preprocessing, modality)


def reason(error: Exception, uid: str) -> str:
    """Why a series failed, for a table that has its uid beside it; no folder stands in it."""
    if isinstance(error, InputError) and error.where in {uid, HIDDEN_PATH}:
        error.where = ""
    return str(error)


def _usable(series: Series) -> Series:
    if series.error is not None:
        raise SeriesError(series.error, where=series.uid)
    return series


def _modality(series: Series) -> Modality:
    if series.modality is None:
        raise SeriesError("the modality is unknown", where=series.uid)
    return series.modality.modality


def _blocks(series: Series) -> Iterator[tuple[int, ...]]:
    """The slices in order, as many at a time as are read at once."""
    pixels = BLOCK_PIXELS if all(item.frames == 1 for item in series.slices) else BLOCK_PIXELS_OF_ONE_FILE
    rows, columns = (1, 1) if series.geometry is None else series.geometry.shape
    together = max(1, pixels // (rows * columns))
    for first in range(0, series.frame_count, together):
        yield tuple(range(first, min(first + together, series.frame_count)))


def _described(series: Series, modality: Modality, read: _Read, size: int) -> PreparedSeries:
    return PreparedSeries(
        series.uid,
        modality,
        read.frames.plane,
        series.frame_count,
        tuple(_stored(series, position) for position in read.frames.positions),
        read.reading.warnings,
        tuple(number for number, item in enumerate(series.slices) if item.name in read.lost),
        size,
        read.reading.missing,
    )


def _stored(series: Series, position: int) -> StoredFrame:
    item, geometry = series.slices[position], series.geometry
    point = None
    if geometry is not None and geometry.positions is not None:
        x, y, z = map(float, geometry.positions[position])
        point = (x, y, z)
    return StoredFrame(position, point, item.instance_uid, item.frame if item.frames > 1 else None)
