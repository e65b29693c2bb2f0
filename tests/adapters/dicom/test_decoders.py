"""Every decoder gives the words that were encoded, or an error that says what was tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from attrs import evolve
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import get_frame

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams import codestream_fault
from neuronetra.adapters.dicom.decoders import table
from neuronetra.adapters.dicom.decoders.encoded import EncodedFrame, words_of
from neuronetra.adapters.dicom.decoders.table import (
    PYDICOM,
    SIMPLEITK,
    decode_frame,
    packages,
    threads_help,
    unreadable,
)
from neuronetra.domain.arrays import Array
from neuronetra.domain.pixels import PixelFacts, stored_integers
from neuronetra.errors import OutputError
from neuronetra.testing.encoders import jpeg, jpeg2000
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.series_plan import SeriesPlan

SHAPE = (37, 52)
COMPRESSED = [name for name, one in ENCODINGS.items() if one.encode is not None]
PREFERRED = (PYDICOM, SIMPLEITK)
DEPTHS = ((8, 8, False), (16, 10, False), (16, 12, True), (16, 16, False), (16, 16, True), (32, 20, False))

pytestmark = pytest.mark.filterwarnings("error")


def noise(bits: int, allocated: int) -> Array:
    """Words whose every bit is used, extremes among them."""
    words = np.random.default_rng(bits).integers(0, 1 << bits, SHAPE)
    words[0, :2] = 0, (1 << bits) - 1
    return words.astype(f"u{allocated // 8}")


def facts_of(allocated: int, stored: int, signed: bool = False) -> PixelFacts:
    return PixelFacts(
        rows=SHAPE[0],
        columns=SHAPE[1],
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1,
        signed=signed,
    )


def encoded(name: str, depth: tuple[int, int, bool]) -> tuple[bytes, PixelFacts, Array]:
    """A frame, its facts, and the words that it must give: those of a decoder that no reader uses."""
    encoding, (allocated, stored, signed) = ENCODINGS[name], depth
    if not encoding.available:
        pytest.skip(f"{encoding.needs} is not installed")
    if stored > encoding.most_bits or (name == "JPEG extended" and allocated == 8):
        pytest.skip("not a depth of this syntax, or of its encoder")
    words = noise(stored, allocated)
    assert encoding.encode is not None
    frame = encoding.encode(words, SeriesPlan(bits_allocated=allocated, bits_stored=stored, signed=signed))
    if encoding.lossy and encoding.decode is not None:
        words = encoding.decode(frame).astype(np.int64).astype(words.dtype)
    return frame, facts_of(allocated, stored, signed), words


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", COMPRESSED)
def test_rule_21_what_was_encoded_is_decoded(name: str, depth: tuple[int, int, bool]) -> None:
    """Both readers' orders give the encoder's words, or of lossy streams those of another decoder."""
    frame, facts, words = encoded(name, depth)
    syntax = str(ENCODINGS[name].uid)
    assert codestream_fault(frame, syntax, facts) == ""
    first, second = (decode_frame(frame, syntax, facts, prefer) for prefer in PREFERRED)
    assert first.dtype == second.dtype == words.dtype
    assert np.array_equal(first, second)
    allowed = 3 if name == "HTJ2K lossy" else 0  # two implementations, rounding as they like
    difference = stored_integers(first, facts).astype(np.int64) - stored_integers(words, facts)
    assert np.abs(difference).max() <= allowed


@pytest.mark.parametrize("name", COMPRESSED)
def test_rule_21_each_decoder_of_the_table_gives_the_same(name: str) -> None:
    """No decoder hides behind one that is tried before it, lossy streams included."""
    depth = (8, 8, False) if name == "JPEG baseline" else (16, 12, False)
    frame, facts, _ = encoded(name, depth)
    given = table._encoded(frame, str(ENCODINGS[name].uid), facts)
    decoders = [one for one in table._TABLE[given.syntax] if given.depth in one.depths]
    results = [one.decode(given) for one in decoders]
    assert results
    assert all(np.array_equal(results[0], one) for one in results)


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [4, 8, 12, 16])
def test_rule_21_lossless_jpeg_of_every_predictor_is_exact(predictor: int, bits: int) -> None:
    """SimpleITK alone decodes it, and no other library is asked whether it is right."""
    pytest.importorskip("imagecodecs")
    words = noise(bits, 8 if bits <= 8 else 16)
    frame = jpeg(lossless=True, predictor=predictor, bits=bits)(words, SeriesPlan(bits_stored=bits))
    for allocated in (words.itemsize * 8, 32):
        given = decode_frame(frame, "1.2.840.10008.1.2.4.57", facts_of(allocated, bits))
        assert given.dtype == f"u{allocated // 8}"
        assert np.array_equal(given, words)


@pytest.mark.parametrize("prefer", PREFERRED)
@pytest.mark.parametrize("syntax", [*sorted(syntaxes.NATIVE), syntaxes.UNCOMPRESSED_ITEMS])
@pytest.mark.parametrize("dtype", ["u1", "<u2", "<u4", "<f4", "<f8"])
def test_rule_21_uncompressed_words_are_given_as_they_stand(prefer: str, syntax: str, dtype: str) -> None:
    """Integers and floats, of an odd number of bytes too, and what stands behind them is left out."""
    words = np.random.default_rng(1).integers(0, 250, (7, 9)).astype(dtype)
    bits, floating = words.itemsize * 8, dtype[-2] == "f"
    facts = PixelFacts(rows=7, columns=9, bits_allocated=bits, bits_stored=bits, floating=floating)
    for surplus in (b"", b"\0", bytes(1000)):
        frame = words.tobytes() + surplus
        ready = table._encoded(frame, syntax, facts)
        for given in (
            decode_frame(frame, syntax, facts, prefer),
            *(decoder.decode(ready) for decoder in table._TABLE[syntax]),
        ):
            assert given.dtype == words.dtype
            assert np.array_equal(given, words)
    with pytest.raises(ValueError, match=r"^truncated: "):
        decode_frame(words.tobytes()[:-1], syntax, facts, prefer)


def real(name: str) -> tuple[bytes, str, PixelFacts, Array | None]:
    """The first frame of a file that pydicom ships, with the stored values that pydicom finds in it."""
    dataset = dcmread(str(get_testdata_file(name, download=False)))
    facts = PixelFacts(
        rows=dataset.Rows,
        columns=dataset.Columns,
        bits_allocated=dataset.BitsAllocated,
        bits_stored=dataset.BitsStored,
        high_bit=dataset.HighBit,
        signed=bool(dataset.PixelRepresentation),
    )
    count = int(dataset.get("NumberOfFrames", 1))
    frame = get_frame(dataset.PixelData, 0, number_of_frames=count)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if facts.bits_stored == 12 and syntax == syntaxes.JPEG_EXTENDED:
        return frame, syntax, facts, None
    values = dataset.pixel_array
    return frame, syntax, facts, values if count == 1 else values[0]


@pytest.mark.parametrize("prefer", PREFERRED)
@pytest.mark.parametrize(
    "name",
    [
        "JPEG2000.dcm",
        "693_J2KI.dcm",
        "J2K_pixelrep_mismatch.dcm",
        "JPGExtended.dcm",
        "JPEG-lossy.dcm",
        "JPEGLSNearLossless_08.dcm",
        "JPEGLSNearLossless_16.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "rtdose_rle.dcm",
    ],
)
@pytest.mark.filterwarnings("default")
def test_rule_21_files_of_real_writers_are_decoded(
    name: str, prefer: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Streams deeper than stored, of another sign, of old encoders: pydicom's values, and no noise."""
    frame, syntax, facts, values = real(name)
    assert codestream_fault(frame, syntax, facts) == ""
    given = stored_integers(decode_frame(frame, syntax, facts, prefer), facts)
    if values is not None:
        assert np.array_equal(given, values)
    assert given.min() < given.max() < 1 << facts.bits_stored
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("prefer", PREFERRED)
@pytest.mark.parametrize("precision", [7, 8, 10, 12])
def test_rule_18_a_signed_stream_keeps_its_sign(prefer: str, precision: int) -> None:
    """Signed JPEG 2000 of fewer bits than are stored is sign-extended: -1 is -1."""
    pytest.importorskip("imagecodecs")
    plan = SeriesPlan(bits_stored=precision, signed=True)
    words = noise(precision, 16)
    frame = jpeg2000(lossy=False)(words, plan)
    facts = facts_of(16, 14, signed=True)
    half = 1 << (precision - 1)
    wanted = (words.astype(np.int64) ^ half) - half
    given = stored_integers(decode_frame(frame, "1.2.840.10008.1.2.4.90", facts, prefer), facts)
    assert np.array_equal(given, wanted)


