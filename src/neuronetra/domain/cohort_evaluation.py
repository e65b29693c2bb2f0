"""Predictions measured against a cohort's labels: the figures, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.epoch_choice import EpochChoice
from neuronetra.domain.metric.evaluation import Evaluation
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE
from neuronetra.domain.out_of_fold import Scoring
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE
from neuronetra.domain.prediction_cells import TableModel


@frozen
class Match:
    """How predictions, of a table or made for it, met a cohort.

    ``missing`` are the cohort's series that have no probabilities, ``failed`` of them those that the table
    says have none; ``unknown`` counts series of the table that are not in the cohort. Where the probabilities
    are ``labels_themselves`` no model gave them. ``synthetic``: the model was trained on a synthetic cohort.

    Where a model's members scored the series, ``members`` says which of them scored how many together,
    ``seen_by_all`` are those of the missing that no member may score, and ``remarks`` what is to be said
    of it; ``reasons`` tells why a series failed.
    """

    series: int
    missing: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unknown: int = 0
    laterality_told: bool = False
    models: tuple[TableModel, ...] = ()
    untrained: bool = False
    labels_themselves: bool = False
    synthetic: bool = False
    seen_by_all: tuple[str, ...] = ()
    members: tuple[Scoring, ...] = ()
    remarks: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(factory=dict, repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the figures must know, in plain sentences."""
        said = []
        if self.missing:
            of_them = f", {len(self.failed)} of them failed" if self.failed else ""
            if self.seen_by_all:
                of_them += f", {len(self.seen_by_all)} of them seen in training by every member"
            said.append(
                f"{_series(len(self.missing))} of the cohort without a prediction{of_them}: "
                f"the figures rest on the other {self.series}"
            )
        if self.unknown:
            said.append(f"predictions of {self.unknown} series that are not in the cohort are not used")
        if self.labels_themselves:
            said.append("every probability is the label itself: a table of labels, not of predictions")
        if len(self.models) > 1:
            said.append(f"the predictions come from {len(self.models)} different models")
        said += self.remarks
        if self.untrained:
            said.append(UNTRAINED_NOTICE)
        if self.synthetic:
            said.append(SYNTHETIC_MODEL_NOTICE)
        return tuple(said)

    def as_document(self) -> dict[str, Any]:
        return {
            "series": self.series,
            "missing": len(self.missing),
            "failed": len(self.failed),
            "unknown": self.unknown,
            "laterality_told": self.laterality_told,
            "models": [{"recipe": m.recipe, "manifest_hash": m.manifest_hash} for m in self.models],
            "untrained": self.untrained,
            "synthetic": self.synthetic,
            "seen_by_all_members": len(self.seen_by_all),
        }


@frozen
class CohortEvaluation:
    """An evaluation with its cohort and, where predictions were given, how these met it."""

    evaluation: Evaluation
    cohort: LabelledSet
    match: Match | None = None
    epoch_choice: EpochChoice | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The cohort's series that have no prediction although there are predictions."""
        return () if self.match is None else self.match.missing

    @property
    def warnings(self) -> tuple[str, ...]:
        """Those of the evaluation and of how predictions met the cohort."""
        return (*(() if self.match is None else self.match.warnings), *self.evaluation.warnings)

    @property
    def notice(self) -> str:
        """What must be said with every figure."""
        match = self.match or Match(0)
        parts = (
            SYNTHETIC_NOTICE if self.cohort.synthetic else "",
            NOTICE,
            UNTRAINED_NOTICE if match.untrained else "",
            SYNTHETIC_MODEL_NOTICE if match.synthetic else "",
        )
        return " ".join(filter(None, parts))

    def as_document(self, hide_names: bool = False) -> dict[str, Any]:
        """Plain data in stable keys: those of ``Evaluation.as_document`` and what they rest on.

        ``missing_series`` are uids, or with ``hide_names`` the series' numbers in the cohort, from 1. ``members`` says
        which members scored how many series, and is empty where predictions were given. ``synthetic`` is the cohort.
        """
        numbers = {one.uid: f"series-{number}" for number, one in enumerate(self.cohort.series, start=1)}
        return {
            **self.evaluation.as_document(),
            "missing_predictions": len(self.missing),
            "missing_series": [numbers[uid] if hide_names else uid for uid in self.missing],
            "predictions": None if self.match is None else self.match.as_document(),
            "members": [] if self.match is None else [one.as_document() for one in self.match.members],
            "epoch_choice": None if self.epoch_choice is None else self.epoch_choice.as_document(),
            "cohort": self.cohort.as_document(),
            "synthetic": self.cohort.synthetic,
            "warnings": list(self.warnings),
            "notice": self.notice,
        }


def _series(count: int) -> str:
    return "1 series" if count == 1 else f"{count} series"
