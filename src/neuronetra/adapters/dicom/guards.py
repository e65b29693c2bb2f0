"""What a file must be to give slices at all: a readable grey-scale image of CT or MR."""

from __future__ import annotations

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.decoders.table import unreadable
from neuronetra.adapters.dicom.elements import Elements
from neuronetra.domain.headers import ImageKind, Refused, SliceHeader
from neuronetra.domain.modality import resolve_modality

DAMAGED = "damaged header"
CUT = "truncated: the file ends in its header"


def refusal(header: SliceHeader, elements: Elements) -> Refused | None:
    """Why a file of a series gives no slice, or ``None``; ``file`` is for the caller to fill in."""
    if why := _never_a_slice(header, elements):
        return Refused(file="", reason=why, lost=why == DAMAGED)
    if not elements.pixel_tag:
        why = (
            "truncated, or without pixel data: the file ends behind its header"
            if elements.unfinished
            else CUT
        )
        return Refused(file="", reason=why, lost=True)
    syntax = header.transfer_syntax
    why = ("" if syntax in syntaxes.IN_ONE_PIECE else unreadable(syntax)) or _unread_bits(header)
    return Refused(file="", reason=why, lost=True) if why else None


def _never_a_slice(header: SliceHeader, elements: Elements) -> str:
    if elements.broken and not elements.pixel_tag:
        return DAMAGED
    if elements.truncated and not elements.pixel_tag:
        return ""
    if header.facts.modality.strip() and resolve_modality(header.facts) is None:
        return f"modality is {_modality_word(header.facts.modality)}, not CT or MR"
    if header.samples != 1 or not header.photometric.startswith("MONOCHROME"):
        return f"not a grey-scale image: {_colour_word(header.photometric)}"
    if header.kind is ImageKind.MOSAIC:
        return "mosaic: tiles of many slices in one image"
    return ""


def picture_reason(header: SliceHeader) -> str:
    """Why a secondary capture is no slice: a picture of the screen has no place in the patient."""
    placed = header.position is not None and header.orientation is not None
    captured = header.family == "secondary capture" and header.frames == 1
    return "secondary capture: a picture without geometry" if captured and not placed else ""


_KNOWN_MODALITIES = frozenset(
    {"US", "XA", "RF", "PT", "NM", "CR", "DX", "MG", "OT", "SC", "ES", "XC", "OP", "SM", "IO", "PX"}
)
_KNOWN_COLOURS = ("RGB", "YBR", "PALETTE", "ARGB", "HSV", "CMYK")


def _modality_word(stated: str) -> str:
    word = stated.strip().upper()
    return word if word in _KNOWN_MODALITIES else ("not stated" if not word else "another")


def _colour_word(photometric: str) -> str:
    return next((word for word in _KNOWN_COLOURS if photometric.startswith(word)), "unknown colours")


def _unread_bits(header: SliceHeader) -> str:
    if header.pixels.bits_allocated in (8, 16, 32) or header.pixels.floating:
        return ""
    return "pixels of an unusual size in bits are not read"
