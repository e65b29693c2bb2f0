"""A figure: a value, the interval that resampling gives it, and how many series it rests on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

INTERVAL = 0.95
DEFINED = 0.5
"""Below this share of resamples in which a figure exists it has no interval: what is left is a selection."""


@frozen
class Figure:
    """``low`` and ``high`` bound the 95 % interval; ``n`` counts the series (or pairs) that it rests on.

    ``None``: there is no such value, or too few resamples had one.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0

    @classmethod
    def of(cls, value: float, resampled: npt.ArrayLike, n: int) -> Figure:
        """The percentile interval (Efron and Tibshirani 1993, chapter 13) of resampled values (b,).

        NaN stands for a value that does not exist; such resamples are left out of the interval.
        """
        if math.isnan(value):
            return cls(n=n)
        known = np.asarray(resampled, np.float64)
        total = known.size
        known = known[~np.isnan(known)]
        if known.size == 0 or known.size < DEFINED * total:
            return cls(value=float(value), n=n)
        tail = 50.0 * (1.0 - INTERVAL)
        low, high = np.percentile(known, (tail, 100.0 - tail))
        return cls(float(value), float(low), float(high), n)

    @classmethod
    def of_distance(cls, value: float, resampled: npt.ArrayLike, n: int) -> Figure:
        """The same of a mean distance, which noise can only add to, and so resampling adds to it once more.

        The interval is moved back by what resampling added on average, not below 0 (the bootstrap's estimate of
        bias, Efron and Tibshirani 1993, chapter 10); without this it may not even hold the value.
        """
        values = np.asarray(resampled, np.float64)
        known = values[~np.isnan(values)]
        added = float(known.mean()) - value if known.size else 0.0
        return cls.of(value, np.maximum(values - added, 0.0), n)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def as_document(self) -> dict[str, Any]:
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


NO_FIGURE = Figure()
