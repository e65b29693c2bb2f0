"""DICOM files that hold nothing but one image (part 10, 7; part 5, A.4): plain words, or one encoded frame."""

from __future__ import annotations

from struct import pack

from attrs import frozen

_SECONDARY_CAPTURE = b"1.2.840.10008.5.1.4.1.1.7\0"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_ANY_UID = b"2.25.1"
_UNDEFINED, _ITEM, _DELIMITER = 0xFFFFFFFF, 0xE000FFFE, 0xE0DDFFFE


@frozen
class PlainImage:
    """What a header states of one grey image of unsigned pixels."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int


FileParts = tuple[bytes, bytes, bytes]
"""What stands before the pixels, the pixels, and what stands behind them."""


def plain_file(stored: bytes, rows: int, columns: int, bits: int) -> FileParts:
    """``stored`` (little-endian unsigned words of ``bits`` bits, rows x columns) as the parts of a file."""
    length = len(stored) + len(stored) % 2
    pixels = pack("<HH2sHI", 0x7FE0, 0x10, b"OB" if bits == 8 else b"OW", 0, length)
    start = _start(_EXPLICIT_LITTLE, PlainImage(rows, columns, bits, bits)) + pixels
    return start, stored, b"\0" * (len(stored) % 2)


def encoded_file(content: bytes, syntax: str, image: PlainImage) -> FileParts:
    """One frame encoded by ``syntax`` as the only fragment of a file."""
    padding = len(content) % 2
    pixels = pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, _UNDEFINED)
    pixels += pack("<4I", _ITEM, 0, _ITEM, len(content) + padding)
    return _start(syntax, image) + pixels, content, b"\0" * padding + pack("<2I", _DELIMITER, 0)


def _start(syntax: str, image: PlainImage) -> bytes:
    """Everything before the pixel data."""
    uid = syntax.encode()
    meta = _element(2, 2, b"UI", _SECONDARY_CAPTURE) + _element(2, 3, b"UI", _ANY_UID)
    meta += _element(2, 0x10, b"UI", uid + b"\0" * (len(uid) % 2))
    header = _element(8, 0x16, b"UI", _SECONDARY_CAPTURE) + _element(8, 0x18, b"UI", _ANY_UID)
    header += _short(2, 1) + _element(0x0028, 4, b"CS", b"MONOCHROME2 ")
    header += _short(0x10, image.rows) + _short(0x11, image.columns)
    header += _short(0x100, image.bits_allocated) + _short(0x101, image.bits_stored)
    header += _short(0x102, image.bits_stored - 1) + _short(0x103, 0)
    return b"\0" * 128 + b"DICM" + _element(2, 0, b"UL", pack("<I", len(meta))) + meta + header


def _element(group: int, element: int, vr: bytes, value: bytes) -> bytes:
    return pack("<HH2sH", group, element, vr, len(value)) + value


def _short(element: int, value: int) -> bytes:
    return _element(0x0028, element, b"US", pack("<H", value))
