"""A second reader: pixels decoded by SimpleITK wherever it can, by pydicom's codecs elsewhere."""

from __future__ import annotations

from neuronetra.adapters.dicom.decoders.table import SIMPLEITK, decode_frame
from neuronetra.adapters.dicom.reader import DicomReader
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts


class SimpleITKReader(DicomReader):
    """Reads series with SimpleITK; ``stack`` picks one of a series' stacks (0: the largest)."""

    def decode(self, frame: bytes, syntax: str, facts: PixelFacts) -> Array:
        return decode_frame(frame, syntax, facts, SIMPLEITK)
