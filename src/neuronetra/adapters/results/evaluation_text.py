"""Words and numbers of an evaluation that the table and the page share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE

Document = Mapping[str, Any]
"""What ``CohortEvaluation.as_document`` gives."""

FIGURES: Mapping[str, str] = {
    "score": "Score",
    "present_auc": "AUC of Aneurysm Present",
    "mean_location_auc": "Mean AUC of the 13 locations",
    "laterality_accuracy": "Laterality accuracy",
    "calibration_error": "Calibration error",
    "difference_to_baseline": "Score minus baseline by modality",
}
BASELINES: Mapping[str, str] = {
    "modality": "Baseline by modality",
    "modality_age_sex": "Baseline by modality, age, sex",
}
_SHORT = (
    ("Internal Carotid Artery", "ICA"),
    ("Middle Cerebral Artery", "MCA"),
    ("Anterior Cerebral Artery", "ACA"),
    ("Anterior Communicating Artery", "Anterior communicating"),
    ("Posterior Communicating Artery", "posterior comm."),
    ("Infraclinoid", "infraclinoid"),
    ("Supraclinoid", "supraclinoid"),
    ("Other Posterior Circulation", "Other posterior"),
)


def short(location: str) -> str:
    """A label's name for a plot."""
    for long, brief in _SHORT:
        location = location.replace(long, brief)
    return location[:1].upper() + location[1:]


def number(value: float | None, signed: bool = False) -> str:
    """Three decimals; a dash where there is none."""
    return "–" if value is None else f"{value:+.3f}" if signed else f"{value:.3f}"


def interval(figure: Document, signed: bool = False) -> str:
    """``[low, high]``; empty where there is none."""
    if figure["low"] is None:
        return ""
    return f"[{number(figure['low'], signed)}, {number(figure['high'], signed)}]"


def valued(figure: Document | None, signed: bool = False) -> str:
    """``value [low, high]``."""
    return "–" if figure is None else f"{number(figure['value'], signed)} {interval(figure, signed)}".rstrip()


def detail(document: Document, baseline: str) -> Document:
    """What more is known of a baseline than its score: figures, by location and by modality."""
    found: Document = document.get("baselines_detail", {}).get(baseline, {})
    return found


def baseline_figure(document: Document, baseline: str, *path: str) -> Document | None:
    """A baseline's figure at a path of keys such as ``per_location``, name; ``None`` where there is none."""
    if path == ("score",):
        return _at(document, "baselines", baseline)
    return _at(detail(document, baseline), *path)


def _at(document: Document, *path: str) -> Document | None:
    found: Any = document
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def is_model(document: Document) -> bool:
    """Whether predictions were measured, rather than baselines alone."""
    return document["predictions"] is not None


def rows(document: Document, names: Mapping[str, str], *within: str) -> list[list[str]]:
    """A row for each figure of ``names`` (key: title): title, model, n, then each baseline's beside it.

    ``within`` is the path of the object that holds them. Without predictions the model's cells are left out,
    and ``n`` is that of the baseline.
    """
    lines = []
    for key, title in names.items():
        model = _at(document, *within, key)
        beside = [baseline_figure(document, baseline, *within, key) for baseline in BASELINES]
        counted = model if is_model(document) else next(filter(None, beside), None)
        n = "–" if counted is None else str(counted["n"])
        own = [valued(model, key == "difference_to_baseline")] if is_model(document) else []
        missing = document["missing_predictions"] if key == "score" else 0
        lines.append(
            [
                f"{title} ({missing} series without a prediction)" if missing else title,
                *own,
                n,
                *map(valued, beside),
            ]
        )
    return [line for line in lines if is_model(document) or any(cell != "–" for cell in line[2:])]


def header(document: Document, first: str, what: str = "Model") -> list[str]:
    """The names of the columns of ``rows``."""
    return [first, *([what] if is_model(document) else []), "n", *BASELINES.values()]


def scope(document: Document) -> str:
    """What the figures rest on, in one sentence."""
    series, missing = document["series"], document["missing_predictions"]
    without = f"; {missing} without a prediction" if missing else ""
    patients = document["patients"]
    people = "1 patient" if patients == 1 else f"{patients} patients"
    return (
        f"{series} series of {people}, {document['positives']} with an aneurysm{without}. "
        f"Intervals: 95 %, {document['bootstraps']} resamples of patients."
    )


def fit(document: Document) -> str:
    """How the baselines were fitted, in a sentence or two."""
    said = fit_of(document["baseline_fit"])
    crossed = document.get("baselines_cross_fitted") or {}
    known = [f"{name.lower()} {valued(crossed[key])}" for key, name in BASELINES.items() if key in crossed]
    if document["baseline_fit"] == "cross-fitted" or not known:
        return said
    return f"{said}{_within(document)} Cross-fitted on these series: {', '.join(known)}."


def _within(document: Document) -> str:
    """How the model's score is held against that of baselines which are taken within groups."""
    within = document.get("score_within_folds")
    if within is None or within["value"] is None:
        return ""
    return f" Its score less theirs is taken in the same way: within groups it is {valued(within)}."


def fit_of(how: str) -> str:
    """How baselines were fitted, by the word of documents for it, in one sentence."""
    return _FITS.get(how, f"The baselines are {how}.")


_FITS = {
    "cross-fitted": "The no-pixel baselines are cross-fitted: AUC within each fold, averaged over folds.",
    "in-sample": "The no-pixel baselines are in-sample: fitted on the series that they are measured on, "
    "which flatters the baseline, never the model.",
    "training": "The no-pixel baselines are fitted on the training series of the members that score a series: AUC within "
    "each group of series that the same members score, averaged.",
}


def model_notices(document: Document) -> Sequence[str]:
    """What stands above every figure of a model that is worthless on patients."""
    told = document["predictions"] or {}
    return [SYNTHETIC_MODEL_NOTICE] if told.get("synthetic") else []


def who_scored(document: Document) -> Sequence[str]:
    """Which members scored how many series, a line for each group of members."""
    lines = []
    for entry in document.get("members", ()):
        names, series = entry["members"], entry["series"]
        count = "1 member" if len(names) == 1 else f"{len(names)} members"
        lines.append(f"{series} series scored by {count}: {', '.join(names)}")
    return lines


CHOICE_TITLE = "What the choice of the epoch is worth"
CHOICE_HEADER = (
    "Networks",
    "Best epoch of each fold",
    "Last epoch",
    "less the best",
    "Epoch chosen on the other folds",
    "less the best",
)
CHOICE_REMARK = (
    "Scores of one view within folds, averaged over folds: each network on the fold that it was not fitted to. "
    "Differences are taken on the same resamples."
)


def choice_rows(document: Document) -> list[list[str]]:
    """A row for each architecture, and for all of them together; none where there is no such choice."""
    choice = document.get("epoch_choice") or {"networks": ()}
    return [
        [
            one["architecture"],
            valued(one["best"]),
            valued(one["last"]),
            valued(one["last_difference"], signed=True),
            valued(one["other_folds"]),
            valued(one["other_folds_difference"], signed=True),
        ]
        for one in choice["networks"]
    ]


def remarks(document: Document) -> Sequence[str]:
    """Warnings, left-out labels and what is taken for granted."""
    said = [f"warning: {warning}" for warning in document["warnings"]]
    if document["left_out_labels"]:
        said.append(f"left out, having one class: {', '.join(document['left_out_labels'])}")
    told = document["predictions"]
    if told is not None and not told["laterality_told"]:
        said.append("laterality: left and right count as known in every series (no column laterality_known)")
    return said
