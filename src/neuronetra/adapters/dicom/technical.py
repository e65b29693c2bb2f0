"""Every element of a header as a fact: numbers as numbers, texts as digests. None is ever shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date
from struct import calcsize, unpack_from

from pydicom.datadict import dictionary_VR, keyword_for_tag

from neuronetra.adapters.dicom.elements import KNOWN_VRS, Elements, Encoding, HeaderBytes, Until, walk
from neuronetra.adapters.dicom.header import open_regular
from neuronetra.domain.leaks.facts import FactGroup, FactKey, SeriesFacts, hidden, numbers

MOST_ELEMENTS = 400
_PREAMBLE = 132
_META_KEPT = frozenset({0x00020010, 0x00020012, 0x00020013, 0x00020016})
_PATIENT = 0x0010
_KEPT_OF_PATIENT = frozenset({0x00104000, 0x001021B0})
"""Comments and history may hold a label. Who it is is no fact; age and sex are baselines."""
_ELSEWHERE = frozenset(
    {0x00200013, 0x00200032, 0x00200037, 0x00201041, 0x00280010, 0x00280011, 0x00280030, 0x00280008}
)
"""Told by the geometry of the whole series; of one slice they say nothing."""
_BINARY = {"US": "<H", "SS": "<h", "UL": "<I", "SL": "<i", "FL": "<f", "FD": "<d"}
_SKIPPED = frozenset({"UI", "SQ", "OB", "OW", "OF", "OD", "OL", "OV"})
_SOP_CLASS = 0x00080016


class _Every(AbstractSet[int]):
    """A set that holds every tag."""

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 1


def technical_facts(source: str) -> SeriesFacts:
    """The facts in the header of the file at ``source``; none where it cannot be walked through."""
    try:
        descriptor, size = open_regular(source)
    except OSError:
        return SeriesFacts()
    try:
        return _facts(HeaderBytes(descriptor, size))
    except OSError:
        return SeriesFacts()
    finally:
        os.close(descriptor)


def _facts(data: HeaderBytes) -> SeriesFacts:
    start, kept = _PREAMBLE, dict[int, bytes]()
    if data.at(128, 4) == b"DICM":
        meta = walk(data, start, Encoding(explicit=True), _Every(), Until(group=2))
        kept = {tag: value for tag, value in meta.values.items() if tag in _META_KEPT}
        start = meta.end
    else:
        start = 0
    found = walk(data, start, Encoding(data.at(start + 4, 2) in KNOWN_VRS), _Every())
    kept |= {tag: value for tag, value in found.values.items() if _is_technical(tag)}
    chosen = dict(list(kept.items())[:MOST_ELEMENTS])
    facts = [_of_element(tag, value) for tag, value in chosen.items()]
    return _of_layout(found, chosen).with_more(*facts)


def _is_technical(tag: int) -> bool:
    return (tag >> 16 != _PATIENT or tag in _KEPT_OF_PATIENT) and tag not in _ELSEWHERE and tag & 0xFFFF != 0


def _of_layout(found: Elements, kept: dict[int, bytes]) -> SeriesFacts:
    """How long the header is, and which elements it has."""
    which = ",".join(f"{tag:08x}" for tag in sorted(kept))
    facts = numbers(FactGroup.HEADER, [("bytes of the header", found.pixel_offset or None)])
    return facts.with_more(SeriesFacts(categories={FactKey(FactGroup.HEADER, "elements"): hidden(which)}))


def _of_element(tag: int, raw: bytes) -> SeriesFacts:
    key = FactKey(FactGroup.HEADER, _name(tag))
    vr = _representation(tag)
    if vr in _SKIPPED and tag not in _META_KEPT and tag != _SOP_CLASS:
        return SeriesFacts()
    number = None
    with suppress(ValueError, OverflowError):
        number = _number(vr, raw)
    if number is not None and abs(number) < 1e300:
        return SeriesFacts({key: number})
    return SeriesFacts(categories={key: hidden(raw.strip(b"\0 "))})


def _name(tag: int) -> str:
    """The element's name in the standard: what an element is called is no secret, what it says is."""
    keyword = "" if tag >> 16 & 1 else keyword_for_tag(tag)
    return keyword or f"element ({tag >> 16:04x},{tag & 0xFFFF:04x})"


def _representation(tag: int) -> str:
    if tag >> 16 & 1:
        return "UN"
    try:
        return str(dictionary_VR(tag))
    except KeyError:
        return "UN"


def _number(vr: str, raw: bytes) -> float | None:
    """The first value of a numeric element, a date as a day, a time in seconds; ``None`` for a text.

    Raises ``ValueError`` for what is none.
    """
    vr = vr.split(" or ", maxsplit=1)[0]
    if vr in _BINARY:
        return float(unpack_from(_BINARY[vr], raw)[0]) if len(raw) >= calcsize(_BINARY[vr]) else None
    text = raw.decode("ascii", "replace").strip("\0 ").split("\\")[0]
    match vr:
        case "DS" | "IS":
            value = float(text)
            return value if value == value else None  # noqa: PLR0124 - NaN is no number
        case "DA":
            return float(date(int(text[:4]), int(text[4:6]), int(text[6:8])).toordinal())
        case "TM":
            return 3600.0 * int(text[:2]) + 60.0 * int(text[2:4] or 0) + float(text[4:] or 0)
        case _:
            return None
