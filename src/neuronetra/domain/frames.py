"""Pixels: the slices of a series as read, and the uint8 image that a network sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import (
    Array,
    Float32,
    UInt8,
    own,
    require_dtype,
    require_shape,
    same,
    summary,
)
from neuronetra.domain.geometry import Plane


def _locked(array: Array) -> Array:
    return array if not array.flags.writeable and array.base is None else own(array.copy())


@frozen(eq=False)
class Frames:
    """Canonical slices: ``pixels`` (k, H, W), rows and columns as ``plane`` says, slices in order.

    ``positions`` names the slice of the series that each frame is, from 0. Pixels are float32 rescaled
    values (Hounsfield units in CT, arbitrary units in MR) or, once preprocessed, uint8; always finite.
    Raises ``ValueError`` or ``TypeError`` for anything else.
    """

    pixels: Array = field(converter=_locked, repr=summary)
    positions: tuple[int, ...]
    plane: Plane

    def __attrs_post_init__(self) -> None:
        require_shape("frames", self.pixels, (len(self.positions) or None, None, None))
        if self.pixels.dtype not in (np.dtype(np.float32), np.dtype(np.uint8)):
            raise TypeError(f"frames have dtype {self.pixels.dtype}, expected float32 or uint8")
        if min(self.positions) < 0:
            raise ValueError("positions count from 0")
        if self.pixels.dtype == np.float32 and not _all_finite(self.pixels):
            raise ValueError("frames hold values that are not finite")

    def __len__(self) -> int:
        return len(self.positions)

    def with_pixels(self, pixels: UInt8 | Float32) -> Frames:
        """The same slices of the patient with other pixels."""
        return Frames(pixels, self.positions, self.plane)

    def keep(self, rows: Sequence[int]) -> Frames:
        """Some of the frames, by their row, in the order given."""
        return Frames(self.pixels[list(rows)], tuple(self.positions[row] for row in rows), self.plane)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frames):
            return NotImplemented
        return (self.positions, self.plane) == (other.positions, other.plane) and same(
            self.pixels, other.pixels
        )

    __hash__ = None  # type: ignore[assignment]


def _all_finite(pixels: Float32) -> bool:
    """Slice by slice, so that a whole volume is not doubled in memory."""
    return all(bool(np.isfinite(frame).all()) for frame in pixels)


@frozen(eq=False)
class Encoded:
    """What a network sees of a series: ``image`` uint8 (3, H, W), channels first."""

    image: UInt8 = field(converter=_locked, repr=summary)

    def __attrs_post_init__(self) -> None:
        require_dtype("encoded image", self.image, np.uint8)
        require_shape("encoded image", self.image, (3, None, None))

    def __eq__(self, other: object) -> bool:
        return same(self.image, other.image) if isinstance(other, Encoded) else NotImplemented

    __hash__: Any = None
