"""Where the frames of encapsulated pixel data lie in a file (DICOM part 5, A.4).

A sequence of items: a basic offset table, which may be empty, then fragments of compressed frames. Only
the headers of items are read; what a fragment holds is looked at where nothing else tells frames apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from struct import Struct

from neuronetra.adapters.dicom.elements import UNDEFINED, HeaderBytes

FragmentPlace = tuple[int, int]
"""Byte offset in the file and length."""

MAX_FRAGMENTS = 200_000
_RLE_HEADER_BYTES, _ONE_OFFSET = 64, 4
_ITEM, _DELIMITER = 0xE000FFFE, 0xE0DDFFFE
_HEADER = Struct("<II")
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")
"""How a JPEG or JPEG-LS, a JPEG 2000 and a wrapped JPEG 2000 codestream begin."""
CUT = "truncated: the file ends in its compressed pixel data"
DISAGREES = "damaged: the pixel data hold another number of frames than NumberOfFrames (0028,0008) says"


class Kind(Enum):
    """What frames are: codestreams, RLE (the standard has one fragment each, writers have more), words."""

    STREAMS = "streams"
    RLE = "RLE"
    WORDS = "words"

    def begins(self, head: bytes) -> bool:
        """Whether a fragment that starts so begins a frame."""
        if self is not Kind.RLE:
            return head.startswith(_STARTS)
        segments, first = _HEADER.unpack(head) if len(head) == _HEADER.size else (0, 0)
        return bool(1 <= segments <= 15 and first == _RLE_HEADER_BYTES)


def frame_places(
    data: HeaderBytes,
    offset: int,
    frames: int | None,
    extended: tuple[bytes, bytes] | None = None,
    kind: Kind = Kind.STREAMS,
) -> tuple[tuple[FragmentPlace, ...], ...]:
    """The fragments of each frame, in order.

    ``offset`` is where the value of the pixel data begins, ``frames`` NumberOfFrames (0028,0008) or ``None``
    where the header lost it, ``extended`` the values of (7FE0,0001) and (7FE0,0002). Raises ``ValueError``
    whose reason begins with ``truncated`` or ``damaged``; ``OSError`` passes.
    """
    table, first = _offset_table(data, offset, kind)
    fragments = _fragments(data, first)
    if not fragments:
        raise ValueError("truncated: the pixel data hold no frame")
    if len(fragments) == 1 and (frames == 1 or (frames is None and table[1] <= _ONE_OFFSET)):
        return (tuple(fragments),)
    starts = _starts(data, fragments, frames, (first, table, extended), kind)
    if frames is not None and len(starts) != frames:
        raise ValueError(DISAGREES)
    if frames is None:
        _require_end(data, fragments[-1])
    return tuple(tuple(fragments[one:after]) for one, after in pairwise([*starts, len(fragments)]))


def _require_end(data: HeaderBytes, last: FragmentPlace) -> None:
    """That the fragments end as they should: where nothing says how many frames there are, some may be lost."""
    end = last[0] + last[1]
    items = (_item(data, end), _item(data, end + last[1] % 2))
    if not any(item is not None and item[0] == _DELIMITER for item in items):
        raise ValueError(CUT)


def _item(data: HeaderBytes, position: int) -> tuple[int, int] | None:
    """Tag and length of the item at ``position``; ``None`` at the end of the file."""
    head = data.at(position, 8)
    if len(head) < 8:
        return None
    tag, length = _HEADER.unpack(head)
    return tag, length


def _offset_table(data: HeaderBytes, offset: int, kind: Kind) -> tuple[FragmentPlace, int]:
    """The place of the basic offset table, and where the first fragment's item begins."""
    item = _item(data, offset)
    if item is None:
        raise ValueError(CUT)
    tag, length = item
    if tag != _ITEM or length == UNDEFINED:
        raise ValueError("damaged: the compressed pixel data do not begin with an item")
    if offset + 8 + length > data.size:
        raise ValueError(CUT)
    if length and kind.begins(data.at(offset + 8, 8)):  # a writer that left the table out
        return (offset, 0), offset
    return (offset + 8, length), offset + 8 + length


def _fragments(data: HeaderBytes, position: int) -> list[FragmentPlace]:
    """Every fragment from ``position`` on; the delimiter behind the last one may be missing."""
    found: list[FragmentPlace] = []
    while position + 8 < data.size or (position + 8 == data.size and not found):
        item = _item(data, position)
        if item is not None and item[0] not in (_ITEM, _DELIMITER) and found and found[-1][1] % 2:
            position += 1  # padded to an even length that its header does not count
            item = _item(data, position)
        if item is None or item[0] != _ITEM:
            break
        length = item[1]
        if length == UNDEFINED:
            raise ValueError("damaged: a fragment of the pixel data has no length")
        if position + 8 + length > data.size:
            raise ValueError(CUT)
        found.append((position + 8, length))
        if len(found) > MAX_FRAGMENTS:
            raise ValueError("damaged: more fragments of pixel data than any image has")
        position += 8 + length
    return found


_Tables = tuple[int, FragmentPlace, tuple[bytes, bytes] | None]
"""Where the first item begins, from which offsets count; the basic and the extended offset table."""


def _starts(
    data: HeaderBytes, fragments: list[FragmentPlace], frames: int | None, tables: _Tables, kind: Kind
) -> Sequence[int]:
    """Which fragments begin a frame: by the tables, by number, by how codestreams begin."""
    first, (place, length), extended = tables
    if kind is Kind.WORDS:
        return range(len(fragments))
    numbers = {position - 8 - first: number for number, (position, _) in enumerate(fragments)}
    basic = data.at(place, length) if 0 < length <= 4 * MAX_FRAGMENTS else b""
    for known in (_extended(extended), _basic(basic)):
        starts = [numbers.get(one, -1) for one in known]
        if len(starts) > 1 and _in_order(starts) and frames in (None, len(starts)):
            return starts  # a table of one offset says nothing: some writers note the first frame alone
        if frames is None and len(starts) > 1:
            raise ValueError("damaged: the offset table names other frames than the pixel data hold")
    begun = [n for n, (at, size) in enumerate(fragments) if size > 3 and kind.begins(data.at(at, 8))]
    if begun and begun[0] == 0:
        return begun
    if not begun and frames == len(fragments):
        return range(len(fragments))
    if frames is None:
        raise ValueError("damaged: NumberOfFrames (0028,0008) is missing, and nothing tells frames apart")
    return range(1)


def _in_order(starts: list[int]) -> bool:
    return starts[0] == 0 and all(one < after for one, after in pairwise(starts))


def _basic(table: bytes) -> tuple[int, ...]:
    """The offsets of a basic offset table, none where it is malformed."""
    count = len(table) // 4
    fits = len(table) % 4 == 0
    return Struct(f"<{count}I").unpack(table) if fits else ()


def _extended(tables: tuple[bytes, bytes] | None) -> tuple[int, ...]:
    """The offsets of an extended offset table, none where it is malformed."""
    offsets, lengths = tables or (b"", b"")
    count = len(offsets) // 8
    fits = len(offsets) % 8 == 0 and len(lengths) == len(offsets) and count <= MAX_FRAGMENTS
    return Struct(f"<{count}Q").unpack(offsets) if fits else ()
