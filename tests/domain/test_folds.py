"""Folds split no patient and are balanced, whatever the order of the series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.folds import grouped_folds
from neuronetra.errors import InputError


@st.composite
def cohorts(draw):
    """(patients, presence, modality, folds) with at least as many patients as folds."""
    folds = draw(st.integers(1, 6))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    extra = draw(st.integers(0, 80))
    patients = np.concatenate([np.arange(folds), generator.integers(0, folds + extra // 2 + 1, extra)])
    return patients, generator.random(len(patients)) < 0.4, generator.integers(0, 4, len(patients)), folds


@given(cohorts(), st.integers(0, 100))
def test_no_patient_is_split(cohort, seed) -> None:
    """Each patient is in one fold, and each fold has a patient."""
    patients, presence, modality, folds = cohort
    found = grouped_folds(patients, presence, modality, folds, seed)
    for patient in np.unique(patients):
        assert len(np.unique(found[patients == patient])) == 1
    assert set(found.tolist()) == set(range(folds))


@given(cohorts(), st.integers(0, 100))
def test_order_of_series_plays_no_part(cohort, seed) -> None:
    """The same series in another order are dealt to the same folds."""
    patients, presence, modality, folds = cohort
    order = np.random.default_rng(seed).permutation(len(patients))
    found = grouped_folds(patients, presence, modality, folds, seed)
    again = grouped_folds(patients[order], presence[order], modality[order], folds, seed)
    assert (again == found[order]).all()


def test_balanced() -> None:
    """Thousands of series of patients with one to three: each fold has its share of each stratum."""
    generator = np.random.default_rng(0)
    patients = np.repeat(np.arange(2000), generator.choice([1, 2, 3], 2000, p=[0.8, 0.15, 0.05]))
    presence, modality = generator.random(len(patients)) < 0.43, generator.integers(0, 4, len(patients))
    found = grouped_folds(patients, presence, modality, 5)
    for code in range(4):
        for present in (False, True):
            counts = np.bincount(found[(modality == code) & (presence == present)], minlength=5)
            assert counts.max() - counts.min() <= 4
    assert grouped_folds(patients, presence, modality, 5, seed=1).tolist() != found.tolist()


def test_too_few_patients() -> None:
    """Fewer patients than folds is an error that counts both."""
    with pytest.raises(InputError, match=r"found 2; expected at least 3"):
        grouped_folds([1, 1, 2], [0, 1, 0], [0, 0, 0], 3)
