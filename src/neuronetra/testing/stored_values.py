"""The values of a made-up series: as stored integers, as words of the file, and as what they stand for."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.arrays import Array, Float32
from neuronetra.testing.series_plan import SeriesPlan

_FADING = 0.08
"""How much darker each further stack, phase or echo is than the one before."""


def stored_range(plan: SeriesPlan) -> tuple[int, int]:
    """The lowest and highest integer that the plan's stored bits hold."""
    half = 1 << (plan.bits_stored - 1)
    return (-half, half - 1) if plan.signed else (0, 2 * half - 1)


def stored_phantom(plan: SeriesPlan, number: int = 0) -> Array:
    """The phantom as stored integers (slices, rows, columns), canonical, over most of the stored range.

    ``number`` counts the volumes of the series; floats where the plan asks for them.
    """
    low, high = stored_range(plan)
    share = 0.9 * plan.picture(plan.shape) * (1.0 - _FADING * number)
    if plan.floating:
        return np.asarray(share * (high - low) / 7.0).astype(f"f{plan.floating // 8}")
    stored = np.rint(low + (high - low) * share).astype(np.int64)
    if plan.padding is not None:
        stored[:, -1, -1], stored[:, 0, -1] = padding_range(plan)
    return stored


def padding_range(plan: SeriesPlan) -> tuple[int, int]:
    """The lowest and highest padding value."""
    if plan.padding is None or isinstance(plan.padding, int):
        return (plan.padding or 0,) * 2
    return min(plan.padding), max(plan.padding)


def expected_values(plan: SeriesPlan, stored: Array) -> Float32:
    """What stored integers of the kept slices stand for: inverted (not in CT), rescaled, air filled in."""
    values = stored.astype(np.float64)
    if plan.monochrome1 and plan.modality != "CT" and not plan.floating:
        values = sum(stored_range(plan)) - values
    slopes = [slope_of(plan, index) for index in plan.kept]
    scale = np.array([1.0 if slope is None else slope for slope in slopes])[:, None, None]
    rescaled: Float32 = (values * scale + (plan.intercept or 0.0)).astype(np.float32)
    if plan.modality == "CT":
        rescaled[rescaled < -1024] = -1000
    if plan.padding is not None:
        low, high = padding_range(plan)
        _fill(rescaled, (stored >= low) & (stored <= high), plan.modality == "CT")
    return rescaled


def _fill(values: Float32, padded: Array, is_ct: bool) -> None:
    """Air where there is padding: -1000 HU in CT, elsewhere the smallest other value of the slice."""
    for one, outside in zip(values, padded, strict=True):
        one[outside] = -1000 if is_ct else one[~outside].min()


def slope_of(plan: SeriesPlan, index: int) -> float | None:
    """RescaleSlope of a slice."""
    return plan.slope if plan.slopes is None else plan.slopes[index]


def words_of(plan: SeriesPlan, stored: Array) -> Array:
    """Integers as unsigned words at the plan's high bit, the other bits empty or filled by an overlay."""
    if plan.floating:
        return stored
    shift = plan.top_bit + 1 - plan.bits_stored
    mask = ((1 << plan.bits_stored) - 1) << shift
    words = (stored << shift) & mask
    if plan.overlay:
        noise = np.random.default_rng(plan.seed).integers(0, 1 << plan.bits_allocated, stored.shape)
        words |= noise & ((1 << plan.bits_allocated) - 1) & ~mask
    return words.astype(f"<u{plan.bits_allocated // 8}")


def integers_of(plan: SeriesPlan, words: Array) -> Array:
    """The stored integers in unsigned words."""
    bits = plan.bits_stored
    stored = (words.astype(np.int64) >> (plan.top_bit + 1 - bits)) & ((1 << bits) - 1)
    return np.where(stored >> (bits - 1), stored - (1 << bits), stored) if plan.signed else stored


def encoded(plan: SeriesPlan, stored: Array) -> bytes:
    """Integers as the bytes of PixelData, little-endian, at the plan's high bit."""
    raw = words_of(plan, stored).tobytes()
    return raw + b"\0" * (len(raw) % 2)
