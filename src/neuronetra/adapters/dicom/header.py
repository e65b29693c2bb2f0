"""The header of one file: opened once, read up to the pixel data, parsed to a ``SliceHeader``."""

from __future__ import annotations

import os
import re
import stat
from hashlib import blake2b

from attrs import evolve

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.deflated import inflated
from neuronetra.adapters.dicom.elements import KNOWN_VRS, Elements, Encoding, HeaderBytes, walk
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.guards import refusal, surplus_repairs
from neuronetra.adapters.dicom.pixel_facts import PIXEL_TAGS, pixel_facts, read_modality_lut
from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.headers import (
    ImageKind,
    PixelElement,
    Point,
    Refused,
    SliceHeader,
    usable_orientation,
)
from neuronetra.domain.modality import ModalityFacts
from neuronetra.domain.pixels import ModalityLut

SERIES_UID, PATIENT_ID, PATIENT_NAME, SOP_CLASS = 0x0020000E, 0x00100020, 0x00100010, 0x00080016
META_CLASS, META_SYNTAX = 0x00020002, 0x00020010
IMAGE_TYPE, MODALITY, INSTANCE_UID, POSITION, ORIENTATION = (
    0x00080008,
    0x00080060,
    0x00080018,
    0x00200032,
    0x00200037,
)
CONTRAST_AGENT, CONTRAST_SEQUENCE, SLICE_LOCATION = 0x00180010, 0x00180012, 0x00201041
_META = frozenset({META_CLASS, META_SYNTAX})
_WANTED = PIXEL_TAGS | frozenset(
    {SERIES_UID, PATIENT_ID, PATIENT_NAME, SOP_CLASS, IMAGE_TYPE, MODALITY, INSTANCE_UID, POSITION}
    | {ORIENTATION, CONTRAST_AGENT, CONTRAST_SEQUENCE}
    | {0x00180020, 0x00180021, 0x00180025, 0x00180080, 0x00180081, 0x00180082, 0x00180086, 0x00189087}
    | {0x00200012, 0x00200013, 0x00200100, SLICE_LOCATION, 0x00280030}
)
FARTHEST_MM = 1e5
WIDEST_PIXEL_MM = 1e3
_SAFE_UID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


