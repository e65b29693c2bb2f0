"""Which slices of a series are looked at."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from attrs import field, frozen, validators

from neuronetra.domain.series import Series


class FrameSampler(Protocol):
    """Chooses slices by their number in the canonical order, from 0, sorted."""

    def select(self, series: Series) -> tuple[int, ...]: ...


@frozen
class SegmentSampler:
    """One slice from each of ``count`` equal segments after the first tenth of the series.

    With n slices: skip = int(0.1 n), step = (n - skip) // count, positions skip + i * step. The last
    slices may go unseen: it is the founding description's formula, kept as such. Where step would
    be 0 the positions are spread over all slices, and some repeat.
    """

    count: int = field(default=8, validator=[validators.ge(1), validators.le(1000)])
    skip: float = field(default=0.1, validator=[validators.ge(0.0), validators.lt(1.0)])

    def positions(self, slice_count: int) -> tuple[int, ...]:
        """``count`` sorted positions in [0, slice_count). Raises ``ValueError`` without slices."""
        if slice_count < 1:
            raise ValueError(f"cannot sample from {slice_count} slices")
        start = int(self.skip * slice_count)
        step = (slice_count - start) // self.count
        if step == 0:
            spread = np.rint(np.linspace(0, slice_count - 1, self.count))
            return tuple(int(position) for position in spread)
        return tuple(start + i * step for i in range(self.count))

    def select(self, series: Series) -> tuple[int, ...]:
        return self.positions(series.frame_count)
