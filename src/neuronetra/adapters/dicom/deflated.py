"""Deflated data sets (part 5, A.5): their start inflated, in bounded steps, to know what they are."""

from __future__ import annotations

import os
import zlib

from neuronetra.adapters.dicom.elements import HeaderBytes, InflatedBytes

MAX_INFLATED = 1 << 20
STEP = 1 << 16


def inflated(data: HeaderBytes, start: int) -> InflatedBytes:
    """At most a mebibyte of what is deflated from byte ``start`` on; damaged data end early.

    May raise ``OSError``.
    """
    os.lseek(data.descriptor, start, os.SEEK_SET)
    stream, parts, size = zlib.decompressobj(-zlib.MAX_WBITS), [], 0
    waiting = b""
    while size < MAX_INFLATED and not stream.eof:
        waiting = stream.unconsumed_tail or os.read(data.descriptor, STEP)
        if not waiting:
            break
        try:
            parts.append(stream.decompress(waiting, MAX_INFLATED - size))
        except zlib.error:
            break
        size += len(parts[-1])
    whole = b"".join(parts)
    return InflatedBytes(-1, len(whole), whole=whole)
