"""What is kept of each series when a cohort is looked at: a small record, whatever the series holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from neuronetra.domain.geometry import Plane
from neuronetra.domain.hiding import NameHider
from neuronetra.domain.leaks.facts import SeriesFacts
from neuronetra.domain.modality import Modality
from neuronetra.domain.series import Series

_FILE_NUMBER = re.compile(r"\bfile-\d+\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@frozen
class SurveyedSeries:
    """How one series reads. ``spacing`` is mm between rows, columns and slices; ``None`` stands for unknown.

    ``left_out`` and ``warnings`` count by reason, without names or numbers; ``error`` says why nothing
    could be used.
    """

    facts: SeriesFacts = field(factory=SeriesFacts, repr=False)
    modality: Modality | None = None
    plane: Plane = Plane.UNKNOWN
    slices: int = 0
    shape: tuple[int, int] | None = None
    spacing: tuple[float | None, float | None, float | None] = (None, None, None)
    multiframe: bool = False
    left_out: Mapping[str, int] = field(factory=dict)
    warnings: Mapping[str, int] = field(factory=dict)
    error: str | None = None

    @classmethod
    def of(cls, series: Series, facts: SeriesFacts) -> SurveyedSeries:
        """The record of a series as it was read."""
        geometry, reading = series.geometry, series.reading
        told = reading.left_out or reading.warnings or series.error
        hider = NameHider.of(series, 1) if told else NameHider()  # costs a pattern of all names
        down, along = (None, None) if geometry is None else geometry.pixel_spacing or (None, None)
        return cls(
            facts,
            None if series.modality is None else series.modality.modality,
            Plane.UNKNOWN if geometry is None else geometry.plane,
            series.frame_count,
            None if geometry is None else geometry.shape,
            (down, along, None if geometry is None else geometry.slice_spacing),
            any(item.frames > 1 for item in series.slices[:1]),
            _counted((item.reason for item in reading.left_out), hider),
            _counted(reading.warnings, hider),
            None if series.error is None else hider.text(series.error),
        )

    @classmethod
    def failed(cls, error: str, facts: SeriesFacts) -> SurveyedSeries:
        """The record of a series that could not be read at all."""
        return cls(facts, error=error)

    def without_facts(self) -> SurveyedSeries:
        """The record alone, where the facts are kept elsewhere."""
        return evolve(self, facts=SeriesFacts())


def _counted(reasons: Iterable[str], hider: NameHider) -> Mapping[str, int]:
    """How often each reason stands, where numbers and names in it are all alike."""
    return dict(Counter(anonymous(hider.sentence(reason)) for reason in reasons))


def anonymous(sentence: str) -> str:
    """A sentence with an ellipsis for every number, and file numbers for files."""
    return _NUMBER.sub("…", _FILE_NUMBER.sub("another file", sentence))
