"""The elements that say how stored words become values (part 3, C.7.6.3 and C.11.1)."""

from __future__ import annotations

import math
from struct import unpack

import numpy as np

from neuronetra.adapters.dicom.elements import Elements, HeaderBytes, items
from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.pixels import ModalityLut, PixelFacts

ROWS, COLUMNS, ALLOCATED, STORED, HIGH_BIT, SIGNED = (
    0x00280010,
    0x00280011,
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
)
PADDING, PADDING_LIMIT, FLOAT_PADDING, DOUBLE_PADDING = 0x00280120, 0x00280121, 0x00280122, 0x00280123
INTERCEPT, SLOPE, LUT_SEQUENCE, LUT_DESCRIPTOR, LUT_DATA = (
    0x00281052,
    0x00281053,
    0x00283000,
    0x00283002,
    0x00283006,
)
FLOAT_PIXELS, DOUBLE_PIXELS = 0x7FE00008, 0x7FE00009

PIXEL_TAGS = frozenset(
    {
        ROWS,
        COLUMNS,
        ALLOCATED,
        STORED,
        HIGH_BIT,
        SIGNED,
        PADDING,
        PADDING_LIMIT,
        FLOAT_PADDING,
        DOUBLE_PADDING,
    }
    | {INTERCEPT, SLOPE, LUT_SEQUENCE, 0x00280002, 0x00280004, 0x00280008}
)


def pixel_facts(
    values: Values, elements: Elements, hounsfield: bool, lut: ModalityLut | None = None
) -> PixelFacts:
    """What the header says; contradictions in bits and malformed slopes are repaired and said."""
    floating = elements.pixel_tag in (FLOAT_PIXELS, DOUBLE_PIXELS)
    allocated, stored, high = _bits(values, elements.pixel_tag)
    signed = bool(values.short(SIGNED)) and not floating
    slope, intercept = rescale_of(values)
    inverted = values.text(0x00280004).upper() == "MONOCHROME1"
    if inverted:
        values.repairs.append(_inversion_note(hounsfield, floating))
    return PixelFacts(
        rows=values.short(ROWS) or 0,
        columns=values.short(COLUMNS) or 0,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high,
        signed=signed,
        floating=floating,
        inverted=inverted,
        hounsfield=hounsfield,
        padding=_float_padding(values) if floating else _padding(values, signed),
        slope=slope,
        intercept=intercept,
        lut=lut,
    )


def _inversion_note(hounsfield: bool, floating: bool) -> str:
    if hounsfield:
        return "MONOCHROME1 is a display polarity: CT keeps its values in HU"
    return "MONOCHROME1: float values are kept" if floating else "MONOCHROME1: values are inverted as stored"


def _bits(values: Values, pixel_tag: int) -> tuple[int, int, int]:
    """(allocated, stored, high bit), made consistent."""
    implied = {FLOAT_PIXELS: 32, DOUBLE_PIXELS: 64}.get(pixel_tag)
    if implied:
        return implied, implied, implied - 1
    allocated = values.short(ALLOCATED) or 16
    stored = values.short(STORED)
    if stored is None or not 0 < stored <= allocated:
        values.malformed(STORED, "all allocated bits are taken")
        stored = allocated
    high = values.short(HIGH_BIT)
    if high is None or not stored - 1 <= high < allocated:
        values.malformed(HIGH_BIT, "the lowest bits are taken")
        high = stored - 1
    return allocated, stored, high


def rescale_of(values: Values) -> tuple[float, float]:
    """Slope and intercept; 1 and 0 where missing, and, with a repair, where malformed."""
    slope = values.number(SLOPE, "a slope of 1 is taken")
    if SLOPE in values.raw and not values.text(SLOPE):
        values.note(SLOPE, "is empty, so values are not scaled by it")
    if slope == 0.0:
        values.malformed(SLOPE, "a slope of 1 is taken instead of 0")
    intercept = values.number(INTERCEPT, "0 is added after the slope")
    return slope or 1.0, intercept if intercept is not None else 0.0


def _padding(values: Values, signed: bool) -> tuple[float, float] | None:
    value = values.short(PADDING, signed)
    if value is None:
        return None
    limit = values.short(PADDING_LIMIT, signed)
    ends = (value, value if limit is None else limit)
    return float(min(ends)), float(max(ends))


def _float_padding(values: Values) -> tuple[float, float] | None:
    value = values.real(FLOAT_PADDING, "f")
    value = value if value is not None else values.real(DOUBLE_PADDING, "d")
    return None if value is None or not math.isfinite(value) else (value, value)


def read_modality_lut(data: HeaderBytes, elements: Elements, values: Values) -> ModalityLut | None:
    """The modality LUT (C.11.1.1), where there is one and no rescale slope beside it.

    A damaged table counts as none, with a repair.
    """
    place = elements.offsets.get(LUT_SEQUENCE)
    if place is None or place[1] == 0 or values.text(SLOPE):
        return None
    item = next(items(data, place, elements.encoding, frozenset({LUT_DESCRIPTOR, LUT_DATA})), None)
    descriptor = b"" if item is None else item.values.get(LUT_DESCRIPTOR, b"")
    offset, length = (0, 0) if item is None else item.offsets.get(LUT_DATA, (0, 0))
    count = int.from_bytes(descriptor[:2], "big" if values.big else "little") or 1 << 16
    width = next((w for w in (2, 1) if length in (count * w, count * w + 1)), 0)
    if len(descriptor) != 6 or not width:
        values.malformed(LUT_SEQUENCE, "values are taken as stored")
        return None
    order = ">" if values.big else "<"
    first = unpack(order + ("h" if values.short(SIGNED) else "H"), descriptor[2:4])[0]
    return ModalityLut(first, np.frombuffer(data.at(offset, count * width), f"{order}u{width}"))
