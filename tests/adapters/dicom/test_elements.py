"""The walk over a header: what it keeps, where it stops, what it survives."""

from __future__ import annotations

import os
from pathlib import Path
from struct import pack

from neuronetra.adapters.dicom.elements import MAX_ELEMENTS, Elements, Encoding, HeaderBytes, walk

ROWS, SEQUENCE, NAME = 0x00280010, 0x00081140, 0x00100010
IMPLICIT, EXPLICIT, BIG = Encoding(False), Encoding(True), Encoding(True, big=True)


def walked(folder: Path, content: bytes, encoding: Encoding) -> Elements:
    path = folder / "header"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return walk(HeaderBytes(descriptor, len(content)), 0, encoding, frozenset({ROWS, NAME}))
    finally:
        os.close(descriptor)


def implicit(tag: int, value: bytes, length: int | None = None) -> bytes:
    return pack("<HHI", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def test_values_are_kept_and_pixel_data_end_the_walk(tmp_path: Path) -> None:
    """Named elements come as bytes; the place of the pixel data is told, not their content."""
    content = implicit(NAME, b"ab") + implicit(ROWS, b"\x05\0") + implicit(0x7FE00010, b"1234")
    found = walked(tmp_path, content, IMPLICIT)
    assert found.values == {NAME: b"ab", ROWS: b"\x05\0"}
    assert (found.pixel_tag, found.pixel_offset, found.pixel_length) == (0x7FE00010, len(content) - 4, 4)
    assert not found.truncated


def test_a_long_private_value_is_stepped_over(tmp_path: Path) -> None:
    """Values larger than the window cost one more read, at what follows them."""
    content = implicit(0x00291010, bytes(100_000)) + implicit(0x00280010, b"\x07\0")
    assert walked(tmp_path, content + bytes(8), IMPLICIT).values == {ROWS: b"\x07\0"}


def test_nested_values_are_not_taken_for_top_level_ones(tmp_path: Path) -> None:
    """An item's own rows are not the image's."""
    item = (
        pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + implicit(ROWS, b"\x01\0") + pack("<HHI", 0xFFFE, 0xE00D, 0)
    )
    nested = implicit(SEQUENCE, b"", 0xFFFFFFFF) + item + pack("<HHI", 0xFFFE, 0xE0DD, 0)
    assert walked(tmp_path, nested + implicit(ROWS, b"\x02\0"), IMPLICIT).values == {ROWS: b"\x02\0"}


def test_big_endian_and_spelled_out_elements(tmp_path: Path) -> None:
    """Explicit VR, both byte orders; a sequence of unknown VR is implicit inside (part 5, 6.2.2)."""
    big = pack(">HH2sH", 0x28, 0x10, b"US", 2) + b"\0\x09"
    assert walked(tmp_path, big, BIG).values == {ROWS: b"\0\x09"}
    unknown = pack("<HH2sHI", 0x29, 0x1010, b"UN", 0, 0xFFFFFFFF) + pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    unknown += implicit(ROWS, b"\x01\0") + pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    after = pack("<HH2sH", 0x28, 0x10, b"US", 2) + b"\x03\0"
    found = walked(tmp_path, unknown.replace(b"\x29\0", b"\x09\0", 1) + after, EXPLICIT)
    assert found.values == {ROWS: b"\x03\0"}


def test_rule_03_thousands_of_levels_do_not_exhaust_anything(tmp_path: Path) -> None:
    """Nesting is counted, not recursed into, and ends at a fixed number of steps."""
    level = implicit(SEQUENCE, b"", 0xFFFFFFFF) + pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    found = walked(tmp_path, level * 50_000, IMPLICIT)
    assert found.truncated
    assert walked(tmp_path, level * MAX_ELEMENTS, IMPLICIT).broken


def test_a_value_beyond_the_end_is_truncated(tmp_path: Path) -> None:
    """A length that the file cannot hold ends the walk."""
    assert walked(tmp_path, implicit(NAME, b"ab", 500), IMPLICIT).truncated


def test_letters_that_are_no_vr_are_broken(tmp_path: Path) -> None:
    """Explicit elements must spell a VR."""
    assert walked(tmp_path, b"\x08\0\x05\0zz\x02\0ab" + bytes(20), EXPLICIT).broken
