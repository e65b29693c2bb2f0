"""What the readers of DICOM share: all but the decoding of pixels."""

from __future__ import annotations

from collections.abc import Sequence

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.decoders.table import decode_frame, threads_help
from neuronetra.adapters.dicom.loading import Digester, Loader, load_frames, usable_threads
from neuronetra.adapters.dicom.scanning import Scanner
from neuronetra.domain.arrays import Array
from neuronetra.domain.budget import Budget
from neuronetra.domain.frames import Frames
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import Series
from neuronetra.errors import UsageError
from neuronetra.ports import Progress


class DicomReader:
    """A ``SeriesReader``: ``stack`` picks one of a series' stacks (0: the largest).

    ``library`` is the one whose decoders come first. ``max_pixels`` and ``max_files`` are the budget of one
    series; see ``Budget``.
    """

    library: str

    def __init__(
        self,
        stack: int = 0,
        threads: int | None = None,
        *,
        max_pixels: int | None = None,
        max_files: int | None = None,
    ) -> None:
        if stack < 0:
            raise UsageError("no such stack", found=str(stack), expected="0 or more")
        self._stack = stack
        self._asked, self._threads = threads, usable_threads(threads)
        self._budget = _budget(max_pixels, max_files)
        self._loader = Loader(self.decode, self._budget)

    def decode(self, frame: bytes, syntax: str, facts: PixelFacts) -> Array:
        """One frame's bytes as raw words (rows, columns), every allocated bit as it stands.

        The domain masks, signs and rescales them.
        """
        return decode_frame(frame, syntax, facts, self.library)

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:
        """Every series under ``path``, from headers; see ``SeriesReader``."""
        return Scanner(Digester(self._loader), self._budget, self._stack, self._asked).scan(path, progress)

    def load(self, series: Series, positions: Sequence[int], progress: Progress | None = None) -> Frames:
        """The pixels of those slices, float32 (k, H, W); see ``SeriesReader``."""
        return load_frames(series, positions, self._loader, self._threads_for(series), progress)

    def _threads_for(self, series: Series) -> int:
        """All where decoding lets others run, or waits for a disk; else one that reads while one decodes."""
        met = series.reading.transfer_syntaxes
        helped = any(uid in syntaxes.IN_ONE_PIECE or threads_help(uid, self.library) for uid in met)
        return self._threads if helped or not met else min(2, self._threads)


def _budget(max_pixels: int | None, max_files: int | None) -> Budget:
    given = {"max_pixels": max_pixels, "max_files": max_files}
    for name, value in given.items():
        if value is not None and (type(value) is not int or value < 1):
            raise UsageError(f"{name} is no budget", found=repr(value), expected="a whole number from 1 on")
    return Budget(**{name: value for name, value in given.items() if value is not None})
