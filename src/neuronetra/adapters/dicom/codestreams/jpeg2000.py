"""The main header of JPEG 2000 and HTJ2K codestreams (ITU-T T.800, A; file wrapper: I)."""

from __future__ import annotations

from struct import Struct

from attrs import frozen

from neuronetra.adapters.dicom.codestreams.facts import Codestream

MAX_SEGMENTS, MAX_BOXES, MAX_TILES, MAX_SIDE = 10_000, 1_000, 65_535, 1 << 26
TILE_PART = 0xFF90
_CODING, _COMPONENT_CODING = 0xFF52, 0xFF53
SMALLEST_PRECINCT = 5
"""Its sides are at least two to this power, but at the lowest resolution, of which there is little."""
_BEGIN, _WRAPPED = b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n"
_SIZ = Struct(">HHIIIIIIIIHBBB")


@frozen
class MainHeader:
    """What a codestream says of itself, in how many tiles it is cut, and where its first tile-part begins."""

    codestream: Codestream
    tiles: int
    end: int


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


def main_header(stream: bytes, name: str) -> MainHeader:
    """The main header of a bare codestream; one component's depth stands for all (A.5.1).

    Raises ``ValueError``.
    """
    if not stream.startswith(_BEGIN):
        raise ValueError(f"damaged: the pixel data are no {name} stream")
    if len(stream) < 4 + _SIZ.size:
        raise ValueError(f"truncated: the {name} stream ends in its header")
    length, _, x, y, x0, y0, tile_x, tile_y, tile_x0, tile_y0, components, depth, *steps = _SIZ.unpack_from(
        stream, 4
    )
    sane = length == 38 + 3 * components and steps == [1, 1] and max(x, y) <= MAX_SIDE
    sane = sane and tile_x0 <= x0 < min(x, tile_x0 + tile_x) and tile_y0 <= y0 < min(y, tile_y0 + tile_y)
    tiles = -((x - tile_x0) // -tile_x) * -((y - tile_y0) // -tile_y) if sane else 0
    if not 1 <= tiles <= MAX_TILES:
        raise ValueError(f"damaged: the image or tile size of the {name} stream")
    wavelet, end = _coding(stream, 4 + length, name)
    precision, signed = (depth & 0x7F) + 1, bool(depth & 0x80)
    return MainHeader(Codestream(y - y0, x - x0, components, precision, signed, wavelet == 1), tiles, end)


def sane_blocks(style: bytes) -> bool:
    """Whether code-blocks and precincts are of a size that an encoder chooses (A.6.1).

    Millions of precincts of a few pixels cost decoders gigabytes, whatever the stream's own length.
    """
    wide, high = style[6] + 2, style[7] + 2
    if max(wide, high) > 10 or wide + high > 12:
        return False
    return not style[0] & 1 or all(
        min(size & 15, size >> 4) >= SMALLEST_PRECINCT or resolution == 0
        for resolution, size in enumerate(style[10 : 11 + style[5]])
    )


def _coding(stream: bytes, position: int, name: str) -> tuple[int, int]:
    """The wavelet of the default coding style (0 irreversible, 1 reversible), and where tile-parts begin."""
    found: int | None = None
    for _ in range(MAX_SEGMENTS):
        head = stream[position : position + 4]
        if len(head) < 4:
            raise ValueError(f"truncated: the {name} stream ends in its header")
        marker, length = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:], "big")
        if marker == TILE_PART and found is not None:
            return found, position
        if not 0xFF50 <= marker <= 0xFF6F or length < 2:
            break
        if marker == _CODING:
            style = stream[position + 4 : position + 2 + length]
            if found is not None or len(style) < 10 or not sane_blocks(style):
                break
            found = style[9]
        if marker == _COMPONENT_CODING:  # what it may set is bounded nowhere, and one component needs none
            break
        position += 2 + length
    raise ValueError(f"damaged: the header of the {name} stream")
