"""Shares of series with an interval, and numbers summed up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from neuronetra.domain.arrays import Array
from neuronetra.domain.metric.figures import INTERVAL, Figure

QUARTILES = (0, 25, 50, 75, 100)


def share_of(truth: Array, patients: Array) -> Figure:
    """The share of ``truth`` (n,) that holds, with Wilson's 95 % interval (J. Am. Stat. Assoc. 22, 1927).

    ``patients`` (n,) are whole numbers: where a patient's series are alike, they count for fewer than they
    are.
    """
    n = len(truth)
    if not n:
        return Figure()
    share = float(np.mean(truth))
    effective = n / _clustering(truth.astype(float), patients)
    z = NormalDist().inv_cdf(0.5 + INTERVAL / 2.0)
    centre = (share + z * z / (2.0 * effective)) / (1.0 + z * z / effective)
    half = z * math.sqrt(share * (1.0 - share) / effective + (z / (2.0 * effective)) ** 2)
    half /= 1.0 + z * z / effective
    return Figure(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)), n)


def _clustering(truth: Array, patients: Array) -> float:
    """How much more a share varies than if each series were a patient of its own; at least 1."""
    _, numbers = np.unique(patients, return_inverse=True)
    apart = truth - truth.mean()
    alone = float(np.sum(apart**2))
    return max(1.0, float(np.sum(np.bincount(numbers, apart) ** 2)) / alone) if alone > 0.0 else 1.0


def summed_up(values: Sequence[float]) -> dict[str, Any]:
    """How many there are, and their lowest, quartiles and highest; ``None`` where there are none."""
    names = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
    found = np.percentile(np.array(values, np.float64), QUARTILES) if len(values) else [None] * len(names)
    rounded = (None if value is None else round(float(value), 4) for value in found)
    return {"n": len(values), **dict(zip(names, rounded, strict=True))}
