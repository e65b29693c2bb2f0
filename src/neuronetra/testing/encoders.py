"""Encoders of one frame, and decoders that no reader uses.

JPEG and JPEG-LS take words as they stand, without a sign; JPEG 2000 takes signed numbers where nothing else
stands in the words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pydicom import uid as uids
from pydicom.uid import UID

from neuronetra.domain.arrays import Array
from neuronetra.testing.series_plan import SeriesPlan

Encoder = Callable[[Array, SeriesPlan], bytes]
"""Makes a codestream of unsigned words (rows, columns)."""
Decoder = Callable[[bytes], Array]


def word_bits(plan: SeriesPlan) -> int:
    """How many bits a stored word needs, overlays and all."""
    return plan.bits_allocated if plan.overlay else plan.top_bit + 1


def _is_signed(plan: SeriesPlan) -> bool:
    """Whether a codestream may hold the numbers with their sign: nothing but they stand in the words."""
    return plan.signed and word_bits(plan) == plan.bits_stored


def _numbers(words: Array, plan: SeriesPlan) -> Array:
    """Words as signed numbers where the codestream is to be signed."""
    if not _is_signed(plan):
        return words
    bits, wide = plan.bits_stored, words.astype(np.int64)
    return np.where(wide >> (bits - 1), wide - (1 << bits), wide).astype(f"i{words.itemsize}")


def by_pydicom(uid: UID, plugin: str = "") -> Encoder:
    """RLE and JPEG-LS, whose depth is that of the words."""

    def encode(words: Array, plan: SeriesPlan) -> bytes:
        from pydicom.pixels.encoders.base import get_encoder

        rows, columns = words.shape
        loss: Any = {"jls_error": 2} if uid == uids.JPEGLSNearLossless else {}
        done: bytes = get_encoder(uid).encode(
            np.ascontiguousarray(words).tobytes(),
            rows=rows,
            columns=columns,
            samples_per_pixel=1,
            number_of_frames=1,
            bits_allocated=plan.bits_allocated,
            bits_stored=word_bits(plan),
            pixel_representation=0,
            photometric_interpretation="MONOCHROME2",
            encoding_plugin=plugin,
            **loss,
        )
        return done

    return encode


def jpeg2000(lossy: bool) -> Encoder:
    """Reversible, or lossy at 60 dB; its depth is that of the words."""

    def encode(words: Array, plan: SeriesPlan) -> bytes:
        import imagecodecs

        given = np.ascontiguousarray(_numbers(words, plan))
        level, bits = 60 if lossy else 0, word_bits(plan)
        return bytes(
            imagecodecs.jpeg2k_encode(
                given, level=level, codecformat="j2k", bitspersample=bits, reversible=not lossy
            )
        )

    return encode


def high_throughput(lossy: bool) -> Encoder:
    """HTJ2K, whose depth is that of the allocated bits."""

    def encode(words: Array, plan: SeriesPlan) -> bytes:
        import imagecodecs

        given = np.ascontiguousarray(_numbers(words, plan))
        return bytes(imagecodecs.htj2k_encode(given, level=0.001 if lossy else None, reversible=not lossy))

    return encode


def jpeg(lossless: bool = False, predictor: int = 1, bits: int | None = None) -> Encoder:
    """Huffman-coded JPEG: lossy at quality 95, or lossless by one of seven predictors."""

    def encode(words: Array, plan: SeriesPlan) -> bytes:
        import imagecodecs

        given, precision = np.ascontiguousarray(words), bits or max(2, word_bits(plan))
        options: Any = {"lossless": True, "predictor": predictor} if lossless else {"level": 95}
        return bytes(imagecodecs.jpeg8_encode(given, bitspersample=precision, **options))

    return encode


def by_imagecodecs(name: str) -> Decoder:
    """A decoder of imagecodecs by its name."""

    def decode(frame: bytes) -> Array:
        import imagecodecs

        return np.asarray(getattr(imagecodecs, name)(frame))

    return decode
