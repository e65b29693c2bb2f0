"""The headers of JPEG 2000 and HTJ2K codestreams (ITU-T T.800, A; file wrapper: I)."""

from __future__ import annotations

from struct import Struct

from neuronetra.adapters.dicom.codestreams.facts import PADDING, Codestream

MAX_SEGMENTS, MAX_BOXES, MAX_TILES, MAX_SIDE = 10_000, 1_000, 65_535, 1 << 26
_BEGIN, _END = b"\xff\x4f\xff\x51", b"\xff\xd9"
_WRAPPED = b"\0\0\0\x0cjP  \r\n\x87\n"
_SIZ = Struct(">HHIIIIIIIIHBBB")
_TILE_PART = Struct(">HHHIBB")
_COD, _TILE = 0xFF52, 0xFF90


def bare_codestream(frame: bytes) -> bytes:
    """The codestream inside a JP2 wrapper, or ``frame`` itself. Raises ``ValueError``."""
    if not frame.startswith(_WRAPPED):
        return frame
    position = 0
    for _ in range(MAX_BOXES):
        head = frame[position : position + 16]
        if len(head) < 8:
            break
        length, kind, begins = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1 and len(head) == 16:
            length, begins = int.from_bytes(head[8:], "big"), 16
        if kind == b"jp2c":
            return frame[position + begins : position + length if length else None]
        if length < begins:
            break
        position += length
    raise ValueError("damaged: no codestream in the JPEG 2000 wrapper")


def jpeg2000_codestream(frame: bytes, name: str) -> Codestream:
    """What the main header of a codestream says, wrapped or not. Raises ``ValueError``."""
    stream = bare_codestream(frame)
    size, length = _size(stream, name)
    return Codestream(*size, exact=_main_header(stream, 4 + length, name)[0] == 1)


def jpeg2000_cut(frame: bytes, name: str) -> str:
    """Why a codestream is not whole: its tile-parts must follow each other up to the end marker."""
    try:
        stream = bare_codestream(frame)
        position = _main_header(stream, 4 + _size(stream, name)[1], name)[1]
    except ValueError as error:
        return str(error)
    while not stream.startswith(_END, position):
        if position + _TILE_PART.size > len(stream):
            return f"truncated: the {name} stream has no end"
        marker, length, _, tile_part, _, _ = _TILE_PART.unpack_from(stream, position)
        if marker != _TILE or length != 10 or 0 < tile_part < 14:
            return f"damaged: the tile-parts of the {name} stream"
        if tile_part == 0:  # the last one, of a length that was not known when it began
            whole = stream.rstrip(PADDING).endswith(_END)
            return "" if whole else f"truncated: the {name} stream has no end"
        position += tile_part
    return ""


def _size(stream: bytes, name: str) -> tuple[tuple[int, int, int, int, bool], int]:
    """Rows, columns, components, depth and sign, and the length of the marker segment (A.5.1)."""
    if not stream.startswith(_BEGIN):
        raise ValueError(f"damaged: the pixel data are no {name} stream")
    if len(stream) < 4 + _SIZ.size:
        raise ValueError(f"truncated: the {name} stream ends in its header")
    length, _, x, y, x0, y0, tile_x, tile_y, tile_x0, tile_y0, components, depth, *steps = _SIZ.unpack_from(
        stream, 4
    )
    sane = length == 38 + 3 * components and steps == [1, 1] and max(x, y) <= MAX_SIDE
    sane = sane and tile_x0 <= x0 < min(x, tile_x0 + tile_x) and tile_y0 <= y0 < min(y, tile_y0 + tile_y)
    if not sane or -((x - tile_x0) // -tile_x) * -((y - tile_y0) // -tile_y) > MAX_TILES:
        raise ValueError(f"damaged: the image or tile size of the {name} stream")
    return (y - y0, x - x0, components, (depth & 0x7F) + 1, bool(depth & 0x80)), length


def _main_header(stream: bytes, position: int, name: str) -> tuple[int, int]:
    """The wavelet of the default coding style (0 irreversible, 1 reversible), and where tile-parts begin."""
    found: int | None = None
    for _ in range(MAX_SEGMENTS):
        head = stream[position : position + 4]
        if len(head) < 4:
            raise ValueError(f"truncated: the {name} stream ends in its header")
        marker, length = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:], "big")
        if marker == _TILE and found is not None:
            return found, position
        if not 0xFF50 <= marker <= 0xFF6F or length < 2:
            break
        if marker == _COD:
            style = stream[position + 4 : position + 2 + length]
            if found is not None or len(style) < 10:
                break
            found = style[9]
        position += 2 + length
    raise ValueError(f"damaged: the header of the {name} stream")
