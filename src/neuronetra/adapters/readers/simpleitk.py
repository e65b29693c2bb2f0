"""A second reader: pixels decoded by SimpleITK (ITK and GDCM).

GDCM rescales by itself, inverts MONOCHROME1 and masks bits, each in ways that depend on the header. So
it is given, in a file of its own, the stored bytes of a slice that has passed the guards, under a header
that declares plain unsigned words: what comes back is what is stored, and the domain does the rest.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from neuronetra.adapters.dicom.plain import plain_file
from neuronetra.adapters.dicom.reader import DicomReader
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts
from neuronetra.errors import OutputError


class SimpleITKReader(DicomReader):
    """Reads series with SimpleITK; ``stack`` picks one of a series' stacks (0: the largest)."""

    def decode(self, stored: bytes, facts: PixelFacts) -> Array:
        bits = min(facts.bits_allocated, 32)
        words_per_row = facts.columns * facts.bits_allocated // bits
        with _temporary(plain_file(stored, facts.rows, words_per_row, bits)) as path:
            words = _read(path).reshape(facts.rows, words_per_row)
        if words.dtype != np.dtype(f"u{bits // 8}"):
            raise ValueError("SimpleITK changed the type of the pixels")
        return words.view(f"f{facts.bits_allocated // 8}") if facts.floating else words


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


def _read(path: str) -> Array:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(path)
    words: Array = sitk.GetArrayFromImage(reader.Execute())
    return words
