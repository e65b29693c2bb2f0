"""Folds: sheets at even distances that meander as sulci do, and as the fat between muscles does.

The sheets are the zeros of a random field of nearly one wavelength.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from neuronetra.adapters.phantom.anatomy_distances import Points
from neuronetra.domain.arrays import Float32, Float64, own

_SIZE = 64
_STEP = 3.0
"""mm between samples: the pattern repeats after 192 mm, farther than a brain reaches."""
_WAVELENGTH = 21.0
_SPREAD = 0.16
_SEED = 20


@cache
def _pattern() -> Float32:
    """(_SIZE + 1,) * 3: signed distance in mm to the next sheet, from -5.25 to 5.25, periodic."""
    waves = np.fft.fftfreq(_SIZE, _STEP) * 2 * np.pi
    kx, ky, kz = waves[:, None, None], waves[None, :, None], waves[None, None, :]
    length = np.sqrt(kx**2 + ky**2 + kz**2)
    centre = 2 * np.pi / _WAVELENGTH
    band = np.exp(-0.5 * ((length / centre - 1) / _SPREAD) ** 2)
    noise = np.random.Generator(np.random.PCG64(_SEED)).normal(size=(_SIZE,) * 3)
    spectrum = np.fft.fftn(noise) * band
    field = np.fft.ifftn(spectrum).real
    slopes = sum(np.fft.ifftn(spectrum * 1j * wave).real ** 2 for wave in (kx, ky, kz))
    sine = centre * field / np.sqrt((centre * field) ** 2 + slopes)
    distance = (np.arcsin(sine) / centre).astype(np.float32)
    return own(np.pad(distance, ((0, 1),) * 3, mode="wrap"))


def folds(points: Points, turn: Float64, shift: Float64) -> Float32:
    """Signed distance in mm to the next sheet at ``points``.

    The pattern is turned by ``turn`` (3, 3) and moved by ``shift`` (3,) mm; linear between samples.
    """
    pattern = _pattern()
    rows, moved = (turn / _STEP).astype(np.float32), (shift / _STEP).astype(np.float32)
    x, y, z = points.x.ravel(), points.y.ravel(), points.z.ravel()
    places = np.stack([a * x + b * y + c * z + d for (a, b, c), d in zip(rows, moved, strict=True)])
    floors = np.floor(places)
    share = places - floors
    cells = np.mod(floors.astype(np.int32), _SIZE)
    side = _SIZE + 1
    base = (cells[0] * side + cells[1]) * side + cells[2]
    values = pattern.ravel()
    near = [values[base + corner] for corner in (0, 1, side, side + 1)]
    far = [values[base + side * side + corner] for corner in (0, 1, side, side + 1)]
    planes = [a + (b - a) * share[0] for a, b in zip(near, far, strict=True)]
    first = planes[0] + (planes[1] - planes[0]) * share[2]
    second = planes[2] + (planes[3] - planes[2]) * share[2]
    return np.asarray((first + (second - first) * share[1]).reshape(points.x.shape))
