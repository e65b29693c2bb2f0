"""Who decodes what: one table, tried in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec

from attrs import evolve, frozen

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams import codestream_of
from neuronetra.adapters.dicom.codestreams.jpeg import sequential_jpeg
from neuronetra.adapters.dicom.codestreams.jpeg2000 import bare_codestream
from neuronetra.adapters.dicom.codestreams.rle import exact_rle
from neuronetra.adapters.dicom.decoders import pydicom, simpleitk
from neuronetra.adapters.dicom.decoders.encoded import EncodedFrame
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts
from neuronetra.errors import OutputError

PYDICOM, SIMPLEITK = "pydicom", "SimpleITK"


@frozen
class Decoder:
    """One way to decode some syntaxes: the library, the package that does the work and its modules."""

    library: str
    package: str
    modules: tuple[str, ...]
    decode: Callable[[EncodedFrame], Array]
    depths: range = range(1, 65)
    """Bits of a pixel that it can do."""
    frees_the_lock: bool = False
    """Whether other threads run meanwhile (measured on 512 x 512 pixels of 16 bits)."""

    @property
    def is_installed(self) -> bool:
        return all(map(_is_there, self.modules))


@cache
def _is_there(module: str) -> bool:
    return find_spec(module) is not None


def _by_pydicom(package: str, plugin: str, *modules: str) -> Decoder:
    return Decoder(PYDICOM, package, modules, partial(pydicom.decode_encoded, plugin=plugin))


def _words_by_pydicom(frame: EncodedFrame) -> Array:
    return pydicom.decode_native(frame.content, frame.facts)


def _words_by_simpleitk(frame: EncodedFrame) -> Array:
    return simpleitk.decode_native(frame.content, frame.facts)


_SITK = Decoder(
    SIMPLEITK, "SimpleITK", ("SimpleITK",), simpleitk.decode_encoded, range(1, 17), frees_the_lock=True
)
"""Of JPEG 2000 deeper than 16 bits GDCM gives the lower 16 bits alone, without a word."""
_SITK_RLE = evolve(_SITK, depths=range(1, 33))
_RLE = _by_pydicom("pylibjpeg-rle", "pylibjpeg", "pylibjpeg", "rle")
_RLE_IN_PYTHON = _by_pydicom("pydicom", "pydicom")
_JPEG_LS = _by_pydicom("pyjpegls", "pyjpegls", "jpeg_ls", "_CharLS")
_OPENJPEG = evolve(
    _by_pydicom("pylibjpeg-openjpeg", "pylibjpeg", "pylibjpeg", "openjpeg"), depths=range(1, 26)
)
"""Measured: OpenJPEG computes in 32 bits, and from 26 bits on other numbers come out than went in."""
_PILLOW = evolve(_by_pydicom("pillow", "pillow", "PIL"), depths=range(8, 9), frees_the_lock=True)
_WORDS = (
    Decoder(PYDICOM, "pydicom", (), _words_by_pydicom),
    Decoder(SIMPLEITK, "SimpleITK", ("SimpleITK",), _words_by_simpleitk),
)

_TABLE: dict[str, tuple[Decoder, ...]] = {
    **dict.fromkeys(syntaxes.NATIVE | {syntaxes.UNCOMPRESSED_ITEMS}, _WORDS),
    syntaxes.RLE: (_RLE, _RLE_IN_PYTHON, _SITK_RLE),
    **dict.fromkeys(syntaxes.JPEG_LS, (_JPEG_LS, _SITK)),
    **dict.fromkeys(syntaxes.JPEG_2000, (_OPENJPEG, _SITK)),
    **dict.fromkeys(syntaxes.HTJ2K, (_OPENJPEG,)),
    **dict.fromkeys(syntaxes.JPEG_LOSSY, (_PILLOW, _SITK)),
    **dict.fromkeys(syntaxes.JPEG_LOSSLESS, (_SITK,)),
}


def decode_frame(frame: bytes, syntax: str, facts: PixelFacts, prefer: str = PYDICOM) -> Array:
    """Raw unsigned words (rows, columns) of ``facts.bits_allocated`` bits; floats for ``facts.floating``.

    ``frame`` is one frame: little-endian words for uncompressed syntaxes, else a codestream without a
    ``codestream_fault``. Decoders are tried in the order of the table, those of ``prefer`` first; lossy
    codestreams, which two decoders may round differently, go the same way for every reader.
    Raises ``ValueError`` that names the syntax and what was tried; ``OutputError`` passes.
    """
    encoded = _encoded(frame, syntax, facts)
    decoders = [one for one in _order(encoded, prefer) if encoded.depth in one.depths]
    failures = []
    for decoder in decoders:
        if not decoder.is_installed:
            continue
        try:
            return decoder.decode(encoded)
        except (OutputError, MemoryError):  # of this machine, not of the frame
            raise
        except BaseException as error:
            if not _is_of_the_frame(error):
                raise
            failures.append(f"{decoder.package} ({type(error).__name__})")
    name = syntaxes.syntax_name(syntax)
    if failures or not decoders:
        tried = ", ".join(sorted(failures)) or "no decoder for pixels of this depth"
        raise ValueError(f"{name} pixel data cannot be decoded: {tried}")
    raise ValueError(_missing(name, decoders[0].package))


def _is_of_the_frame(error: BaseException) -> bool:
    """Codecs raise what they like; what one in Rust raises when it panics is no ``Exception``."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _encoded(frame: bytes, syntax: str, facts: PixelFacts) -> EncodedFrame:
    stream = codestream_of(frame, syntax)
    if stream is not None:
        lossy = syntax in syntaxes.JPEG_LOSSY
        content = sequential_jpeg(frame, "JPEG") if lossy else bare_codestream(frame)
        return EncodedFrame(content, syntax, stream, facts)
    pixels, size = facts.rows * facts.columns, facts.bits_allocated // 8
    if syntax == syntaxes.RLE:
        return EncodedFrame(exact_rle(frame, pixels, size), syntax, None, facts)
    wanted = pixels * size
    if len(frame) < wanted:
        raise ValueError(f"truncated: {len(frame)} of {wanted} bytes of pixel data")
    return EncodedFrame(frame if len(frame) == wanted else frame[:wanted], syntax, None, facts)