@pytest.mark.parametrize("prefer", PREFERRED)
def test_rule_18_pixels_without_their_surroundings_are_moved_to_the_high_bit(prefer: str) -> None:
    """A stream of 12 bits under HighBit 15 holds the pixels alone; one of 16 bits the words as they stand."""
    pytest.importorskip("imagecodecs")
    words, facts = noise(12, 16), evolve(facts_of(16, 12), high_bit=15)
    alone = jpeg2000(lossy=False)(words, SeriesPlan(bits_stored=12))
    whole = jpeg2000(lossy=False)(words << 4, SeriesPlan(bits_stored=16))
    for frame in (alone, whole):
        given = decode_frame(frame, "1.2.840.10008.1.2.4.90", facts, prefer)
        assert np.array_equal(stored_integers(given, facts), words)


def test_rule_21_simpleitk_is_not_asked_for_more_bits_than_it_gives() -> None:
    """Of deep JPEG 2000 GDCM gives the lower 16 bits alone: the other decoder is asked even so."""
    pytest.importorskip("imagecodecs")
    words = noise(24, 32)
    frame = jpeg2000(lossy=False)(words, SeriesPlan(bits_allocated=32, bits_stored=24))
    given = decode_frame(frame, "1.2.840.10008.1.2.4.90", facts_of(32, 24), SIMPLEITK)
    assert np.array_equal(given, words)


