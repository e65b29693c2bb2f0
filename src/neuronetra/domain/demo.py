"""The demonstration: a made-up study, what was drawn into it, and what a model said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from attrs import frozen

from neuronetra.domain.locations import LOCATIONS, Location
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.prediction import Prediction


@frozen
class DrawnLesion:
    """An aneurysm that was drawn: where, how wide, and the first and last slice (from 0) that it reaches into."""

    location: Location
    diameter_mm: float
    slices: tuple[int, int]

    def seen_in(self, positions: Collection[int]) -> tuple[int, ...]:
        """Which of these slices show it, each once."""
        return tuple(sorted({p for p in positions if self.slices[0] <= p <= self.slices[1]}))


@frozen
class DrawnStudy:
    """The truth of a made-up series of ``slice_count`` slices: all that was drawn into it."""

    series_uid: str
    seed: int
    slice_count: int
    lesions: tuple[DrawnLesion, ...]

    @property
    def locations(self) -> frozenset[Location]:
        """The labels that are true."""
        present = [Location.ANEURYSM_PRESENT] if self.lesions else []
        return frozenset([*(lesion.location for lesion in self.lesions), *present])

    def sentences(self, positions: Sequence[int]) -> tuple[str, ...]:
        """What was drawn, and which of the slices ``positions`` that were looked at show it."""
        return tuple(self._sentence(lesion, positions) for lesion in self.lesions) or ("No aneurysm.",)

    def _sentence(self, lesion: DrawnLesion, positions: Sequence[int]) -> str:
        first, last = lesion.slices
        seen = lesion.seen_in(positions)
        shown = ", ".join(map(str, seen)) if seen else "none of them"
        return (
            f"{lesion.location.value}: an aneurysm of {lesion.diameter_mm:.1f} mm, in slices {first} to {last} "
            f"of 0 to {self.slice_count - 1}. Of the {len(set(positions))} slices that the model looked at it "
            f"shows in: {shown}."
        )

    def as_document(self, positions: Sequence[int]) -> dict[str, Any]:
        return {
            "labels": {location.value: location in self.locations for location in LOCATIONS},
            "lesions": [
                {
                    "location": lesion.location.value,
                    "diameter_mm": round(lesion.diameter_mm, 2),
                    "slices": list(lesion.slices),
                    "slices_looked_at": list(lesion.seen_in(positions)),
                }
                for lesion in self.lesions
            ],
        }


@frozen
class DemoResult:
    """A prediction beside the truth; ``report`` and ``study`` are names within the demonstration's folder."""

    drawn: DrawnStudy
    prediction: Prediction
    report: str = "report.html"
    study: str = "study"

    @property
    def notice(self) -> str:
        return f"{SYNTHETIC_NOTICE} {self.prediction.notice}"

    def as_document(self) -> dict[str, Any]:
        """Plain data in stable keys; ``demo`` marks the folder as one that may be made anew."""
        looked = self.prediction.report.slices_used
        return {
            "demo": True,
            "synthetic": True,
            "notice": self.notice,
            "seed": self.drawn.seed,
            "report": self.report,
            "study": self.study,
            "truth": self.drawn.as_document(looked),
            "prediction": self.prediction.as_document(),
        }
