"""The header of one file: opened once, read up to the pixel data, parsed to one ``SliceHeader`` a frame."""

from __future__ import annotations

import os
import re
import stat

from attrs import evolve, frozen

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.deflated import InflatedBytes
from neuronetra.adapters.dicom.elements import KNOWN_VRS, Elements, Encoding, HeaderBytes, Until, walk
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.framing import EXTENDED_LENGTHS, EXTENDED_OFFSETS, Framing, frame_bytes
from neuronetra.adapters.dicom.functional_groups import GROUP_TAGS, frame_groups
from neuronetra.adapters.dicom.guards import CUT, picture_reason, refusal
from neuronetra.adapters.dicom.identity import (
    IDENTITY_TAGS,
    SOP_CLASS,
    modality_facts,
    patient_of,
    times_of,
    uid_of,
)
from neuronetra.adapters.dicom.multiframe import frame_headers
from neuronetra.adapters.dicom.pixel_facts import PIXEL_TAGS, pixel_facts, read_modality_lut
from neuronetra.adapters.dicom.placing import (
    PLACING_TAGS,
    location_of,
    orientation_of,
    pixel_spacing_of,
    position_of,
)
from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.budget import Budget
from neuronetra.domain.headers import ImageKind, Refused, SliceHeader
from neuronetra.domain.pixels import ModalityLut

SERIES_UID, INSTANCE_UID = 0x0020000E, 0x00080018
FRAMES, CONCATENATED = 0x00280008, 0x00209162
META_CLASS, META_SYNTAX = 0x00020002, 0x00020010
_META = frozenset({META_CLASS, META_SYNTAX})
_WANTED = (
    PIXEL_TAGS
    | PLACING_TAGS
    | IDENTITY_TAGS
    | GROUP_TAGS
    | {EXTENDED_OFFSETS, EXTENDED_LENGTHS}
    | {SERIES_UID, INSTANCE_UID, CONCATENATED, 0x00180086, 0x00189087, 0x00200012, 0x00200013, 0x00200100}
)
_SAFE_UID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
ENDLESS = "too large: its deflated header goes on without end"


_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOFOLLOW"):
    _FLAGS |= getattr(os, _name, 0)


@frozen
class _Meta:
    """What stands before the data set: where that starts (``None``: no DICOM), and what it is said to be."""

    start: int | None = None
    syntax: str = ""
    sop_class: str = ""
    magic: bool = False


def open_regular(source: str) -> tuple[int, int]:
    """A descriptor of a regular file and its size; a pipe or a link put in its place is not opened.

    Raises ``OSError``.
    """
    descriptor = os.open(source, _FLAGS)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor, status.st_size


FileHeaders = tuple[SliceHeader, ...] | Refused
"""What one file holds: the header of each of its frames, or why it gives no slice."""


def read_headers(found: FoundFile, budget: Budget | None = None) -> FileHeaders:
    """The headers in a file whose pixels can be read, or why it gives no slice. Never raises on content."""
    try:
        descriptor, size = open_regular(found.source)
    except OSError:
        return Refused(file=found.file, reason="cannot be opened")
    try:
        return parse_headers(found, HeaderBytes(descriptor, size), budget or Budget())
    except OSError:
        return Refused(file=found.file, reason="cannot be read")
    finally:
        os.close(descriptor)


def parse_headers(found: FoundFile, data: HeaderBytes, budget: Budget) -> FileHeaders:
    """The same from an open file; ``OSError`` passes."""
    size, meta = data.size, _file_meta(data)
    start, syntax = meta.start, meta.syntax
    if start is None:
        return Refused(file=found.file, reason="not a DICOM file")
    if why := syntaxes.no_image_reason(meta.sop_class):
        return Refused(file=found.file, reason=why)
    if syntax == syntaxes.DEFLATED:
        data, start = InflatedBytes.of(data, start), 0
    encoding = _encoding(data.at(start, 12), syntax)
    if encoding is None:
        return Refused(file=found.file, reason=_unreadable(data, start, meta.magic or bool(syntax)))
    elements = walk(data, start, encoding, _WANTED)
    values = Values(elements.values, encoding.big)
    if not syntax and not meta.magic and not _plausible(values):
        return Refused(file=found.file, reason="not a DICOM file")
    if why := syntaxes.no_image_reason(values.text(SOP_CLASS)):
        return Refused(file=found.file, reason=why)
    if syntax in syntaxes.NATIVE and syntax != _guessed(encoding):
        values.repairs.append("the transfer syntax (0002,0010) contradicts the elements, which are believed")
    meta = evolve(meta, syntax=_believed(syntax, encoding))
    return _File(found, data, size, elements, values, meta, budget).headers()


def _file_meta(data: HeaderBytes) -> _Meta:
    """The file meta information, where there is any."""
    head = data.at(0, 144)
    magic = head[128:132] == b"DICM"
    start = 132 if magic else 0
    if not magic and not (head[:2] in (b"\x02\0", b"\x08\0", b"\0\x08") and len(head) >= 64):
        return _Meta()
    if head[start : start + 2] != b"\x02\0":
        return _Meta(start, magic=magic)
    meta = walk(
        data, start, Encoding(explicit=head[start + 4 : start + 6] in KNOWN_VRS), _META, Until(group=2)
    )
    values = Values(meta.values)
    return _Meta(meta.end, values.text(META_SYNTAX), values.text(META_CLASS), magic)


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


def _believed(syntax: str, encoding: Encoding) -> str:
    """The transfer syntax; of uncompressed ones the one that the elements are written in."""
    return _guessed(encoding) if syntax in ("", *syntaxes.NATIVE) else syntax


