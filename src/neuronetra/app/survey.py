"""Looking at one series of a cohort: the facts that are kept of it, or a picture of it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from neuronetra.app.reading import sampled
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.example import Example
from neuronetra.domain.frames import Frames
from neuronetra.domain.leaks.facts import SeriesFacts
from neuronetra.domain.leaks.folder import FolderListing
from neuronetra.domain.leaks.pixels import pixel_facts
from neuronetra.domain.leaks.reading import failed_facts, reading_facts
from neuronetra.domain.lesion_places import LesionPlace, place_of
from neuronetra.domain.locations import ARTERIES, Location
from neuronetra.domain.preprocessing import Preprocessing
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.domain.series import Series
from neuronetra.domain.survey import SurveyedSeries
from neuronetra.errors import InputError, NeuronetraError, SeriesError
from neuronetra.ports import Preprocessor, SeriesReader

LOOKED_AT = SegmentSampler(5)
"""The slices whose brightness and noise are measured."""


@frozen
class Surveyor:
    """Looks at one series: its files as files, its headers, a few of its slices. Call it in any process.

    ``listing`` lists a folder; ``header`` gives the facts in a file's header.
    """

    reader: SeriesReader
    listing: Callable[[str], FolderListing]
    header: Callable[[str], SeriesFacts]

    def __call__(self, labelled: LabelledSeries) -> SurveyedSeries:
        """What is kept of a series; one that cannot be read has an ``error``, and what facts there are."""
        files = self.listing(labelled.path).facts(labelled.uid)
        try:
            series = own_series(self.reader, labelled)
        except InputError as error:
            return SurveyedSeries.failed(plainly(error), files.with_more(failed_facts()))
        facts = files.with_more(reading_facts(series))
        if series.error is None:
            facts = facts.with_more(self.header(series.slices[0].source))
            read = sampled(self.reader, series, LOOKED_AT)
            if read.frames is not None:
                facts = facts.with_more(pixel_facts(read.frames))
            series = read.series
        return SurveyedSeries.of(series, facts)


def own_series(reader: SeriesReader, labelled: LabelledSeries) -> Series:
    """The series in its folder. Raises ``InputError`` where that holds others alone."""
    found = reader.scan(labelled.path)
    for series in found:
        if series.uid == labelled.uid:
            return series
    raise SeriesError(
        "its folder holds no image of that SeriesInstanceUID", found=f"{len(found)} other series"
    )


def plainly(error: NeuronetraError) -> str:
    """What is wrong, without the place: a path may hold what nobody should see."""
    found = f"; found {error.found}" if error.found else ""
    return " ".join(f"{error.problem}{found}".split())


@frozen
class ExampleMaker:
    """Makes a picture of a series as a network sees it: the slice of a lesion, or one in the middle."""

    reader: SeriesReader
    preprocessor: Preprocessor
    preprocessing: Preprocessing

    def __call__(self, labelled: LabelledSeries) -> Example:
        """The picture. Raises ``InputError`` where there is none to be had."""
        series = own_series(self.reader, labelled)
        if series.error is not None or series.modality is None or series.geometry is None:
            raise SeriesError(series.error or "the modality is unknown")
        found = [(point.location, place_of(point, series)) for point in labelled.points]
        places = [(location, place) for location, place in found if place is not None]
        position = places[0][1].slice if places else series.frame_count // 2
        frames = self.reader.load(series, (position,))
        prepared = self.preprocessor.apply(frames, self.preprocessing, series.modality.modality)
        marks = tuple(
            (location, *_scaled(place, series.geometry.shape, prepared))
            for location, place in places
            if place.slice == position
        )
        kind = labelled.modality, labelled.present, lesions_of(labelled)
        return Example(*kind, frames.plane, prepared.pixels[0], marks, bool(places))


def lesions_of(labelled: LabelledSeries) -> tuple[Location, ...]:
    """The locations that are positive."""
    return tuple(location for location, label in zip(ARTERIES, labelled.labels, strict=False) if label)


def _scaled(place: LesionPlace, shape: tuple[int, int], frames: Frames) -> tuple[float, float]:
    """A pixel centre's place (row, column) in the resized picture."""
    rows, columns = frames.pixels.shape[1:]
    row = (place.row + 0.5) * rows / shape[0] - 0.5
    return row, (place.column + 0.5) * columns / shape[1] - 0.5
