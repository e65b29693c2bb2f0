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


def rle_fault(frame: bytes, pixels: int, bytes_allocated: int) -> str:
    """Why a frame of ``pixels`` words cannot be unpacked; empty if it can."""
    try:
        _segments(frame, pixels, bytes_allocated)
    except ValueError as error:
        return str(error)
    return ""


def exact_rle(frame: bytes, pixels: int, bytes_allocated: int) -> bytes:
    """The frame without what its segments hold beyond the image, which makes some decoders fail.

    Raises ``ValueError`` for a frame that has a fault.
    """
    segments = _segments(frame, pixels, bytes_allocated)
    offsets, position = [], _HEADER.size
    for segment in segments:
        offsets.append(position)
        position += len(segment)
    unused = [0] * (_MAX_SEGMENTS - len(offsets))
    return b"".join((_HEADER.pack(len(offsets), *offsets, *unused), *segments))


def _segments(frame: bytes, pixels: int, bytes_allocated: int) -> list[bytes]:
    """Each segment cut to packets that give ``pixels`` bytes, of even length."""
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
    return [_exact(frame, start, end, pixels) for start, end in pairwise(bounds)]


def _exact(frame: bytes, start: int, end: int, pixels: int) -> bytes:
    """The packets between ``start`` and ``end`` up to the one that completes ``pixels`` bytes."""
    read, made = _READ, _MADE
    position, wanted, first = start, pixels, _NOTHING
    while wanted > 0 and position < end:
        first = frame[position]
        position += read[first]
        wanted -= made[first]
    if wanted > 0 or position > end:
        raise ValueError("truncated: a segment of the RLE frame is shorter than the image")
    segment = frame[start:position]
    if wanted < 0:
        begins = len(segment) - read[first]
        segment = segment[:begins] + _shortened(segment[begins:], made[first] + wanted)
    return segment + b"\0" * (len(segment) % 2)


def _shortened(packet: bytes, length: int) -> bytes:
    """A packet of which only ``length`` bytes are wanted."""
    if packet[0] < _NOTHING:
        return bytes((length - 1,)) + packet[1 : 1 + length]
    return bytes((257 - length if length > 1 else 0, packet[1]))
