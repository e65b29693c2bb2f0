"""What a JPEG-LS stream may set for its coding (ITU-T T.87, C.2.3 and C.2.4): some decoders never end on nonsense."""

from __future__ import annotations

from struct import Struct

from neuronetra.adapters.dicom.codestreams.jpeg import SCAN, segments

_PRESET, _CODING = 0xF8, 1
_VALUES = Struct(">BHHHHH")
_ONE_COMPONENT = Struct(">BBBBBB")


def jpeg_ls_fault(frame: bytes, precision: int) -> str:
    """Why the parameters of a stream of one component are none; empty for those that may be decoded."""
    most, thresholds, reset = (1 << precision) - 1, (0, 0, 0), 0
    near = -1
    for marker, at, length in segments(frame, "JPEG-LS"):
        if marker == _PRESET:
            if length != _VALUES.size or frame[at] != _CODING:
                return "damaged: the JPEG-LS stream has tables that no grey image needs"
            _, stated, *given, reset = _VALUES.unpack_from(frame, at)
            most, thresholds = stated or most, (given[0], given[1], given[2])
        elif marker == SCAN and length == _ONE_COMPONENT.size and frame[at] == 1:
            _, _, table, near, interleave, shift = _ONE_COMPONENT.unpack_from(frame, at)
            near = -1 if table or interleave or shift else near
    fits = most < 1 << precision and 0 <= near <= min(255, most // 2)
    fits = fits and (reset == 0 or 3 <= reset <= max(255, most)) and _rise(thresholds, near, most)
    return "" if fits else "damaged: the coding parameters of the JPEG-LS stream"


def _rise(thresholds: tuple[int, int, int], near: int, most: int) -> bool:
    """Whether the thresholds of gradients lie in order; zero stands for the usual one (C.2.4.1.1)."""
    lowest = near + 1
    for threshold in filter(None, thresholds):
        if not lowest <= threshold <= most:
            return False
        lowest = threshold
    return True
