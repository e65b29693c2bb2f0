"""What compressed frames say of themselves, and which of them no decoder must see."""

from __future__ import annotations

import time
from itertools import pairwise
from struct import pack
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.adapters.dicom import syntaxes
from neuronetra.adapters.dicom.codestreams import (
    Codestream,
    codestream_fault,
    codestream_of,
    codestream_repair,
    jpeg2000,
)
from neuronetra.adapters.dicom.codestreams.jpeg import sequential_jpeg
from neuronetra.adapters.dicom.codestreams.jpeg2000 import bare_codestream
from neuronetra.adapters.dicom.codestreams.rle import exact_rle
from neuronetra.domain.pixels import PixelFacts
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.series_plan import SeriesPlan

J2K, HTJ2K = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"
LOSSLESS, LS = "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"
COMPRESSED = [name for name, one in ENCODINGS.items() if one.encode is not None]
ROWS, COLUMNS = 6, 10
MORE_ROWS = "damaged: the RLE frame holds more rows than the header says"
FACTS = PixelFacts(rows=ROWS, columns=COLUMNS, bits_stored=12, high_bit=11)
BYTES = PixelFacts(rows=ROWS, columns=COLUMNS, bits_allocated=8, bits_stored=8, high_bit=7)


def segment(marker: int, content: bytes) -> bytes:
    """A marker segment of JPEG or JPEG 2000."""
    return pack(">HH", marker, len(content) + 2) + content


def jpeg(
    process: int = 0xC3,
    precision: int = 12,
    size: tuple[int, int] = (ROWS, COLUMNS),
    components: int = 1,
    scan: bytes = bytes((1, 1, 0, 1, 0, 0)),
    between: bytes = b"",
) -> bytes:
    """A JPEG or JPEG-LS stream whose scan holds nothing of meaning."""
    stated = pack(">BHHB", precision, *size, components) + bytes((1, 0x11, 0)) * components
    parts = (
        b"\xff\xd8",
        segment(0xFFE0, b"JFIF"),
        segment(0xFF00 | process, stated),
        between,
        segment(0xFFDA, scan) if scan else b"",
        b"\x12\x34\xff\xd9",
    )
    return b"".join(parts)


def jpeg_2000(**changes: Any) -> bytes:
    """A JPEG 2000 stream with one tile-part that holds nothing of meaning, with ``changes``."""
    plan = SimpleNamespace(
        **{
            "size": (COLUMNS, ROWS),
            "start": (0, 0),
            "tile": (COLUMNS, ROWS),
            "tile_start": (0, 0),
            "components": 1,
            "depth": 11,
            "steps": (1, 1),
            "style": bytes((0, 0, 0, 1, 0, 1, 4, 4, 0, 1)),
            "tile_part": None,
            "number": 0,
            "data": b"\xff\x93",
            "after": b"\xff\xd9",
            **changes,
        }
    )
    stated = pack(">H8IH", 0, *plan.size, *plan.start, *plan.tile, *plan.tile_start, plan.components)
    stated += bytes((plan.depth, *plan.steps)) * plan.components
    header = b"\xff\x4f" + segment(0xFF51, stated) + segment(0xFF52, plan.style) + segment(0xFF5C, bytes(5))
    content = plan.data + b"\x12\x34"
    length = 12 + len(content) if plan.tile_part is None else plan.tile_part
    return header + segment(0xFF90, pack(">HIBB", plan.number, length, 0, 1)) + content + plan.after


def rle(*segments: bytes, count: int | None = None, first: int = 64) -> bytes:
    """An RLE frame of segments that are packed already."""
    offsets = [first + sum(map(len, segments[:number])) for number in range(len(segments))]
    stated = len(segments) if count is None else count
    return pack("<16I", stated, *offsets, *[0] * (15 - len(offsets))) + b"".join(segments)


LITERAL = bytes((ROWS * COLUMNS - 1, *range(ROWS * COLUMNS)))
"""A packet that gives each pixel of a segment as it stands."""


def encoded(name: str, plan: SeriesPlan | None = None) -> tuple[bytes, str, PixelFacts]:
    """A frame of noise written by a real encoder, its syntax and facts."""
    encoding = ENCODINGS[name]
    if not encoding.available:
        pytest.skip(f"{encoding.needs} is not installed")
    bits = {"JPEG baseline": 8}.get(name, 12)
    plan = plan or SeriesPlan(bits_allocated=8 if bits == 8 else 16, bits_stored=bits, encoding=name)
    words = np.random.default_rng(3).integers(0, 1 << plan.bits_stored, (37, 52))
    assert encoding.encode is not None
    frame = encoding.encode(words.astype(f"u{plan.bits_allocated // 8}"), plan)
    facts = PixelFacts(
        rows=37,
        columns=52,
        bits_allocated=plan.bits_allocated,
        bits_stored=plan.bits_stored,
        high_bit=plan.bits_stored - 1,
        signed=plan.signed,
    )
    return frame, str(encoding.uid), facts


