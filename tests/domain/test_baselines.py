"""Baselines that see no pixels: prevalence by modality, and shrunk by age and sex."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.baselines import SHRINKAGE, Covariates, Kind, PrevalenceBaseline, cross_fitted


def made(count, seed):
    """Labels (n, 14) and covariates."""
    generator = np.random.default_rng(seed)
    labels = generator.random((count, 14)) < 0.3
    ages = np.where(generator.random(count) < 0.2, np.nan, generator.uniform(15, 95, count))
    known = Covariates.of(
        generator.integers(0, 3, count), ages, generator.choice(["", "Female", "Male"], count)
    )
    return labels, known


@given(st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_prevalence_by_modality(count, seed) -> None:
    """Each series is given the share of its modality's series with the label."""
    labels, known = made(count, seed)
    found = PrevalenceBaseline.fit(Kind.MODALITY, labels, known).predict(known)
    for code in np.unique(known.modality):
        inside = known.modality == code
        np.testing.assert_allclose(found[inside], np.tile(labels[inside].mean(axis=0), (inside.sum(), 1)))


@given(st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_cells_lie_between(count, seed) -> None:
    """Probabilities stay in [0, 1], and a series of unknown age and sex is given its modality's."""
    labels, known = made(count, seed)
    found = PrevalenceBaseline.fit(Kind.MODALITY_AGE_SEX, labels, known).predict(known)
    assert ((found >= 0) & (found <= 1)).all()
    plain = PrevalenceBaseline.fit(Kind.MODALITY, labels, known).predict(known)
    blank = np.isnan(known.age) & (known.sex == "")
    np.testing.assert_allclose(found[blank], plain[blank])


def test_shrinkage_by_hand() -> None:
    """A cell of two positives in a modality of share 1/2 counts as 20 more series of that share."""
    labels = np.zeros((4, 14), bool)
    labels[:2] = True
    known = Covariates.of([1, 1, 1, 1], [45, 49, 85, 30], ["Female", "Female", "Male", ""])
    found = PrevalenceBaseline.fit(Kind.MODALITY_AGE_SEX, labels, known).predict(known)
    assert found[0, 0] == pytest.approx((2 + SHRINKAGE / 2) / (2 + SHRINKAGE))
    assert found[2, 0] == pytest.approx((SHRINKAGE / 2) / (1 + SHRINKAGE))
    unseen = PrevalenceBaseline.fit(Kind.MODALITY_AGE_SEX, labels, known).predict(Covariates.of([5, 1]))
    assert unseen[:, 0].tolist() == [0.5, 0.5]


def test_unknown_sex_or_age_backs_off() -> None:
    """Without a sex the band's share whatever the sex is given, without an age the sex's whatever the age."""
    labels = np.zeros((6, 14), bool)
    labels[:3] = True
    known = Covariates.of(
        [1] * 6, [45, 45, 85, 45, 85, np.nan], ["Female", "Male", "Male", "Female", "Female", ""]
    )
    fitted = PrevalenceBaseline.fit(Kind.MODALITY_AGE_SEX, labels, known)
    asked = Covariates.of([1, 1, 1], [45, np.nan, np.nan], ["", "Male", ""])
    band, male = (2 + SHRINKAGE / 2) / (3 + SHRINKAGE), (2 + SHRINKAGE / 2) / (2 + SHRINKAGE)
    assert fitted.predict(asked)[:, 0].tolist() == pytest.approx([band, male, 0.5])


def test_cross_fitting_does_not_see_its_fold() -> None:
    """A series' own label does not change what its fold is given."""
    labels, known = made(60, 1)
    fold = np.arange(60) % 5
    before = cross_fitted(Kind.MODALITY_AGE_SEX, labels, known, fold)
    changed = labels.copy()
    changed[fold == 2] = ~changed[fold == 2]
    after = cross_fitted(Kind.MODALITY_AGE_SEX, changed, known, fold)
    np.testing.assert_array_equal(before[fold == 2], after[fold == 2])
    assert (before[fold != 2] != after[fold != 2]).any()
