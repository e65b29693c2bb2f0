"""A cohort looked over: of each modality a series with a lesion and one without, as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Float32, Float64
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.contact_sheet import Look, Seen, sheets_of
from neuronetra.domain.modality import Modality
from neuronetra.domain.projections import Place
from neuronetra.domain.series import Series
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import SeriesError
from neuronetra.ports import SeriesReader

CTA_LOOK = Look((-60.0, 520.0), (0.0, 2200.0))
"""HU: soft tissue and blood with contrast, and through the whole head the skull."""
_DARKEST, _BRIGHTEST = 2.0, 99.8
_LOOKED_AT = 16
"""So many slices tell how bright a series without a unit is."""


@frozen
class Preview:
    """Draws series through a reader, as anything else in the program sees them."""

    reader: SeriesReader

    def each(self, cohort: LabelledSet, per_kind: int = 1) -> Iterator[Seen]:
        """Of each modality up to ``per_kind`` series with and without a lesion. Raises ``SeriesError``."""
        for entry in _examples(cohort, per_kind):
            yield self._seen(entry)

    def _seen(self, entry: LabelledSeries) -> Seen:
        found = [series for series in self.reader.scan(entry.path) if series.uid == entry.uid]
        if not found or found[0].error is not None or found[0].geometry is None:
            raise SeriesError(
                "cannot be drawn", where=entry.uid, found=(found[0].error or "") if found else "no series"
            )
        series, geometry = found[0], found[0].geometry
        frames = self.reader.load(series, range(series.frame_count)).pixels
        spacing = _spacing(geometry)
        return Seen(
            entry.modality,
            entry.uid,
            tuple(point.location.value for point in entry.points),
            series.frame_count,
            spacing,
            geometry.plane.value,
            sheets_of(frames, spacing, geometry.plane, _look(entry.modality, frames), _places(entry, series)),
        )


def _examples(cohort: LabelledSet, per_kind: int) -> Iterator[LabelledSeries]:
    for modality in Modality:
        for present in (True, False):
            kind = [one for one in cohort.series if one.modality is modality and one.present is present]
            yield from kind[:per_kind]


def _look(modality: Modality, frames: Float32) -> Look:
    if modality is Modality.CTA:
        return CTA_LOOK
    some = frames[:: max(1, len(frames) // _LOOKED_AT)]
    low, high = (float(value) for value in np.percentile(some, (_DARKEST, _BRIGHTEST)))
    return Look((low, high), (low, high), dark=modality is Modality.T2)


def _spacing(geometry: StackGeometry) -> tuple[float, float, float]:
    rows, columns = geometry.pixel_spacing or (1.0, 1.0)
    return abs(geometry.slice_spacing or 1.0), rows, columns


def _places(entry: LabelledSeries, series: Series) -> list[Place]:
    """(slice, row, column) of the lesions whose place in the patient is known."""
    affine = None if series.geometry is None else series.geometry.affine
    points = [point.point for point in entry.points if point.point is not None]
    if affine is None or not points:
        return []
    homogeneous: Float64 = np.column_stack([np.array(points), np.ones(len(points))])
    found = homogeneous @ np.linalg.inv(affine).T
    return [(float(slice_), float(row), float(column)) for slice_, row, column, _ in found]
