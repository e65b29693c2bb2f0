"""What a network would see of each series, and how it was read, without any network."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from neuronetra.app.reading import Sampled, sampled, scanned, unexpected, with_modality
from neuronetra.domain.frames import Encoded, Frames
from neuronetra.domain.hiding import NameHider
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.recipes import Pipeline
from neuronetra.domain.sampling import FrameSampler
from neuronetra.domain.series import Series
from neuronetra.errors import InputError, NeuronetraError
from neuronetra.ports import Preprocessor, Progress, SeriesReader


@frozen
class Inspection:
    """A series' report; ``frames`` uint8 (k, H, W), ``encoded`` (3, H, W) and ``volume`` float32 (n, R, C).

    Where the series failed, only the report.
    """

    report: SeriesReport
    frames: Frames | None = None
    encoded: Encoded | None = None
    volume: Frames | None = None


@frozen
class _EverySlice:
    """A sampler that takes all."""

    def select(self, series: Series) -> tuple[int, ...]:
        return tuple(range(series.frame_count))


@frozen
class Inspector:
    """Reads, prepares and encodes series as ``pipeline`` says."""

    reader: SeriesReader
    preprocessor: Preprocessor
    pipeline: Pipeline
    modality: Modality | None = None
    hide_names: bool = False

    def inspect_each(
        self,
        path: str,
        volume: bool = False,
        progress: Progress | None = None,
        reading: Progress | None = None,
    ) -> Iterator[Inspection]:
        """One inspection per series under ``path``; with ``volume`` every slice is read too.

        ``progress`` counts series, ``reading`` files and the slices of a volume.
        Raises ``InputNotFoundError`` or ``NoSeriesError`` as the reader does.
        """
        found = scanned(self.reader, path, self.hide_names, reading)
        for number, series in enumerate(found, start=1):
            if progress is not None:
                progress(number - 1, len(found))
            sampler = _EverySlice() if volume else self.pipeline.sampler
            given = with_modality(series, self.modality)
            yield self._inspect(given, number, sampler, reading if volume else None)
        if progress is not None:
            progress(len(found), len(found))

    def _inspect(
        self, series: Series, number: int, sampler: FrameSampler, reading: Progress | None
    ) -> Inspection:
        """The inspection of one series; where it failed, its report: the next series goes on."""
        read = Sampled(series)
        try:
            read = sampled(self.reader, series, sampler, reading)
            volume = read.frames if isinstance(sampler, _EverySlice) else None
            read = read.resampled(self.pipeline.sampler)
            frames, modality = read.require()
            prepared = self.preprocessor.apply(frames, self.pipeline.preprocessing, modality)
            encoded = self.pipeline.encoder.encode(prepared)
            return Inspection(self._report(read, number), prepared, encoded, volume)
        except InputError as error:
            return Inspection(self._report(read, number, str(error)))
        except NeuronetraError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's
            return Inspection(self._report(read, number, str(unexpected(error, series))))

    def _report(self, read: Sampled, number: int, error: str | None = None) -> SeriesReport:
        series = read.series
        if self.hide_names:
            hider = NameHider.of(series, number)
            series, error = hider.series(series), error if error is None else hider.text(error)
        return SeriesReport(series, read.positions, (), error, read.plausibility)
