"""Deflated data sets (part 5, A.5): inflated by this module in bounded steps, as far as they are needed."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field

from neuronetra.adapters.dicom.elements import CHUNK, HeaderBytes

MAX_HEADER = 1 << 24
"""Bytes that a header may inflate to before its pixel data."""
STEP = 1 << 16
MAX_RATIO = 100
LARGE = 1 << 26
"""More than this many bytes from a file that is a hundredth of them is no scan."""
MAX_COUNTED = 1 << 28
"""Up to so many bytes are inflated to see whether they are all there before they are asked for."""


@define
class Inflater:
    """The bytes that a deflated stream holds, one step after the other; it cannot go back.

    ``ended`` where the stream ends or is damaged. May raise ``OSError``.
    """

    descriptor: int
    position: int
    ended: bool = False
    _stream: Any = field(factory=lambda: zlib.decompressobj(-zlib.MAX_WBITS))

    def step(self, most: int = STEP) -> bytes:
        """At least one byte and at most ``most``, or none at the end."""
        while not self.ended:
            waiting = self._stream.unconsumed_tail
            if not waiting:
                os.lseek(self.descriptor, self.position, os.SEEK_SET)
                waiting = os.read(self.descriptor, STEP)
                self.position += len(waiting)
            try:
                found: bytes = self._stream.decompress(waiting, most)
            except zlib.error:
                waiting, found = b"", b""
            self.ended = self._stream.eof or not (waiting or found)
            if found:
                return found
        return b""


@define
class InflatedBytes(HeaderBytes):
    """The header of a deflated data set: offsets count in what it inflates to, from its start.

    ``size`` is ``MAX_HEADER``, which it may not go beyond, until the stream has ended.
    """

    inflater: Inflater = field(kw_only=True)
    start: int = field(kw_only=True)
    _whole: bytearray = field(factory=bytearray, repr=False)

    @classmethod
    def of(cls, data: HeaderBytes, start: int) -> InflatedBytes:
        """What is deflated from byte ``start`` of ``data`` on."""
        inflater = Inflater(data.descriptor, start)
        return cls(data.descriptor, MAX_HEADER, steps=data.steps, inflater=inflater, start=start)

    def at(self, offset: int, length: int) -> bytes:
        """As for a file."""
        end = offset + max(length, CHUNK)
        while len(self._whole) < end and not self.inflater.ended:
            if len(self._whole) >= MAX_HEADER:
                break
            self._whole += self.inflater.step()
        if self.inflater.ended:
            self.size = len(self._whole)
        self.buffer, self.base = bytes(self._whole[offset:end]), offset
        return self.buffer[:length]

    def overrun(self, position: int) -> bool:
        """Whether a header that goes on at ``position`` is longer than any."""
        return position >= MAX_HEADER and not self.inflater.ended

    def held(self, end: int) -> int:
        """How many bytes there are, counted up to ``end``; what lies behind the header is not kept."""
        count = len(self._whole)
        while count < end and not self.inflater.ended:
            count += len(self.inflater.step())
        return count


def inflated_parts(descriptor: int, start: int, parts: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes at ``parts`` (offset, length), in order and apart from each other, in one pass.

    One part is held at a time, short where the stream ends early. May raise ``OSError``.
    """
    inflater, position = Inflater(descriptor, start), 0
    waiting = b""
    for offset, length in parts:
        part = bytearray()
        while len(part) < length:
            if not waiting and not (waiting := inflater.step()):
                break
            skipped = min(len(waiting), max(0, offset - position))
            taken = waiting[skipped : skipped + length - len(part)] if position + skipped >= offset else b""
            part += taken
            position += skipped + len(taken)
            waiting = waiting[skipped + len(taken) :]
        yield bytes(part)