def test_rule_22_rle_beyond_the_image_stops_no_decoder() -> None:
    """Packets behind the image make one decoder panic and another warn; they are cut off before."""
    facts, segment = facts_of(8, 8), bytearray()
    for row in noise(8, 8):
        segment += bytes((len(row) - 1, *row))
    frame = pack("<16I", 1, 64, *[0] * 14) + segment + b"\x7f" + bytes(128)
    ready = table._encoded(frame, syntaxes.RLE, facts)
    for decoder in table._TABLE[syntaxes.RLE]:
        assert np.array_equal(decoder.decode(ready), noise(8, 8))


def test_several_threads_decode_alike() -> None:
    """Nothing is shared between calls."""
    frame, facts, words = encoded("RLE", (16, 12, False))
    tasks = [prefer for _ in range(20) for prefer in PREFERRED]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda prefer: decode_frame(frame, syntaxes.RLE, facts, prefer), tasks))
    assert all(np.array_equal(one, words) for one in results)


def failing(error: BaseException) -> Callable[[EncodedFrame], Array]:
    """A decoder that raises."""

    def decode(frame: EncodedFrame) -> Array:
        raise error

    return decode


@pytest.fixture
def jpeg_ls() -> tuple[bytes, PixelFacts, Array]:
    """A frame that two decoders take."""
    return encoded("JPEG-LS", (16, 12, False))


LS = "1.2.840.10008.1.2.4.80"


def with_decoders(monkeypatch: pytest.MonkeyPatch, *errors: BaseException | None, missing: int = 0) -> None:
    """JPEG-LS decoders that raise, or decode; the first ``missing`` are not installed."""
    decoders = []
    for number, (decoder, error) in enumerate(zip(table._TABLE[LS], errors, strict=True)):
        modules = ("no_such_module",) if number < missing else ()
        decode = decoder.decode if error is None else failing(error)
        decoders.append(evolve(decoder, modules=modules, decode=decode))
    monkeypatch.setitem(table._TABLE, LS, tuple(decoders))
    unreadable.cache_clear()


PANIC = type("PanicException", (BaseException,), {})


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyError(1), OSError(2), PANIC(), RecursionError()])
def test_rule_21_a_decoder_that_fails_is_followed_by_the_next(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, jpeg_ls: tuple[bytes, PixelFacts, Array]
) -> None:
    """Whatever a library raises, a panic in Rust too."""
    frame, facts, words = jpeg_ls
    with_decoders(monkeypatch, error, None)
    assert np.array_equal(decode_frame(frame, LS, facts), words)


def test_rule_21_the_error_names_the_syntax_and_what_was_tried(
    monkeypatch: pytest.MonkeyPatch, jpeg_ls: tuple[bytes, PixelFacts, Array]
) -> None:
    """The packages in the order in which they were tried, and no word of theirs."""
    frame, facts, _ = jpeg_ls
    with_decoders(monkeypatch, KeyError("DOE^JANE"), RuntimeError("1970"))
    with pytest.raises(ValueError, match=r"^JPEG-LS pixel") as caught:
        decode_frame(frame, LS, facts, SIMPLEITK)
    told = "JPEG-LS pixel data cannot be decoded: SimpleITK (RuntimeError), pyjpegls (KeyError)"
    assert str(caught.value) == told
    assert caught.value.__cause__ is None


