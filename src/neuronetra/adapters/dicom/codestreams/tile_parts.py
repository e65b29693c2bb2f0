"""Tile-parts of JPEG 2000 and HTJ2K codestreams (ITU-T T.800, A.4): whether a stream is whole."""

from __future__ import annotations

from struct import Struct

from neuronetra.adapters.dicom.codestreams.facts import PADDING
from neuronetra.adapters.dicom.codestreams.jpeg2000 import (
    MAX_SEGMENTS,
    TILE_PART,
    bare_codestream,
    main_header,
    sane_blocks,
)

_START = Struct(">HHHIBB")
_DATA, _END = b"\xff\x93", b"\xff\xd9"
_CODING = b"\xff\x52"
_IN_HEADERS = frozenset(bytes((0xFF, low)) for low in (0x52, 0x58, 0x5C, 0x5D, 0x5E, 0x5F, 0x61, 0x64))
"""COD, PLT, QCD, QCC, RGN, POC, PPT and COM; COC is of no use to an image of one component."""


def jpeg2000_cut(frame: bytes, name: str) -> str:
    """Why a codestream is not whole: tile-parts of all tiles must lead to its end marker; or empty."""
    try:
        stream = bare_codestream(frame)
        header = main_header(stream, name)
    except ValueError as error:
        return str(error)
    position, seen = header.end, set()
    while not stream.startswith(_END, position):
        if position + _START.size > len(stream):
            return f"truncated: the {name} stream has no end"
        marker, length, tile, tile_part, _, _ = _START.unpack_from(stream, position)
        last = tile_part == 0  # and of a length that was not known when it began
        end = len(stream) if last else position + tile_part
        sane = marker == TILE_PART and length == 10 and tile < header.tiles
        if not sane or not _has_data(stream, position + _START.size, end):
            return f"damaged: the tile-parts of the {name} stream"
        seen.add(tile)
        if last:
            if not stream.rstrip(PADDING).endswith(_END):
                return f"truncated: the {name} stream has no end"
            break
        position = end
    return "" if len(seen) == header.tiles else f"truncated: tiles of the {name} stream are missing"


def _has_data(stream: bytes, position: int, end: int) -> bool:
    """Whether the header of a tile-part leads to its data before ``end`` (A.4.3).

    Where it does not, SimpleITK fails as it should, but once in some thousand times kills the process.
    """
    for _ in range(MAX_SEGMENTS):
        head = stream[position : min(position + 4, end)]
        if head[:2] == _DATA:
            return True
        if len(head) < 4 or head[:2] not in _IN_HEADERS:
            return False
        length = max(2, int.from_bytes(head[2:], "big"))
        style = stream[position + 4 : position + 2 + length]
        if head[:2] == _CODING and not (len(style) >= 10 and sane_blocks(style)):
            return False
        position += 2 + length
    return False
