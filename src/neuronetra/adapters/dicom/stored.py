"""The stored bytes of frames, cut out of their file exactly as long as each is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.adapters.dicom.deflated import inflated_parts
from neuronetra.adapters.dicom.elements import HeaderBytes
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.framing import frame_bytes
from neuronetra.adapters.dicom.header import open_regular, parse_headers
from neuronetra.domain.budget import Budget
from neuronetra.domain.headers import PixelPlace, Refused, SliceHeader


@frozen
class StoredFile:
    """An open file: its headers, guarded again (it may have changed since it was scanned), and its bytes.

    A context manager. ``ValueError`` is what is wrong with the file, in plain words that quote nothing.
    """

    source: str
    file: str
    descriptor: int
    size: int

    @classmethod
    def open(cls, source: str, file: str) -> Self:
        """Raises ``ValueError`` where the file cannot be opened."""
        try:
            return cls(source, file, *open_regular(source))
        except OSError:
            raise ValueError("cannot be opened") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def headers(self, budget: Budget) -> tuple[SliceHeader, ...]:
        """The header of each frame. Raises ``ValueError``."""
        try:
            found = parse_headers(
                FoundFile(self.source, self.file), HeaderBytes(self.descriptor, self.size), budget
            )
        except OSError:
            raise ValueError("cannot be read") from None
        if isinstance(found, Refused):
            raise ValueError(found.reason)
        return found

    def contents(self, headers: Sequence[SliceHeader]) -> Iterator[bytes]:
        """Each frame's bytes, little-endian words or a codestream, in the order of the file.

        Raises ``ValueError`` for a file that has become shorter: nothing is ever filled up.
        """
        try:
            deflated = headers[0].place.deflated
            parts: Iterable[bytes]
            if deflated is None:
                parts = (self._read(header.place) for header in headers)
            else:
                places = [header.place.parts[0] for header in headers]
                parts = inflated_parts(self.descriptor, deflated, places)
            for header, part in zip(headers, parts, strict=True):
                yield _whole(part, header)
        except OSError:
            raise ValueError("cannot be read") from None

    def _read(self, place: PixelPlace) -> bytes:
        found = [self._swapped(part, place) for part in place.parts]
        return found[0] if len(found) == 1 else b"".join(found)

    def _swapped(self, part: tuple[int, int], place: PixelPlace) -> bytes:
        """Bytes of the file; of big-endian words the other way round."""
        offset, length = part
        if not place.swap:
            return self._bytes(offset, length)
        before = (offset - place.origin) % place.swap
        around = -(-(before + length) // place.swap) * place.swap
        words = self._bytes(offset - before, around)
        whole = words[: len(words) // place.swap * place.swap]
        return np.frombuffer(whole, f">u{place.swap}").astype(f"<u{place.swap}").tobytes()[before:][:length]

    def _bytes(self, offset: int, length: int) -> bytes:
        parts: list[bytes] = []
        os.lseek(self.descriptor, offset, os.SEEK_SET)
        while length and (part := os.read(self.descriptor, length)):
            parts.append(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _whole(part: bytes, header: SliceHeader) -> bytes:
    """Exactly one frame's bytes. Raises ``ValueError`` where some are missing."""
    wanted = header.place.length if header.place.compressed else frame_bytes(header.pixels)
    if len(part) < wanted:
        raise ValueError(f"truncated: {wanted - len(part)} bytes of pixel data are missing")
    return part if len(part) == wanted else part[:wanted]
