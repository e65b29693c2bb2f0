"""Folds by scikit-learn: grouped by patient, alike in presence and modality."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from neuronetra.domain.arrays import Array, own
from neuronetra.domain.cohort import LabelledSet
from neuronetra.errors import TrainingError


def stratified_group_folds(cohort: LabelledSet, folds: int, seed: int) -> Array:
    """(n,): the fold of each series, from 0; a patient's series are in one fold.

    Raises ``TrainingError`` where every stratum of presence and modality has fewer series than there are folds.
    """
    strata = cohort.modalities * 2 + cohort.labels[:, -1]
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    found = np.zeros(len(cohort), np.int64)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # a rare stratum: what matters of it is checked by fold
            for fold, (_, inside) in enumerate(splitter.split(strata, strata, cohort.patients)):
                found[inside] = fold
    except ValueError:
        raise TrainingError(
            "too few series to be dealt to folds",
            found=f"{len(cohort)} series",
            expected=f"{folds} or more of one modality that are positive, or negative",
            fix="prepare more series, or take a recipe of fewer folds",
        ) from None
    return own(found)
