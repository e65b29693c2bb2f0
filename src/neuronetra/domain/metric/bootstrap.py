"""Resampling of patients: drawn with replacement, each with all of its series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64

BLOCK = 64
"""Resamples at a time: a few MB for thousands of series, so that memory does not grow with their number."""

Statistic = Callable[[Float64], Float64]
"""Weights (n, b) of the series in b resamples to k values of each, (k, b), NaN where one does not exist."""


def _not_negative(_: object, attribute: object, value: int) -> None:
    if value < 0:
        raise ValueError(f"{getattr(attribute, 'name', 'it')} is at least 0, not {value}")


@frozen
class Resampling:
    """How often patients are drawn anew, and the seed of the draws."""

    count: int = field(default=1000, validator=_not_negative)
    seed: int = field(default=0, validator=_not_negative)


def patient_weights(
    patients: Array, resampling: Resampling, strata: Array | None = None
) -> Iterator[Float64]:
    """How often each series is in each resample, in blocks (n, b) of at most ``BLOCK`` resamples.

    ``patients`` (n,) are equal where the patient is. As many patients are drawn as there are, with
    replacement; with ``strata`` (n,), of which no patient has two, as many within each as it has. The draws
    depend on the seed and on the order of the patients' numbers, not on the order of the series.
    """
    names, first, number = np.unique(patients, return_index=True, return_inverse=True)
    groups = _groups(len(names), None if strata is None else np.asarray(strata)[first])
    generator = np.random.default_rng(resampling.seed)
    for start in range(0, resampling.count, BLOCK):
        size = min(BLOCK, resampling.count - start)
        yield _drawn(generator, groups, len(names), size)[number]


def _groups(count: int, strata: Array | None) -> list[Array]:
    if strata is None:
        return [np.arange(count)]
    return [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]


def _drawn(generator: np.random.Generator, groups: list[Array], count: int, size: int) -> Float64:
    """(count, size): how often each patient was drawn in each of ``size`` resamples."""
    draws = [group[generator.integers(0, len(group), (size, len(group)))] for group in groups]
    places = np.concatenate(draws, axis=1) + count * np.arange(size)[:, np.newaxis]
    counted = np.bincount(places.ravel(), minlength=count * size).reshape(size, count)
    return np.ascontiguousarray(counted.T, np.float64)


def resampled(
    statistics: Mapping[str, Statistic],
    patients: Array,
    resampling: Resampling,
    strata: Array | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Float64]:
    """Each statistic's values (k, 1 + count): of the series as they are, then of each resample.

    All statistics see the same resamples, so that their differences are paired.
    """
    found: dict[str, list[Float64]] = {name: [] for name in statistics}
    as_they_are = np.ones((len(patients), 1))
    done = -1
    for weights in chain([as_they_are], patient_weights(patients, resampling, strata)):
        for name, statistic in statistics.items():
            found[name].append(statistic(weights))
        done += weights.shape[1]
        if progress is not None:
            progress(done, resampling.count)
    return {name: np.concatenate(blocks, axis=1) for name, blocks in found.items()}
