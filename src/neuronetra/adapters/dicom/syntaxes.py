"""Transfer syntaxes and SOP classes: which are read, and plain words for those that are not."""

from __future__ import annotations

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
UNCOMPRESSED_ITEMS = "1.2.840.10008.1.2.1.98"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"

NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})
"""Uncompressed, little-endian."""
IN_ONE_PIECE = NATIVE | {DEFLATED, EXPLICIT_BIG}
"""Pixel data are words, one frame after the other, however the data set around them is written."""
JPEG_LOSSY = frozenset({JPEG_BASELINE, JPEG_EXTENDED})
JPEG_LOSSLESS = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
JPEG_LS = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
JPEG_2000 = frozenset({"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"})
HTJ2K = frozenset({"1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"})
ENCAPSULATED = JPEG_LOSSY | JPEG_LOSSLESS | JPEG_LS | JPEG_2000 | HTJ2K | {RLE, UNCOMPRESSED_ITEMS}
"""Frames in items of their own, that can be read."""

_SYNTAX_NAMES = {
    IMPLICIT_LITTLE: "uncompressed",
    EXPLICIT_LITTLE: "uncompressed",
    DEFLATED: "deflated",
    EXPLICIT_BIG: "big endian",
    UNCOMPRESSED_ITEMS: "encapsulated uncompressed",
    RLE: "RLE",
    JPEG_BASELINE: "JPEG baseline",
    JPEG_EXTENDED: "JPEG extended",
    **dict.fromkeys(JPEG_LOSSLESS, "JPEG lossless"),
    **dict.fromkeys(JPEG_LS, "JPEG-LS"),
    **dict.fromkeys(JPEG_2000, "JPEG 2000"),
    **dict.fromkeys(HTJ2K, "HTJ2K"),
}
_JPEG_FAMILY = "1.2.840.10008.1.2.4."
_FAMILY_NAMES = (
    (range(52, 67), "retired JPEG"),
    (range(92, 94), "JPEG 2000 of several components"),
    ((94, 95, 204, 205), "referenced (JPIP)"),
    (range(100, 109), "video"),
    (range(110, 113), "JPEG XL"),
)
"""Syntaxes of which nothing is read, by the last number of their UID."""


def syntax_name(uid: str) -> str:
    """A plain word for a transfer syntax; ``unknown`` for one that has none."""
    last = uid.removeprefix(_JPEG_FAMILY)
    number = int(last) if last.isascii() and last.isdigit() else 0
    family = next((name for numbers, name in _FAMILY_NAMES if number in numbers), "unknown")
    return _SYNTAX_NAMES.get(uid, family)


_STORAGE = "1.2.840.10008.5.1.4.1.1."
ENHANCED = frozenset(
    {_STORAGE + "2.1", _STORAGE + "2.2", _STORAGE + "4.1", _STORAGE + "4.3", _STORAGE + "4.4"}
)
"""Enhanced CT and MR: their geometry stands per frame in functional groups."""

_FAMILIES = {
    **{_STORAGE + end: "CT" for end in ("2", "2.1", "2.2")},
    **{_STORAGE + end: "MR" for end in ("4", "4.1", "4.3", "4.4")},
    **{_STORAGE + end: "secondary capture" for end in ("7", "7.1", "7.2", "7.3", "7.4")},
}

_NO_IMAGE = (
    ("1.2.840.10008.1.3.10", "DICOMDIR, no image"),
    (_STORAGE + "88.", "structured report, no image"),
    (_STORAGE + "11.", "presentation state, no image"),
    (_STORAGE + "66.", "segmentation, registration or surface, no acquired image"),
    (_STORAGE + "481.", "radiotherapy object, no acquired image"),
    (_STORAGE + "104.", "encapsulated document, no image"),
    (_STORAGE + "9.", "waveform, no image"),
)


def family_of(sop_class_uid: str) -> str:
    """The SOP class family: CT, MR, secondary capture, or the class itself."""
    return _FAMILIES.get(sop_class_uid, sop_class_uid)


def no_image_reason(sop_class_uid: str) -> str:
    """Why an object of this SOP class is no image; empty for an image."""
    return next((why for prefix, why in _NO_IMAGE if f"{sop_class_uid}.".startswith(prefix)), "")
