"""A second reader: pixels decoded by SimpleITK wherever it can, by pydicom's codecs elsewhere."""

from __future__ import annotations

from neuronetra.adapters.dicom.decoders.table import SIMPLEITK
from neuronetra.adapters.dicom.reader import DicomReader


class SimpleITKReader(DicomReader):
    """Reads series with SimpleITK; ``stack`` picks one of a series' stacks (0: the largest)."""

    library = SIMPLEITK
