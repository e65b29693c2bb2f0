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
    scaled = np.subtract(values, low, dtype=np.float64)
    scaled *= 255.0 / (high - low)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    np.rint(scaled, out=scaled)
    whole: UInt8 = scaled.astype(np.uint8)
    return whole


def percentiles(values: npt.NDArray[np.generic], low: float, high: float) -> tuple[float, float]:
    """Two percentiles of all ``values`` by numpy's linear rule, in float64."""
    found = np.percentile(values.astype(np.float64, copy=False), (low, high))
    return float(found[0]), float(found[1])


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
