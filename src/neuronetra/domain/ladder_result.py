"""What each rung of the ladder reached, and what each step is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from neuronetra.domain.baselines import Kind
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.epoch_choice import EpochChoice
from neuronetra.domain.ladder import PUBLISHED, Rung
from neuronetra.domain.metric.figures import INTERVAL, Figure
from neuronetra.domain.metric.measured import MeasuredFigures
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE
from neuronetra.domain.out_of_fold import Scoring
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE

FIGURES = ("score", "present_auc", "mean_location_auc", "laterality_accuracy", "calibration_error")


@frozen
class Cost:
    """What a rung costs for a series: ``members`` and ``predictions`` on average, seconds of networks and of all.

    ``used`` names the members that scored any.
    """

    members: float = 0.0
    predictions: float = 0.0
    networks: float | None = None
    whole: float | None = None
    used: tuple[str, ...] = ()

    def as_document(self) -> dict[str, float | None]:
        return {
            "members_per_series": self.members,
            "predictions_per_series": self.predictions,
            "seconds_networks": self.networks,
            "seconds_whole": self.whole,
        }


@frozen
class Reached:
    """A rung's figures; ``step`` is its score less that of the rung below.

    ``lead`` is its score less that of the baseline by modality: where the baseline's is taken within folds, that of
    ``within``, the rung's score taken in the same way.
    """

    rung: Rung
    figures: MeasuredFigures
    below: str = ""
    step: Figure = field(factory=Figure)
    lead: Figure = field(factory=Figure)
    cost: Cost = field(factory=Cost)
    within: Figure = field(factory=Figure)

    @property
    def sentence(self) -> str:
        """What the step is worth, in plain words; empty for the lowest rung."""
        return f"{self.rung.name} against {self.below}: {worth(self.step)}." if self.below else ""

    def as_document(self) -> dict[str, Any]:
        return {
            "rung": self.rung.name,
            "what": self.rung.what,
            "members": list(self.cost.used),
            "views": [view.name for view in self.rung.views],
            **{name: self.figures.named(name).as_document() for name in FIGURES},
            "below": self.below or None,
            "step": self.step.as_document(),
            "score_within_folds": self.within.as_document(),
            "difference_to_baseline": self.lead.as_document(),
            **self.cost.as_document(),
            "published": PUBLISHED.get(self.rung.name),
        }


def _taken(one: Reached) -> str:
    return f" (both within folds: {one.within.value:.3f})" if one.within.value is not None else ""


def worth(step: Figure) -> str:
    """A difference in words: whether its interval is clear of zero."""
    if step.value is None or step.low is None or step.high is None:
        return "the difference has no interval, and tells nothing"
    span = f"{step.value:+.3f} [{step.low:+.3f}, {step.high:+.3f}]"
    if step.low > 0.0:
        return f"{span}, better: the interval is clear of zero"
    if step.high < 0.0:
        return f"{span}, worse: the interval is clear of zero"
    return f"{span}, no difference that this cohort can tell: the interval holds zero"


@frozen
class LadderResult:
    """``out_of_fold`` counts the series of patients that some member saw; the others were scored by all.

    ``untrained`` and ``synthetic`` say so of the networks, ``failed`` maps series to why they could not be scored, and
    ``seen_by_all`` are those that nobody may score.
    """

    reached: tuple[Reached, ...]
    baselines: Mapping[Kind, MeasuredFigures]
    baseline_fit: str
    cohort: LabelledSet = field(repr=False)
    series: int
    patients: int
    positives: int
    out_of_fold: int
    bootstraps: int
    seed: int
    recipe: str
    members: tuple[Scoring, ...] = ()
    one_epoch: bool = False
    untrained: bool = False
    synthetic: bool = False
    failed: Mapping[str, str] = field(factory=dict, repr=False)
    seen_by_all: tuple[str, ...] = ()
    remarks: Sequence[str] = ()
    epoch_choice: EpochChoice | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The uids of series without scores, sorted."""
        return tuple(sorted({*self.failed, *self.seen_by_all}))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What each step is worth, and what the ladder is worth beside what sees no pixel."""
        steps = [one.sentence for one in self.reached if one.sentence]
        leads = [
            f"{one.rung.name} against the baseline by modality, which sees no pixel{_taken(one)}: {worth(one.lead)}."
            for one in self.reached
            if one.rung.name == "v3"
        ]
        return (*steps, *leads, *([] if self.epoch_choice is None else [self._flattered]))

    @property
    def _flattered(self) -> str:
        """What makes v1 and v3 look better than v2 where all is out of fold."""
        choice = "" if self.epoch_choice is None else self.epoch_choice.sentence
        return f"v1 and v3 take the best epochs, v2 does not, and its step to v3 holds that choice. {choice}"

    @property
    def warnings(self) -> tuple[str, ...]:
        said = list(self.remarks)
        if self.missing:
            seen = (
                f", {len(self.seen_by_all)} of them seen in training by every member"
                if self.seen_by_all
                else ""
            )
            said.append(
                f"{len(self.missing)} series without scores{seen}: the figures rest on the other {self.series}"
            )
        if self.one_epoch:
            said.append("the store has one checkpoint of each fold: v2's random one is the best one")
        said += [UNTRAINED_NOTICE] if self.untrained else []
        said += [SYNTHETIC_MODEL_NOTICE] if self.synthetic else []
        return tuple(said)

    @property
    def notice(self) -> str:
        parts = [SYNTHETIC_NOTICE] if self.cohort.synthetic else []
        parts += [NOTICE, *([SYNTHETIC_MODEL_NOTICE] if self.synthetic else [])]
        return " ".join(parts)

    def as_document(self, hide_names: bool = False) -> dict[str, Any]:
        """Plain data in stable keys; figures are ``{value, low, high, n}``."""
        numbers = {one.uid: f"series-{number}" for number, one in enumerate(self.cohort.series, start=1)}
        return {
            "recipe": self.recipe,
            "seed": self.seed,
            "rungs": [one.as_document() for one in self.reached],
            "baselines": {
                kind.value: {name: one.named(name).as_document() for name in FIGURES}
                for kind, one in self.baselines.items()
            },
            "baseline_fit": self.baseline_fit,
            "epoch_choice": None if self.epoch_choice is None else self.epoch_choice.as_document(),
            "sentences": list(self.sentences),
            "series": self.series,
            "patients": self.patients,
            "positives": self.positives,
            "out_of_fold": self.out_of_fold,
            "members": [one.as_document() for one in self.members],
            "missing_series": [numbers[uid] if hide_names else uid for uid in self.missing],
            "bootstraps": self.bootstraps,
            "interval": INTERVAL,
            "cohort": self.cohort.as_document(),
            "synthetic": self.cohort.synthetic,
            "synthetic_model": self.synthetic,
            "published": dict(PUBLISHED),
            "warnings": list(self.warnings),
            "notice": self.notice,
        }
