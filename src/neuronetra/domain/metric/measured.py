"""One source of probabilities measured in every way at once, under as many weightings as are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.locations import LABELS
from neuronetra.domain.metric.calibration import BINS, Calibration
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.metric.laterality import Laterality
from neuronetra.domain.metric.score import (
    PRESENT,
    FoldAreas,
    LabelAreas,
    mean_location,
    score_of,
)
from neuronetra.domain.modality import Modality

DISTANCES = ("calibration_error", "calibration_error_all")
"""Of Aneurysm Present, and of all 14 labels pooled."""
SINGLE = ("score", "present_auc", "mean_location_auc", "laterality_accuracy", *DISTANCES)
"""The figures that are one number each, in the order of ``Measures``' rows, after which come the 14 AUCs and
then, of each modality, its score and its AUC of presence."""
_ALL = range(len(LABELS))


@frozen(eq=False)
class Measures:
    """What is measured of probabilities (n, 14) for labels (n, 14).

    ``per_modality`` are the areas over the series of one modality alone.
    """

    labels: Array = field(repr=False)
    probabilities: Float64 = field(repr=False)
    areas: LabelAreas | FoldAreas
    per_modality: tuple[LabelAreas | FoldAreas, ...]
    modalities: tuple[Modality, ...]
    laterality: Laterality
    calibration: Calibration
    pooled: Calibration

    @property
    def series(self) -> int:
        """How many series are measured."""
        return len(self.labels)

    @classmethod
    def of(
        cls,
        labels: Array,
        probabilities: Float64,
        modality: Array,
        fold: Array | None = None,
        laterality_known: Array | None = None,
        bins: int = BINS,
    ) -> Measures:
        """Of codes of ``Modality`` (n,); with ``fold`` (n,) areas are taken within each fold and averaged."""
        codes = np.unique(modality).tolist()
        rows = [np.flatnonzero(modality == code) for code in codes]
        return cls(
            labels,
            probabilities,
            _areas(labels, probabilities, fold, None),
            tuple(_areas(labels, probabilities, fold, chosen) for chosen in rows),
            tuple(list(Modality)[code] for code in codes),
            Laterality.of(labels, probabilities, laterality_known),
            Calibration.of(labels[:, PRESENT], probabilities[:, PRESENT], bins),
            Calibration.of(labels, probabilities, bins),
        )

    def __call__(self, weights: Float64) -> Float64:
        """(k, b) under each column of ``weights`` (n, b); the order of rows is told at ``SINGLE``."""
        areas = self.areas(weights)
        single = [score_of(areas), areas[PRESENT], mean_location(areas)]
        off = [self.calibration(weights), self.pooled(weights)]
        parts = [np.stack(single), self.laterality(weights), *off, areas]
        for one in self.per_modality:
            own = one(weights)
            parts.append(np.stack([score_of(own), own[PRESENT]]))
        return np.concatenate(parts)

    def figures(self, values: Float64) -> MeasuredFigures:
        """The figures of ``values`` (k, 1 + resamples), the series as they are first."""
        counts = [self.areas.rests_on(columns) for columns in (_ALL, [PRESENT], _ALL[:PRESENT])]
        counts += [self.laterality.count, self.series, self.series]
        counts += [self.areas.rests_on([k]) for k in _ALL]
        counts += [one.rests_on(columns) for one in self.per_modality for columns in (_ALL, [PRESENT])]
        ways = [Figure.of_distance if name in DISTANCES else Figure.of for name in SINGLE]
        ways += [Figure.of] * (len(counts) - len(SINGLE))
        rows = zip(ways, values, counts, strict=True)
        found = [way(float(row[0]), row[1:], n) for way, row, n in rows]
        first = len(SINGLE) + len(LABELS)
        return MeasuredFigures(
            dict(zip(SINGLE, found, strict=False)),
            dict(zip(LABELS[:PRESENT], found[len(SINGLE) :], strict=False)),
            {m.value: found[first + 2 * k] for k, m in enumerate(self.modalities)},
            {m.value: found[first + 2 * k + 1] for k, m in enumerate(self.modalities)},
        )

    @property
    def reliability(self) -> Reliability:
        """The tables behind the calibration errors."""
        mass = Calibration.of(self.labels[:, PRESENT], self.probabilities[:, PRESENT], equal_mass=True)
        return Reliability(
            tuple(self.calibration.table),
            tuple(mass.table),
            tuple(self.pooled.table),
            self.calibration.by_chance,
        )


@frozen
class Reliability:
    """Tables of mean probability and share of positives, a row a bin.

    Of Aneurysm Present in bins of equal width and of equal numbers, and of all 14 labels pooled; ``by_chance`` is the
    calibration error of Aneurysm Present that these probabilities would show if they were exactly right.
    """

    present: tuple[Mapping[str, Any], ...] = ()
    equal_mass: tuple[Mapping[str, Any], ...] = ()
    pooled: tuple[Mapping[str, Any], ...] = ()
    by_chance: float | None = None

    def as_document(self) -> dict[str, Any]:
        return {
            "reliability": [dict(row) for row in self.present],
            "reliability_equal_mass": [dict(row) for row in self.equal_mass],
            "reliability_all": [dict(row) for row in self.pooled],
            "calibration_error_by_chance": self.by_chance,
        }


def _areas(
    labels: Array, probabilities: Float64, fold: Array | None, rows: Array | None
) -> LabelAreas | FoldAreas:
    if fold is None:
        return LabelAreas.of(labels, probabilities, rows)
    return FoldAreas.of(labels, probabilities, fold, rows)


@frozen
class MeasuredFigures:
    """Figures by name: of all series, of each location, and of each modality (score, and AUC of presence)."""

    single: dict[str, Figure] = field(factory=dict)
    per_location: dict[str, Figure] = field(factory=dict)
    per_modality: dict[str, Figure] = field(factory=dict)
    per_modality_present: dict[str, Figure] = field(factory=dict)

    def named(self, name: str) -> Figure:
        """One of ``SINGLE``; a figure without value where it was not measured."""
        return self.single.get(name, Figure())

    def as_document(self) -> dict[str, Any]:
        groups: Sequence[tuple[str, dict[str, Figure]]] = (
            ("per_location", self.per_location),
            ("per_modality", self.per_modality),
            ("per_modality_present", self.per_modality_present),
        )
        return {
            **{name: self.named(name).as_document() for name in SINGLE},
            **{key: {name: one.as_document() for name, one in group.items()} for key, group in groups},
        }
