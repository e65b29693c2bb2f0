"""What a synthetic cohort is to hold: patients, their lesions' places, and the scans of each. No pixels."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.cohort import Sex
from neuronetra.domain.locations import LOCATIONS, Location
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis_chance import Stream, patient_generator
from neuronetra.domain.synthesis_geometry import ScanGeometry
from neuronetra.errors import UsageError

NOTICE = (
    "synthetic cohort: images and labels are made up; results on it tell whether software works, "
    "nothing about patients"
)
SERIES_SHARES: Mapping[Modality, float] = MappingProxyType(
    {Modality.CTA: 0.416, Modality.MRA: 0.288, Modality.T2: 0.226, Modality.T1POST: 0.07}
)
"""Series by modality, as in the RSNA 2025 data set (it calls them CTA, MRA, MRI T2, MRI T1post)."""
POSITIVE_SHARES: Mapping[Modality, float] = MappingProxyType(
    {Modality.CTA: 0.538, Modality.MRA: 0.443, Modality.T2: 0.262, Modality.T1POST: 0.252}
)
"""The share of each modality's series with an aneurysm, there."""
LESION_COUNT_SHARES = (0.87, 0.11, 0.02)
"""Of the positive series those with one, two and three lesions."""
LOCATION_WEIGHTS = (78, 98, 330, 278, 219, 294, 363, 46, 56, 86, 101, 110, 113)
"""How often each of the 13 arterial locations is met, in their order."""
MOST_SERIES = 100_000


class Size(Enum):
    """How finely a cohort is sampled; anatomy and lesions are the same in mm."""

    SMALL = "small"
    MEDIUM = "medium"
    FULL = "full"

    @property
    def matrix(self) -> int | None:
        """Rows and columns of every slice; ``None``: as in life."""
        return {"small": 128, "medium": 256}.get(self.value)

    @property
    def every(self) -> int:
        """One slice is made in so many of life."""
        return {"small": 4, "medium": 2}.get(self.value, 1)


@frozen
class PlannedPatient:
    """One made-up person. ``locations`` of the lesions, each once; ``identifier`` is a random word.

    ``scans`` are the fields of all scans of the person, also of those that a plan no longer holds.
    """

    seed: int
    number: int
    identifier: str
    age: int
    sex: Sex
    locations: tuple[Location, ...] = ()
    scans: tuple[ScanGeometry, ...] = field(default=(), repr=False)

    def generator(self, stream: Stream, scan: int = 0) -> np.random.Generator:
        """The patient's own generator for one purpose, always from its start."""
        return patient_generator(self.seed, self.number, stream, scan)

    @property
    def labels(self) -> tuple[bool, ...]:
        """The 14 labels in the order of ``LOCATIONS``."""
        held = {*self.locations, *([Location.ANEURYSM_PRESENT] if self.locations else [])}
        return tuple(location in held for location in LOCATIONS)


@frozen
class PlannedSeries:
    """One scan of a patient: ``scan`` counts that patient's, ``instances`` has a uid per file.

    ``instances`` stand in the order of slices along the patient axis; of a multi-frame scan there is one.
    """

    patient: PlannedPatient
    scan: int
    modality: Modality
    geometry: ScanGeometry
    uid: str
    study: str
    space: str
    instances: tuple[str, ...] = field(repr=False)

    def generator(self, stream: Stream) -> np.random.Generator:
        """This scan's own generator for one purpose, always from its start."""
        return self.patient.generator(stream, self.scan + 1)


@frozen
class SynthesisPlan:
    """A whole cohort; a plan of more series begins with the same ones. ``mix`` sums to 1."""

    seed: int
    size: Size
    mix: Mapping[Modality, float]
    series: tuple[PlannedSeries, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.series)

    def as_document(self) -> dict[str, Any]:
        """What tells this cohort from another, as plain data."""
        return {
            "seed": self.seed,
            "series": len(self.series),
            "size": self.size.value,
            "mix": {modality.value: round(share, 9) for modality, share in self.mix.items()},
            "notice": NOTICE,
        }


def parse_mix(text: str) -> dict[Modality, float]:
    """``CTA=0.5,MRA=0.5`` as shares that sum to 1, in the order of ``SERIES_SHARES``. Raises ``UsageError``."""
    found: dict[Modality, float] = {}
    for part in text.split(","):
        name, given, share = part.partition("=")
        modality = _known(name)
        if not given or modality in found:
            raise _no_mix(part, "each modality once, with its share")
        found[modality] = _share(share)
    total = sum(found.values())
    if not total > 0.0:
        raise _no_mix(text, "at least one share above 0")
    return {m: found[m] / total for m in SERIES_SHARES if found.get(m, 0.0) > 0.0}


def _known(name: str) -> Modality:
    named = {m.value.lower(): m for m in SERIES_SHARES}
    word = name.strip().lower()
    if word not in named:
        raise _no_mix(name, f"modalities {', '.join(m.value for m in SERIES_SHARES)}")
    return named[word]


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1e6:
        raise _no_mix(text, "a share of 0 or more")
    return share


def _no_mix(found: str, expected: str) -> UsageError:
    return UsageError(
        "no mix of modalities",
        where="--modality-mix",
        found=repr(found[:40]),
        expected=expected,
        fix="as in CTA=0.5,MRA=0.5",
    )


def require_count(series: int, seed: int) -> None:
    """Raise ``UsageError`` unless a cohort can have so many series and such a seed."""
    if not 1 <= series <= MOST_SERIES:
        raise UsageError("no number of series", found=str(series), expected=f"1 to {MOST_SERIES}")
    if not 0 <= seed < 2**63:
        raise UsageError("no seed", found=str(seed), expected="a whole number from 0 on")
