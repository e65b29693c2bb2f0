"""Transfer syntaxes and SOP classes: which are read, and plain words for those that are not."""

from __future__ import annotations

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"

NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})
"""Uncompressed, little-endian: what is read."""

_SYNTAX_NAMES = {
    DEFLATED: "deflated",
    EXPLICIT_BIG: "big endian",
    "1.2.840.10008.1.2.1.98": "encapsulated uncompressed",
    "1.2.840.10008.1.2.5": "RLE",
    "1.2.840.10008.1.2.4.50": "JPEG baseline",
    "1.2.840.10008.1.2.4.51": "JPEG extended",
    "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
    "1.2.840.10008.1.2.4.90": "JPEG 2000",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.201": "HTJ2K",
    "1.2.840.10008.1.2.4.202": "HTJ2K",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
}


def syntax_name(uid: str) -> str:
    """A plain word for a transfer syntax that is not read."""
    return _SYNTAX_NAMES.get(uid, "compressed by a transfer syntax that is not known")


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
