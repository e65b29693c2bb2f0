"""One frame on its way to a decoder, and the check of what comes back."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.adapters.dicom.codestreams import Codestream
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts


@frozen
class EncodedFrame:
    """One compressed frame and what is known of it.

    ``content`` is a bare codestream, without the wrapper of a file; ``stream`` is what it says of itself,
    ``None`` for RLE, which says nothing.
    """

    content: bytes
    syntax: str
    stream: Codestream | None
    facts: PixelFacts

    @property
    def depth(self) -> int:
        """Bits of each decoded pixel."""
        return self.stream.precision if self.stream is not None else self.facts.bits_allocated


def words_of(decoded: Array, frame: EncodedFrame) -> Array:
    """What a decoder gave, as unsigned words (rows, columns) of the allocated bits.

    A signed codestream is sign-extended to all allocated bits. Pixels that it holds without the bits
    around them are moved to where HighBit (0028,0102) has them, as in uncompressed words.
    Raises ``ValueError`` for another shape or type.
    """
    facts = frame.facts
    if decoded.shape != (facts.rows, facts.columns) or decoded.dtype.kind not in "iu":
        raise ValueError("the decoder gave another image")
    size = facts.bits_allocated // 8
    words: Array = decoded.view(f"u{decoded.dtype.itemsize}").astype(f"u{size}", copy=False)
    if frame.stream is None:
        return words
    unused = facts.bits_allocated - frame.depth
    if frame.stream.signed and unused:
        kept = np.left_shift(words, unused, dtype=words.dtype)
        words = np.right_shift(kept.view(f"i{size}"), unused).view(words.dtype)
    above = facts.high_bit + 1 - facts.bits_stored
    if above > 0 and frame.depth <= facts.bits_stored:
        words = np.left_shift(words, above, dtype=words.dtype)
    return words
