"""The default reader: pixels decoded by pydicom."""

from __future__ import annotations

from typing import Any

from pydicom.pixels.decoders.base import ExplicitVRLittleEndianDecoder

from neuronetra.adapters.dicom.reader import DicomReader
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts


class PydicomReader(DicomReader):
    """Reads series with pydicom; ``stack`` picks one of a series' stacks (0: the largest)."""

    def decode(self, stored: bytes, facts: PixelFacts) -> Array:
        keyword = "PixelData"
        if facts.floating:
            keyword = {32: "FloatPixelData", 64: "DoubleFloatPixelData"}[facts.bits_allocated]
        options: dict[str, Any] = {
            "rows": facts.rows,
            "columns": facts.columns,
            "samples_per_pixel": 1,
            "number_of_frames": 1,
            "photometric_interpretation": "MONOCHROME2",
            "bits_allocated": facts.bits_allocated,
            "bits_stored": facts.bits_allocated,
            "pixel_representation": 0,
            "pixel_keyword": keyword,
            "view_only": True,
        }
        words: Array = ExplicitVRLittleEndianDecoder.as_array(stored, raw=True, **options)[0]
        return words
