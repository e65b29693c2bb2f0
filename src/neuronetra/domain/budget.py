"""How much of one series is read before it is refused: bounds that no real head scan meets."""

from __future__ import annotations

from attrs import field, frozen, validators


@frozen(kw_only=True)
class Budget:
    """``max_pixels`` of all slices of a series, ``max_files`` (files, or frames of multi-frame files).

    By default 2^31 pixels (two thousand slices of 1024 x 1024) and 20,000 files. ``max_slice_pixels``, 4096 x
    4096, bounds a single slice, and ``max_frames`` those that all multi-frame files of one scan may hold.
    """

    max_pixels: int = field(default=1 << 31, validator=validators.ge(1))
    max_files: int = field(default=20_000, validator=validators.ge(1))
    max_slice_pixels: int = field(default=1 << 24, validator=validators.ge(1))
    max_frames: int = field(default=200_000, validator=validators.ge(1))

    def excess(self, frames: int, rows: int, columns: int) -> str:
        """Why a file of so many frames of so many pixels is too large; empty where it is not."""
        if rows * columns > self.max_slice_pixels:
            return f"too large: a slice has more than {self.max_slice_pixels} pixels"
        return self.excess_of_series(frames, frames * rows * columns)

    def excess_of_series(self, files: int, pixels: int) -> str:
        """The same of a whole series."""
        if files > self.max_files:
            return f"too large: more than {self.max_files} files or frames; fix: raise max_files in [reader_options]"
        if pixels > self.max_pixels:
            return f"too large: more than {self.max_pixels} pixels; fix: raise max_pixels in [reader_options]"
        return ""
