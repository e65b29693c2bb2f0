"""Intensities: from stored values to rescaled ones, and from those to 0..255."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from neuronetra.domain.arrays import Array, Float32, UInt8
from neuronetra.domain.modality import Modality
from neuronetra.domain.order_statistics import ordered
from neuronetra.domain.preprocessing import StretchStep, WindowStep


def stretched(values: npt.NDArray[np.generic], low: float, high: float) -> UInt8:
    """``values`` with low..high taken to 0..255, clipped, rounded to nearest; zeros where low = high.

    Computed in float64; ``low <= high``. Shape is kept.
    """
    if high == low:
        return np.zeros(values.shape, np.uint8)
    if values.dtype == np.uint8 and values.size > 256:
        return stretch_table(low, high).take(values.view(np.uint8))
    scaled = np.subtract(values, low, dtype=np.float64)
    scaled *= 255.0 / (high - low)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    np.rint(scaled, out=scaled)
    whole: UInt8 = scaled.astype(np.uint8)
    return whole


def stretch_table(low: float, high: float) -> UInt8:
    """What ``stretched`` makes of each uint8 value: (256,)."""
    return stretched(np.arange(256, dtype=np.uint8), low, high)


def percentiles(values: npt.NDArray[np.generic], low: float, high: float) -> tuple[float, float]:
    """Two percentiles of all ``values``, none of them NaN, by numpy's linear rule, in float64.

    Equal to the bit to ``np.percentile`` of the values as float64; the values around each percentile are
    found in the dtype that they have, which is faster.
    """
    flat = values.reshape(-1)
    if flat.dtype == np.uint8:
        return percentiles_of_counts(np.bincount(flat, minlength=256), low, high)
    return _linear(flat.size, low, high, lambda places: ordered(flat, places))


def percentiles_of_counts(counts: npt.NDArray[np.int64], low: float, high: float) -> tuple[float, float]:
    """The same of uint8 values, given how often each of the 256 occurs."""
    below = np.cumsum(counts)
    return _linear(int(below[-1]), low, high, lambda places: np.searchsorted(below, places, side="right"))


def _linear(
    size: int, low: float, high: float, at: Callable[[list[int]], Iterable[np.generic]]
) -> tuple[float, float]:
    """Both percentiles of ``size`` values, from those ``at`` these places of their order."""
    places = [(size - 1) * (percent / 100.0) for percent in (low, high)]
    around = sorted({min(int(place) + step, size - 1) for place in places for step in (0, 1)})
    found = dict(zip(around, map(float, at(around)), strict=True))
    first, second = (_between(found[int(p)], found[min(int(p) + 1, size - 1)], p - int(p)) for p in places)
    return first, second


def _between(low: float, high: float, part: float) -> float:
    """Numpy's linear rule, from the nearer end."""
    step = high - low
    return high - step * (1.0 - part) if part >= 0.5 else low + step * part


def stretched_by_percentiles(values: npt.NDArray[np.generic], low: float, high: float) -> UInt8:
    """``values`` stretched between two of their own percentiles."""
    return stretched(values, *percentiles(values, low, high))


def windowed(slice_values: Float32, step: WindowStep, modality: Modality) -> UInt8:
    """One slice (H, W) through the window of its modality, or between its own percentiles."""
    window = step.window(modality)
    if window is None:
        return stretched_by_percentiles(slice_values, step.low_percentile, step.high_percentile)
    return stretched(slice_values, window.low, window.high)


def stretch(slice_values: UInt8, step: StretchStep) -> UInt8:
    """One uint8 slice (H, W) stretched between its own percentiles."""
    return stretched_by_percentiles(slice_values, step.low_percentile, step.high_percentile)


def rescaled(stored: Array, slope: float, intercept: float) -> Float32:
    """The value stored x slope + intercept as float32 (DICOM part 3, C.11.1), computed in float64.

    Whole numbers that float32 holds exactly are computed in it, to the same bits.
    """
    if slope == 1.0 and intercept == 0.0:
        return stored.astype(np.float32)
    if _exact_in_float32(stored, slope, intercept):
        values: Float32 = stored.astype(np.float32)
        values *= np.float32(slope)
        values += np.float32(intercept)
        return values
    return (stored.astype(np.float64) * slope + intercept).astype(np.float32)


def _exact_in_float32(stored: Array, slope: float, intercept: float) -> bool:
    """Whether all are whole numbers of at most 16 bits, and so are products and sums of at most 24."""
    if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2:
        return False
    return slope.is_integer() and intercept.is_integer() and 65536 * abs(slope) + abs(intercept) < 1 << 24
