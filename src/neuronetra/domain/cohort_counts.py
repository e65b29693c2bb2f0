"""Counts of a cohort's tables: labels, modalities, people. No image is needed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from neuronetra.domain.arrays import Array
from neuronetra.domain.cohort import LabelledSet, Sex
from neuronetra.domain.locations import ARTERIES, LOCATIONS
from neuronetra.domain.shares import share_of, summed_up

AGE_BANDS = (0, 30, 40, 50, 60, 70, 80)
"""Where bands of age begin, in years."""
SIDES = {"left": "Left ", "right": "Right "}


def label_document(cohort: LabelledSet) -> dict[str, Any]:
    """Classes, locations, sides, lesions per series, co-occurrence and prevalence by modality."""
    labels, patients = cohort.labels, cohort.patients
    arteries = labels[:, : len(ARTERIES)]
    per_series = Counter(arteries.sum(axis=1).tolist())
    return {
        "classes": {
            "positive": int(labels[:, -1].sum()),
            "negative": int((~labels[:, -1]).sum()),
            "prevalence": share_of(labels[:, -1], patients).as_document(),
        },
        "locations": {
            location.value: {
                "positive": int(labels[:, location.index].sum()),
                "share": share_of(labels[:, location.index], patients).as_document(),
            }
            for location in LOCATIONS
        },
        "sides": side_counts(arteries),
        "locations_per_series": {str(count): per_series[count] for count in sorted(per_series)},
        "co_occurrence": {
            "labels": [location.value for location in ARTERIES],
            "counts": co_occurrence(arteries).tolist(),
        },
        "points": {
            "marked": sum(len(one.points) for one in cohort.series),
            "placed_in_mm": sum(point.point is not None for one in cohort.series for point in one.points),
            "positives_without": sum(one.present and not one.points for one in cohort.series),
        },
        "modalities": modality_counts(cohort),
    }


def co_occurrence(arteries: Array) -> Array:
    """(13, 13): in how many series both locations are positive; a location itself on the diagonal."""
    counted = arteries.astype(np.int64)
    return np.asarray(counted.T @ counted)


def side_counts(arteries: Array) -> dict[str, int]:
    """How many positive labels lie left, right and in the middle."""
    counts = arteries.sum(axis=0)
    found = {
        side: sum(int(counts[a.index]) for a in ARTERIES if a.value.startswith(word))
        for side, word in SIDES.items()
    }
    return {**found, "midline": int(counts.sum()) - sum(found.values())}


def modality_counts(cohort: LabelledSet) -> dict[str, Any]:
    """Series, positives and prevalence by the table's modality."""
    found: dict[str, Any] = {}
    for modality in sorted({one.modality for one in cohort.series}, key=lambda m: m.code):
        members = cohort.modalities == modality.code
        truth = cohort.labels[members, -1]
        found[modality.value] = {
            "series": int(members.sum()),
            "positive": int(truth.sum()),
            "prevalence": share_of(truth, cohort.patients[members]).as_document(),
        }
    return found


def people_document(cohort: LabelledSet) -> dict[str, Any]:
    """Age and sex, by class."""
    return {
        "age": {
            name: summed_up(
                [one.age for one in cohort.series if one.age is not None and one.present is present]
            )
            for name, present in (("positive", True), ("negative", False))
        },
        "sex": {sex.value if sex else "unknown": _of_sex(cohort, sex) for sex in (*Sex, None)},
        "age_bands": _age_bands(cohort),
    }


def _of_sex(cohort: LabelledSet, sex: Sex | None) -> dict[str, Any]:
    members = np.array([one.sex is sex for one in cohort.series], bool)
    truth = cohort.labels[members, -1]
    return {
        "series": int(members.sum()),
        "positive": int(truth.sum()),
        "prevalence": share_of(truth, cohort.patients[members]).as_document(),
    }


def _age_bands(cohort: LabelledSet) -> dict[str, Any]:
    ages = np.array([np.nan if one.age is None else one.age for one in cohort.series], np.float64)
    found = {}
    for low, high in zip(AGE_BANDS, (*AGE_BANDS[1:], np.inf), strict=True):
        members = (ages >= low) & (ages < high)
        truth = cohort.labels[members, -1]
        name = (
            f"under {high:.0f}"
            if low == 0
            else f"{low} and over"
            if np.isinf(high)
            else f"{low} to {high - 1:.0f}"
        )
        found[name] = {
            "series": int(members.sum()),
            "positive": int(truth.sum()),
            "prevalence": share_of(truth, cohort.patients[members]).as_document(),
        }
    return found
