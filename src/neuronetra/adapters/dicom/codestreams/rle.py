"""Frames of DICOM's own run-length encoding (part 5, G): checked packet by packet before they are unpacked."""

from __future__ import annotations

from itertools import pairwise
from struct import Struct

_HEADER = Struct("<16I")
_MAX_SEGMENTS = 15
_NOTHING = 128
_READ = tuple(2 + first if first < _NOTHING else 1 if first == _NOTHING else 2 for first in range(256))
_MADE = tuple(first + 1 if first < _NOTHING else (257 - first) % 129 for first in range(256))
"""Bytes that a packet takes and gives, by its first byte (G.3.1)."""


def rle_fault(frame: bytes, rows: int, columns: int, bytes_allocated: int) -> str:
    """Why a frame of so many words cannot be unpacked; empty if it can.

    What a segment holds beyond the image is padding, unless it makes another row: then it is another image.
    """
    try:
        bounds = _bounds(frame, bytes_allocated)
        for start, end in bounds:
            position = start + _exact_length(frame, start, end, rows * columns)[0]
            rest = frame[position:end]
            if any(rest) and _makes(rest, columns):
                return "damaged: the RLE frame holds more rows than the header says"
    except ValueError as error:
        return str(error)
    return ""


def _makes(packets: bytes, wanted: int) -> bool:
    """Whether whole packets unpack to so many bytes at least."""
    position = made = 0
    while position < len(packets) and made < wanted:
        first = packets[position]
        position += _READ[first]
        made += _MADE[first] if position <= len(packets) else 0
    return made >= wanted


def exact_rle(frame: bytes, pixels: int, bytes_allocated: int) -> bytes:
    """The frame without what its segments hold beyond the image, which makes some decoders fail.

    Raises ``ValueError`` for a frame that has a fault.
    """
    segments = [_exact(frame, start, end, pixels) for start, end in _bounds(frame, bytes_allocated)]
    offsets, position = [], _HEADER.size
    for segment in segments:
        offsets.append(position)
        position += len(segment)
    unused = [0] * (_MAX_SEGMENTS - len(offsets))
    return b"".join((_HEADER.pack(len(offsets), *offsets, *unused), *segments))


def _bounds(frame: bytes, bytes_allocated: int) -> list[tuple[int, int]]:
    """Where each segment begins and ends. Raises ``ValueError``."""
    if len(frame) < _HEADER.size:
        raise ValueError("truncated: the RLE frame ends in its header")
    count, *offsets = _HEADER.unpack_from(frame)
    if not 1 <= count <= _MAX_SEGMENTS or count != bytes_allocated:
        raise ValueError("damaged: the RLE frame has not one segment for each byte of a pixel")
    bounds = [*offsets[:count], len(frame)]
    if bounds[0] != _HEADER.size or any(one >= after for one, after in pairwise(bounds[:-1])):
        raise ValueError("damaged: the offsets in the header of the RLE frame")
    if bounds[-2] >= bounds[-1]:
        raise ValueError("truncated: the RLE frame ends before its last segment")
    return list(pairwise(bounds))


def _exact_length(frame: bytes, start: int, end: int, pixels: int) -> tuple[int, int, int]:
    """Length of the packets that complete ``pixels`` bytes, the last one's first byte, and how much it is short of.

    The latter is 0, or below where the last packet gives more. Raises ``ValueError``.
    """
    read, made = _READ, _MADE
    position, wanted, first = start, pixels, _NOTHING
    while wanted > 0 and position < end:
        first = frame[position]
        position += read[first]
        wanted -= made[first]
    if wanted > 0 or position > end:
        raise ValueError("truncated: a segment of the RLE frame is shorter than the image")
    return position - start, first, wanted


def _exact(frame: bytes, start: int, end: int, pixels: int) -> bytes:
    """The packets between ``start`` and ``end`` that give exactly ``pixels`` bytes, of even length."""
    length, first, wanted = _exact_length(frame, start, end, pixels)
    segment = frame[start : start + length]
    if wanted < 0:
        begins = len(segment) - _READ[first]
        segment = segment[:begins] + _shortened(segment[begins:], _MADE[first] + wanted)
    return segment + b"\0" * (len(segment) % 2)


def _shortened(packet: bytes, length: int) -> bytes:
    """A packet of which only ``length`` bytes are wanted."""
    if packet[0] < _NOTHING:
        return bytes((length - 1,)) + packet[1 : 1 + length]
    return bytes((257 - length if length > 1 else 0, packet[1]))
