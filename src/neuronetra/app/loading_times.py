"""How long a network waits for a series: frames from the store, and from DICOM as prediction has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from neuronetra.app.preparing import SeriesPreparer
from neuronetra.app.reading import sampled
from neuronetra.domain.cohort import LabelledSeries

SERIES = 5


@frozen
class LoadingTimes:
    """Means over ``series`` series, in seconds, of loading the frames that the recipe looks at.

    ``dicom`` is scanning the folder, reading and preparing; both with files that were just read once before.
    """

    series: int
    frames: float
    stored: float
    dicom: float

    def as_document(self) -> dict[str, Any]:
        """Plain data, in milliseconds."""
        return {
            "series": self.series,
            "frames": self.frames,
            "png_ms": 1000.0 * self.stored,
            "dicom_ms": 1000.0 * self.dicom,
            "how": f"mean of {self.series} series, warm cache, one thread",
        }


def loading_times(
    preparer: SeriesPreparer, entries: Sequence[LabelledSeries], clock: Callable[[], float]
) -> LoadingTimes | None:
    """Measured on a few of these series, evenly chosen; ``None`` of none. ``clock`` is in seconds."""
    few = [entries[len(entries) * i // SERIES] for i in range(SERIES)] if len(entries) > SERIES else entries
    if not few:
        return None
    times = [_times(preparer, entry, clock) for entry in few]
    frames, stored, dicom = (sum(column) / len(few) for column in zip(*times, strict=True))
    return LoadingTimes(len(few), frames, stored, dicom)


def _times(
    preparer: SeriesPreparer, entry: LabelledSeries, clock: Callable[[], float]
) -> tuple[int, float, float]:
    """Number of frames and seconds from either, each done once before it is measured."""
    frames = _stored(preparer, entry)
    _read(preparer, entry)
    start = clock()
    _stored(preparer, entry)
    between = clock()
    _read(preparer, entry)
    return frames, between - start, clock() - between


def _stored(preparer: SeriesPreparer, entry: LabelledSeries) -> int:
    chosen = preparer.store.series(entry.uid).chosen(preparer.pipeline.sampler)
    return len(preparer.store.read(entry.uid, chosen))


def _read(preparer: SeriesPreparer, entry: LabelledSeries) -> None:
    frames, modality = sampled(preparer.reader, preparer.found(entry), preparer.pipeline.sampler).require()
    preparer.preprocessor.apply(frames, preparer.pipeline.preprocessing, modality)
