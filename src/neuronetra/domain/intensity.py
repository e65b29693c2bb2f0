"""Intensities: from stored values to rescaled ones, and from those to 0..255."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neuronetra.domain.arrays import Array, Float32, UInt8
from neuronetra.domain.modality import Modality
from neuronetra.domain.preprocessing import StretchStep, WindowStep


def stretched(values: npt.NDArray[np.generic], low: float, high: float) -> UInt8:
    """``values`` with low..high taken to 0..255, clipped, rounded to nearest; zeros where low = high.

    Computed in float64; ``low <= high``. Shape is kept.
    """
    if high == low:
        return np.zeros(values.shape, np.uint8)
    if values.dtype == np.uint8 and values.size > 256:
        table = stretched(np.arange(256, dtype=np.uint8), low, high)
        looked_up: UInt8 = table[values]
        return looked_up
    scaled = np.subtract(values, low, dtype=np.float64)
    scaled *= 255.0 / (high - low)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    np.rint(scaled, out=scaled)
    whole: UInt8 = scaled.astype(np.uint8)
    return whole


def percentiles(values: npt.NDArray[np.generic], low: float, high: float) -> tuple[float, float]:
    """Two percentiles of all ``values`` by numpy's linear rule, in float64.

    Equal to the bit to ``np.percentile`` of the values as float64; the values around each percentile are
    found in the dtype that they have, which is faster.
    """
    flat = values.reshape(-1)
    places = [(flat.size - 1) * (percent / 100.0) for percent in (low, high)]
    around = sorted({min(int(place) + step, flat.size - 1) for place in places for step in (0, 1)})
    found = dict(zip(around, _ordered(flat, around), strict=True))
    first, second = (
        _between(found[int(p)], found[min(int(p) + 1, flat.size - 1)], p - int(p)) for p in places
    )
    return first, second


def _between(low: float, high: float, part: float) -> float:
    """Numpy's linear rule, from the nearer end."""
    step = high - low
    return high - step * (1.0 - part) if part >= 0.5 else low + step * part


def _ordered(flat: npt.NDArray[np.generic], places: list[int]) -> list[float]:
    """The values at these places of the sorted ``flat``."""
    if flat.dtype == np.uint8:
        below = np.cumsum(np.bincount(flat, minlength=256))
        return [float(np.searchsorted(below, place, side="right")) for place in places]
    parted = np.partition(flat, places)
    return [float(parted[place]) for place in places]


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
    """The value stored x slope + intercept as float32 (DICOM part 3, C.11.1), computed in float64."""
    if slope == 1.0 and intercept == 0.0:
        return stored.astype(np.float32)
    return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
