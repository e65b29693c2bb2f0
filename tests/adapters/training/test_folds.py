"""Folds by scikit-learn: no patient in two, and alike in presence and modality."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs the extra train")

from neuronetra.adapters.training.folds import stratified_group_folds
from neuronetra.domain.arrays import Array
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.errors import TrainingError

MODALITIES = (Modality.CTA, Modality.MRA, Modality.T2)


def cohort(count: int, seed: int = 0) -> LabelledSet:
    """Patients of one to three series, a third of them positive."""
    chance = np.random.default_rng(seed)
    owner = np.repeat(np.arange(count), chance.integers(1, 4, count))[:count]
    series = []
    for number, patient in enumerate(owner.tolist()):
        present = bool(chance.random() < 0.35)
        labels = (*[False] * (len(LABELS) - 2), present, present)
        modality = MODALITIES[int(chance.integers(3))]
        series.append(LabelledSeries(f"1.{number:04d}", "", f"{patient:064x}", modality, labels))
    return LabelledSet(tuple(series), "d")


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_no_patient_is_in_two_folds(folds: int) -> None:
    """Every series is in one fold, all of a patient's in the same one, and each fold is used."""
    given = cohort(120)
    found = stratified_group_folds(given, folds, 1)
    assert sorted(set(found.tolist())) == list(range(folds))
    for patient in np.unique(given.patients):
        assert len(set(found[given.patients == patient].tolist())) == 1


def test_folds_are_alike() -> None:
    """Sizes, presence and each modality's presence stay near a third of the cohort's."""
    given = cohort(600)
    found = stratified_group_folds(given, 3, 1)
    strata: Array = given.modalities * 2 + given.labels[:, -1]
    for stratum in np.unique(strata):
        counts = np.bincount(found[strata == stratum], minlength=3)
        assert counts.max() - counts.min() <= 0.25 * counts.mean() + 3


def test_the_seed_decides() -> None:
    """The same again for one seed, others for another."""
    given = cohort(90)
    drawn = [stratified_group_folds(given, 3, seed).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_too_few_of_every_stratum() -> None:
    """The library's own refusal is one line of ours; a rare stratum alone is none."""
    with pytest.raises(TrainingError, match="too few series to be dealt to folds; found 4 series"):
        stratified_group_folds(cohort(4), 9, 1)
