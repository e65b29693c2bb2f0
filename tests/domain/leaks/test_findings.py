"""Leaks are named, and random labels are not."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.domain.arrays import Array
from neuronetra.domain.leaks.facts import FactGroup, FactKey, SeriesFacts
from neuronetra.domain.leaks.findings import Finding, LeakReport, find_leaks, simultaneous_quantile
from neuronetra.domain.metric.figures import Figure

PREVALENCE = np.array([0.538, 0.443, 0.262, 0.252])


def _cohort(n: int, chance: np.random.Generator) -> tuple[Array, Array, Array]:
    """Truth, modality and patients; a patient in seven has a further series with the same label."""
    groups = chance.choice(4, n, p=[0.416, 0.288, 0.226, 0.07])
    truth, patients = chance.random(n) < PREVALENCE[groups], np.arange(n)
    for i in np.flatnonzero(chance.random(n) < 0.15)[1:]:
        truth[i], patients[i] = truth[i - 1], patients[i - 1]
    return truth, groups, patients


def _facts(n: int, patients: Array, chance: np.random.Generator) -> list[SeriesFacts]:
    """Facts that say nothing: related numbers, a patient's own, few-valued, gappy, kinds, words."""
    pixels = chance.normal(size=(n, 4)) @ chance.normal(size=(4, 5)) + chance.normal(size=(n, 5))
    own = chance.normal(size=(n, 2))[patients]
    rows, maker = chance.choice([256, 320, 512], n), chance.integers(0, 5, n)
    device, words = chance.integers(0, n // 8, n), chance.random((n, 4)) < [0.5, 0.2, 0.1, 0.04]
    found = []
    for i in range(n):
        numbers = {FactKey(FactGroup.PIXELS, f"pixel {j}"): float(v) for j, v in enumerate(pixels[i])}
        numbers |= {FactKey(FactGroup.HEADER, f"own {j}"): float(v) for j, v in enumerate(own[i])}
        numbers[FactKey(FactGroup.HEADER, "rows")] = float(rows[i])
        if chance.random() < 0.8:
            numbers[FactKey(FactGroup.FILES, "gappy")] = float(chance.normal())
        kinds = {
            FactKey(FactGroup.HEADER, "maker"): str(maker[i]),
            FactKey(FactGroup.HEADER, "device"): str(device[i]),
        }
        held = (FactKey(FactGroup.PATH, f"word {j}", secret=True) for j in range(4) if words[i, j])
        found.append(SeriesFacts(numbers, kinds, frozenset(held)))
    return found


def test_random_labels_are_not_named() -> None:
    """Of 200 cohorts of 120 series whose labels are drawn by chance at most 5 % have anything named."""
    chance = np.random.default_rng(2024)
    alarms = 0
    for _ in range(200):
        truth, groups, patients = _cohort(120, chance)
        report = find_leaks(_facts(120, patients, chance), truth, groups, patients)
        assert len(report.over_all) > 8
        alarms += bool(report.leaks) or report.together_leaks
    assert alarms <= 10


@pytest.mark.parametrize(("n", "shift"), [(120, 1.7), (400, 0.9)])
def test_planted_leaks_are_named(n: int, shift: float) -> None:
    """A word, a kind and a number tied to the label are named, the surest first, and nothing else is."""
    chance = np.random.default_rng(7)
    truth, groups, patients = _cohort(n, chance)
    facts = _facts(n, patients, chance)
    more = [
        SeriesFacts(
            {FactKey(FactGroup.PIXELS, "leak"): float(chance.normal() + shift * label)},
            {FactKey(FactGroup.HEADER, "scanner"): "AB"[int(label) if chance.random() < 0.85 else 0]},
            frozenset({FactKey(FactGroup.PATH, "pos", secret=True)} if label else set()),
        )
        for label in truth
    ]
    report = find_leaks([a.with_more(b) for a, b in zip(facts, more, strict=True)], truth, groups, patients)
    named = {finding.keys[0].name for finding in report.leaks}
    assert named == {"leak", "scanner", "pos"}
    assert report.leaks[0].keys[0].name == "pos"
    assert report.leaks[0].auc.value == 1.0
    assert report.together_leaks
    assert all(finding.leaks for finding in report.findings[: len(report.leaks)])


def test_what_is_rightly_tied_to_the_label_is_no_leak() -> None:
    """Numbers that differ by modality, which has its own prevalence, are not named."""
    chance = np.random.default_rng(8)
    truth, groups, patients = _cohort(400, chance)
    key = FactKey(FactGroup.HEADER, "slices")
    facts = [SeriesFacts({key: float(400 // (1 + g) + chance.integers(0, 9))}) for g in groups]
    report = find_leaks(facts, truth, groups, patients)
    assert report.leaks == ()
    assert report.over_all[0].auc.n > 300


def test_a_leak_of_one_modality_is_named_with_it() -> None:
    """What tells the label in one modality alone, and is lost among the others, is found within it."""
    chance = np.random.default_rng(10)
    truth, groups, patients = _cohort(120, chance)
    key = FactKey(FactGroup.PIXELS, "brightness")
    values = chance.normal(size=120) + 2.5 * (truth & (groups == 0))
    facts = [SeriesFacts({key: float(value)}) for value in values]
    report = find_leaks(facts, truth, groups, patients, ("CTA", "MRA", "T2", "T1post"))
    (leak,) = report.leaks
    assert leak.within == "CTA"
    assert leak.named(("brightness",))["within"] == "CTA"
    (over_all,) = report.over_all
    assert over_all.auc.low is not None
    assert leak.auc.low is not None
    assert over_all.auc.low < leak.auc.low


def test_one_modality_is_not_looked_at_twice() -> None:
    """Where all series are of one modality there is one look for each fact."""
    chance = np.random.default_rng(11)
    truth = np.arange(60) % 2 == 0
    facts = _facts(60, np.arange(60), chance)
    report = find_leaks(facts, truth, np.full(60, 3), np.arange(60))
    assert report.findings
    assert report.over_all == report.findings


def test_the_same_cohort_gives_the_same_report() -> None:
    """Nothing is drawn anew."""
    chance = np.random.default_rng(9)
    truth, groups, patients = _cohort(60, chance)
    facts = _facts(60, patients, chance)
    assert find_leaks(facts, truth, groups, patients) == find_leaks(facts, truth, groups, patients)


@pytest.mark.parametrize("positives", [0, 4, 20])
def test_too_few_of_a_class_are_said(positives: int) -> None:
    """With fewer than five patients of a class nothing is looked at, and the report says so."""
    truth = np.arange(20) < positives
    facts = [SeriesFacts({FactKey(FactGroup.HEADER, "x"): float(i)}) for i in range(20)]
    report = find_leaks(facts, truth, np.zeros(20, int), np.arange(20))
    assert report.findings == ()
    assert "too few" in report.reason


def test_no_facts_at_all() -> None:
    """Series of which nothing is known give a report without findings."""
    report = find_leaks([SeriesFacts()] * 30, np.arange(30) % 2 == 0, np.zeros(30, int), np.arange(30))
    assert (report.findings, report.together, report.reason) == ((), Figure(), "")


def test_intervals_widen_with_the_number_of_looks() -> None:
    """More looks, wider intervals; a hundred need less than four and a half standard errors."""
    widths = [simultaneous_quantile(looks) for looks in (1, 10, 100, 1000)]
    assert widths == sorted(widths)
    assert 3.0 < widths[1] < widths[2] < 4.0


def test_a_leak_is_an_interval_above_one_half() -> None:
    """What touches one half, or has no interval, is none; a leak's document says what to look at."""
    key = (FactKey(FactGroup.FILES, "bytes"),)
    leak = Finding(key, Figure(0.8, 0.51, 1.0, 9))
    assert leak.leaks
    assert leak.named(("bytes",))["look_at"] == FactGroup.FILES.advice
    for auc in (Figure(0.7, 0.5, 0.9, 9), Figure(0.3, 0.1, 0.4, 9), Figure()):
        assert not Finding(key, auc).leaks
        assert "look_at" not in Finding(key, auc).named(("bytes",))
    assert LeakReport().leaks == ()
