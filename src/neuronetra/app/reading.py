"""From a scanned series to the frames that a sampler chooses, past slices that cannot be read."""

from __future__ import annotations

from attrs import evolve, frozen

from neuronetra.domain.frames import Frames
from neuronetra.domain.modality import Modality, ResolvedModality
from neuronetra.domain.plausibility import Plausibility, plausibility
from neuronetra.domain.sampling import FrameSampler
from neuronetra.domain.series import Series
from neuronetra.errors import InputError, NoSeriesError, PluginError, SeriesError, SliceError
from neuronetra.ports import Progress, SeriesReader

FEWEST_ROUNDS, MOST_ROUNDS = 8, 32
MOST_SLICES = 64_000
"""How often a sampler may choose anew: a third of the slices of a long series may be damaged.

Of thousands of slices less often: each time, a header of as many frames may have to be read.
"""


@frozen
class Sampled:
    """A series as it could be read: its chosen ``frames`` and their ``positions``.

    A series that cannot be used says so in ``series.error`` and has no frames.
    """

    series: Series
    positions: tuple[int, ...] = ()
    frames: Frames | None = None

    def require(self) -> tuple[Frames, Modality]:
        """The frames and their modality. Raises ``SeriesError`` where either is lacking."""
        if self.frames is None:
            raise SeriesError(self.series.error or "no frames were read", where=self.series.uid)
        if self.series.modality is None:
            raise SeriesError("the modality is unknown", where=self.series.uid, fix="name it: --modality CTA")
        return self.frames, self.series.modality.modality

    @property
    def plausibility(self) -> Plausibility | None:
        """Whether the frames look like a head's; ``None`` without frames. Computed whenever it is asked for."""
        if self.frames is None:
            return None
        resolved = self.series.modality
        modality = None if resolved is None else resolved.modality
        return plausibility(self.frames, self.series.geometry, modality)

    def resampled(self, sampler: FrameSampler) -> Sampled:
        """What ``sampler`` chooses of the slices that were read; all that it may choose must be there."""
        if self.frames is None or self.positions == (chosen := sampler.select(self.series)):
            return self
        rows = [self.positions.index(position) for position in chosen]
        return evolve(self, positions=chosen, frames=self.frames.keep(rows))


def sampled(
    reader: SeriesReader, series: Series, sampler: FrameSampler, progress: Progress | None = None
) -> Sampled:
    """The sampler's frames of ``series``; slices whose pixels cannot be had are left out of it.

    After each loss the sampler chooses anew from what is left: a damaged slice counts as missing. A series
    that goes on losing slices is given up.
    """
    rounds, most = 0, max(FEWEST_ROUNDS, min(MOST_ROUNDS, MOST_SLICES // max(1, series.frame_count)))
    while series.error is None:
        positions = sampler.select(series)
        try:
            return Sampled(series, positions, reader.load(series, positions, progress))
        except SliceError as error:
            series, rounds = series.without(error.reasons), rounds + 1
            if rounds == most and series.error is None:
                reason = next(iter(error.reasons.values()))
                lost = series.reading.missing
                series = series.failed(f"too many slices cannot be read: {reason} ({lost} lost so far)")
        except InputError as error:
            series = series.failed(str(error))
    return Sampled(series)


HIDDEN_PATH = "the path given"


def scanned(
    reader: SeriesReader, path: str, hide_names: bool, progress: Progress | None = None
) -> tuple[Series, ...]:
    """The series under ``path``; an error names the path unless names are hidden: folders bear patients'.

    Raises ``InputNotFoundError``, or ``NoSeriesError`` where there are none.
    """
    try:
        found = reader.scan(path, progress)
    except InputError as error:
        if hide_names:
            error.where = HIDDEN_PATH
        raise
    if not found:
        raise NoSeriesError("no series found", where=HIDDEN_PATH if hide_names else path)
    return found


def unexpected(error: Exception, series: Series) -> PluginError:
    """A plug-in's exception as an error of one series; its own text may quote a header and is not shown."""
    failure = PluginError(f"unexpected {type(error).__name__}", where=series.uid)
    failure.__cause__ = error
    return failure


def with_modality(series: Series, modality: Modality | None) -> Series:
    """The series as the caller says it is, where the caller says so."""
    if modality is None or series.error is not None:
        return series
    return evolve(series, modality=ResolvedModality(modality, "named by the caller"))
