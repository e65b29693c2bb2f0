"""Planning a synthetic cohort: who has what where, and which scans of whom there are.

Choices that a cohort's proportions rest on are drawn from one generator, patient after patient, and kept to their
shares by quotas; all else is drawn by each patient's own. So a longer plan begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice

import numpy as np
from attrs import define, field

from neuronetra.domain.cohort import Sex
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import ARTERIES, Location
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import (
    LESION_COUNT_SHARES,
    LOCATION_WEIGHTS,
    POSITIVE_SHARES,
    SERIES_SHARES,
    PlannedPatient,
    PlannedSeries,
    Size,
    SynthesisPlan,
    require_count,
)
from neuronetra.domain.synthesis_chance import Quota, Stream, generator_of, patient_generator
from neuronetra.domain.synthesis_geometry import ScanGeometry
from neuronetra.domain.synthesis_scans import drawn_geometry

PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
PLANE_SHARES = (0.965, 0.0175, 0.0175)
MULTIFRAME_SHARE = 0.07
SECOND_SCAN_SHARE = 0.12
"""Of the patients so many have a second scan, of another modality."""
WOMEN = (0.58, 0.68)
AGES = ((56.0, 15.0), (59.0, 13.0))
"""Without and with an aneurysm: the share of women, and age in years (mean, deviation). Women and the older have
them somewhat more often (Vlak et al., Lancet Neurol 2011); figures rounded."""
YOUNGEST, OLDEST = 18, 92


def plan_cohort(
    series: int, seed: int, size: Size = Size.SMALL, mix: Mapping[Modality, float] | None = None
) -> SynthesisPlan:
    """A cohort of ``series`` scans. ``mix`` are shares of modalities, those of the RSNA data set by default.

    Raises ``UsageError`` for a number or a seed that is none.
    """
    require_count(series, seed)
    shares = dict(SERIES_SHARES if mix is None else mix)
    return SynthesisPlan(seed, size, shares, tuple(islice(_Draws(seed, size, shares).scans(), series)))


@define
class _Draws:
    """What is drawn of the whole cohort, patient after patient."""

    seed: int
    size: Size
    mix: Mapping[Modality, float]
    generator: np.random.Generator = field(init=False)
    modalities: tuple[Modality, ...] = field(init=False)
    by_modality: Quota = field(init=False)
    positives: dict[Modality, Quota] = field(init=False)
    lesions: Quota = field(init=False)
    places: Quota = field(init=False)
    planes: Quota = field(init=False)
    layouts: Quota = field(init=False)
    seconds: Quota = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.generator = generator_of(self.seed, Stream.COHORT)
        self.modalities = tuple(self.mix)
        self.by_modality = _quota([self.mix[modality] for modality in self.modalities])
        self.positives = {m: _quota([1.0 - POSITIVE_SHARES[m], POSITIVE_SHARES[m]]) for m in self.modalities}
        self.lesions, self.places = _quota(LESION_COUNT_SHARES), _quota(LOCATION_WEIGHTS)
        self.planes = _quota(PLANE_SHARES)
        self.layouts = _quota([1.0 - MULTIFRAME_SHARE, MULTIFRAME_SHARE])
        self.seconds = _quota([1.0 - SECOND_SCAN_SHARE, SECOND_SCAN_SHARE])

    def scans(self) -> Iterator[PlannedSeries]:
        """Every scan, patient after patient, without end."""
        for number in count():
            first = self.by_modality.draw(self.generator.random())
            positive = bool(self.positives[self.modalities[first]].draw(self.generator.random()))
            modalities = [self.modalities[first]]
            locations = self._locations() if positive else ()
            if self.seconds.draw(self.generator.random()) and len(self.modalities) > 1:
                second = self.by_modality.draw(self.generator.random(), barred=[first])
                self.positives[self.modalities[second]].note(int(positive))
                modalities.append(self.modalities[second])
            geometries = tuple(self._geometry(number, *scan) for scan in enumerate(modalities))
            patient = self._patient(number, locations, geometries)
            for scan, modality in enumerate(modalities):
                yield _scan(patient, scan, modality)

    def _locations(self) -> tuple[Location, ...]:
        """One to three different ones."""
        drawn: list[int] = []
        for _ in range(self.lesions.draw(self.generator.random()) + 1):
            drawn.append(self.places.draw(self.generator.random(), barred=drawn))
        return tuple(ARTERIES[place] for place in drawn)

    def _patient(
        self, number: int, locations: tuple[Location, ...], scans: tuple[ScanGeometry, ...]
    ) -> PlannedPatient:
        own = patient_generator(self.seed, number, Stream.PERSON)
        positive = bool(locations)
        sex = Sex.FEMALE if own.random() < WOMEN[positive] else Sex.MALE
        age = round(float(np.clip(own.normal(*AGES[positive]), YOUNGEST, OLDEST)))
        identifier = f"{int(own.integers(0, 16**12)):012X}"
        return PlannedPatient(self.seed, number, identifier, age, sex, locations, scans)

    def _geometry(self, number: int, scan: int, modality: Modality) -> ScanGeometry:
        plane = PLANES[self.planes.draw(self.generator.random())]
        multiframe = bool(self.layouts.draw(self.generator.random()))
        own = patient_generator(self.seed, number, Stream.GEOMETRY, scan + 1)
        return drawn_geometry(own, modality, self.size, plane, multiframe)


def _scan(patient: PlannedPatient, scan: int, modality: Modality) -> PlannedSeries:
    geometry = patient.scans[scan]
    names = patient.generator(Stream.IDENTITY, scan + 1)
    files = 1 if geometry.multiframe else geometry.shape[0]
    series, study, space, *instances = (_uid(names) for _ in range(3 + files))
    return PlannedSeries(patient, scan, modality, geometry, series, study, space, tuple(instances))


def _quota(shares: tuple[float, ...] | list[float]) -> Quota:
    weights = np.array(shares, np.float64)
    return Quota(weights / weights.sum())


def _uid(generator: np.random.Generator) -> str:
    """A UID of 128 random bits (DICOM part 5, B.2)."""
    high, low = (int(part) for part in generator.integers(0, 2**64, 2, np.uint64))
    return f"2.25.{(high << 64) | low}"
