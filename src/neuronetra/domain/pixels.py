"""Stored pixels of one slice to the values that they stand for (DICOM part 3, C.11.1; part 5, 8)."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float32, locked, summary
from neuronetra.domain.intensity import rescaled

AIR_HU = -1000.0
"""What stands for air in CT, whatever a scanner wrote outside its circle."""
LOWEST_HU = -1024.0
"""Values below this are no tissue: they mark the outside of a CT circle."""


def _whole(values: Array) -> Array:
    return locked(values, np.uint16)


@frozen(eq=False)
class ModalityLut:
    """A modality look-up table: ``values`` (n,) for the stored values from ``first`` on."""

    first: int
    values: Array = field(converter=_whole, repr=summary)

    def apply(self, stored: Array) -> Float32:
        """Each stored value's entry; what lies outside takes the first or the last one."""
        index = np.clip(stored.astype(np.int64) - self.first, 0, len(self.values) - 1)
        return self.values[index].astype(np.float32)


@frozen(kw_only=True)
class PixelFacts:
    """How one slice's stored words become values.

    ``rows`` (0028,0010), ``columns`` (0028,0011), ``bits_allocated`` (0028,0100), ``bits_stored``
    (0028,0101), ``high_bit`` (0028,0102), ``signed`` (0028,0103); ``floating`` for float and double
    pixel data; ``inverted`` for MONOCHROME1; ``hounsfield`` where values are CT numbers; ``padding`` from
    the padding value to its range limit (0028,0120 and 0121), both included, lower first; ``slope`` and
    ``intercept`` (0028,1053 and 1052); ``lut`` stands instead of them.
    """

    rows: int = 0
    columns: int = 0
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    signed: bool = False
    floating: bool = False
    inverted: bool = False
    hounsfield: bool = False
    padding: tuple[float, float] | None = None
    slope: float = 1.0
    intercept: float = 0.0
    lut: ModalityLut | None = None

    @property
    def stored_range(self) -> tuple[int, int]:
        """The lowest and highest integer that the stored bits can hold."""
        if self.signed:
            return -(1 << (self.bits_stored - 1)), (1 << (self.bits_stored - 1)) - 1
        return 0, (1 << self.bits_stored) - 1


def slice_values(words: Array, facts: PixelFacts) -> Float32:
    """Raw words (H, W) as they stand in the file to rescaled values, float32 (H, W), always finite.

    ``words`` are unsigned integers of ``bits_allocated`` bits, or floats. Padding, and what lies below
    -1024 HU, becomes air: -1000 HU in CT, elsewhere the slice's smallest other value. MONOCHROME1 is
    inverted as stored, except in CT and in float pixels, whose range is not known.
    """
    stored = words if facts.floating else stored_integers(words, facts)
    padded = _padded(stored, words, facts)
    if facts.inverted and not facts.hounsfield and not facts.floating:
        stored = sum(facts.stored_range) - stored.astype(np.int64)
    if facts.lut is not None and not facts.floating:
        values = facts.lut.apply(stored)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            values = rescaled(stored, facts.slope, facts.intercept)
    return _with_air(values, padded, facts)


def stored_integers(words: Array, facts: PixelFacts) -> Array:
    """The integers in the stored bits: masked, moved down from the high bit, sign-extended."""
    bits = facts.bits_stored
    whole = bits == facts.bits_allocated and facts.high_bit == bits - 1
    if whole:
        return words.view(f"i{words.dtype.itemsize}") if facts.signed else words
    moved = words >> (facts.high_bit + 1 - bits) if facts.high_bit >= bits else words
    masked: Array = moved & words.dtype.type((1 << bits) - 1)
    if not facts.signed:
        return masked
    sign = 1 << (bits - 1)
    return (masked.astype(np.int64) ^ sign) - sign


def _padded(stored: Array, words: Array, facts: PixelFacts) -> Array | None:
    """Where padding stands, (H, W) bool; ``None`` where nothing is padded.

    A padding value that the stored bits cannot hold is looked for in the whole words.
    """
    if facts.padding is None:
        return None
    low, high = facts.padding
    looked_at = stored
    if not facts.floating and not facts.stored_range[0] <= low <= facts.stored_range[1]:
        looked_at = words.view(f"i{words.dtype.itemsize}") if facts.signed else words
    found = looked_at == low if low == high else (looked_at >= low) & (looked_at <= high)
    return found if found.any() else None


def _with_air(values: Float32, padded: Array | None, facts: PixelFacts) -> Float32:
    if facts.hounsfield:
        below = values < LOWEST_HU
        if below.any():
            values[below] = AIR_HU
    if facts.floating or abs(facts.slope) > 1e20 or abs(facts.intercept) > 1e30:
        broken = ~np.isfinite(values)
        padded = broken if padded is None else padded | broken
    if padded is None or not padded.any():
        return values
    if facts.hounsfield:
        values[padded] = AIR_HU
    else:
        others = values[~padded]
        values[padded] = others.min() if others.size else 0.0
    return values
