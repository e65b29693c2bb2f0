"""Markers of JPEG (ITU-T T.81, B) and JPEG-LS (T.87, C) codestreams."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from neuronetra.adapters.dicom.codestreams.facts import PADDING, Codestream

MAX_SEGMENTS = 10_000
_START, SCAN, _END = 0xD8, 0xDA, b"\xff\xd9"
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""Start-of-frame markers of every process, and that of JPEG-LS."""
_SIZE = Struct(">BHHB")
_WHOLE_RANGE = bytes((0, 63, 0))


def jpeg_codestream(frame: bytes, name: str, processes: frozenset[int]) -> Codestream:
    """The start of frame of a stream whose process is one of ``processes`` (its marker's low byte).

    Raises ``ValueError``.
    """
    found: Codestream | None = None
    for marker, at, length in segments(frame, name):
        if marker in _FRAMES:
            if found is not None:
                raise ValueError(f"damaged: the {name} stream holds more than one frame")
            if marker not in processes:
                raise ValueError(f"damaged: the {name} pixel data are of another kind than the syntax says")
            if length < _SIZE.size:
                raise ValueError(f"damaged: the {name} stream does not say its size")
            precision, rows, columns, components = _SIZE.unpack_from(frame, at)
            found = Codestream(rows, columns, components, precision, exact=marker in (0xC3, 0xF7))
    if found is None:
        raise ValueError(f"damaged: the {name} stream does not say its size")
    return found


def sequential_jpeg(frame: bytes, name: str) -> bytes:
    """The stream with the spectral range of its scan as it must be (T.81, B.2.3: 0 to 63).

    Old encoders left it zero. It means nothing in sequential JPEG, but libjpeg tells stderr of it.
    Raises ``ValueError``.
    """
    for marker, at, length in segments(frame, name):
        if marker == SCAN and length >= 3 and frame[at + length - 3 : at + length] != _WHOLE_RANGE:
            return b"".join((frame[: at + length - 3], _WHOLE_RANGE, frame[at + length :]))
    return frame


def jpeg_cut(frame: bytes, name: str) -> str:
    """Why a stream is not whole: it must end with its end marker, whatever padding is behind it."""
    whole = frame.endswith(_END) or frame.rstrip(PADDING).endswith(_END)
    return "" if whole else f"truncated: the {name} stream has no end"


def segments(frame: bytes, name: str) -> Iterator[tuple[int, int, int]]:
    """Marker (its low byte), place and length of each segment up to the first scan, which must come.

    Raises ``ValueError``.
    """
    if frame[:2] != bytes((0xFF, _START)):
        raise ValueError(f"damaged: the pixel data are no {name} stream")
    position = 2
    for _ in range(MAX_SEGMENTS):
        while frame[position : position + 2] == b"\xff\xff":
            position += 1
        head = frame[position : position + 4]
        if len(head) < 4:
            raise ValueError(f"truncated: the {name} stream ends in its header")
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if head[0] != 0xFF or marker in (0x00, _START, 0xD9):
            break
        if marker in _ALONE:
            position += 2
            continue
        if length < 2:
            break
        if position + 2 + length > len(frame):
            raise ValueError(f"truncated: the {name} stream ends in its header")
        yield marker, position + 4, length - 2
        if marker == SCAN:
            return
        position += 2 + length
    raise ValueError(f"damaged: the header of the {name} stream")
