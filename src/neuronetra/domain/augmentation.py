"""What a training series is put through before it is encoded: one draw for all of its frames."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array, Float32, UInt8, own
from neuronetra.domain.frames import Frames
from neuronetra.domain.locations import MIRROR
from neuronetra.domain.training_plan import Augmentation
from neuronetra.domain.views import mirrored
from neuronetra.domain.warping import warped

Hole = tuple[int, int, int, int]
"""First row, first column, rows, columns."""


@frozen
class Draw:
    """One way to change a series.

    ``angle`` in degrees, anticlockwise; ``brightness`` in grey values; ``contrast`` and ``gamma`` 1 where
    nothing changes; ``noise_variance`` in grey values squared, of noise drawn from ``noise_seed``.
    """

    angle: float = 0.0
    mirrored: bool = False
    brightness: float = 0.0
    contrast: float = 1.0
    gamma: float = 1.0
    noise_variance: float = 0.0
    noise_seed: int = 0
    holes: tuple[Hole, ...] = ()


def draw(augmentation: Augmentation, generator: np.random.Generator, size: tuple[int, int]) -> Draw:
    """A draw for frames of ``size`` (rows, columns); holes lie wholly within them."""
    a = augmentation
    return Draw(
        angle=generator.uniform(-a.rotation, a.rotation),
        mirrored=bool(generator.random() < a.mirror),
        brightness=255.0 * generator.uniform(-a.brightness, a.brightness),
        contrast=1.0 + generator.uniform(-a.contrast, a.contrast),
        gamma=generator.uniform(*a.gamma),
        noise_variance=generator.uniform(*a.noise_variance),
        noise_seed=int(generator.integers(2**63)),
        holes=tuple(_hole(a.hole_share, generator, size) for _ in range(a.holes)),
    )


def _hole(share: float, generator: np.random.Generator, size: tuple[int, int]) -> Hole:
    rows, columns = (round(share * length) for length in size)
    top, left = generator.integers(size[0] - rows + 1), generator.integers(size[1] - columns + 1)
    return int(top), int(left), rows, columns


def augmented(frames: Frames, labels: Array, drawn: Draw) -> tuple[Frames, Array]:
    """uint8 frames changed alike, and their ``labels`` (14,), whose sides change places in a mirror.

    In this order: mirror, rotation, gamma, brightness and contrast, noise, holes. Values stay within 0..255.
    """
    shown = mirrored(frames) if drawn.mirrored else frames
    pixels = _with_holes(_with_noise(warped(shown.pixels, drawn.angle), drawn), drawn.holes)
    swapped = labels[list(MIRROR)] if drawn.mirrored else labels
    return (shown if pixels is shown.pixels else shown.with_pixels(own(pixels))), swapped


def _with_noise(pixels: UInt8, drawn: Draw) -> UInt8:
    """Grey values changed, then noise of its own for each pixel of each frame."""
    if (drawn.gamma, drawn.contrast, drawn.brightness, drawn.noise_variance) == (1.0, 1.0, 0.0, 0.0):
        return pixels
    greys = _greys(drawn)
    if drawn.noise_variance == 0.0:
        return np.rint(greys).astype(np.uint8)[pixels]
    generator = np.random.default_rng(drawn.noise_seed)
    noisy = generator.standard_normal(pixels.shape, np.float32)
    noisy *= np.float32(np.sqrt(drawn.noise_variance))
    noisy += greys[pixels]
    noisy += np.float32(0.5)  # what is cut off then rounds to nearest
    return np.clip(noisy, 0.0, 255.5, out=noisy).astype(np.uint8)


def _greys(drawn: Draw) -> Float32:
    """(256,): what each grey value becomes: 255 (x / 255)^gamma times the contrast, plus the brightness."""
    grey = 255.0 * (np.arange(256) / 255.0) ** drawn.gamma
    return np.clip(drawn.contrast * grey + drawn.brightness, 0.0, 255.0).astype(np.float32)


def _with_holes(pixels: UInt8, holes: tuple[Hole, ...]) -> UInt8:
    if not holes:
        return pixels
    holed = pixels.copy()
    for top, left, rows, columns in holes:
        holed[:, top : top + rows, left : left + columns] = 0
    return holed
