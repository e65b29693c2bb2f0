"""A labelled data set as values: its series, their lesions, and the rows that could not be used."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from neuronetra.domain.arrays import Array
from neuronetra.domain.headers import Point
from neuronetra.domain.locations import ARTERIES, LABELS, Location
from neuronetra.domain.modality import Modality


class Sex(Enum):
    """As the data set spells it."""

    FEMALE = "Female"
    MALE = "Male"


class PatientSource(Enum):
    """How it is known which series are one patient's."""

    COLUMN = "PatientID column of train.csv"
    TABLE = "the table of patients given"
    DICOM = "DICOM PatientID"
    NONE = "unknown: each series counts as a patient of its own"


@frozen
class LesionPoint:
    """Where a lesion was marked: a place in one stored image and, where that is known, in the patient.

    ``frame`` is the stored frame, from 0, of a multi-frame instance, else ``None``. ``column`` and ``row``
    are in stored pixels, from 0 at pixel centres. ``point`` is LPS in mm.
    """

    location: Location
    instance_uid: str
    frame: int | None
    column: float
    row: float
    point: Point | None = None

    def __attrs_post_init__(self) -> None:
        if self.location not in ARTERIES:
            raise ValueError("a lesion lies in one of the 13 arterial locations")
        if not all(map(math.isfinite, (self.column, self.row, *(self.point or ())))):
            raise ValueError("a lesion's coordinates are finite")


@frozen
class LabelledSeries:
    """A series and what is known of it. ``patient`` is a keyed hash (64 hexadecimal digits).

    ``path`` is the folder of its files, never shown. ``modality`` is the table's: it serves tables and
    baselines, never preprocessing. ``labels`` stand in the order of ``LOCATIONS``; ``age`` is in years.
    """

    uid: str
    path: str = field(repr=False)
    patient: str = field(repr=False)
    modality: Modality
    labels: tuple[bool, ...]
    age: float | None = None
    sex: Sex | None = None
    points: tuple[LesionPoint, ...] = ()

    def __attrs_post_init__(self) -> None:
        if len(self.labels) != len(LABELS):
            raise ValueError(f"{len(self.labels)} labels, expected {len(LABELS)}")
        if self.age is not None and not math.isfinite(self.age):
            raise ValueError("an age is finite")

    @property
    def present(self) -> bool:
        """Whether there is an aneurysm anywhere."""
        return self.labels[-1]


@frozen(order=True)
class BadRow:
    """A row that was left out and why: ``line`` counts from 1, the header being line 1."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.problem}"


@frozen
class LabelledSet:
    """All usable series of a cohort, sorted by uid, and what could not be used of it.

    ``digest`` is the sha256 of the tables it was read from. ``notes`` are plain sentences for reports.
    ``synthetic``: the images are made up, and every result on them says so.
    """

    series: tuple[LabelledSeries, ...]
    digest: str
    patient_source: PatientSource = PatientSource.NONE
    bad_rows: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()
    synthetic: bool = False

    def __attrs_post_init__(self) -> None:
        uids = [series.uid for series in self.series]
        if uids != sorted(set(uids)):
            raise ValueError("series are sorted by uid, each once")

    def __len__(self) -> int:
        return len(self.series)

    @property
    def labels(self) -> Array:
        """Truth values (n, 14)."""
        return np.array([series.labels for series in self.series], bool).reshape(-1, len(LABELS))

    @property
    def patients(self) -> Array:
        """(n,) whole numbers, equal where the patient is: for grouping, in order of first appearance."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(s.patient, len(numbers)) for s in self.series], np.int64)

    @property
    def modalities(self) -> Array:
        """(n,) codes of ``Modality``."""
        return np.array([series.modality.code for series in self.series], np.int64)

    def keep(self, uids: Iterable[str]) -> LabelledSet:
        """The same cohort with these series alone."""
        wanted = set(uids)
        return evolve(self, series=tuple(s for s in self.series if s.uid in wanted))

    def as_document(self) -> dict[str, Any]:
        """What reports say of how it was read; no identifiers."""
        return {
            "series": len(self.series),
            "patients": len({series.patient for series in self.series}),
            "patient_source": self.patient_source.value,
            "bad_rows": [str(row) for row in self.bad_rows],
            "notes": list(self.notes),
            "synthetic": self.synthetic,
        }
