"""What a file must be before its pixels are decoded (rows, columns and bytes agree; it is an image)."""

from __future__ import annotations

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.elements import Elements
from neuronetra.domain.headers import ImageKind, Refused, SliceHeader
from neuronetra.domain.modality import resolve_modality

ONLY = "only uncompressed little-endian files of one frame are read so far"
DAMAGED = "damaged header"
MAX_PIXELS = 1 << 26
"""Pixels of one slice; no head slice comes near."""


def refusal(header: SliceHeader, elements: Elements, size: int) -> Refused | None:
    """Why a file of a series gives no slice, or ``None``; ``file`` is for the caller to fill in."""
    for reason in (_never_a_slice(header, elements), _unread_so_far(header)):
        if reason:
            return Refused(file="", reason=reason, lost=reason.endswith(ONLY) or reason == DAMAGED)
    damage = _damage(header, size)
    return Refused(file="", reason=damage, lost=True) if damage else None


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
    if header.family == "secondary capture" and (header.position is None or header.orientation is None):
        return "secondary capture: a picture without geometry"
    return ""


_KNOWN_MODALITIES = frozenset(
    {"US", "XA", "RF", "PT", "NM", "CR", "DX", "MG", "OT", "SC", "ES", "XC", "OP", "SM", "IO", "PX"}
)
_KNOWN_COLOURS = ("RGB", "YBR", "PALETTE", "ARGB", "HSV", "CMYK")


def _modality_word(stated: str) -> str:
    word = stated.strip().upper()
    return word if word in _KNOWN_MODALITIES else ("not stated" if not word else "another")


def _colour_word(photometric: str) -> str:
    return next((word for word in _KNOWN_COLOURS if photometric.startswith(word)), "unknown colours")


def _unread_so_far(header: SliceHeader) -> str:
    """What the file is, where it is more than this reader takes."""
    if header.transfer_syntax not in syntaxes.NATIVE:
        return f"{syntaxes.syntax_name(header.transfer_syntax)} pixel data: {ONLY}"
    if header.element is None:
        return ""
    if header.element.length is None:
        return f"encapsulated pixel data: {ONLY}"
    if header.pixels.bits_allocated not in (8, 16, 32) and not header.pixels.floating:
        return f"pixels of an unusual size in bits: {ONLY}"
    frames = header.frames
    if (frames or 1) > 1 or _whole_frames(header) > 1:
        return f"multi-frame image: {ONLY}"
    if header.facts.sop_class_uid in syntaxes.ENHANCED:
        return f"enhanced image with functional groups: {ONLY}"
    return ""


def _whole_frames(header: SliceHeader) -> int:
    """How many frames the pixel data hold where NumberOfFrames is missing."""
    expected = frame_bytes(header)
    length = header.element.length if header.element is not None else None
    if header.frames is not None or length is None or expected == 0:
        return 1
    return length // expected


def frame_bytes(header: SliceHeader) -> int:
    """Bytes of one uncompressed frame."""
    pixels = header.pixels
    return pixels.rows * pixels.columns * header.samples * pixels.bits_allocated // 8


def _damage(header: SliceHeader, size: int) -> str:
    expected = frame_bytes(header)
    if header.element is None:
        return "truncated: the file ends in its header"
    if expected == 0:
        return "damaged: Rows or Columns is missing or zero"
    if header.pixels.rows * header.pixels.columns > MAX_PIXELS:
        return "too large: more pixels than any head slice has"
    held = min(header.element.length or 0, max(0, size - header.element.offset))
    return f"truncated: {held} of {expected} bytes of pixel data" if held < expected else ""


def surplus_repairs(header: SliceHeader) -> tuple[str, ...]:
    """A plain sentence where pixel data are longer than the image, beyond a byte of padding."""
    length = header.element.length if header.element is not None else None
    surplus = (length or 0) - frame_bytes(header)
    return ("pixel data are longer than the image: the surplus is ignored",) if surplus > 1 else ()