def open_regular(source: str) -> tuple[int, int]:
    """A descriptor of a regular file and its size; a pipe put in its place is not waited for.

    Raises ``OSError``.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    descriptor = os.open(source, flags)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor, status.st_size


def read_header(found: FoundFile) -> SliceHeader | Refused:
    """The header of a file whose pixels can be read, or why it gives no slice. Never raises on content."""
    try:
        descriptor, size = open_regular(found.source)
    except OSError:
        return Refused(file=found.file, reason="cannot be opened")
    try:
        return parse_header(found, HeaderBytes(descriptor, size))
    except OSError:
        return Refused(file=found.file, reason="cannot be read")
    finally:
        os.close(descriptor)


def parse_header(found: FoundFile, data: HeaderBytes) -> SliceHeader | Refused:
    """The same from an open file; ``OSError`` passes."""
    start, syntax, sop_class = _file_meta(data)
    if start is None:
        return Refused(file=found.file, reason="not a DICOM file")
    if syntax == syntaxes.DEFLATED:
        data, start = inflated(data, start), 0
    if why := syntaxes.no_image_reason(sop_class):
        return Refused(file=found.file, reason=why)
    encoding = _encoding(data.at(start, 12), syntax)
    if encoding is None:
        return Refused(file=found.file, reason=_unreadable(data, start, bool(syntax)))
    elements = walk(data, start, encoding, _WANTED)
    values = Values(elements.values, encoding.big)
    if not syntax and not _plausible(values) and data.at(128, 4) != b"DICM":
        return Refused(file=found.file, reason="not a DICOM file")
    if why := syntaxes.no_image_reason(values.text(SOP_CLASS)):
        return Refused(file=found.file, reason=why)
    if syntax in syntaxes.NATIVE and syntax != _guessed(encoding):
        values.repairs.append("the transfer syntax (0002,0010) contradicts the elements, which are believed")
    lut = read_modality_lut(data, elements, values)
    return _classified(found, elements, values, syntax or _guessed(encoding), data.size, lut)


def _file_meta(data: HeaderBytes) -> tuple[int | None, str, str]:
    """Where the data set starts (``None``: no DICOM), its transfer syntax and its SOP class, if stated."""
    head = data.at(0, 144)
    if head[128:132] == b"DICM":
        start = 132
    elif head[:2] in (b"\x02\0", b"\x08\0", b"\0\x08") and len(head) >= 64:
        start = 0
    else:
        return None, "", ""
    if head[start : start + 2] != b"\x02\0":
        return start, "", ""
    meta = walk(data, start, Encoding(explicit=head[start + 4 : start + 6] in KNOWN_VRS), _META, last_group=2)
    values = Values(meta.values)
    return meta.end, values.text(META_SYNTAX), values.text(META_CLASS)


def _encoding(first: bytes, syntax: str) -> Encoding | None:
    """How the data set is written, by its first element; what the syntax says comes second."""
    if len(first) < 8:
        return None
    explicit = first[4:6] in KNOWN_VRS
    big = syntax == syntaxes.EXPLICIT_BIG or (not syntax and first[:2] == b"\0\x08")
    if big and not explicit:
        return None
    group = int.from_bytes(first[:2], "big" if big else "little")
    return Encoding(explicit, big) if 0x0004 <= group <= 0x7FE0 else None


def _guessed(encoding: Encoding) -> str:
    if encoding.big:
        return syntaxes.EXPLICIT_BIG
    return syntaxes.EXPLICIT_LITTLE if encoding.explicit else syntaxes.IMPLICIT_LITTLE


def _unreadable(data: HeaderBytes, start: int, is_dicom: bool) -> str:
    if not is_dicom:
        return "not a DICOM file"
    return "truncated: the file ends in its header" if data.size < start + 8 else "damaged header"


def _plausible(values: Values) -> bool:
    """Whether a file without a preamble shows what any image has: a class or series, as UIDs."""
    uids = [values.text(tag) for tag in (SOP_CLASS, SERIES_UID)]
    return any(re.fullmatch(r"[0-9][0-9.]*", uid) for uid in uids)


def _classified(
    found: FoundFile, elements: Elements, values: Values, syntax: str, size: int, lut: ModalityLut | None
) -> SliceHeader | Refused:
    uid = values.text(SERIES_UID)
    if not _SAFE_UID.fullmatch(uid):
        cut = elements.truncated and not elements.pixel_tag
        reason = "no SeriesInstanceUID" if not uid else "SeriesInstanceUID (0020,000E) is malformed"
        reason = "truncated: the file ends in its header" if cut else reason
        return Refused(file=found.file, reason="damaged header" if elements.broken else reason)
    if not (elements.pixel_tag or elements.truncated or elements.broken):
        return Refused(file=found.file, reason="no pixel data")
    header = _header(found, elements, values, uid, syntax, lut)
    why = refusal(header, elements, size)
    if why is not None:
        return evolve(why, file=found.file, series_uid=uid, patient=header.patient)
    repairs = (*values.repairs, *surplus_repairs(header))
    return evolve(header, repairs=repairs) if repairs else header


def _header(
    found: FoundFile, elements: Elements, values: Values, uid: str, syntax: str, lut: ModalityLut | None
) -> SliceHeader:
    facts = _modality_facts(values, elements)
    family = syntaxes.family_of(facts.sop_class_uid)
    element = PixelElement(elements.pixel_offset, elements.pixel_length) if elements.pixel_tag else None
    return SliceHeader(
        source=found.source,
        file=found.file,
        series_uid=uid,
        instance_uid=values.text(INSTANCE_UID),
        patient=_patient(values),
        family=family,
        facts=facts,
        kind=ImageKind.of(facts.image_type),
        samples=values.short(0x00280002) or 1,
        photometric=values.text(0x00280004).upper(),
        transfer_syntax=syntax,
        orientation=_orientation(values),
        position=_position(values),
        pixel_spacing=_spacing(values),
        slice_location=_location(values),
        instance_number=values.integer(0x00200013),
        acquisition_number=values.integer(0x00200012),
        echo_number=values.integer(0x00180086) if values.raw.get(0x00180086, b"").count(b"\\") == 0 else None,
        temporal_position=values.integer(0x00200100),
        b_value=values.real(0x00189087, "d"),
        frames=values.integer(0x00280008),
        pixels=pixel_facts(values, elements, hounsfield=(facts.modality.upper() or family) == "CT", lut=lut),
        element=element,
    )


def _patient(values: Values) -> str:
    """A digest that tells patients apart, by PatientID, or by PatientName where there is none."""
    told = values.raw.get(PATIENT_ID, b"").strip(b" \0") or values.raw.get(PATIENT_NAME, b"").strip(b" \0^")
    return blake2b(told, digest_size=12).hexdigest() if told else ""


def _modality_facts(values: Values, elements: Elements) -> ModalityFacts:
    return ModalityFacts(
        modality=values.text(MODALITY),
        sop_class_uid=values.text(SOP_CLASS),
        image_type=values.words(IMAGE_TYPE),
        scanning_sequence=values.words(0x00180020),
        sequence_variant=values.words(0x00180021),
        angio_flag=values.text(0x00180025),
        contrast_agent=bool(values.text(CONTRAST_AGENT))
        or bool(elements.offsets.get(CONTRAST_SEQUENCE, (0, 0))[1]),
        repetition_time=values.number(0x00180080),
        echo_time=values.number(0x00180081),
        inversion_time=values.number(0x00180082),
    )


def _orientation(values: Values) -> tuple[float, float, float, float, float, float] | None:
    cosines = values.numbers(ORIENTATION, 6)
    if cosines is None:
        return None
    usable = usable_orientation(cosines)
    if usable is None:
        values.repairs.append("orientation: ImageOrientationPatient (0020,0037) is not two unit vectors")
    return usable


def _position(values: Values) -> Point | None:
    point = values.numbers(POSITION, 3)
    if point is not None and max(map(abs, point)) > FARTHEST_MM:
        values.malformed(POSITION)
        return None
    return None if point is None else (point[0], point[1], point[2])


def _location(values: Values) -> float | None:
    location = values.number(SLICE_LOCATION)
    if location is not None and abs(location) > FARTHEST_MM:
        values.malformed(SLICE_LOCATION)
        return None
    return location


def _spacing(values: Values) -> tuple[float, float] | None:
    pair = values.numbers(0x00280030, 2)
    if pair is None or not 0.0 < min(pair) <= max(pair) <= WIDEST_PIXEL_MM:
        if pair is not None:
            values.repairs.append("spacing: PixelSpacing (0028,0030) is zero or senseless, so it is unknown")
        return None
    return pair[0], pair[1]
