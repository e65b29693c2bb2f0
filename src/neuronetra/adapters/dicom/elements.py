"""A bounded walk over the elements of a header, which keeps those that were named (DICOM part 5, 7).

It reads no more of the file than it must, decodes nothing, and follows nesting without recursion, so that
neither thousands of levels nor endless sequences cost more than a fixed number of steps.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from struct import Struct

from attrs import define, field, frozen

Tags = AbstractSet[int]
CHUNK = 8192
MAX_ELEMENTS = 1_000_000
"""Steps of one file's header, nested elements and items counted: a second or two."""
MAX_VALUE = 1024
"""Bytes of a value that is kept: none that is asked for needs more, tables aside, which are read by their place."""
OVERLONG = b"?"
"""Stands for a value that is not kept: no number, no UID, no word that means anything."""
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
ITEM, SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
_ENDS = frozenset({0xFFFEE00D, SEQUENCE_END})
"""The delimiters of an item and of a sequence of undefined length."""
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
KNOWN_VRS = _LONG | frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())


@define
class HeaderBytes:
    """Windows on a file: what was read last, and where it stands; ``steps`` is what a walk may yet take."""

    descriptor: int
    size: int
    buffer: bytes = field(default=b"", repr=False)
    base: int = 0
    steps: int = MAX_ELEMENTS

    def ticks(self) -> Iterator[None]:
        """One for each step that may yet be taken."""
        while self.steps > 0:
            self.steps -= 1
            yield

    def at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer at the end of the file. May raise ``OSError``."""
        start = offset - self.base
        if start < 0 or start + length > len(self.buffer):
            os.lseek(self.descriptor, offset, os.SEEK_SET)
            self.buffer = os.read(self.descriptor, max(length, CHUNK))
            self.base, start = offset, 0
        return self.buffer[start : start + length]


@define
class InflatedBytes(HeaderBytes):
    """The same over bytes in memory: the start of a data set that was deflated."""

    whole: bytes = b""

    def at(self, offset: int, length: int) -> bytes:
        """As for a file."""
        self.buffer, self.base = self.whole[offset : offset + max(length, CHUNK)], offset
        return self.buffer[:length]


@frozen
class Encoding:
    """How elements are written: VR spelled out or not, byte order."""

    explicit: bool
    big: bool = False


@define
class Elements:
    """Named top-level elements as raw bytes; ``offsets`` says where their values stand.

    ``pixel_tag`` with ``pixel_offset`` and ``pixel_length`` (``None``: undefined) where pixel data begin, and
    ``pixel_words`` where they are words of 16 bits (OW) though a pixel may be smaller; ``truncated`` where
    the file ends inside an element, ``unfinished`` where it ends behind one, without pixel data that it should
    have; ``broken`` where it is no data set at all.
    """

    encoding: Encoding
    values: dict[int, bytes] = field(factory=dict, repr=False)
    offsets: dict[int, tuple[int, int]] = field(factory=dict)
    pixel_tag: int = 0
    pixel_offset: int = 0
    pixel_length: int | None = None
    pixel_words: bool = False
    truncated: bool = False
    unfinished: bool = False
    broken: bool = False
    end: int = 0

    def ended(self, position: int, truncated: bool = False, broken: bool = False) -> Elements:
        self.end, self.truncated, self.broken = position, truncated, broken
        return self

    def with_pixels(self, tag: int, position: int, length: int, vr: bytes) -> Elements:
        self.pixel_tag, self.pixel_offset, self.end = tag, position, position
        self.pixel_length = None if length == UNDEFINED else length
        self.pixel_words = vr == b"OW"
        return self

    def keep(self, data: HeaderBytes, tag: int, position: int, length: int) -> None:
        """Note where a value stands, and its bytes; one that is longer than any may be is malformed."""
        self.offsets[tag] = (position, length)
        if length <= MAX_VALUE:
            self.values[tag] = data.at(position, length)
        elif length != UNDEFINED:
            self.values[tag] = OVERLONG


def _structs(order: str) -> tuple[Struct, Struct, Struct]:
    return Struct(order + "HHI"), Struct(order + "HH2sH"), Struct(order + "I")


_LITTLE, _BIG = _structs("<"), _structs(">")


def _odd_length(data: HeaderBytes, position: int, vr: bytes, short: int, header: Struct) -> int | None:
    """The length of a private element whose VR is none: what fits, with a later element behind it.

    Two unknown letters are a VR with a ``short`` length; other bytes may also be part of an implicit one.
    """
    head = data.at(position, 8)
    if len(head) < 8:
        return None
    group, element, whole = header.unpack(head)
    for length in ((short,) if vr.isalpha() else (whole, short)) if group & 1 else ():
        end = position + 8 + length
        following = data.at(end, 8) if end <= data.size else b""
        if len(following) == 8 and header.unpack(following)[:2] > (group, element):
            return int(length)
    return None


@frozen
class Until:
    """Where a walk ends at the latest: behind a ``group``, or at byte ``limit``."""

    group: int = 0xFFFF
    limit: int | None = None


def walk(data: HeaderBytes, start: int, encoding: Encoding, wanted: Tags, until: Until = Until()) -> Elements:
    """The elements from byte ``start`` on, up to the pixel data, an item's end, ``until`` or the last step."""
    found = Elements(encoding)
    implicit, explicit, long_length = _BIG if encoding.big else _LITTLE
    levels: list[bool] = []
    spelled, vr = encoding.explicit, b""
    end = data.size if until.limit is None else until.limit
    position, base, buffer = start, data.base, data.buffer
    for _ in data.ticks():
        if position >= end:
            return found.ended(position, truncated=bool(levels))
        i = position - base
        if i < 0 or i + 12 > len(buffer):
            data.at(position, CHUNK)
            base, buffer, i = data.base, data.buffer, 0
            if len(buffer) < 8:
                return found.ended(position, truncated=bool(buffer or levels) or position > data.size)
        group, element, length = implicit.unpack_from(buffer, i)
        tag, header = group << 16 | element, 8
        if group > until.group and not levels:
            return found.ended(position)
        if spelled and group != 0xFFFE:
            _, _, vr, length = explicit.unpack_from(buffer, i)
            if vr in _LONG and i + 12 <= len(buffer):
                header, (length,) = 12, long_length.unpack_from(buffer, i + 8)
            elif vr not in KNOWN_VRS:
                if (odd := _odd_length(data, position, vr, length, implicit)) is None:
                    break
                length, base, buffer = odd, data.base, data.buffer
        position += header
        if not levels:
            if tag in PIXEL_DATA:
                return found.with_pixels(tag, position, length, vr)
            if tag in wanted:
                found.keep(data, tag, position, length)
                base, buffer = data.base, data.buffer
        if tag in _ENDS:
            if not levels:
                return found.ended(position)
            spelled = levels.pop()
        elif length == UNDEFINED:
            levels.append(spelled)
            spelled = spelled and (group == 0xFFFE or vr != b"UN")
        else:
            position += length
            if position > end:
                return found.ended(position, truncated=True)
    return found.ended(position, broken=True)


def items(data: HeaderBytes, place: tuple[int, int], encoding: Encoding, wanted: Tags) -> Iterator[Elements]:
    """The items of the sequence whose value stands at ``place`` (offset, length): named elements of each.

    A sequence of unknown VR is implicit inside whatever its file is (part 5, 6.2.2), so each item's own
    first element tells how it is written. Ends early where the sequence is damaged.
    """
    position, length = place
    end = data.size if length == UNDEFINED else min(data.size, position + length)
    implicit = (_BIG if encoding.big else _LITTLE)[0]
    while position + 8 <= end:
        head = data.at(position, 8)
        if len(head) < 8:  # the file has become shorter
            return
        group, element, length = implicit.unpack(head)
        if group << 16 | element != ITEM:
            return
        position += 8
        limit = None if length == UNDEFINED else position + length
        spelled = data.at(position + 4, 2) in KNOWN_VRS
        item = walk(data, position, Encoding(spelled, encoding.big), wanted, Until(limit=limit))
        yield item
        if item.broken or item.truncated or data.steps <= 0:
            return
        position = item.end if limit is None else limit
