"""The result of looking at one series, and the report of how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, frozen

from neuronetra.domain.modality import Modality
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.plausibility import Plausibility
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.series import Series

NOTICE = "Research software, not a medical device: not for diagnosis."
UNTRAINED_NOTICE = "untrained: the weights are random and the probabilities mean nothing."


@frozen
class ModelIdentity:
    """Which model gave a result: recipe, member names and the hash of the ensemble's manifest.

    ``untrained``: a member's weights are random; ``synthetic``: one was trained on a synthetic cohort.
    """

    recipe: str
    members: tuple[str, ...]
    manifest_hash: str
    untrained: bool = False
    synthetic: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why this model's probabilities mean nothing on a patient, where they do not."""
        untrained = (UNTRAINED_NOTICE,) if self.untrained else ()
        return (*untrained, SYNTHETIC_MODEL_NOTICE) if self.synthetic else untrained

    @property
    def notice(self) -> str:
        """What must be said with every result of this model."""
        return " ".join((NOTICE, *self.warnings))

    def as_document(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe,
            "members": list(self.members),
            "manifest_hash": self.manifest_hash,
            "untrained": self.untrained,
            "synthetic": self.synthetic,
        }


@frozen
class SeriesReport:
    """How a series was read, what was left out and why; ``slices_used`` are those that were looked at.

    ``plausibility`` is whether these look like a head's; ``None`` where no slice could be looked at.
    """

    series: Series
    slices_used: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    plausibility: Plausibility | None = None

    def as_document(self) -> dict[str, Any]:
        """Plain data in stable keys; lengths in mm, points in patient LPS, ``None`` where unknown."""
        series, reading, geometry = self.series, self.series.reading, self.series.geometry
        positions = None if geometry is None else geometry.positions
        affine = None if geometry is None else geometry.affine
        plausible = self.plausibility
        doubts = () if plausible is None else plausible.warnings
        return {
            "series_uid": series.uid,
            "modality": None if series.modality is None else series.modality.modality.value,
            "modality_source": None if series.modality is None else series.modality.source,
            "plane": "unknown" if geometry is None else geometry.plane.value,
            "plane_source": reading.plane_source,
            "frame_count": series.frame_count,
            "files_found": reading.files_found,
            "files_used": len({item.source for item in series.slices}),
            "left_out": [asdict(item) for item in reading.left_out],
            "slices_used": list(self.slices_used),
            "missing_slices": series.missing_slices,
            "order_key": reading.order_key.value,
            "spacing_mm": _spacing(series),
            "affine": None if affine is None else affine.tolist(),
            "positions_mm": None if positions is None else positions.tolist(),
            "uniform": geometry is not None and geometry.uniform,
            "geometry_verified": series.geometry_verified,
            "laterality_known": series.laterality_known,
            "plausibility": None if plausible is None else plausible.as_document(),
            "transfer_syntaxes": list(reading.transfer_syntaxes),
            "repaired": list(reading.repaired),
            "assumed": list(reading.assumed),
            "other_stacks": [asdict(stack) for stack in reading.other_stacks],
            "warnings": list(dict.fromkeys((*reading.warnings, *self.warnings, *doubts))),
            "error": self.error or series.error,
        }


def _spacing(series: Series) -> list[float | None]:
    geometry = series.geometry
    if geometry is None:
        return [None, None, None]
    rows, columns = geometry.pixel_spacing or (None, None)
    return [geometry.slice_spacing, rows, columns]


@frozen
class Prediction:
    """The 14 probabilities of one series, or the ``error`` (one line) that stood in their way."""

    series_uid: str
    modality: Modality | None
    scores: LocationScores | None
    model: ModelIdentity
    report: SeriesReport
    versions: Mapping[str, str] = field(factory=dict)
    error: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.scores is None) == (self.error is None):
            raise ValueError("a prediction has scores, or else an error")

    @property
    def notice(self) -> str:
        return self.model.notice

    @property
    def probabilities(self) -> dict[str, float] | None:
        """Label name -> probability, the 14 in order; ``None`` where the series failed."""
        return None if self.scores is None else self.scores.by_name()

    def as_document(self) -> dict[str, Any]:
        """Plain data in stable keys, ready for JSON."""
        return {
            "series_uid": self.series_uid,
            "modality": None if self.modality is None else self.modality.value,
            "probabilities": self.probabilities,
            "model": self.model.as_document(),
            "report": self.report.as_document(),
            "versions": dict(self.versions),
            "notice": self.notice,
            "error": self.error,
        }
