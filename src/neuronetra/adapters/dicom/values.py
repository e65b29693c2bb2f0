"""Values of elements, read tolerantly: what can only mean one thing is taken, and said (part 5, 6.2)."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from attrs import define, field

NAMES = {
    0x00080008: "ImageType",
    0x00080018: "SOPInstanceUID",
    0x00180080: "RepetitionTime",
    0x00180081: "EchoTime",
    0x00180082: "InversionTime",
    0x00180086: "EchoNumbers",
    0x00189082: "EffectiveEchoTime",
    0x00189087: "DiffusionBValue",
    0x0020000E: "SeriesInstanceUID",
    0x00200012: "AcquisitionNumber",
    0x00200013: "InstanceNumber",
    0x00200032: "ImagePositionPatient",
    0x00200037: "ImageOrientationPatient",
    0x00200100: "TemporalPositionIdentifier",
    0x00201041: "SliceLocation",
    0x00209111: "FrameContentSequence",
    0x00209113: "PlanePositionSequence",
    0x00209116: "PlaneOrientationSequence",
    0x00209128: "TemporalPositionIndex",
    0x00209157: "DimensionIndexValues",
    0x00280002: "SamplesPerPixel",
    0x00280008: "NumberOfFrames",
    0x00280010: "Rows",
    0x00280011: "Columns",
    0x00280030: "PixelSpacing",
    0x00280100: "BitsAllocated",
    0x00280101: "BitsStored",
    0x00280102: "HighBit",
    0x00280103: "PixelRepresentation",
    0x00280120: "PixelPaddingValue",
    0x00280121: "PixelPaddingRangeLimit",
    0x00280122: "FloatPixelPaddingValue",
    0x00280123: "DoubleFloatPixelPaddingValue",
    0x00281052: "RescaleIntercept",
    0x00281053: "RescaleSlope",
    0x00283000: "ModalityLUTSequence",
    0x00289110: "PixelMeasuresSequence",
    0x00289145: "PixelValueTransformationSequence",
}
"""Elements that a repair may name."""
_WORDS = {
    0x00200013: "geometry",
    0x00200032: "geometry",
    0x00200037: "orientation",
    0x00201041: "geometry",
    0x00280030: "spacing",
    0x00281052: "slope",
    0x00281053: "slope",
    0x00283000: "slope",
    0x00209113: "geometry",
    0x00209116: "orientation",
    0x00289110: "spacing",
    0x00289145: "slope",
}
"""The plain word of what an element is for, where a user looks for one."""


def element_name(tag: int) -> str:
    """``RescaleSlope (0028,1053)``."""
    return f"{NAMES.get(tag, 'element')} ({tag >> 16:04X},{tag & 0xFFFF:04X})"


@define
class Values:
    """Raw element values, parsed on demand; ``repairs`` gathers what was malformed, by element."""

    raw: Mapping[int, bytes] = field(repr=False)
    big: bool = False
    repairs: list[str] = field(factory=list)

    def text(self, tag: int) -> str:
        """Characters without the padding around them; empty where there is none."""
        found = self.raw.get(tag)
        return found.decode("latin-1").strip(" \0") if found else ""

    def words(self, tag: int) -> tuple[str, ...]:
        text = self.text(tag)
        return tuple(text.split("\\")) if text else ()

    def number(self, tag: int, note: str = "") -> float | None:
        """One finite decimal; several are taken only where all are equal. ``note`` adds to a repair."""
        found = self.raw.get(tag)
        if not found or not (text := found.strip(b" \0")):
            return None
        parsed = [self._decimal(part, tag) for part in self._parts(text, tag, 1)]
        first = parsed[0]
        if first is None or any(value != first for value in parsed):
            self.malformed(tag, note)
            return None
        if len(parsed) > 1:
            self.repaired(tag)
        return first

    def numbers(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Exactly ``count`` finite decimals, or ``None``."""
        found = self.raw.get(tag)
        if not found or not (text := found.strip(b" \0")):
            return None
        parsed = [self._decimal(part, tag) for part in self._parts(text, tag, count)]
        values = tuple(value for value in parsed if value is not None)
        if len(values) != count or len(parsed) != count:
            self.malformed(tag)
            return None
        return values

    def integer(self, tag: int) -> int | None:
        """A whole number written as text (IS); ``3.0`` is 3."""
        number = self.number(tag)
        if number is None or abs(number) > 1 << 53:
            return None
        if number != int(number):
            self.malformed(tag)
            return None
        return int(number)

    def short(self, tag: int, signed: bool = False) -> int | None:
        """A binary 16-bit number (US, SS), whichever the element claims to be."""
        found = self.raw.get(tag)
        if not found:
            return None
        try:
            return int(struct.unpack((">" if self.big else "<") + ("h" if signed else "H"), found)[0])
        except struct.error:
            self.malformed(tag)
            return None

    def long(self, tag: int) -> int | None:
        """A binary 32-bit number (UL)."""
        found = self.raw.get(tag)
        if found and len(found) != 4:
            self.malformed(tag)
        return int.from_bytes(found, "big" if self.big else "little") if found and len(found) == 4 else None

    def real(self, tag: int, kind: str) -> float | None:
        """A binary float (``f`` FL, OF) or double (``d`` FD); ``None`` unless it is one, and finite."""
        found = self.raw.get(tag)
        if not found:
            return None
        try:
            value = float(struct.unpack((">" if self.big else "<") + kind, found)[0])
        except struct.error:
            value = math.nan
        if math.isfinite(value):
            return value
        self.malformed(tag)
        return None

    def malformed(self, tag: int, note: str = "") -> None:
        self.note(tag, f"is malformed{note and ': ' + note}")

    def repaired(self, tag: int) -> None:
        self.note(tag, "is malformed, but can only mean one thing")

    def note(self, tag: int, what: str) -> None:
        """A repair that names the element, after the plain word for what it tells."""
        word = _WORDS.get(tag, "")
        self.repairs.append(f"{word and word + ': '}{element_name(tag)} {what}")

    def seconds(self, tag: int) -> float | None:
        """A time of day (TM) as a number that grows with it; nothing is said of a malformed one."""
        text = self.raw.get(tag, b"").strip(b" \0")
        return float(text) if text.replace(b".", b"", 1).isdigit() and len(text) < 20 else None

    def _parts(self, text: bytes, tag: int, count: int) -> list[bytes]:
        """The values of a list, less one empty last value that a trailing backslash makes."""
        parts = text.split(b"\\")
        if len(parts) == count + 1 and not parts[-1].strip():
            self.repaired(tag)
            parts.pop()
        return parts

    def _decimal(self, part: bytes, tag: int) -> float | None:
        """A finite decimal; a comma for a point can only mean one thing."""
        try:
            value = float(part)
        except ValueError:
            if part.count(b",") != 1 or b"." in part:
                return None
            try:
                value = float(part.replace(b",", b"."))
            except ValueError:
                return None
            self.repaired(tag)
        return value if math.isfinite(value) and b"_" not in part else None
