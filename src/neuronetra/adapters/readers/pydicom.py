"""The default reader: pixels decoded by pydicom and the codecs that it knows."""

from __future__ import annotations

from neuronetra.adapters.dicom.decoders.table import PYDICOM, decode_frame
from neuronetra.adapters.dicom.reader import DicomReader
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts


class PydicomReader(DicomReader):
    """Reads series with pydicom; ``stack`` picks one of a series' stacks (0: the largest)."""

    def decode(self, frame: bytes, syntax: str, facts: PixelFacts) -> Array:
        return decode_frame(frame, syntax, facts, PYDICOM)
