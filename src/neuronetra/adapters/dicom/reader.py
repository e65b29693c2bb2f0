"""What the readers of DICOM share: all but the decoding of pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from neuronetra.adapters.dicom.loading import load_frames, usable_threads
from neuronetra.adapters.dicom.scanning import scan_folder
from neuronetra.domain.arrays import Array
from neuronetra.domain.frames import Frames
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import Series
from neuronetra.errors import UsageError


class DicomReader(ABC):
    """A ``SeriesReader``: ``stack`` picks one of a series' stacks (0: the largest)."""

    def __init__(self, stack: int = 0, threads: int | None = None) -> None:
        if stack < 0:
            raise UsageError("no such stack", found=str(stack), expected="0 or more")
        self._stack = stack
        self._asked, self._threads = threads, usable_threads(threads)

    @abstractmethod
    def decode(self, stored: bytes, facts: PixelFacts) -> Array:
        """One frame's stored bytes as raw words (rows, columns), every allocated bit as it stands.

        The domain masks, signs and rescales them.
        """

    def scan(self, path: str) -> tuple[Series, ...]:
        """Every series under ``path``, from headers; see ``SeriesReader``."""
        return scan_folder(path, self._stack, self._asked)

    def load(self, series: Series, positions: Sequence[int]) -> Frames:
        """The pixels of those slices, float32 (k, H, W); see ``SeriesReader``."""
        return load_frames(series, positions, self.decode, self._threads)
