"""Grey PNG files of 8 bits, with nothing in them but the picture, and what shows their damage."""

from __future__ import annotations

import zlib

import cv2
import numpy as np

from neuronetra.domain.arrays import UInt8
from neuronetra.domain.prepared_document import Picture


def encoded(image: UInt8) -> bytes:
    """One frame (H, W) as the bytes of a PNG file, by OpenCV's own settings, which suit frames best."""
    done, content = cv2.imencode(".png", image)
    if not done:
        raise ValueError("a frame that cannot be written as PNG")
    return content.tobytes()


def described(content: bytes) -> Picture:
    """Size and checksum of a file."""
    return Picture(len(content), f"{zlib.crc32(content):08x}")


def decoded(content: bytes, expected: Picture) -> UInt8:
    """The frame (H, W). Raises ``ValueError`` where the file is not the one that was written."""
    if described(content) != expected:
        raise ValueError("not the bytes that were written")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        image = None
    if image is None or image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError("not a grey picture of 8 bits")
    return np.asarray(image, np.uint8)


def use_one_thread() -> None:
    """Keep OpenCV of this process to one thread: for a process that works beside others."""
    cv2.setNumThreads(1)
