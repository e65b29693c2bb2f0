"""What tells anatomy from noise, from a homogeneous body and from a pattern that repeats itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neuronetra.domain.arrays import Array, Float64

FEWEST_CELLS = 60
"""A smooth surface through fewer says nothing."""
DEGREE = 4
LAGS = (2.5, 17.0)
"""How far apart the bars of a grid are looked for, in cells: about 9 to 60 mm."""
_LEAST_OVERLAP = 0.3
_ROUNDING = 1e-9
_LINES = 128


def relatedness(pixels: Array) -> float | None:
    """Correlation of neighbouring pixels of (k, H, W), along rows or columns, whichever is less; 0 in noise.

    The median over slices. ``None`` where each slice is of one value.
    """
    found = []
    for turned in (pixels, pixels.swapaxes(1, 2)):
        lines = turned[:, :: max(1, turned.shape[1] // _LINES)].astype(np.float64)
        lines = lines[lines.max((1, 2)) > lines.min((1, 2))]
        lines -= lines.mean((1, 2), keepdims=True)
        power = np.einsum("kij,kij->k", lines, lines)
        shared = np.einsum("kij,kij->k", lines[..., 1:], lines[..., :-1])
        found.append(shared / power)
    return min((float(np.median(one)) for one in found if one.size), default=None)


def unevenness(values: Float64, inner: npt.NDArray[np.bool_]) -> float | None:
    """How much the brightness of one slice's cells varies about a smooth surface, as a share of its median.

    ``values`` and ``inner`` (h, w), which says where the body is. The surface is a polynomial of degree 4:
    it follows a coil's shading and the bright or dark middle of a bottle, and no anatomy. ``None`` where
    too little is inside.
    """
    places = np.argwhere(inner)
    level = float(np.median(values[inner])) if len(places) >= FEWEST_CELLS else 0.0
    if level <= 0.0:
        return None
    brightness = values[inner] / level
    down, across = (2.0 * (places - places.mean(0)) / np.maximum(np.ptp(places, axis=0), 1)).T
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    terms = np.stack([down**i * across**j for i, j in powers], axis=1)
    weights = np.linalg.lstsq(terms.T @ terms, terms.T @ brightness, rcond=None)[0]
    return float(1.4826 * np.median(np.abs(brightness - terms @ weights)))


def smoothed(values: Float64) -> Float64:
    """Means over 3 x 3 cells of (k, h, w)."""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3.0
    return np.asarray((rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]) / 3.0)


def repetition(values: Float64) -> float:
    """How well slices (k, h, w) fit upon themselves when shifted: 1 for a grid, 0.1 to 0.3 for a head.

    The largest autocorrelation at any of ``LAGS``, as a share of that without a shift; the median over
    slices. What is broad is taken away first, and what is very bright is clipped.
    """
    fine = values - smoothed(smoothed(smoothed(values)))
    limits = 4.0 * np.abs(fine).mean((1, 2))
    uneven = limits > _ROUNDING * np.abs(values).max((1, 2))
    fine, limits = fine[uneven], limits[uneven]
    window = np.outer(*(np.hanning(length + 2)[1:-1] for length in values.shape[1:]))
    overlap = _autocorrelation(window[np.newaxis])[0]
    lag = np.hypot(*np.ix_(*(np.minimum(np.arange(n), n - np.arange(n)) for n in overlap.shape)))
    asked = (lag >= LAGS[0]) & (lag <= LAGS[1]) & (overlap > _LEAST_OVERLAP * overlap[0, 0])
    if 2 * len(fine) < len(values) or not asked.any():
        return 0.0
    clipped = np.clip(fine / limits[:, np.newaxis, np.newaxis], -1.0, 1.0)
    fits = _autocorrelation(clipped * window)
    best = (fits[:, asked] / overlap[asked]).max(1)
    return float(np.median(best * overlap[0, 0] / fits[:, 0, 0]))


def _autocorrelation(values: Float64) -> Float64:
    """Over the last two axes of (k, h, w), without a shift first, padded so that no side wraps around."""
    shape = [16 * -(-2 * length // 16) for length in values.shape[1:]]  # lengths that transform fast
    return np.asarray(np.fft.irfft2(np.abs(np.fft.rfft2(values, shape)) ** 2, shape))
