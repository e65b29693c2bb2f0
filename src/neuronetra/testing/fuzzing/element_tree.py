"""A DICOM file as a tree that may be wrong: taken apart from a valid file, and written as it stands.

Libraries refuse to write most of what is worth reading: lengths that lie, VRs that are none, fragments of
odd length. Here an element is written with whatever it holds (part 5, 7; part 10, 7).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from struct import pack, unpack_from
from typing import Any

from attrs import define, field
from pydicom.datadict import dictionary_VR

UNDEFINED = 0xFFFFFFFF
PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
DEFLATED, BIG, IMPLICIT = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.2", b"1.2.840.10008.1.2"
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_MAGIC = 132
_SYNTAX = 0x00020010
_ITEM, _ITEM_END, _END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


@define
class Element:
    """One element: a ``value``, the ``items`` of a sequence, or the ``fragments`` of encapsulated pixel data.

    The first fragment is the offset table. ``length`` is written in place of the true one; ``endless``
    writes the undefined length, with a delimiter behind items and fragments but not behind a ``value``.
    """

    tag: int
    vr: bytes
    value: bytes = b""
    items: list[list[Element]] | None = None
    fragments: list[bytes] | None = None
    length: int | None = None
    endless: bool = False


@define
class Writing:
    """How elements are written: VR spelled out or not, byte order."""

    explicit: bool = True
    big: bool = False

    @property
    def order(self) -> str:
        return ">" if self.big else "<"


@define
class FileTree:
    """A whole file: what stands before its elements, its meta information, its data set, how that is written."""

    before: bytes
    meta: list[Element]
    elements: list[Element]
    writing: Writing = field(factory=Writing)
    deflated: bool = False
    after: bytes = b""

    @classmethod
    def of(cls, raw: bytes) -> FileTree:
        """Raises ``ValueError`` for a file that is not valid."""
        start = _MAGIC if raw[128:132] == b"DICM" else 0
        meta, at = _elements(raw, start, len(raw), Writing(), meta=True)
        syntax = next((e.value.rstrip(b"\0") for e in meta if e.tag == _SYNTAX), b"")
        content = zlib.decompress(raw[at:], -zlib.MAX_WBITS) if syntax == DEFLATED else raw[at:]
        spelled = content[4:6].isalpha() and syntax != IMPLICIT
        writing = Writing(spelled, syntax == BIG or content[:2] == b"\0\x08")
        elements, _ = _elements(content, 0, len(content), writing)
        return cls(raw[:start], meta, elements, writing, syntax == DEFLATED)

    def written(self) -> bytes:
        """The bytes of the file."""
        return self.with_content(written(self.elements, self.writing))

    def with_content(self, content: bytes) -> bytes:
        """The file with another data set, given as bytes before they are deflated."""
        if self.deflated:
            packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
            content = packer.compress(content) + packer.flush()
        return b"".join((self.before, written(self.meta, Writing()), content, self.after))

    def walk(self) -> Iterator[tuple[list[Element], Element]]:
        """Every element with the list that it stands in, nested ones too."""
        waiting = [self.meta, self.elements]
        while waiting:
            level = waiting.pop()
            for element in level:
                yield level, element
                waiting.extend(element.items or ())

    def find(self, tag: int) -> Element | None:
        """The first top-level element of that tag."""
        return next((element for element in self.elements if element.tag == tag), None)

    @property
    def pixels(self) -> Element | None:
        """The pixel data."""
        return next((element for element in self.elements if element.tag in PIXELS), None)


def written(elements: list[Element], how: Writing) -> bytes:
    """The elements one after the other."""
    return b"".join(_written(element, how) for element in elements)


def _written(element: Element, how: Writing) -> bytes:
    body = element.value
    if element.items is not None:
        body = b"".join(_item(written(item, how), how, element.endless) for item in element.items)
    if element.fragments is not None:
        body = b"".join(_item(fragment, how, endless=False) for fragment in element.fragments)
    if element.endless and (element.items is not None or element.fragments is not None):
        body += _head(_END, how) + bytes(4)
    length = len(body) if element.length is None else element.length
    return _header(element, how, UNDEFINED if element.endless else length & UNDEFINED) + body


def _header(element: Element, how: Writing, length: int) -> bytes:
    head = _head(element.tag, how)
    if not how.explicit:
        return head + pack(how.order + "I", length)
    if element.vr in _LONG:
        return head + element.vr + bytes(2) + pack(how.order + "I", length)
    return head + element.vr + pack(how.order + "H", length & 0xFFFF)


def _head(tag: int, how: Writing) -> bytes:
    return pack(how.order + "HH", tag >> 16, tag & 0xFFFF)


def _item(body: bytes, how: Writing, endless: bool) -> bytes:
    start, end = _head(_ITEM, how), _head(_ITEM_END, how) + bytes(4)
    if endless:
        return start + pack("<I", UNDEFINED) + body + end
    return start + pack(how.order + "I", len(body)) + body


def _elements(raw: bytes, at: int, end: int, how: Writing, meta: bool = False) -> tuple[list[Element], int]:
    """The elements of one level up to ``end``, a delimiter or the end of the ``meta`` information, and where they end."""
    found: list[Element] = []
    while at + 8 <= end:
        if meta and unpack_from(how.order + "H", raw, at)[0] != 2:
            break
        element, length, value_at = _element_head(raw, at, how)
        if element.tag in (_ITEM_END, _END):
            return found, value_at
        at = _fill(element, raw, (value_at, length), how)
        found.append(element)
    return found, at


def _element_head(raw: bytes, at: int, how: Writing) -> tuple[Element, int, int]:
    group, number = unpack_from(how.order + "HH", raw, at)
    tag, vr = group << 16 | number, raw[at + 4 : at + 6]
    if group == 0xFFFE or not how.explicit:
        (length,) = unpack_from(how.order + "I", raw, at + 4)
        return Element(tag, _known_vr(tag)), length, at + 8
    if vr in _LONG:
        return Element(tag, vr), unpack_from(how.order + "I", raw, at + 8)[0], at + 12
    if not vr.isalpha():
        raise ValueError("not a valid file")
    return Element(tag, vr), unpack_from(how.order + "H", raw, at + 6)[0], at + 8


def _known_vr(tag: int) -> bytes:
    try:
        return dictionary_VR(tag).split(" or ")[-1].encode()
    except KeyError:
        return b"UN"


def _fill(element: Element, raw: bytes, place: tuple[int, int], how: Writing) -> int:
    """Take in the value of an element; where it ends."""
    at, length = place
    element.endless = length == UNDEFINED
    if element.endless or element.vr == b"SQ":
        end = len(raw) if element.endless else at + length
        parts, at = _items(raw, at, end, how, element.tag in PIXELS)
        if element.tag in PIXELS:
            element.fragments = parts
        else:
            element.items = parts
        return at
    if at + length > len(raw):
        raise ValueError("not a valid file")
    element.value = raw[at : at + length]
    return at + length


def _items(raw: bytes, at: int, end: int, how: Writing, fragments: bool) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at + 8 <= end:
        group, number, length = unpack_from(how.order + "HHI", raw, at)
        at += 8
        if group << 16 | number != _ITEM:
            break
        if fragments:
            found.append(raw[at : at + length])
            at += length
        else:
            inner, after = _elements(raw, at, end if length == UNDEFINED else at + length, how)
            found.append(inner)
            at = after if length == UNDEFINED else at + length
    return found, at
