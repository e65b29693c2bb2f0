"""Words and numbers of a ladder that the table and the page share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neuronetra.adapters.results.evaluation_text import BASELINES, fit_of, number, valued
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE

Document = Mapping[str, Any]
"""What ``LadderResult.as_document`` gives."""

FIGURES = {
    "score": "Score",
    "step": "Less the row above",
    "present_auc": "AUC of presence",
    "mean_location_auc": "Mean AUC of locations",
    "laterality_accuracy": "Laterality",
    "calibration_error": "Calibration error",
}
COST_HEADER = (
    "Rung",
    "Networks",
    "Members per series",
    "Predictions per series",
    "Seconds, networks",
    "Seconds, whole",
    "Published",
)
COST = (
    "Seconds are means per series as measured with this ladder, networks one after the other, while others ran beside them; "
    "whole: with reading and preparing. Published: what the founding description reports of its own ladder on patients. "
    "It was not measured here, and is no figure of these networks."
)


def head() -> list[str]:
    """The names of the columns of ``rows``."""
    return ["", *FIGURES.values()]


def rows(document: Document) -> list[list[str]]:
    """A row for each rung, lowest first, then the baselines, which see no pixel."""
    lines = [
        [
            one["rung"].replace("_", ", "),
            *(
                valued(one[key], signed=key == "step") if one[key]["value"] is not None else "–"
                for key in FIGURES
            ),
        ]
        for one in document["rungs"]
    ]
    for key, title in BASELINES.items():
        figures = document["baselines"].get(key)
        if figures is not None:
            lines.append([title, *(valued(figures[name]) if name in figures else "–" for name in FIGURES)])
    return lines


def cost_rows(document: Document) -> list[list[str]]:
    """What each rung costs, and what was published of it."""
    return [
        [
            one["rung"].replace("_", ", "),
            str(len(one["members"])),
            f"{one['members_per_series']:g}",
            f"{one['predictions_per_series']:g}",
            _seconds(one["seconds_networks"]),
            _seconds(one["seconds_whole"]),
            number(one["published"]) if one["published"] is None else f"{one['published']:.4g}",
        ]
        for one in document["rungs"]
    ]


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def notices(document: Document) -> list[str]:
    """What stands above everything."""
    said = [SYNTHETIC_NOTICE] if document["synthetic"] else []
    return [*said, *([SYNTHETIC_MODEL_NOTICE] if document["synthetic_model"] else [])]


def scope(document: Document) -> str:
    """What the figures rest on."""
    seen, series = document["out_of_fold"], document["series"]
    how = "all out of fold: each scored by the networks that did not see its patient"
    if seen < series:
        how = f"{seen} out of fold, the others new to all networks" if seen else "new to all networks"
    people = "1 patient" if document["patients"] == 1 else f"{document['patients']} patients"
    return (
        f"Recipe {document['recipe']}, seed {document['seed']}. {series} series of {people}, "
        f"{document['positives']} with an aneurysm, {how}. Intervals: 95 %, {document['bootstraps']} resamples of patients."
    )


def explained(document: Document) -> Sequence[str]:
    """What each rung is, a line each."""
    return [f"{one['rung'].replace('_', ', ')}: {one['what']}." for one in document["rungs"]]


def fit(document: Document) -> str:
    """How the baselines were fitted."""
    return fit_of(document["baseline_fit"])