@pytest.mark.parametrize("name", COMPRESSED)
def test_rule_22_a_codestream_says_its_size_and_depth(name: str) -> None:
    """Every encoder's stream passes, and what it says is what was encoded; RLE says nothing."""
    frame, syntax, facts = encoded(name)
    stream = codestream_of(frame, syntax)
    assert codestream_fault(frame, syntax, facts) == ""
    if name == "RLE":
        assert stream is None
        return
    assert stream is not None
    assert (stream.rows, stream.columns, stream.components) == (37, 52, 1)
    assert facts.bits_stored <= stream.precision <= facts.bits_allocated


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_rule_22_a_frame_that_is_cut_is_refused(name: str, share: float) -> None:
    """Wherever a stream ends too early, no decoder sees it."""
    frame, syntax, facts = encoded(name)
    fault = codestream_fault(frame[: int(len(frame) * share)], syntax, facts)
    assert fault.startswith(("truncated: ", "damaged: "))


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("padding", [b"\0", b"\0" * 100, b"\xff"])
def test_padding_behind_a_frame_is_no_fault(name: str, padding: bytes) -> None:
    """Writers make lengths even, some with more bytes than one, some with 0xFF."""
    frame, syntax, facts = encoded(name)
    assert codestream_fault(frame + padding, syntax, facts) == ""


def test_rule_22_a_stream_that_lost_its_middle_is_refused() -> None:
    """JPEG 2000 that ends with its end marker all the same: its tile-parts do not lead there."""
    frame, syntax, facts = encoded("JPEG 2000")
    assert codestream_fault(frame[:200] + frame[300:], syntax, facts).startswith("truncated")
    assert codestream_fault(frame[:-2] + b"\0\0" + frame[-2:], syntax, facts) != ""


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"size": (COLUMNS + 1, ROWS)}, "another size"),
        ({"size": (ROWS, COLUMNS)}, "another size"),
        ({"start": (2, 0)}, "another size"),
        ({"start": (COLUMNS, 0)}, "size"),
        ({"size": (0, 0)}, "size"),
        ({"size": (0xFFFFFFFF, ROWS), "start": (0xFFFFFFFF - COLUMNS, 0)}, "size"),
        ({"size": (1 << 27, ROWS), "start": ((1 << 27) - COLUMNS, 0), "tile": (1 << 27, ROWS)}, "tile size"),
        ({"tile": (0, 0)}, "tile size"),
        ({"tile_start": (3, 0)}, "tile size"),
        ({"tile": (2, 2), "tile_start": (0, 0), "start": (2, 2)}, "tile size"),
        ({"steps": (2, 1)}, "size"),
        ({"steps": (0, 0)}, "size"),
        ({"components": 3}, "one component"),
        ({"components": 0}, "size"),
        ({"depth": 16}, "BitsAllocated"),
        ({"depth": 0xFF}, "BitsAllocated"),
        ({"style": b"short"}, "header"),
        ({"tile_part": 12}, "tile-parts"),
        ({"tile_part": 15}, "no end"),
        ({"tile_part": 0xFFFFFFFF}, "no end"),
        ({"after": b""}, "no end"),
        ({"tile": (5, 6)}, "tiles"),
        ({"tile": (5, 6), "tile_part": 0}, "tiles"),
        ({"number": 1}, "tile-parts"),
        ({"data": b"\xff\x94"}, "tile-parts"),
        ({"data": b"\xff\x64\0\2"}, "tile-parts"),
        ({"data": b"\xff\x51\0\2\xff\x93"}, "tile-parts"),
        ({"after": b"", "tile_part": 0}, "no end"),
    ],
)
@pytest.mark.parametrize("syntax", [J2K, HTJ2K])
def test_rule_22_a_jpeg_2000_header_must_fit(changes: dict[str, Any], word: str, syntax: str) -> None:
    """Size, offsets, tiles, components and depth are the header's, and the stream is whole."""
    fault = codestream_fault(jpeg_2000(**changes), syntax, FACTS)
    assert fault.startswith(("damaged: ", "truncated: "))
    assert word in fault
    assert codestream_fault(jpeg_2000(), syntax, FACTS) == ""


