"""The tables of a synthetic cohort, in the layout of the RSNA data set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen

from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedSeries

TABLE_MODALITIES: Mapping[Modality, str] = MappingProxyType(
    {Modality.CTA: "CTA", Modality.MRA: "MRA", Modality.T2: "MRI T2", Modality.T1POST: "MRI T1post"}
)


@frozen
class Mark:
    """A lesion's middle in a stored image: ``column`` and ``row`` from 0 at pixel centres.

    ``frame`` is the stored frame, from 0, of a multi-frame instance.
    """

    location: Location
    instance_uid: str
    column: float
    row: float
    frame: int | None = None

    @property
    def coordinates(self) -> str:
        """As the data set writes them."""
        frame = "" if self.frame is None else f", 'f': {self.frame}"
        return f"{{'x': {self.column:.4f}, 'y': {self.row:.4f}{frame}}}"


@frozen
class MadeSeries:
    """A series that is made: its uid, its lesions' marks, and the bytes of its files."""

    uid: str
    marks: tuple[Mark, ...]
    size: int


def marked(
    planned: PlannedSeries, points: Sequence[tuple[Location, tuple[float, float, float]]]
) -> tuple[Mark, ...]:
    """Where ``points`` (mm, in the head's own frame) lie in the images of a scan, each in its nearest slice."""
    geometry, marks = planned.geometry, []
    for location, point in points:
        place, row, column = geometry.place(point)
        index = min(max(round(place), 0), geometry.shape[0] - 1)
        if geometry.multiframe:
            marks.append(Mark(location, planned.instances[0], column, row, geometry.number(index) - 1))
        else:
            marks.append(Mark(location, planned.instances[index], column, row))
    return tuple(marks)


def train_csv(series: Iterable[PlannedSeries]) -> Iterable[str]:
    """The lines of ``train.csv``."""
    yield f"SeriesInstanceUID,PatientAge,PatientSex,Modality,{','.join(LABELS)}\n"
    for one in series:
        patient = one.patient
        labels = ",".join(str(int(label)) for label in patient.labels)
        yield f"{one.uid},{patient.age},{patient.sex.value},{TABLE_MODALITIES[one.modality]},{labels}\n"


def localizers_csv(made: Iterable[MadeSeries]) -> Iterable[str]:
    """The lines of ``train_localizers.csv``."""
    yield "SeriesInstanceUID,SOPInstanceUID,coordinates,location\n"
    for one in made:
        for mark in one.marks:
            yield f'{one.uid},{mark.instance_uid},"{mark.coordinates}",{mark.location.value}\n'
