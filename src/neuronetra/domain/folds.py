"""Folds: parts of a cohort that share no patient and are alike in presence and modality."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neuronetra.domain.arrays import Array, Float64, require_shape
from neuronetra.errors import InputError


def grouped_folds(
    patients: npt.ArrayLike, presence: npt.ArrayLike, modality: npt.ArrayLike, folds: int, seed: int = 0
) -> Array:
    """The fold (n,) of each series, from 0; a patient's series are in one fold.

    ``patients`` (n,) are equal where the patient is; ``presence`` (n,) truth values, ``modality`` (n,) codes.
    Patients are dealt one by one, the largest first, those of one size in an order drawn by ``seed``, each to
    the fold where the counts by presence and modality stay nearest to equal. The order of the series plays no
    part. Raises ``InputError`` with fewer patients than folds.
    """
    names, group = np.unique(np.asarray(patients), return_inverse=True)
    count = len(group)
    for name, column in (("presence", presence), ("modality", modality)):
        require_shape(name, np.asarray(column), (count or None,))
    if folds < 1 or len(names) < folds:
        raise InputError(
            "too few patients to be dealt to folds",
            found=f"{len(names)}",
            expected=f"at least {max(folds, 1)}",
        )
    return _dealt(_by_patient(group, len(names), presence, modality), folds, seed)[group]


def _by_patient(group: Array, patients: int, presence: npt.ArrayLike, modality: npt.ArrayLike) -> Float64:
    """(patients, strata): how many series of each presence and modality a patient has."""
    code = np.unique(np.asarray(modality), return_inverse=True)[1] * 2 + np.asarray(presence, bool)
    kinds, stratum = np.unique(code, return_inverse=True)
    held = np.zeros((patients, len(kinds)))
    np.add.at(held, (group, stratum), 1.0)
    return held


def _dealt(held: Float64, folds: int, seed: int) -> Array:
    """(patients,): the fold of each."""
    drawn = np.random.default_rng(seed).permutation(len(held))
    order = drawn[np.argsort(-held[drawn].sum(axis=1), kind="stable")]
    share = np.maximum(held.sum(axis=0) / folds, 1.0)
    counts = np.zeros((folds, held.shape[1]))
    dealt = np.zeros(len(held), np.int64)
    for patient in order:
        mine = held[patient]
        # what the squared distance from equal grows by, each stratum by its share; then the smaller fold
        cost = ((2.0 * counts + mine) * mine / share).sum(axis=1)
        near = np.flatnonzero(cost <= cost.min() + 1e-9)
        chosen = near[np.argmin(counts[near].sum(axis=1))]
        counts[chosen] += mine
        dealt[patient] = chosen
    return _none_empty(dealt, held, folds)


def _none_empty(dealt: Array, held: Float64, folds: int) -> Array:
    """Each fold has a patient: one of few series comes from the fold that has most patients."""
    for fold in range(folds):
        if (dealt == fold).any():
            continue
        fullest = int(np.argmax(np.bincount(dealt, minlength=folds)))
        mine = np.flatnonzero(dealt == fullest)
        dealt[mine[np.argmin(held[mine].sum(axis=1))]] = fold
    return dealt
