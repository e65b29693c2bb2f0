"""How pixel data are written: transfer syntaxes, their encoders, and decoders that are not a reader's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

from attrs import field, frozen
from pydicom import uid as uids
from pydicom.uid import UID

from neuronetra.testing.encoders import (
    Decoder,
    Encoder,
    by_imagecodecs,
    by_pydicom,
    high_throughput,
    jpeg,
    jpeg2000,
)


@frozen
class Encoding:
    """A transfer syntax: ``encode`` makes a codestream of one frame's words and ``decode`` words of it.

    Neither is there where words are written as they are. ``most_bits`` is what a word may need;
    ``whole``: a frame is never more than one fragment (part 5, A.4). ``needs`` is the package, of the tests' alone,
    without which it cannot be made.
    ``plan`` holds what a plan must say to fit, for tests that go through all encodings.
    """

    uid: UID
    encode: Encoder | None = None
    decode: Decoder | None = None
    lossy: bool = False
    most_bits: int = 32
    whole: bool = False
    needs: str = ""
    plan: Mapping[str, Any] = field(factory=dict)

    @property
    def encapsulated(self) -> bool:
        return bool(self.uid.is_encapsulated)

    @property
    def available(self) -> bool:
        """Whether it can be made here."""
        return not self.needs or find_spec(self.needs) is not None


_LS, _J2K, _HT, _JPEG = map(
    by_imagecodecs, ("jpegls_decode", "jpeg2k_decode", "htj2k_decode", "jpeg8_decode")
)
_Codec = partial(Encoding, most_bits=16, needs="imagecodecs")
_EIGHT = {"bits_allocated": 8, "bits_stored": 8}

ENCODINGS: dict[str, Encoding] = {
    "explicit": Encoding(uids.ExplicitVRLittleEndian, most_bits=64),
    "implicit": Encoding(uids.ImplicitVRLittleEndian, most_bits=64),
    "big endian": Encoding(uids.ExplicitVRBigEndian, most_bits=64),
    "deflated": Encoding(uids.DeflatedExplicitVRLittleEndian, most_bits=64),
    "encapsulated uncompressed": Encoding(UID("1.2.840.10008.1.2.1.98"), whole=True),
    "RLE": _Codec(uids.RLELossless, by_pydicom(uids.RLELossless, "pydicom"), whole=True, needs=""),
    "JPEG-LS": _Codec(uids.JPEGLSLossless, by_pydicom(uids.JPEGLSLossless), _LS, needs=""),
    "JPEG-LS near-lossless": _Codec(
        uids.JPEGLSNearLossless, by_pydicom(uids.JPEGLSNearLossless), _LS, lossy=True
    ),
    "JPEG 2000": _Codec(uids.JPEG2000Lossless, jpeg2000(lossy=False), _J2K),
    "JPEG 2000 lossy": _Codec(uids.JPEG2000, jpeg2000(lossy=True), _J2K, lossy=True),
    "HTJ2K": _Codec(uids.HTJ2KLossless, high_throughput(lossy=False), _HT),
    "HTJ2K lossy": _Codec(uids.HTJ2K, high_throughput(lossy=True), _HT, lossy=True),
    "JPEG baseline": _Codec(uids.JPEGBaseline8Bit, jpeg(bits=8), _JPEG, lossy=True, most_bits=8, plan=_EIGHT),
    "JPEG extended": _Codec(uids.JPEGExtended12Bit, jpeg(bits=12), _JPEG, lossy=True, most_bits=12),
    "JPEG lossless": _Codec(uids.JPEGLossless, jpeg(lossless=True, predictor=4), _JPEG),
    "JPEG lossless SV1": _Codec(uids.JPEGLosslessSV1, jpeg(lossless=True), _JPEG),
}
"""Every way in which pixel data are written, by the name that a plan gives to it."""
LOSSLESS = tuple(name for name, one in ENCODINGS.items() if not one.lossy)
