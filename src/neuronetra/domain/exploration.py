"""What a cohort holds, what becomes of it when it is read, and what in it tells the label that must not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from attrs import field, frozen

from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_counts import label_document, people_document
from neuronetra.domain.example import Example
from neuronetra.domain.leaks.facts import FactGroup
from neuronetra.domain.leaks.findings import CONFIDENCE, Finding, LeakReport
from neuronetra.domain.metric.evaluation import Evaluation
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.prediction import NOTICE
from neuronetra.domain.shares import summed_up
from neuronetra.domain.survey import SurveyedSeries

NAMED = 3
"""Facts of a group that a warning names."""


@frozen
class Exploration:
    """A cohort that was looked at: ``surveyed`` are its series, in its order.

    ``baselines`` is the evaluation without predictions. ``hide_names``: numbers stand for uids, and words of
    paths are not said.
    """

    cohort: LabelledSet
    surveyed: tuple[SurveyedSeries, ...] = field(repr=False)
    leaks: LeakReport
    baselines: Evaluation | None = None
    examples: tuple[Example, ...] = ()
    hide_names: bool = False

    def __attrs_post_init__(self) -> None:
        if len(self.surveyed) != len(self.cohort):
            raise ValueError("each series of the cohort was looked at")

    @property
    def failed(self) -> tuple[tuple[str, str], ...]:
        """The series that could not be read: the uid, or its number, and why."""
        pairs = enumerate(zip(self.cohort.series, self.surveyed, strict=True), 1)
        return tuple(
            (f"series-{number}" if self.hide_names else one.uid, self._told(seen.error, one.uid, number))
            for number, (one, seen) in pairs
            if seen.error is not None
        )

    def _told(self, error: str, uid: str, number: int) -> str:
        return error.replace(uid, f"series-{number}") if self.hide_names else error

    def names_of(self, finding: Finding) -> tuple[str, ...]:
        """What a finding's facts are called where they are shown."""
        return tuple(
            f"{key.name.partition(':')[0]}: (hidden)" if key.secret and self.hide_names else key.name
            for key in finding.keys
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for the leaks of each group, and for what could not be looked at."""
        groups = dict.fromkeys(finding.keys[0].group for finding in self.leaks.leaks)
        said = [self._leak_sentence(group) for group in groups]
        if self.leaks.together_leaks and not said:
            together = auc_text(self.leaks.together)
            said.append(f"LEAK: all facts together tell the label, {together}, though none does alone")
        if self.leaks.reason:
            said.append(f"leaks were not looked for: {self.leaks.reason}")
        if self.failed:
            said.append(f"{len(self.failed)} of {len(self.cohort)} series could not be read")
        return tuple(said)

    def _leak_sentence(self, group: FactGroup) -> str:
        """The surest facts of a group and what to look at."""
        found = [finding for finding in self.leaks.leaks if finding.keys[0].group is group]
        named = [f"{self._where_told(one)} ({auc_text(one.auc)})" for one in found[:NAMED]]
        more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
        return f"LEAK, {group.value}: the label can be told from {'; '.join(named)}{more}. {group.advice}"

    def _where_told(self, finding: Finding) -> str:
        names = self.names_of(finding)
        within = f", within {finding.within}" if finding.within else ""
        return " = ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "") + within

    def as_document(self) -> dict[str, Any]:
        """All figures, under stable keys."""
        return {
            "cohort": self.cohort.as_document(),
            **label_document(self.cohort),
            **people_document(self.cohort),
            **self._reading_document(),
            "baselines": None if self.baselines is None else self.baselines.as_document().get("baselines"),
            **self._leak_document(),
            "notice": NOTICE,
            "synthetic_notice": SYNTHETIC_NOTICE if self.cohort.synthetic else None,
        }

    def _reading_document(self) -> dict[str, Any]:
        seen = [one for one in self.surveyed if one.error is None]
        spacing = {
            name: summed_up([value for values in self.spacing_by_modality(axis).values() for value in values])
            for axis, name in enumerate(("rows_mm", "columns_mm", "slices_mm"))
        }
        return {
            "planes": _counted([one.plane.value for one in seen]),
            "resolved_modalities": _counted([m.value for one in seen if (m := one.modality) is not None]),
            "shapes": _counted([f"{one.shape[0]} x {one.shape[1]}" for one in seen if one.shape is not None]),
            "slices": {
                modality: summed_up(values) for modality, values in self.by_modality("slices").items()
            },
            "spacing": spacing,
            "multiframe": sum(one.multiframe for one in seen),
            "reading": {
                "failed": [{"series_uid": uid, "error": error} for uid, error in self.failed],
                "left_out": self.summed("left_out"),
                "warnings": self.summed("warnings"),
            },
        }

    def by_modality(self, what: str) -> dict[str, list[Any]]:
        """An attribute of each series that could be read, by the table's modality."""
        found: dict[str, list[Any]] = {}
        for one, seen in zip(self.cohort.series, self.surveyed, strict=True):
            if seen.error is None:
                found.setdefault(one.modality.value, []).append(getattr(seen, what))
        return dict(sorted(found.items()))

    def spacing_by_modality(self, axis: int) -> dict[str, list[float]]:
        """The same for the spacing (0 between rows, 1 columns, 2 slices), where it is known."""
        found = self.by_modality("spacing")
        return {name: [one[axis] for one in all_ if one[axis] is not None] for name, all_ in found.items()}

    def summed(self, what: str) -> dict[str, int]:
        """Counts by reason over all series, the commonest first."""
        total: Counter[str] = Counter()
        for one in self.surveyed:
            total.update(getattr(one, what))
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def _leak_document(self) -> dict[str, Any]:
        report = self.leaks
        return {
            "leaks": [finding.named(self.names_of(finding)) for finding in report.leaks],
            "leak_facts": [finding.named(self.names_of(finding)) for finding in report.findings],
            "leak_check": {
                "looks": report.looks,
                "facts": len(report.over_all),
                "constant": report.constant,
                "confidence_of_all": CONFIDENCE,
                "standard_errors": report.quantile,
                "together": report.together.as_document(),
                "together_leaks": report.together_leaks,
                "not_looked": report.reason or None,
            },
        }


def auc_text(figure: Figure) -> str:
    """An area under the curve with its interval."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "AUC unknown"
    return f"AUC {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _counted(values: Sequence[str]) -> dict[str, int]:
    """How often each occurs, the commonest first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
