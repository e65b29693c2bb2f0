"""A reader that counts the slices it is asked for and leaves the reading to another."""

from __future__ import annotations

from collections.abc import Sequence

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.frames import Frames
from neuronetra.domain.series import Series
from neuronetra.ports import Progress


class CountingReader:
    """Reads as the shipped reader does; ``loaded`` is the number of slices so far."""

    def __init__(self, stack: int = 0) -> None:
        self._reader = PydicomReader(stack=stack)
        self.loaded = 0

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:
        return self._reader.scan(path, progress)

    def load(self, series: Series, positions: Sequence[int], progress: Progress | None = None) -> Frames:
        self.loaded += len(positions)
        return self._reader.load(series, positions, progress)