def _unreadable(data: HeaderBytes, start: int, is_dicom: bool) -> str:
    if not is_dicom:
        return "not a DICOM file"
    return CUT if data.size < start + 8 else "damaged header"


def _plausible(values: Values) -> bool:
    """Whether a file without a preamble shows what any image has: a class or series, as UIDs."""
    uids = [values.text(tag) for tag in (SOP_CLASS, SERIES_UID)]
    return any(re.fullmatch(r"[0-9][0-9.]*", uid) for uid in uids)


@frozen
class _File:
    """One parsed file on its way to headers."""

    found: FoundFile
    data: HeaderBytes
    size: int
    elements: Elements
    values: Values
    meta: _Meta
    budget: Budget

    def headers(self) -> FileHeaders:
        elements, uid = self.elements, self.values.text(SERIES_UID)
        _note_cut(elements, self.values, self.meta)
        if not _SAFE_UID.fullmatch(uid):
            return self._without_series(uid)
        if not (elements.pixel_tag or elements.truncated or elements.broken):
            return Refused(file=self.found.file, reason="no pixel data")
        lut = read_modality_lut(self.data, elements, self.values)
        header = _header(self.found, elements, self.values, self.meta, lut)
        why = Refused(file="", reason=ENDLESS, lost=True) if self._endless() else refusal(header, elements)
        stated = self._stated_frames()
        if why is None:
            try:
                return self._framed(header, stated)
            except ValueError as error:
                why = Refused(file="", reason=str(error), lost=True)
        return _as_stated(evolve(why, frames=self._lost_frames(header, stated or 1)), header)

    def _lost_frames(self, header: SliceHeader, stated: int) -> int:
        """How many slices a refused file was: as many as stated, if its pixel data could hold them."""
        one, length = frame_bytes(header.pixels), self.elements.pixel_length
        if length is not None and one:
            stated = min(stated, max(1, -(-length // one)))
        return stated if stated <= self.budget.max_files else 1

    def _endless(self) -> bool:
        """Whether a deflated header goes on beyond its bound."""
        data, elements = self.data, self.elements
        return isinstance(data, InflatedBytes) and not elements.pixel_tag and data.overrun(elements.end)

    def _without_series(self, uid: str) -> Refused:
        if self._endless():
            return Refused(file=self.found.file, reason=ENDLESS)
        reason = "no SeriesInstanceUID" if not uid else "SeriesInstanceUID (0020,000E) is malformed"
        reason = CUT if self.elements.truncated and not self.elements.pixel_tag else reason
        return Refused(file=self.found.file, reason="damaged header" if self.elements.broken else reason)

    def _stated_frames(self) -> int | None:
        stated = self.values.integer(FRAMES)
        if stated is not None and stated < 1:
            self.values.malformed(FRAMES)
            return None
        return stated

    def _framed(self, header: SliceHeader, stated: int | None) -> FileHeaders:
        """Each frame with its place. Raises ``ValueError`` for pixel data that do not fit the header."""
        framing = Framing(header, stated, self.elements, self.data, self.budget, self.size)
        places = framing.places()
        groups = frame_groups(self.data, self.elements, self.values, len(places))
        header = evolve(header, repairs=(*self.values.repairs, *framing.repairs))
        headers = frame_headers(header, places, groups, self.values.big)
        why = picture_reason(headers[0])
        return _as_stated(Refused(file="", reason=why), header) if why else headers


def _note_cut(elements: Elements, values: Values, meta: _Meta) -> None:
    """A CT or MR image that ends between two elements, before its pixels, is cut all the same."""
    family = syntaxes.family_of(values.text(SOP_CLASS) or meta.sop_class)
    if not elements.pixel_tag and not elements.broken and family in ("CT", "MR"):
        elements.unfinished = not elements.truncated
        elements.truncated = True


def _as_stated(why: Refused, header: SliceHeader) -> Refused:
    """A refusal with what the header says of whose slice it is, and which."""
    return evolve(
        why,
        file=header.file,
        series_uid=header.series_uid,
        patient=header.patient,
        instance_uid=header.instance_uid,
        position=header.position,
    )


def _header(
    found: FoundFile, elements: Elements, values: Values, meta: _Meta, lut: ModalityLut | None
) -> SliceHeader:
    facts = modality_facts(values, elements, meta.sop_class)
    family = syntaxes.family_of(facts.sop_class_uid)
    return SliceHeader(
        source=found.source,
        file=found.file,
        series_uid=uid_of(values, SERIES_UID, "series"),
        instance_uid=uid_of(values, INSTANCE_UID, "instance"),
        part=values.short(CONCATENATED) or 0,
        patient=patient_of(values),
        times=times_of(values),
        family=family,
        facts=facts,
        kind=ImageKind.of(facts.image_type),
        samples=values.short(0x00280002) or 1,
        photometric=values.text(0x00280004).upper(),
        transfer_syntax=meta.syntax,
        orientation=orientation_of(values),
        position=position_of(values),
        pixel_spacing=pixel_spacing_of(values),
        slice_location=location_of(values),
        instance_number=values.integer(0x00200013),
        acquisition_number=values.integer(0x00200012),
        echo_number=values.integer(0x00180086) if values.raw.get(0x00180086, b"").count(b"\\") == 0 else None,
        temporal_position=values.integer(0x00200100),
        b_value=values.real(0x00189087, "d"),
        pixels=pixel_facts(values, elements, hounsfield=(facts.modality.upper() or family) == "CT", lut=lut),
    )
