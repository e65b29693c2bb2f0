"""Slice headers for tests of grouping and ordering, without any file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neuronetra.domain.headers import SliceHeader
from neuronetra.domain.modality import ModalityFacts
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import Series
from neuronetra.domain.series_files import SeriesFiles
from neuronetra.domain.stacking import series_of
from neuronetra.domain.twins import Digest

_MR = ModalityFacts(modality="MR")
_PIXELS = PixelFacts(rows=8, columns=10)


def slice_header(index: int, **changes: Any) -> SliceHeader:
    """Slice ``index`` (from 0) of an axial MR stack, 2 mm apart, feet first, with ``changes``."""
    values: dict[str, Any] = {
        "source": "",
        "file": f"f{index}",
        "series_uid": "1.2",
        "instance_uid": f"1.2.{index}",
        "family": "MR",
        "facts": _MR,
        "photometric": "MONOCHROME2",
        "orientation": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        "position": (-5.0, -4.0, 2.0 * index),
        "pixel_spacing": (0.5, 0.5),
        "slice_location": 2.0 * index,
        "instance_number": index + 1,
        "acquisition_number": 1,
        "pixels": _PIXELS,
    }
    return SliceHeader(**(values | changes))


def header_stack(count: int = 10, **changes: Any) -> list[SliceHeader]:
    """``count`` neighbours, all with the same changes."""
    return [slice_header(index, **changes) for index in range(count)]


def all_differ(header: SliceHeader) -> bytes:
    """A digest by which no two instances show the same picture."""
    return header.file.encode() + header.instance_uid.encode()


def series_from(headers: Sequence[SliceHeader], number: int = 0, digest: Digest = all_differ) -> Series:
    """The series that the domain makes of headers."""
    return series_of(SeriesFiles(uid="1.2", headers=tuple(headers)), (), digest, number)


def warned(series: Series, *words: str) -> bool:
    """Whether one warning holds all the words."""
    return any(all(word in warning for word in words) for warning in series.reading.warnings)