def test_rule_22_tiles_are_bounded() -> None:
    """A small header may ask for millions of tiles."""
    big = PixelFacts(rows=8000, columns=8000)
    frame = jpeg_2000(size=(8000, 8000), tile=(1, 1))
    assert "tile size" in codestream_fault(frame, J2K, big)


def test_a_last_tile_part_of_unknown_length_is_read_to_the_end() -> None:
    """A length of zero means: up to the end marker (T.800, A.4.2)."""
    assert codestream_fault(jpeg_2000(tile_part=0), J2K, FACTS) == ""
    assert codestream_fault(jpeg_2000(tile_part=0) + b"\0\0", J2K, FACTS) == ""


def test_headers_of_tile_parts_may_hold_segments_of_their_own() -> None:
    """A comment before the data of a tile is passed over."""
    assert codestream_fault(jpeg_2000(data=b"\xff\x64\0\4why" + b"\xff\x93"), J2K, FACTS) != ""
    assert codestream_fault(jpeg_2000(data=b"\xff\x64\0\5why" + b"\xff\x93"), J2K, FACTS) == ""


def test_a_wrapped_jpeg_2000_stream_is_found() -> None:
    """Files of JPEG 2000 are not allowed as frames, and exist: the stream inside them is taken."""
    stream = jpeg_2000()
    start = b"\0\0\0\x0cjP  \r\n\x87\n"
    for length, extended in ((len(stream) + 8, b""), (0, b""), (1, pack(">Q", len(stream) + 16))):
        box = pack(">I", length) + b"jp2c" + extended + stream
        frame = start + pack(">I4sI", 12, b"ftyp", 0) + box
        assert bare_codestream(frame) == stream
        assert codestream_of(frame, J2K) == codestream_of(stream, J2K)
        assert codestream_fault(frame, J2K, FACTS) == ""
    for broken in (start, start + pack(">I4s", 0, b"ftyp"), start + pack(">I4s", 4, b"ftyp") + stream):
        assert codestream_fault(broken, J2K, FACTS).startswith("damaged: ")


@pytest.mark.parametrize(
    ("frame", "syntax", "word"),
    [
        (jpeg(size=(COLUMNS, ROWS)), LOSSLESS, "another size"),
        (jpeg(size=(0, COLUMNS)), LOSSLESS, "another size"),
        (jpeg(components=3), LOSSLESS, "one component"),
        (jpeg(precision=17), LOSSLESS, "BitsAllocated"),
        (jpeg(precision=0), LOSSLESS, "BitsAllocated"),
        (jpeg(process=0xC0), LOSSLESS, "another kind"),
        (jpeg(process=0xF7), LOSSLESS, "another kind"),
        (jpeg(process=0xC3), syntaxes.JPEG_BASELINE, "another kind"),
        (jpeg(process=0xC2), syntaxes.JPEG_EXTENDED, "another kind"),
        (jpeg(process=0xC3), LS, "another kind"),
        (jpeg(scan=b""), LOSSLESS, "header"),
        (jpeg(between=jpeg()[8:20]), LOSSLESS, "header"),
        (jpeg(between=segment(0xFFC3, bytes(9))), LOSSLESS, "more than one frame"),
        (b"\xff\xd8" + segment(0xFFDA, bytes(6)) + b"\xff\xd9", LOSSLESS, "does not say its size"),
        (b"\xff\xd8" + segment(0xFFC3, b"ab") + b"\xff\xd9", LOSSLESS, "does not say its size"),
        (b"\xff\xd8\xff\xe0\0\0", LOSSLESS, "header"),
        (b"\xff\xd8\xff\xe0\xff\xff", LOSSLESS, "ends in its header"),
        (b"\xff\xd8" + b"\xff" * 50, LOSSLESS, "ends in its header"),
        (b"\xff\xd8\xff\xd9", LOSSLESS, "ends in its header"),
        (b"\xff\xd8" + b"\xff\x01" * 20_000, LOSSLESS, "header"),
        (b"", LOSSLESS, "no JPEG lossless stream"),
        (jpeg_2000(), LS, "no JPEG-LS stream"),
        (jpeg(), J2K, "no JPEG 2000 stream"),
        (jpeg()[:-2], LOSSLESS, "no end"),
    ],
)
def test_rule_22_a_jpeg_header_must_fit(frame: bytes, syntax: str, word: str) -> None:
    """The process is one of the syntax; size, components and depth are the header's."""
    fault = codestream_fault(frame, syntax, FACTS)
    assert fault.startswith(("damaged: ", "truncated: "))
    assert word in fault
    assert codestream_fault(jpeg(), LOSSLESS, FACTS) == ""


