"""The default reader: pixels decoded by pydicom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydicom.pixels.decoders.base import ExplicitVRLittleEndianDecoder

from neuronetra.adapters.dicom.loading import load_frames, usable_threads
from neuronetra.adapters.dicom.scanning import scan_folder
from neuronetra.domain.arrays import Array
from neuronetra.domain.frames import Frames
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import Series
from neuronetra.errors import UsageError


class PydicomReader:
    """Reads series with pydicom: ``stack`` picks one of a series' stacks (0: the largest)."""

    def __init__(self, stack: int = 0, threads: int | None = None) -> None:
        if stack < 0:
            raise UsageError("no such stack", found=str(stack), expected="0 or more")
        self._stack = stack
        self._threads = usable_threads(threads)

    def scan(self, path: str) -> tuple[Series, ...]:
        """Every series under ``path``, from headers; see ``SeriesReader``."""
        return scan_folder(path, self._stack, self._threads)

    def load(self, series: Series, positions: Sequence[int]) -> Frames:
        """The pixels of those slices, float32 (k, H, W); see ``SeriesReader``."""
        return load_frames(series, positions, decode, self._threads)


def decode(stored: bytes, facts: PixelFacts) -> Array:
    """Raw words (rows, columns), every allocated bit as it stands: the domain masks and signs them."""
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
