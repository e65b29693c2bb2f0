"""The plan of a synthetic cohort: its proportions, its independence from labels, and that plans only grow."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import ARTERIES
from neuronetra.domain.metric.auc import auc
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import (
    LESION_COUNT_SHARES,
    LOCATION_WEIGHTS,
    POSITIVE_SHARES,
    SERIES_SHARES,
    Size,
    parse_mix,
)
from neuronetra.domain.synthesis_chance import Quota
from neuronetra.domain.synthesis_plan import MULTIFRAME_SHARE, PLANE_SHARES, PLANES, plan_cohort
from neuronetra.domain.synthesis_scans import FEWEST_SLICES, MOST_TURNED
from neuronetra.domain.synthesis_tables import MadeSeries, localizers_csv, marked, train_csv
from neuronetra.errors import UsageError

COUNT = 3000


@pytest.fixture(scope="module")
def plan():
    return plan_cohort(COUNT, 11, Size.SMALL)


def test_series_and_positives_by_modality(plan) -> None:
    """Each modality has its share of the series, and its own share of them is positive, to a few series."""
    for modality, share in SERIES_SHARES.items():
        mine = [one for one in plan.series if one.modality is modality]
        assert len(mine) == pytest.approx(share * COUNT, abs=3)
        positive = sum(bool(one.patient.locations) for one in mine)
        assert positive == pytest.approx(POSITIVE_SHARES[modality] * len(mine), abs=4)


def test_small_cohorts_keep_the_proportions() -> None:
    """Of a hundred series as many are positive as of thousands, to three."""
    for seed in range(20):
        positive = sum(bool(one.patient.locations) for one in plan_cohort(100, seed).series)
        assert positive == pytest.approx(43, abs=4)


def test_lesions_and_their_places(plan) -> None:
    """Positives have one, two or three lesions by their shares, at each location by its weight."""
    patients = {one.patient.number: one.patient for one in plan.series}.values()
    counts = Counter(len(one.locations) for one in patients if one.locations)
    for number, share in enumerate(LESION_COUNT_SHARES, start=1):
        assert counts[number] / counts.total() == pytest.approx(share, abs=0.01)
    places = Counter(location for one in patients for location in one.locations)
    for location, weight in zip(ARTERIES, LOCATION_WEIGHTS, strict=True):
        assert places[location] / places.total() == pytest.approx(weight / sum(LOCATION_WEIGHTS), abs=0.01)


def test_labels_are_the_locations(plan) -> None:
    """A label is 1 where there is a lesion, and presence where there is any."""
    for one in plan.series[:200]:
        labels = one.patient.labels
        assert labels[-1] == any(labels[:-1])
        assert {ARTERIES[k] for k in range(13) if labels[k]} == set(one.patient.locations)


def test_planes_and_layouts(plan) -> None:
    """96.5 % are axial, 7 % multi-frame."""
    planes = Counter(one.geometry.plane for one in plan.series)
    for plane, share in zip(PLANES, PLANE_SHARES, strict=True):
        assert planes[plane] / COUNT == pytest.approx(share, abs=0.002)
    frames = sum(one.geometry.multiframe for one in plan.series)
    assert frames / COUNT == pytest.approx(MULTIFRAME_SHARE, abs=0.002)
    assert all(len(one.instances) == 1 for one in plan.series if one.geometry.multiframe)


def test_slices_by_modality_and_size() -> None:
    """Full as in life; medium one slice in two, small one in four, never fewer than 24, of the same heads in mm."""
    sizes = {size: plan_cohort(400, 5, size).series for size in Size}
    life: dict[Modality, list[int]] = {}
    for full, medium, small in zip(
        *(sizes[size] for size in (Size.FULL, Size.MEDIUM, Size.SMALL)), strict=True
    ):
        count = full.geometry.shape[0]
        life.setdefault(full.modality, []).append(count)
        assert medium.geometry.shape == (max(FEWEST_SLICES, -(-count // 2)), 256, 256)
        assert small.geometry.shape == (max(FEWEST_SLICES, -(-count // 4)), 128, 128)
        assert full.patient.locations == medium.patient.locations == small.patient.locations
        extents = [np.multiply(one.geometry.shape, one.geometry.steps) for one in (full, medium, small)]
        np.testing.assert_allclose(extents[1], extents[0], rtol=1e-3)
        np.testing.assert_allclose(extents[2], extents[0], rtol=1e-3)
    assert np.mean(life[Modality.CTA]) == pytest.approx(400, abs=15)
    assert np.mean(life[Modality.MRA]) == pytest.approx(175, abs=6)
    assert {count < 60 for count in life[Modality.T2]} == {True, False}
    assert {count < 60 for count in life[Modality.T1POST]} == {True, False}


def test_poses_and_numbering(plan) -> None:
    """Heads lie turned up to 10 degrees each way, and instances are numbered either way."""
    turned = np.array([one.geometry.pose for one in plan.series])
    assert np.abs(turned).max() <= MOST_TURNED
    assert (turned.min(axis=0) < -8).all()
    assert (turned.max(axis=0) > 8).all()
    assert np.mean([one.geometry.rising for one in plan.series]) == pytest.approx(0.5, abs=0.03)


@settings(max_examples=20)
@given(st.integers(1, 80), st.integers(0, 60), st.integers(0, 2**40))
def test_longer_plans_begin_with_the_shorter(count, more, seed) -> None:
    """Adding series changes none that are there; the same seed plans the same."""
    assert plan_cohort(count + more, seed).series[:count] == plan_cohort(count, seed).series


def test_scans_of_one_patient(plan) -> None:
    """Some patients have two scans of two modalities, with one set of lesions; uids are never the same."""
    by_patient: dict[int, list] = {}
    for one in plan.series:
        by_patient.setdefault(one.patient.number, []).append(one)
    several = [scans for scans in by_patient.values() if len(scans) > 1]
    assert 0.08 < len(several) / len(by_patient) < 0.16
    for scans in several:
        assert len({one.modality for one in scans}) == len(scans)
        assert len({one.patient for one in scans}) == 1
    uids = [uid for one in plan.series for uid in (one.uid, one.study, one.space, *one.instances)]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) <= 64 for uid in uids)


def test_nothing_planned_tells_the_label(plan) -> None:
    """Within a modality no figure of a scan, nor its place in the cohort, is tied to presence."""
    rows = [
        (one.modality, bool(one.patient.locations), number, one) for number, one in enumerate(plan.series)
    ]
    order = {one.uid: place for place, one in enumerate(sorted(plan.series, key=lambda one: one.uid))}
    for modality in (Modality.CTA, Modality.MRA, Modality.T2):
        mine = [row for row in rows if row[0] is modality]
        present = np.array([row[1] for row in mine])
        facts = {
            "number": [row[2] for row in mine],
            "uid": [order[row[3].uid] for row in mine],
            "identifier": [int(row[3].patient.identifier, 16) for row in mine],
            "rising": [row[3].geometry.rising for row in mine],
            "multiframe": [row[3].geometry.multiframe for row in mine],
            "sagittal": [row[3].geometry.plane is not Plane.AXIAL for row in mine],
            "slices": [row[3].geometry.shape[0] for row in mine],
            "step": [row[3].geometry.steps[0] for row in mine],
            "pixel": [row[3].geometry.steps[1] for row in mine],
            **{f"pose {axis}": [row[3].geometry.pose[axis] for row in mine] for axis in range(3)},
            **{f"centre {axis}": [row[3].geometry.centre[axis] for row in mine] for axis in range(3)},
        }
        # the deviation of an area without effect (Hanley and McNeil), and four of them
        hits, misses = present.sum(), (~present).sum()
        limit = 4 * np.sqrt((hits + misses + 1) / (12 * hits * misses))
        for name, values in facts.items():
            assert abs(auc(present, np.array(values, float)) - 0.5) < limit, (modality, name)


def test_age_and_sex_tell_little(plan) -> None:
    """Age and sex are tied to presence, a little."""
    present = np.array([bool(one.patient.locations) for one in plan.series])
    ages = np.array([one.patient.age for one in plan.series])
    women = np.array([one.patient.sex.value == "Female" for one in plan.series], float)
    assert 0.5 < auc(present, ages) < 0.6
    assert 0.5 < auc(present, women) < 0.6
    assert ages.min() >= 18
    assert ages.max() <= 92


def test_mixes() -> None:
    """A mix is read by name and made to sum to 1, and a plan keeps to it."""
    mix = parse_mix("mra=3, CTA=1")
    assert mix == {Modality.CTA: 0.25, Modality.MRA: 0.75}
    counts = Counter(one.modality for one in plan_cohort(40, 0, Size.SMALL, mix).series)
    assert counts == {Modality.CTA: 10, Modality.MRA: 30}
    alone = plan_cohort(10, 0, Size.SMALL, parse_mix("T2=1")).series
    assert {one.modality for one in alone} == {Modality.T2}


@pytest.mark.parametrize("text", ["", "CTA", "CTA=x", "CTA=-1", "CTA=0", "CTA=1,CTA=1", "PET=1", "CTA=nan"])
def test_no_mixes(text) -> None:
    """What is no mix is an error that says how one looks."""
    with pytest.raises(UsageError, match=r"CTA=0\.5,MRA=0\.5"):
        parse_mix(text)


def test_counts_and_seeds() -> None:
    """No series, or a negative seed, is an error."""
    with pytest.raises(UsageError, match="number of series"):
        plan_cohort(0, 1)
    with pytest.raises(UsageError, match="seed"):
        plan_cohort(1, -1)


@given(st.integers(0, 1000), st.floats(-40, 40), st.floats(-30, 30), st.floats(-20, 20))
def test_marks_lead_back_to_the_point(seed, x, y, z) -> None:
    """The marked pixel of the marked slice lies within half a slice of the lesion, in the patient's own axes."""
    one = plan_cohort(8, seed).series[seed % 8]
    geometry = one.geometry
    if not geometry.holds((x, y, z)):
        return
    (mark,) = marked(one, [(ARTERIES[0], (x, y, z))])
    if geometry.multiframe:
        index = next(k for k in range(geometry.shape[0]) if geometry.number(k) - 1 == mark.frame)
    else:
        index = one.instances.index(mark.instance_uid)
    found = geometry.patient_affine @ np.array([index, mark.row, mark.column, 1.0])
    expected = geometry.head_to_patient @ np.array([x, y, z, 1.0])
    assert np.linalg.norm(found - expected) <= geometry.steps[0] / 2 + 1e-6


def test_tables() -> None:
    """train.csv has a line a series in the data set's columns; a point is written as the data set writes it."""
    plan = plan_cohort(5, 0)
    header, *lines = train_csv(plan.series)
    assert header.startswith("SeriesInstanceUID,PatientAge,PatientSex,Modality,Left Infraclinoid")
    assert len(lines) == 5
    one = plan.series[0]
    made = MadeSeries(one.uid, marked(one, [(ARTERIES[4], (30.0, 0.0, 5.0))]), 1)
    text = list(localizers_csv([made]))[1]
    assert text.startswith(f'{one.uid},{made.marks[0].instance_uid},"{{')
    assert text.endswith(",Left Middle Cerebral Artery\n")


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_quotas(weights, seed) -> None:
    """After any number of draws each category was drawn its share of them, to about one and a half."""
    shares = np.array(weights) / sum(weights)
    quota, drawn = Quota(shares), np.zeros(len(shares))
    generator = np.random.default_rng(seed)
    for number in range(1, 120):
        drawn[quota.draw(generator.random())] += 1
        assert np.abs(drawn - number * shares).max() < len(shares)
