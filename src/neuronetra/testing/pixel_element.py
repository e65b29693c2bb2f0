"""The pixel data element of a made-up data set: words or codestreams, in one piece or in fragments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended

from neuronetra.domain.arrays import Array
from neuronetra.testing.encoders import word_bits
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.series_plan import SeriesPlan
from neuronetra.testing.stored_values import words_of


def codestream(plan: SeriesPlan, stored: Array) -> bytes:
    """One frame (rows, columns) of stored integers as it stands in the file, not yet encapsulated."""
    encoding, words = ENCODINGS[plan.syntax], words_of(plan, stored)
    if not plan.floating and word_bits(plan) > encoding.most_bits:
        raise ValueError(f"{plan.syntax} holds words of at most {encoding.most_bits} bits")
    if encoding.encode is not None:
        return encoding.encode(words, plan)
    if plan.syntax == "big endian":
        words = words.astype(words.dtype.newbyteorder(">"))
    return words.tobytes()


def decoded_words(plan: SeriesPlan, frame: bytes) -> Array:
    """Unsigned words (rows, columns) in a frame of a lossy encoding, by a library that no reader uses."""
    decode = ENCODINGS[plan.syntax].decode
    if decode is None:
        raise ValueError(f"{plan.syntax} has no decoder here")
    mask = (1 << plan.bits_allocated) - 1
    return (decode(frame).astype(np.int64) & mask).astype(f"<u{plan.bits_allocated // 8}")


def add_pixels(dataset: Dataset, plan: SeriesPlan, frames: Sequence[bytes]) -> None:
    """Put frames into the pixel data element: one after the other, or in fragments with an offset table."""
    keyword = {None: "PixelData", 32: "FloatPixelData", 64: "DoubleFloatPixelData"}[plan.floating]
    vr = {None: "OB" if plan.bits_allocated == 8 else "OW", 32: "OF", 64: "OD"}[plan.floating]
    tag = {"PixelData": 0x7FE00010, "FloatPixelData": 0x7FE00008, "DoubleFloatPixelData": 0x7FE00009}[keyword]
    if not ENCODINGS[plan.syntax].encapsulated:
        raw = b"".join(frames)
        dataset.add_new(tag, vr, raw + b"\0" * (len(raw) % 2))
        return
    dataset.add_new(tag, "OB", _in_items(dataset, plan, list(frames)))
    dataset[tag].is_undefined_length = True


def _in_items(dataset: Dataset, plan: SeriesPlan, frames: list[bytes]) -> bytes:
    if plan.offsets != "extended":
        return encapsulate(frames, fragments_per_frame=plan.fragments, has_bot=plan.offsets == "basic")
    data, offsets, lengths = encapsulate_extended(frames)
    dataset.add_new(0x7FE00001, "OV", offsets)
    dataset.add_new(0x7FE00002, "OV", lengths)
    return data