def jpeg_ls(
    preset: tuple[int, ...] | None = None, near: int = 0, end: tuple[int, ...] = (0, 0), table: int = 0
) -> bytes:
    """A JPEG-LS stream of 12 bits: preset values, the loss that is allowed, interleave and shift."""
    between = b"" if preset is None else segment(0xFFF8, pack(">B5H", 1, *preset))
    return jpeg(0xF7, between=between, scan=bytes((1, 1, table, near, *end)))


@pytest.mark.parametrize(
    "frame",
    [
        jpeg_ls(),
        jpeg_ls(near=3),
        jpeg_ls((0, 0, 0, 0, 0)),
        jpeg_ls((4095, 18, 67, 276, 64)),
        jpeg_ls((1023, 4, 4, 1023, 3), near=3),
    ],
)
def test_coding_parameters_of_jpeg_ls_that_are_some_pass(frame: bytes) -> None:
    """What encoders set, and what the standard allows at its edges."""
    assert codestream_fault(frame, LS, FACTS) == ""


@pytest.mark.parametrize(
    "frame",
    [
        jpeg_ls((4096, 18, 67, 276, 64)),
        jpeg_ls((0xFFFF, 45, 112, 339, 0xFFFF)),
        jpeg_ls((4095, 18, 67, 4096, 64)),
        jpeg_ls((4095, 67, 18, 276, 64)),
        jpeg_ls((4095, 3, 67, 276, 64), near=3),
        jpeg_ls((4095, 18, 67, 276, 2)),
        jpeg_ls((4095, 18, 67, 276, 4096)),
        jpeg_ls((15, 0, 0, 0, 0), near=8),
        jpeg_ls(end=(1, 0)),
        jpeg_ls(end=(0, 1)),
        jpeg_ls(table=1),
        jpeg(0xF7, scan=bytes(10)),
        jpeg(0xF7, scan=bytes((2, 1, 0, 2, 0, 0, 0, 0))),
        jpeg(0xF7, between=segment(0xFFF8, bytes((2, 1, 2, 3)))),
        jpeg(0xF7, between=segment(0xFFF8, b"")),
    ],
)
def test_rule_22_coding_parameters_of_jpeg_ls_that_are_none_are_refused(frame: bytes) -> None:
    """On some of them SimpleITK computes for ever (thresholds beyond the depth, for one)."""
    assert codestream_fault(frame, LS, FACTS).startswith("damaged: the ")


def test_fill_bytes_and_markers_without_length_are_passed_over() -> None:
    """Any number of 0xFF may stand before a marker (T.81, B.1.1.2)."""
    frame = jpeg(between=b"\xff\xff\xff\xff\x01\xff" + segment(0xFFFE, b"why"))
    assert codestream_fault(frame, LOSSLESS, FACTS) == ""


def test_an_old_scan_header_is_made_what_it_must_be() -> None:
    """A spectral range of 0 to 0 becomes 0 to 63; a good stream is not touched."""
    frame = jpeg(process=0xC1, scan=bytes((1, 1, 0, 0, 0, 0)))
    assert sequential_jpeg(frame, "") == jpeg(process=0xC1, scan=bytes((1, 1, 0, 0, 63, 0)))
    good = jpeg(process=0xC1, scan=bytes((1, 1, 0, 0, 63, 0)))
    assert sequential_jpeg(good, "") is good


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (b"", "truncated"),
        (rle(LITERAL, LITERAL)[:63], "truncated"),
        (rle(LITERAL, LITERAL)[:64], "truncated"),
        (rle(LITERAL, LITERAL)[:-1], "truncated"),
        (rle(LITERAL, LITERAL[:-1]), "truncated"),
        (rle(LITERAL[:-1], LITERAL), "truncated"),
        (rle(LITERAL), "damaged"),
        (rle(LITERAL, LITERAL, count=0), "damaged"),
        (rle(LITERAL, LITERAL, count=1), "damaged"),
        (rle(LITERAL, LITERAL, count=16), "damaged"),
        (rle(LITERAL, LITERAL, count=0xFFFFFFFF), "damaged"),
        (rle(LITERAL, LITERAL, first=60), "damaged"),
        (rle(b"", LITERAL), "damaged"),
        (rle(LITERAL, b""), "truncated"),
        (rle(b"\x80" * 100, LITERAL), "truncated"),
    ],
)
def test_rule_22_an_rle_header_must_fit(frame: bytes, word: str) -> None:
    """One segment a byte, in order, inside the frame, and each of them as long as the image."""
    assert codestream_fault(frame, syntaxes.RLE, FACTS).startswith(f"{word}: ")
    assert codestream_fault(rle(LITERAL, LITERAL), syntaxes.RLE, FACTS) == ""


