"""Noise as a reconstruction leaves it: grained in the slice, alike in neighbours."""

from __future__ import annotations

import cv2
import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Float32

_ROLL = (37, 53)
"""Where MR's second channel is taken from the first: far enough for no eye to see them alike."""


@frozen
class Grain:
    """``deviation`` of the noise in the image's units, a grain of ``size`` mm (Gaussian sigma).

    ``kinship``: correlation of neighbouring slices, 0 to 1; ``edge``: how much of the coarse part of the noise
    the kernel takes away, 0 to 1 (sharp CT kernels).
    """

    deviation: float
    size: float
    kinship: float
    edge: float


class NoiseStream:
    """Fields of noise (rows, columns) for one slice after another: the order of calls is the order of slices."""

    def __init__(
        self, grain: Grain, shape: tuple[int, int], pixel: float, generator: np.random.Generator
    ) -> None:
        self._grain, self._shape, self._generator = grain, shape, generator
        self._sigma = grain.size / pixel
        spot = np.zeros((65, 65), np.float32)
        spot[32, 32] = 1.0
        self._scale = np.float32(grain.deviation / np.sqrt(float((self._filtered(spot) ** 2).sum())))
        self._last = self._fresh()

    def __next__(self) -> Float32:
        kinship = np.float32(self._grain.kinship)
        fresh = self._fresh()
        fresh *= np.sqrt(1 - kinship**2)
        fresh += kinship * self._last
        self._last = fresh
        return fresh

    def _fresh(self) -> Float32:
        white = self._generator.standard_normal(self._shape, np.float32)
        white *= self._scale
        return self._filtered(white)

    def _filtered(self, white: Float32) -> Float32:
        fine = white
        if self._sigma > 0.3:
            fine = np.asarray(cv2.GaussianBlur(white, (0, 0), self._sigma, borderType=cv2.BORDER_REFLECT))
        if self._grain.edge <= 0:
            return fine
        reach = 2 * max(1, round(3 * self._sigma)) + 1
        coarse = cv2.blur(fine, (reach, reach), borderType=cv2.BORDER_REFLECT)
        return np.asarray(fine - np.float32(self._grain.edge) * coarse)


def magnitude(values: Float32, noise: Float32) -> Float32:
    """Length of a complex signal whose two channels are equally noisy: never below 0 (Rician)."""
    other = np.roll(noise, _ROLL, (0, 1))
    noise = noise + values
    return np.asarray(cv2.magnitude(noise, other))
