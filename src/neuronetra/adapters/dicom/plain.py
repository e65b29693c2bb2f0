"""A DICOM file that holds nothing but one image of plain unsigned words (part 10, 7)."""

from __future__ import annotations

from struct import pack

_SECONDARY_CAPTURE = b"1.2.840.10008.5.1.4.1.1.7\0"
_EXPLICIT_LITTLE = b"1.2.840.10008.1.2.1\0"
_ANY_UID = b"2.25.1"


def _element(group: int, element: int, vr: bytes, value: bytes) -> bytes:
    return pack("<HH2sH", group, element, vr, len(value)) + value


def _short(element: int, value: int) -> bytes:
    return _element(0x0028, element, b"US", pack("<H", value))


def plain_file(stored: bytes, rows: int, columns: int, bits: int) -> tuple[bytes, bytes, bytes]:
    """``stored`` (little-endian words of ``bits`` bits, rows x columns) as the parts of a file."""
    meta = _element(2, 2, b"UI", _SECONDARY_CAPTURE) + _element(2, 3, b"UI", _ANY_UID)
    meta += _element(2, 0x10, b"UI", _EXPLICIT_LITTLE)
    header = _element(8, 0x16, b"UI", _SECONDARY_CAPTURE) + _element(8, 0x18, b"UI", _ANY_UID)
    header += _short(2, 1) + _element(0x0028, 4, b"CS", b"MONOCHROME2 ")
    header += _short(0x10, rows) + _short(0x11, columns)
    header += _short(0x100, bits) + _short(0x101, bits) + _short(0x102, bits - 1) + _short(0x103, 0)
    length = len(stored) + len(stored) % 2
    pixels = pack("<HH2sHI", 0x7FE0, 0x10, b"OB" if bits == 8 else b"OW", 0, length)
    start = b"\0" * 128 + b"DICM" + _element(2, 0, b"UL", pack("<I", len(meta))) + meta + header + pixels
    return start, stored, b"\0" * (len(stored) % 2)
