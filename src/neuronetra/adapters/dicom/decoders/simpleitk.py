"""Decoding through SimpleITK (ITK and GDCM).

GDCM rescales by itself, inverts MONOCHROME1 and masks bits, each in ways that depend on the header. So
it is given, in a file of its own, one frame that has passed the guards, under a header that declares plain
unsigned words: what comes back is what is stored, and the domain does the rest.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.decoders.encoded import EncodedFrame, words_of
from neuronetra.adapters.dicom.plain import PlainImage, encoded_file, plain_file
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts
from neuronetra.errors import OutputError


def decode_native(stored: bytes, facts: PixelFacts) -> Array:
    """Uncompressed little-endian words; 64-bit floats travel as twice as many words of 32 bits."""
    bits = min(facts.bits_allocated, 32)
    words_per_row = facts.columns * facts.bits_allocated // bits
    words = _read(plain_file(stored, facts.rows, words_per_row, bits)).reshape(facts.rows, words_per_row)
    if words.dtype != np.dtype(f"u{bits // 8}"):
        raise ValueError("SimpleITK changed the type of the pixels")
    return words.view(f"f{facts.bits_allocated // 8}") if facts.floating else words


def decode_encoded(frame: EncodedFrame) -> Array:
    """One compressed frame."""
    stated = PlainImage(frame.facts.rows, frame.facts.columns, *_stated_bits(frame))
    decoded = _read(encoded_file(frame.content, frame.syntax, stated))
    if sum(length > 1 for length in decoded.shape[:-2]):
        raise ValueError("SimpleITK gave several images")
    return words_of(decoded.reshape(decoded.shape[-2:]), frame)


def _stated_bits(frame: EncodedFrame) -> tuple[int, int]:
    """BitsAllocated and BitsStored under which GDCM gives back exactly what was encoded.

    Tried for every depth, unsigned: as a rule they are what the codestream holds, and of signed ones the
    bits come back. GDCM picks its JPEG codec by
    BitsAllocated, and the one of 8 bits tells stderr that it cannot do 12 before the next is asked;
    lossless JPEG of few bits is refused where fewer than 16 are allocated.
    """
    depth = frame.depth
    if frame.syntax in syntaxes.JPEG_LOSSY:
        return depth, depth
    if frame.syntax in syntaxes.JPEG_LOSSLESS:
        return 16, depth
    return next(size for size in (8, 16, 32) if depth <= size), depth


@contextmanager
def _temporary(parts: Iterable[bytes]) -> Iterator[str]:
    """A file that holds ``parts``, for as long as it is needed. Raises ``OutputError``."""
    path = ""
    try:
        try:
            descriptor, path = tempfile.mkstemp(prefix="neuronetra-", suffix=".dcm")
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(parts)
        except OSError as error:
            raise OutputError(
                "a temporary file cannot be written",
                where="the folder for temporary files",
                found=error.strerror or type(error).__name__,
                fix="free space there, or set TMPDIR to a folder that can be written to",
            ) from None
        yield path
    finally:
        if path:
            with suppress(OSError):
                Path(path).unlink()


def _read(parts: Iterable[bytes]) -> Array:
    import SimpleITK as sitk  # noqa: N813 - its usual name

    with _temporary(parts) as path:
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(path)
        words: Array = sitk.GetArrayFromImage(reader.Execute())
    return words
