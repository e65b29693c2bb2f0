"""The default reader: pixels decoded by pydicom and the codecs that it knows."""

from __future__ import annotations

from neuronetra.adapters.dicom.decoders.table import PYDICOM
from neuronetra.adapters.dicom.reader import DicomReader


class PydicomReader(DicomReader):
    """Reads series with pydicom; ``stack`` picks one of a series' stacks (0: the largest)."""

    library = PYDICOM
