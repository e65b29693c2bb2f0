"""Decoding through pydicom's decoders and the codec packages behind them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from struct import pack
from typing import Any

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.decoders.encoded import EncodedFrame, words_of
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts

_ITEM, _DELIMITER = 0xE000FFFE, 0xE0DDFFFE


class _Quiet(threading.local, logging.Filter):
    """Drops what pydicom logs of a codec that fails, in the thread that tries the next one then."""

    active = False

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not self.active

    @contextmanager
    def here(self) -> Iterator[None]:
        self.active = True
        try:
            yield
        finally:
            self.active = False


_QUIET = _Quiet()
logging.getLogger("pydicom.pixels.decoders.base").addFilter(_QUIET)


def decode_native(stored: bytes, facts: PixelFacts) -> Array:
    """Uncompressed little-endian words, a view of ``stored``."""
    from pydicom.pixels.decoders.base import get_decoder

    keyword = "PixelData"
    if facts.floating:
        keyword = {32: "FloatPixelData", 64: "DoubleFloatPixelData"}[facts.bits_allocated]
    options = _options(facts, facts.bits_allocated) | {"pixel_keyword": keyword, "view_only": True}
    words: Array = get_decoder(syntaxes.EXPLICIT_LITTLE).as_array(stored, raw=True, **options)[0]
    return words


def decode_encoded(frame: EncodedFrame, plugin: str) -> Array:
    """One compressed frame by the codec behind ``plugin``.

    The codestream is believed: given bits as the header states them, pydicom would change the sign, and
    warn in words that quote the header.
    """
    from pydicom.pixels.decoders.base import get_decoder

    options = _options(frame.facts, frame.depth) | {
        "pixel_keyword": "PixelData",
        "apply_j2k_sign_correction": False,
        "apply_jls_sign_correction": False,
        "correct_unused_bits": False,
    }
    decode = partial(get_decoder(frame.syntax).as_array, index=0, raw=True, validate=False)
    with _QUIET.here():
        return words_of(decode(_in_items(frame.content), decoding_plugin=plugin, **options)[0], frame)


def _options(facts: PixelFacts, bits_stored: int) -> dict[str, Any]:
    return {
        "rows": facts.rows,
        "columns": facts.columns,
        "samples_per_pixel": 1,
        "number_of_frames": 1,
        "photometric_interpretation": "MONOCHROME2",
        "bits_allocated": facts.bits_allocated,
        "bits_stored": bits_stored,
        "pixel_representation": 0,
    }


def _in_items(content: bytes) -> bytes:
    """An empty offset table, one fragment, the delimiter (part 5, A.4)."""
    padding = len(content) % 2
    before = pack("<4I", _ITEM, 0, _ITEM, len(content) + padding)
    return b"".join((before, content, b"\0" * padding, pack("<2I", _DELIMITER, 0)))
