"""Looking at one series of a prepared cohort: the same as of DICOM, as far as prepared frames tell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from neuronetra.app.survey import LOOKED_AT, lesions_of, plainly
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.example import Example
from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, categories, numbers
from neuronetra.domain.leaks.folder import FolderListing
from neuronetra.domain.leaks.pixels import pixel_facts
from neuronetra.domain.leaks.reading import failed_facts
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.survey import SurveyedSeries
from neuronetra.errors import FrameStoreError
from neuronetra.ports import FrameStore


@frozen
class PreparedSurveyor:
    """Looks at one prepared series: its files as files, its record, a few of its frames."""

    store: FrameStore
    listing: Callable[[str], FolderListing]

    def __call__(self, labelled: LabelledSeries) -> SurveyedSeries:
        """What is kept of a series; one that is not there or damaged has an ``error``."""
        files = self.listing(labelled.path).facts(labelled.uid)
        try:
            prepared = self.store.series(labelled.uid)
            stored = [frame.index for frame in prepared.frames]
            chosen = [stored[place] for place in LOOKED_AT.positions(len(stored))]
            frames = self.store.read(labelled.uid, chosen)
        except FrameStoreError as error:
            return SurveyedSeries.failed(plainly(error), files.with_more(failed_facts()))
        rows, columns = frames.pixels.shape[1:]
        facts = files.with_more(_prepared_facts(prepared), pixel_facts(frames))
        return SurveyedSeries(facts, prepared.modality, prepared.plane, prepared.slices, (rows, columns))


def _prepared_facts(prepared: PreparedSeries) -> SeriesFacts:
    first = prepared.frames[0].point
    place = [] if first is None else list(zip("xyz", first, strict=True))
    return numbers(
        FactGroup.HEADER,
        [
            ("slices", prepared.slices),
            ("prepared slices", len(prepared.frames)),
            *((f"first position, {axis}", round(value, 4)) for axis, value in place),
        ],
    ).with_more(
        numbers(FactGroup.READING, [("warnings", len(prepared.warnings))]),
        categories(
            FactGroup.HEADER,
            [("resolved modality", prepared.modality.value), ("plane", prepared.plane.value)],
        ),
    )


@frozen
class PreparedExampleMaker:
    """Makes a picture of a prepared series: the frame of a lesion's image, or one in the middle."""

    store: FrameStore

    def __call__(self, labelled: LabelledSeries) -> Example:
        """The picture; where in it a lesion lies is not known. Raises ``FrameStoreError``."""
        prepared = self.store.series(labelled.uid)
        found = _frame_of_lesion(labelled, prepared)
        stored = [frame.index for frame in prepared.frames]
        index = stored[len(stored) // 2] if found is None else found
        frames = self.store.read(labelled.uid, [index])
        kind = labelled.modality, labelled.present, lesions_of(labelled)
        return Example(*kind, frames.plane, frames.pixels[0], at_lesion=found is not None)


def _frame_of_lesion(labelled: LabelledSeries, prepared: PreparedSeries) -> int | None:
    marked: Sequence[tuple[str, int | None]] = [
        (point.instance_uid, point.frame) for point in labelled.points
    ]
    return next((f.index for f in prepared.frames if (f.instance_uid, f.frame) in marked), None)
