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
_LINES = 128


def relatedness(pixels: Array) -> float | None:
    """Correlation of neighbouring pixels of (k, H, W), along rows or columns, whichever is less; 0 in noise.

    The median over slices. ``None`` where each slice is of one value.
    """
    found = []
    for turned in (pixels, pixels.swapaxes(1, 2)):
        lines = turned[:, :: max(1, turned.shape[1] // _LINES)].astype(np.float64)
        lines -= lines.mean((1, 2), keepdims=True)
        power = np.einsum("kij,kij->k", lines, lines)
        shared = np.einsum("kij,kij->k", lines[..., 1:], lines[..., :-1])
        found.append(shared[power > 0.0] / power[power > 0.0])
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

    The median over slices. What is broad is taken away first, and what is very bright is clipped.
    """
    fine = values - smoothed(smoothed(smoothed(values)))
    return float(np.median([_self_fit(one) for one in fine]))


def _self_fit(fine: Float64) -> float:
    """The largest autocorrelation at any of ``LAGS``, as a share of that without a shift."""
    limit = 4.0 * float(np.abs(fine).mean())
    window = np.outer(*(np.hanning(length + 2)[1:-1] for length in fine.shape))
    if limit <= 0.0:
        return 0.0
    clipped = np.clip(fine / limit, -1.0, 1.0)
    fit, overlap = (_autocorrelation(one) for one in ((clipped - clipped.mean()) * window, window))
    down, across = (np.minimum(np.arange(2 * n), 2 * n - np.arange(2 * n)) for n in fine.shape)
    lag = np.hypot(down[:, np.newaxis], across[np.newaxis])
    asked = (lag >= LAGS[0]) & (lag <= LAGS[1]) & (overlap > 0.3 * overlap[0, 0])
    if not asked.any() or fit[0, 0] <= 0.0:
        return 0.0
    return float((fit[asked] / overlap[asked]).max() * overlap[0, 0] / fit[0, 0])


def _autocorrelation(values: Float64) -> Float64:
    """(2 h, 2 w), without a shift first."""
    shape = (2 * values.shape[0], 2 * values.shape[1])
    return np.asarray(np.fft.irfft2(np.abs(np.fft.rfft2(values, shape)) ** 2, shape))