def _order(frame: EncodedFrame, prefer: str) -> list[Decoder]:
    """The decoders of a frame; those of ``prefer`` first, unless two of them may round differently."""
    decoders = list(_TABLE.get(frame.syntax, ()))
    if frame.stream is not None and not frame.stream.exact:
        return decoders
    return sorted(decoders, key=lambda one: one.library != prefer)


def _missing(name: str, package: str) -> str:
    return f"{name} pixel data need {package}, which is not installed: pip install {package}"


@cache
def unreadable(syntax: str) -> str:
    """Why no frame of this syntax can be decoded here; empty where one can."""
    decoders = _TABLE.get(syntax, ())
    name = syntaxes.syntax_name(syntax)
    if not decoders:
        return f"pixel data of this transfer syntax are not read: {name}"
    if any(one.is_installed for one in decoders):
        return ""
    return _missing(name, decoders[0].package)


def threads_help(syntax: str, prefer: str = PYDICOM) -> bool:
    """Whether the first decoder lets other threads run while it decodes."""
    decoders = sorted(_TABLE.get(syntax, ()), key=lambda one: one.library != prefer)
    return next((one.frees_the_lock for one in decoders if one.is_installed), False)


def packages(syntax: str, prefer: str = PYDICOM, lossless: bool = True) -> tuple[str, ...]:
    """The packages that decode a syntax, in the order in which they are tried."""
    decoders = list(_TABLE.get(syntaxes.EXPLICIT_LITTLE if syntax in syntaxes.IN_ONE_PIECE else syntax, ()))
    if lossless:
        decoders.sort(key=lambda one: one.library != prefer)
    return tuple(one.package for one in decoders)
