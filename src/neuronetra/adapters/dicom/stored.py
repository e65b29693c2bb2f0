"""The stored bytes of one slice, cut out of its file exactly as long as the image is."""

from __future__ import annotations

import os
from hashlib import blake2b

from neuronetra.adapters.dicom.elements import HeaderBytes
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.guards import frame_bytes
from neuronetra.adapters.dicom.header import open_regular, parse_header
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.domain.pixels import PixelFacts
from neuronetra.domain.series import Slice
from neuronetra.errors import SliceError


def read_stored(item: Slice) -> tuple[bytes, PixelFacts]:
    """The pixel data of a slice, exactly one frame, and what its words mean.

    The header is read and guarded again: the file may have changed since it was scanned.
    Raises ``SliceError`` that names the file.
    """
    try:
        descriptor, size = open_regular(item.source)
    except OSError:
        raise SliceError({item.file: "cannot be opened"}) from None
    try:
        data = HeaderBytes(descriptor, size)
        header = parse_header(FoundFile(item.source, item.file), data)
        if isinstance(header, Refused):
            raise SliceError({item.file: header.reason})
        return _pixel_bytes(descriptor, header), header.pixels
    except OSError:
        raise SliceError({item.file: "cannot be read"}) from None
    finally:
        os.close(descriptor)


def _pixel_bytes(descriptor: int, header: SliceHeader) -> bytes:
    """One frame of bytes; a file that shrank meanwhile is truncated, never filled up."""
    wanted, parts = frame_bytes(header), []
    os.lseek(descriptor, header.element.offset if header.element else 0, os.SEEK_SET)
    while wanted and (part := os.read(descriptor, wanted)):
        parts.append(part)
        wanted -= len(part)
    if wanted:
        raise SliceError({header.file: f"truncated: {wanted} bytes of pixel data are missing"})
    return parts[0] if len(parts) == 1 else b"".join(parts)


def stored_digest(header: SliceHeader) -> bytes | None:
    """A digest of a slice's stored pixels and what they mean; ``None`` where they cannot be read."""
    try:
        stored, facts = read_stored(Slice(header.source, header.file))
    except SliceError:
        return None
    return blake2b(stored + repr(facts).encode(), digest_size=16).digest()