def unpacked(frame: bytes) -> list[bytes]:
    """The segments of an RLE frame as part 5, G.3.2 unpacks them, packet by packet."""
    count, *offsets = np.frombuffer(frame[:64], "<u4").tolist()
    bounds, segments = [*offsets[:count], len(frame)], []
    for at, end in pairwise(bounds):
        given, position = b"", at
        while position < end - 1:
            first = frame[position]
            length = first + 1 if first < 128 else 257 - first
            if first == 128:
                position += 1
            elif first < 128:
                given += frame[position + 1 : position + 1 + length]
                position += 1 + length
            else:
                given += frame[position + 1 : position + 2] * length
                position += 2
        segments.append(given)
    return segments


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    """Packets of all kinds that give at least the bytes of one segment."""
    parts, made = [], 0
    while made < ROWS * COLUMNS:
        kind = draw(st.integers(0, 2))
        length = draw(st.integers(1 + (kind == 1), 128))
        if kind == 0:
            parts.append(bytes((length - 1,)) + draw(st.binary(min_size=length, max_size=length)))
        elif kind == 1:
            parts.append(bytes((257 - length, draw(st.integers(0, 255)))))
        else:
            parts.append(b"\x80")
        made += length if kind < 2 else 0
    return b"".join(parts)


@settings(deadline=None)
@given(first=packets(), second=packets(), tail=st.binary(max_size=9))
def test_rule_22_rle_beyond_the_image_is_cut_off(first: bytes, second: bytes, tail: bytes) -> None:
    """Packets that cross the end of the image, or lie behind it, never reach a decoder."""
    frame = rle(first, second + tail)
    pixels = ROWS * COLUMNS
    assert codestream_fault(frame, syntaxes.RLE, FACTS) in ("", MORE_ROWS)
    exact = exact_rle(frame, pixels, 2)
    assert [len(one) for one in unpacked(exact)] == [pixels, pixels]
    assert unpacked(exact) == [one[:pixels] for one in unpacked(rle(first + b"\0", second + b"\0"))]
    assert exact_rle(exact, pixels, 2) == exact
    assert len(exact) % 2 == 0


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (b"", ""),
        (b"\0" * 300, ""),
        (bytes((COLUMNS - 2, *range(1, COLUMNS))), ""),
        (bytes((COLUMNS - 1, *range(1, COLUMNS + 1))), "more"),
        (bytes((257 - COLUMNS, 7)), "more"),
    ],
)
def test_rule_22_rle_of_more_rows_than_the_header_says_is_another_image(more: bytes, fault: str) -> None:
    """Padding is no fault, a whole row is: the picture would be cut without a word."""
    whole = bytes((257 - ROWS * COLUMNS, 7))
    found = codestream_fault(rle(whole, whole + more), syntaxes.RLE, FACTS)
    assert found == (MORE_ROWS if fault else "")


@pytest.mark.parametrize(("size", "levels"), [(0x11, 5), (0x22, 5), (0xF4, 1)])
def test_rule_22_precincts_that_no_encoder_makes_are_damage(size: int, levels: int) -> None:
    """Millions of them cost gigabytes, whatever the length of the stream."""
    style = bytes((1, 0, 0, 1, 0, levels, 4, 4, 0, 1, *[size] * (levels + 1)))
    assert not jpeg2000.sane_blocks(style)
    assert jpeg2000.sane_blocks(bytes((1, *style[1:10], *[0x77] * (levels + 1))))
    assert jpeg2000.sane_blocks(bytes((0, *style[1:10])))
    assert not jpeg2000.sane_blocks(bytes((0, *style[1:6], 9, 4, 0, 1)))


def test_rule_22_a_run_is_cut_to_the_last_pixel() -> None:
    """A run of which one byte is wanted becomes that byte: a run of one cannot be written."""
    one_short = bytes((ROWS * COLUMNS - 2, *range(ROWS * COLUMNS - 1)))
    exact = exact_rle(rle(one_short + b"\x81\x07"), ROWS * COLUMNS, 1)
    assert unpacked(exact + b"\0") == [bytes((*range(ROWS * COLUMNS - 1), 7))]