def test_rule_21_the_error_names_the_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, jpeg_ls: tuple[bytes, PixelFacts, Array]
) -> None:
    """Nothing is installed: which package helps, before and after the pixels are asked for."""
    frame, facts, words = jpeg_ls
    with_decoders(monkeypatch, None, None, missing=1)
    assert unreadable(LS) == ""
    assert np.array_equal(decode_frame(frame, LS, facts), words)
    with_decoders(monkeypatch, None, None, missing=2)
    told = "JPEG-LS pixel data need pyjpegls, which is not installed: pip install pyjpegls"
    assert unreadable(LS) == told
    with pytest.raises(ValueError, match=told):
        decode_frame(frame, LS, facts)
    unreadable.cache_clear()


@pytest.mark.parametrize("error", [OutputError("no space"), MemoryError(), KeyboardInterrupt()])
def test_rule_24_what_is_not_the_frames_fault_passes(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, jpeg_ls: tuple[bytes, PixelFacts, Array]
) -> None:
    """A full disk, too little memory and an interrupt are no reason to ask the next decoder."""
    frame, facts, _ = jpeg_ls
    with_decoders(monkeypatch, error, None)
    with pytest.raises(type(error)):
        decode_frame(frame, LS, facts)


def test_rule_24_simpleitk_says_where_it_cannot_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jpeg_ls: tuple[bytes, PixelFacts, Array]
) -> None:
    """No folder for the temporary file: an error of this machine, which names what helps."""
    frame, facts, _ = jpeg_ls
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(OutputError, match="TMPDIR"):
        decode_frame(frame, LS, facts, SIMPLEITK)


@pytest.mark.parametrize("name", ["JPEG 2000", "JPEG-LS", "JPEG lossless", "HTJ2K", "RLE"])
def test_rule_24_a_damaged_frame_is_an_error_of_one_kind(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Bytes that no decoder takes: one plain line, and the frame's bytes are in no log."""
    frame, facts, _ = encoded(name, (16, 12, False))
    broken = frame[:70] + bytes(len(frame) - 90) + frame[-20:]
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(ValueError, match=r"^(damaged|truncated|.*: )") as caught,
    ):
        decode_frame(broken, str(ENCODINGS[name].uid), facts)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "decoded", [np.zeros((52, 37), "u2"), np.zeros((1, 37, 52), "u2"), np.zeros(SHAPE, "f4")]
)
def test_rule_22_what_a_decoder_gives_is_checked(decoded: Array) -> None:
    """Another shape, several images or floats are not the frame."""
    frame = EncodedFrame(b"", syntaxes.RLE, None, facts_of(16, 12))
    with pytest.raises(ValueError, match="another image"):
        words_of(decoded, frame)


@pytest.mark.parametrize(
    ("syntax", "told"),
    [
        (syntaxes.RLE, ""),
        (syntaxes.EXPLICIT_LITTLE, ""),
        ("1.2.840.10008.1.2.4.102", "pixel data of this transfer syntax are not read: video"),
        ("1.2.840.10008.1.2.4.110", "pixel data of this transfer syntax are not read: JPEG XL"),
        ("1.2.840.10008.1.2.4.94", "pixel data of this transfer syntax are not read: referenced (JPIP)"),
        ("1.2.840.10008.1.2.4.55", "pixel data of this transfer syntax are not read: retired JPEG"),
        ("1.2.3.4", "pixel data of this transfer syntax are not read: unknown"),
        ("1.2.840.10008.1.2.4.²", "pixel data of this transfer syntax are not read: unknown"),
    ],
)
def test_rule_21_syntaxes_that_nobody_reads_are_named(syntax: str, told: str) -> None:
    """A plain word, never the UID."""
    assert unreadable(syntax) == told


def test_every_encapsulated_syntax_has_a_decoder() -> None:
    """What counts as readable is in the table, and nothing else."""
    assert set(table._TABLE) == syntaxes.ENCAPSULATED | syntaxes.NATIVE
    for syntax in syntaxes.ENCAPSULATED:
        assert unreadable(syntax) == ""
        assert packages(syntax)


def test_threads_help_where_the_first_decoder_frees_the_lock() -> None:
    """As measured: SimpleITK and Pillow let other threads run, codecs that pydicom calls otherwise do not."""
    assert threads_help(syntaxes.JPEG_BASELINE, PYDICOM)
    assert threads_help("1.2.840.10008.1.2.4.70", PYDICOM)
    assert not threads_help("1.2.840.10008.1.2.4.90", PYDICOM)
    assert threads_help("1.2.840.10008.1.2.4.90", SIMPLEITK)
    assert not threads_help("1.2.3.4", PYDICOM)
