"""The body in sampled slices: what stands out of the background, and what is background.

Everything is measured on cells, blocks of pixels about 3.5 mm wide: noise is averaged away, and eight
slices of 512 x 512 pixels become a few ten thousand numbers.
"""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, summary
from neuronetra.domain.outline import Mask, Outline, outline

CELL_MM = 3.5
UNSCALED_CELLS = 64
"""How many cells wide a picture of unknown scale is."""
MOST_CELLS = 128
FINEST_PIXELS = 512
"""Of larger pictures every second pixel is looked at, or fewer."""
_ROUNDING = 1e-9
"""Values as near as this, as a share, are one value."""


@frozen(eq=False)
class Body:
    """Slices as ``values`` (k, h, w), means of cells of ``size`` (down, across) in mm, and the body in them.

    ``extent`` (down, across) in mm is what the pictures show. ``whole`` (k, h, w) is all that stands out of
    the background, filled; ``clean`` is without what is thin, ``solid`` whether that is the lesser part;
    ``outlines`` are those of ``clean``, one a slice.
    """

    values: Float64 = field(repr=summary)
    size: tuple[float, float]
    extent: tuple[float, float]
    whole: Mask = field(repr=summary)
    clean: Mask = field(repr=summary)
    solid: bool
    outlines: tuple[Outline | None, ...]

    @classmethod
    def of(cls, pixels: Array, spacing: tuple[float, float] | None, level: float | None) -> Body:
        """From ``pixels`` (k, H, W), ``spacing`` in mm between rows and between columns.

        Of unknown spacing lengths are in pixels. The body lies above ``level``, or where that is ``None``
        above one that the values themselves tell.
        """
        down, across = spacing or (1.0, 1.0)
        extent = (pixels.shape[1] * down, pixels.shape[2] * across)
        values, size = _cells(pixels, spacing)
        dense = values > (_level(values) if level is None else level)
        firm = _opened(dense)
        clean = _filled(firm)
        outlines = tuple(outline(one, size) for one in clean)
        solid = bool(2 * firm.sum() >= dense.sum())
        return cls(values, size, extent, _filled(dense), clean, solid, outlines)

    @property
    def shown(self) -> tuple[Outline, ...]:
        """The outlines of the slices that show any."""
        return tuple(one for one in self.outlines if one is not None)

    @property
    def masked(self) -> bool:
        """Whether most of the background is of one value: nothing was measured there, or it was taken away."""
        background = self.values[~self.whole]
        _, counts = np.unique(background, return_counts=True)
        return bool(2 * counts.max(initial=0) > background.size)

    @property
    def inner(self) -> Mask:
        """(k, h, w): cells at least three away from the outline."""
        return _eroded(_eroded(_eroded(self.clean, False), False), False)


def _cells(pixels: Array, spacing: tuple[float, float] | None) -> tuple[Float64, tuple[float, float]]:
    stride = max(1, max(pixels.shape[1:]) // FINEST_PIXELS)
    seen = pixels[:, ::stride, ::stride]
    down, across = (stride * length for length in spacing or (1.0, 1.0))
    wanted = CELL_MM if spacing is not None else stride * max(seen.shape[1:]) / UNSCALED_CELLS
    high, wide = (
        min(max(1, round(wanted / length), -(-count // MOST_CELLS)), count)
        for length, count in ((down, seen.shape[1]), (across, seen.shape[2]))
    )
    means = _averaged(_averaged(seen, high).swapaxes(1, 2), wide).swapaxes(1, 2)
    return means, (high * down, wide * across)


def _averaged(pixels: Array, length: int) -> Float64:
    """Means of ``length`` neighbours along axis 1; what is left over at the end is dropped."""
    end = pixels.shape[1] // length * length
    total = pixels[:, 0:end:length].astype(np.float64)
    for place in range(1, length):
        total += pixels[:, place:end:length]
    return total / length


def _level(values: Float64) -> float:
    """Half of what parts body from air in MR; roots are taken so that fat and vessels do not decide alone."""
    bright = np.clip(values, 0.0, max(0.0, float(np.quantile(values, 0.98))))
    return 0.5 * _parting(np.sqrt(bright)) ** 2


def _parting(values: Float64) -> float:
    """What best parts ``values`` in two classes (Otsu, IEEE Trans. Syst. Man Cybern. 9, 1979)."""
    low, high = float(values.min()), float(values.max())
    if high - low <= _ROUNDING * max(abs(low), abs(high)):
        return high
    counts, edges = np.histogram(values, 128, (low, high))
    below = np.cumsum(counts)[:-1] / values.size
    mean = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2.0) / values.size
    apart = (mean[-1] * below - mean[:-1]) ** 2 / (below * (1.0 - below))
    return float(edges[1 + int(np.argmax(apart))])


def _eroded(mask: Mask, beyond: bool) -> Mask:
    """Cells whose 3 x 3 neighbours are all set; ``beyond`` the border they count as that."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)), constant_values=beyond)
    rows = padded[:, :-2] & padded[:, 1:-1] & padded[:, 2:]
    return np.asarray(rows[:, :, :-2] & rows[:, :, 1:-1] & rows[:, :, 2:])


def _opened(mask: Mask) -> Mask:
    """Without what is thinner than three cells: head rests, speckles, vessels."""
    return ~_eroded(~_eroded(mask, True), True)


def _filled(mask: Mask) -> Mask:
    """With the cells that lie between others both in their row and in their column."""
    between = np.ones_like(mask)
    for axis in (1, 2):
        before = np.logical_or.accumulate(mask, axis)
        after = np.flip(np.logical_or.accumulate(np.flip(mask, axis), axis), axis)
        between &= before & after
    return between
