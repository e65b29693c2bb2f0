"""Logistic regression on all that a plan draws besides lesions finds nothing of the label, and finds a planted leak."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.domain.geometry import Plane
from neuronetra.domain.metric.auc import auc
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedSeries, Size
from neuronetra.domain.synthesis_plan import plan_cohort

linear_model = pytest.importorskip("sklearn.linear_model")
model_selection = pytest.importorskip("sklearn.model_selection")
pipeline = pytest.importorskip("sklearn.pipeline")
preprocessing = pytest.importorskip("sklearn.preprocessing")

SERIES = 2400


def facts_of(planned: PlannedSeries, number: int, row: int) -> list[float]:
    """All of a planned series that could give a label away; ``row`` is its line in train.csv."""
    geometry = planned.geometry
    uids = [planned.uid, planned.study, planned.space, planned.instances[0], planned.instances[-1]]
    return [
        *geometry.shape,
        *geometry.steps,
        geometry.thickness,
        geometry.shape[1] * geometry.steps[1],
        geometry.shape[0] * geometry.steps[0],
        *geometry.pose,
        *np.abs(geometry.pose),
        *geometry.centre,
        *geometry.origin,
        float(geometry.rising),
        float(geometry.multiframe),
        float(geometry.plane is Plane.AXIAL),
        *(float(int(uid.split(".")[-1]) / 2**128) for uid in uids),
        int(planned.patient.identifier, 16) / 16**12,
        number,
        row,
        planned.scan,
        len(planned.patient.scans),
    ]


def held_out_auc(facts: np.ndarray, present: np.ndarray, patients: np.ndarray) -> tuple[float, float]:
    """AUC of out-of-fold scores, patients kept together, and half the width of its 99.9 % interval under no effect."""
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression(C=0.1))
    folds = model_selection.GroupKFold(5, shuffle=True, random_state=0)
    areas = []
    for train, test in folds.split(facts, present, patients):
        scores = model.fit(facts[train], present[train]).predict_proba(facts[test])[:, 1]
        areas.append(auc(present[test], scores))
    hits, misses = present.sum(), (~present).sum()
    return float(np.mean(areas)), 3.3 * float(np.sqrt((hits + misses + 1) / (12 * hits * misses)))


@pytest.fixture(scope="module")
def by_modality() -> dict[Modality, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    plan = plan_cohort(SERIES, 29, Size.MEDIUM)
    row = {one.uid: place for place, one in enumerate(sorted(plan.series, key=lambda one: one.uid))}
    found = {}
    for modality in (Modality.CTA, Modality.MRA, Modality.T2):
        mine = [(k, one) for k, one in enumerate(plan.series) if one.modality is modality]
        facts = np.array([facts_of(one, k, row[one.uid]) for k, one in mine])
        present = np.array([bool(one.patient.locations) for _, one in mine])
        found[modality] = (facts, present, np.array([one.patient.number for _, one in mine]))
    return found


@pytest.mark.parametrize("modality", [Modality.CTA, Modality.MRA, Modality.T2])
def test_all_facts_together_tell_nothing(by_modality, modality) -> None:
    """Trained on every planned figure at once, a model does no better than chance on patients it never saw."""
    area, width = held_out_auc(*by_modality[modality])
    assert abs(area - 0.5) < width


def test_a_planted_leak_is_found(by_modality) -> None:
    """The same model finds a shift of a third of a deviation in one figure: the test can fail."""
    facts, present, patients = by_modality[Modality.CTA]
    leaking = np.array(facts)
    leaking[:, 10] += 0.35 * leaking[:, 10].std() * present
    area, width = held_out_auc(leaking, present, patients)
    assert area > 0.5 + width
