"""What a compressed frame says of itself, from its bytes alone, before any decoder sees it."""

from __future__ import annotations

import re

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams.facts import Codestream
from neuronetra.adapters.dicom.codestreams.jpeg import jpeg_codestream, jpeg_cut
from neuronetra.adapters.dicom.codestreams.jpeg2000 import bare_codestream, main_header
from neuronetra.adapters.dicom.codestreams.jpeg_ls import jpeg_ls_fault
from neuronetra.adapters.dicom.codestreams.rle import rle_fault
from neuronetra.adapters.dicom.codestreams.tile_parts import jpeg2000_cut
from neuronetra.domain.pixels import PixelFacts

__all__ = ["Codestream", "codestream_fault", "codestream_of", "codestream_repair"]

_ANOTHER = re.compile(rb"\xff\xd9[\0\xff]?(?:\xff\xd8\xff|\xff\x4f\xff\x51)")
"""The end of one codestream before the start of another; neither stands within coded data."""
_PROCESSES = {
    **dict.fromkeys(syntaxes.JPEG_LOSSY, frozenset({0xC0, 0xC1})),
    **dict.fromkeys(syntaxes.JPEG_LOSSLESS, frozenset({0xC3})),
    **dict.fromkeys(syntaxes.JPEG_LS, frozenset({0xF7})),
}
"""Start-of-frame markers that a syntax may hold: sequential, lossless, JPEG-LS."""


def codestream_of(frame: bytes, syntax: str) -> Codestream | None:
    """The size, depth and components that a compressed frame states; ``None`` for RLE, which states none.

    Raises ``ValueError`` whose reason begins with ``truncated`` or ``damaged``.
    """
    name = syntaxes.syntax_name(syntax)
    if syntax in _PROCESSES:
        return jpeg_codestream(frame, name, _PROCESSES[syntax])
    if syntax in syntaxes.JPEG_2000 | syntaxes.HTJ2K:
        return main_header(bare_codestream(frame), name).codestream
    return None


def codestream_fault(frame: bytes, syntax: str, facts: PixelFacts) -> str:
    """Why a compressed frame must not be given to a decoder; empty if it may be."""
    pixels = facts.rows * facts.columns
    if facts.floating or facts.bits_allocated not in (8, 16, 32):
        return "damaged: pixels of this kind are not compressed by any syntax"
    if syntax == syntaxes.RLE:
        return rle_fault(frame, facts.rows, facts.columns, facts.bits_allocated // 8)
    try:
        stream = codestream_of(frame, syntax)
    except ValueError as error:
        return str(error)
    if stream is None:
        wanted = pixels * facts.bits_allocated // 8
        return f"truncated: {len(frame)} of {wanted} bytes of pixel data" if len(frame) < wanted else ""
    if _ANOTHER.search(frame):
        return "damaged: a frame holds more than one compressed image"
    return _disagreement(stream, syntax, facts) or _damage(frame, syntax, stream)


def _disagreement(stream: Codestream, syntax: str, facts: PixelFacts) -> str:
    name = syntaxes.syntax_name(syntax)
    if (stream.rows, stream.columns) != (facts.rows, facts.columns):
        return f"damaged: the {name} stream is of another size than Rows and Columns say"
    if stream.components != 1:
        return f"damaged: the {name} stream is not of one component"
    if not 1 < stream.precision <= facts.bits_allocated:
        return f"damaged: the {name} stream is of a depth that BitsAllocated (0028,0100) rules out"
    return ""


def _damage(frame: bytes, syntax: str, stream: Codestream) -> str:
    name = syntaxes.syntax_name(syntax)
    if syntax not in _PROCESSES:
        return jpeg2000_cut(frame, name)
    preset = jpeg_ls_fault(frame, stream.precision) if syntax in syntaxes.JPEG_LS else ""
    return preset or jpeg_cut(frame, name)


def codestream_repair(frame: bytes, syntax: str, facts: PixelFacts) -> str:
    """What is to be told of a frame that may be decoded though it differs from its header; or empty."""
    try:
        stream = codestream_of(frame, syntax)
    except ValueError:
        return ""
    if stream is None:
        return ""
    if stream.precision != facts.bits_stored:
        word = "more" if stream.precision > facts.bits_stored else "fewer"
        return f"the compressed stream holds {word} bits than BitsStored (0028,0101) says"
    if stream.signed is not None and stream.signed != facts.signed:
        return "the compressed stream and PixelRepresentation (0028,0103) differ in the sign: the latter is believed"
    return ""