def test_rle_is_walked_fast() -> None:
    """A slice of 512 x 512 pixels in packets of two bytes, which is as slow as it gets, takes no second."""
    facts = PixelFacts(rows=512, columns=512)
    slow = rle(b"\xff\x07" * (512 * 256), b"\x00\x07" * (512 * 512))
    begun = time.perf_counter()
    assert codestream_fault(slow, syntaxes.RLE, facts) == ""
    assert time.perf_counter() - begun < 0.5


def test_rule_22_an_uncompressed_frame_in_items_must_be_long_enough() -> None:
    """It says nothing of itself but its length."""
    assert codestream_of(bytes(120), syntaxes.UNCOMPRESSED_ITEMS) is None
    assert codestream_fault(bytes(120), syntaxes.UNCOMPRESSED_ITEMS, FACTS) == ""
    assert codestream_fault(bytes(119), syntaxes.UNCOMPRESSED_ITEMS, FACTS).startswith("truncated")


@pytest.mark.parametrize("bits", [1, 12, 64])
def test_rule_22_no_syntax_compresses_other_pixels(bits: int) -> None:
    """Words of a size that no decoder gives, and floats, are refused."""
    odd = PixelFacts(rows=ROWS, columns=COLUMNS, bits_allocated=bits, bits_stored=1, high_bit=0)
    floats = PixelFacts(rows=ROWS, columns=COLUMNS, bits_allocated=32, floating=True)
    for facts in (odd, floats):
        assert codestream_fault(jpeg_2000(), J2K, facts).startswith("damaged: ")
        assert codestream_fault(rle(LITERAL), syntaxes.RLE, facts).startswith("damaged: ")


@pytest.mark.parametrize(
    ("frame", "facts", "word"),
    [
        (jpeg_2000(depth=11), FACTS, ""),
        (jpeg_2000(depth=15), FACTS, "more bits than BitsStored"),
        (jpeg_2000(depth=9), FACTS, "fewer bits than BitsStored"),
        (jpeg_2000(depth=0x80 | 11), FACTS, "PixelRepresentation"),
        (jpeg_2000()[:30], FACTS, ""),
    ],
)
def test_rule_22_a_stream_that_differs_from_its_header_is_told_of(
    frame: bytes, facts: PixelFacts, word: str
) -> None:
    """Other bits than stored, another sign: decoded all the same, and said."""
    told = codestream_repair(frame, J2K, facts)
    assert (word in told) if word else (told == "")
    assert codestream_repair(rle(LITERAL), syntaxes.RLE, BYTES) == ""


def test_rule_22_the_sign_of_a_jpeg_2000_stream_is_known() -> None:
    """The highest bit of its depth says whether it is signed (T.800, A.5.1); JPEG cannot tell."""
    assert codestream_of(jpeg_2000(depth=0x80 | 11), J2K) == Codestream(ROWS, COLUMNS, 1, 12, True, True)
    unsigned = codestream_of(jpeg_2000(style=bytes((0, 0, 0, 1, 0, 1, 4, 4, 0, 0))), J2K)
    assert unsigned == Codestream(ROWS, COLUMNS, 1, 12, signed=False, exact=False)
    assert codestream_of(jpeg(), LOSSLESS) == Codestream(ROWS, COLUMNS, 1, 12, None, True)


@settings(deadline=None, max_examples=400)
@given(
    data=st.data(),
    syntax=st.sampled_from(sorted(syntaxes.ENCAPSULATED)),
    base=st.sampled_from([jpeg(), jpeg(0xF7), jpeg(0xC1), jpeg_2000(), rle(LITERAL, LITERAL), b""]),
)
def test_rule_24_damage_gives_a_reason_and_nothing_else(
    data: st.DataObject, syntax: str, base: bytes
) -> None:
    """Any bytes are refused or pass; what is said begins with one of two words and quotes nothing."""
    frame = bytearray(base)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame)))
        cut = data.draw(st.integers(0, 4))
        frame[at : at + cut] = data.draw(st.binary(max_size=4))
    fault = codestream_fault(bytes(frame), syntax, FACTS)
    assert fault == "" or fault.startswith(("truncated: ", "damaged: "))
    assert "\n" not in fault
    assert "\n" not in codestream_repair(bytes(frame), syntax, FACTS)
