"""Deflated data sets are inflated in bounded steps: what a few kilobytes can hold is never held whole."""

from __future__ import annotations

import os
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.adapters.dicom.deflated import MAX_HEADER, STEP, InflatedBytes, Inflater, inflated_parts
from neuronetra.adapters.dicom.elements import CHUNK, Encoding, HeaderBytes, walk
from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.header import read_headers
from neuronetra.domain.headers import Refused
from neuronetra.testing.series_builder import SeriesPlan, build

MEGABYTE = 1 << 20
BEFORE = b"not deflated"
ROWS = 0x00280010


def deflated(content: bytes, repeated: bytes = b"", times: int = 0) -> bytes:
    """A raw deflate stream; what is ``repeated`` is compressed once, and takes no memory here."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    first = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(repeated) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + once * times + packer.flush()


def text(length: int) -> bytes:
    """Bytes of which no two stretches are alike."""
    return b"".join(pack("<I", number) for number in range(length // 4 + 1))[:length]


@contextmanager
def opened(path: Path, stream: bytes) -> Iterator[HeaderBytes]:
    """A file that holds a stream behind a few other bytes."""
    path.write_bytes(BEFORE + stream)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield HeaderBytes(descriptor, len(BEFORE) + len(stream))
    finally:
        os.close(descriptor)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write to."""
    return tmp_path_factory.mktemp("deflated") / "file"


@given(st.integers(0, 3 * STEP), st.integers(1, STEP))
def test_rule_23_steps_give_all_of_a_stream_and_none_is_longer_than_asked(
    place: Path, length: int, most: int
) -> None:
    """Whatever the length of a step; then the stream has ended, and stays so."""
    content = text(length)
    with opened(place, deflated(content)) as data:
        inflater = Inflater(data.descriptor, len(BEFORE))
        steps = list(iter(lambda: inflater.step(most), b""))
        assert b"".join(steps) == content
        assert max(map(len, steps), default=0) <= most
        assert inflater.ended
        assert inflater.step() == b""


@given(st.integers(0, 400), st.binary(max_size=40))
def test_rule_24_a_stream_that_is_cut_or_damaged_ends(place: Path, kept: int, rest: bytes) -> None:
    """Without an error; what comes before the damage is what was there."""
    content = text(2000)
    cut, damaged = (everything(place, deflated(content)[:kept] + more) for more in (b"", rest))
    assert content.startswith(cut)
    assert damaged[: len(cut)] == cut[: len(damaged)]


def everything(place: Path, stream: bytes) -> bytes:
    """All that a stream holds."""
    with opened(place, stream) as data:
        inflater = Inflater(data.descriptor, len(BEFORE))
        return b"".join(iter(inflater.step, b""))


def test_rule_23_a_header_is_read_like_that_of_a_file(place: Path) -> None:
    """Forwards, backwards and across its end, at any distance; its length is known once it has ended."""
    content = text(5 * CHUNK)
    with opened(place, deflated(content)) as data:
        inflated = InflatedBytes.of(data, len(BEFORE))
        assert inflated.size == MAX_HEADER
        for offset in (0, 10, 2 * CHUNK, 5, 5 * CHUNK - 3, 6 * CHUNK, 1):
            assert inflated.at(offset, 8) == content[offset : offset + 8]
        assert inflated.size == len(content)
        assert not inflated.overrun(len(content))


def test_rule_23_the_walk_is_that_of_a_file(place: Path) -> None:
    """Named elements behind a long one are found where they stand."""
    long = pack("<HH2sHI", 0x0009, 0x1001, b"OB", 0, 3 * CHUNK) + text(3 * CHUNK)
    content = (
        long + pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, 512) + pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, 8)
    )
    with opened(place, deflated(content + bytes(8))) as data:
        found = walk(InflatedBytes.of(data, len(BEFORE)), 0, Encoding(explicit=True), frozenset({ROWS}))
    assert found.values == {ROWS: pack("<H", 512)}
    assert found.pixel_offset == len(content)


def test_rule_23_pixel_data_are_counted_and_not_kept(place: Path) -> None:
    """A quarter of a gigabyte goes by for the memory of a step, up to where it was asked for."""
    with opened(place, deflated(b"header", bytes(MEGABYTE), times=256)) as data:
        inflated = InflatedBytes.of(data, len(BEFORE))
        inflated.at(0, 6)
        with peak_of(8 * MEGABYTE):
            assert inflated.held(100 * MEGABYTE) in range(100 * MEGABYTE, 100 * MEGABYTE + STEP)
            assert inflated.held(1 << 40) <= 6 + 256 * MEGABYTE
        assert inflated.at(0, 6) == b"header"


@contextmanager
def peak_of(most: int) -> Iterator[None]:
    """The block holds no more than ``most`` bytes at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 70_000)), min_size=1, max_size=6),
    st.integers(0, 9),
)
def test_rule_23_parts_are_cut_out_of_one_pass(
    place: Path, gaps: list[tuple[int, int]], missing: int
) -> None:
    """In order and apart from each other; the last one is short where the stream ends early."""
    parts, end = [], 0
    for gap, length in gaps:
        parts.append((end + gap, length))
        end += gap + length
    content = text(max(0, end - missing))
    with opened(place, deflated(content)) as data:
        found = list(inflated_parts(data.descriptor, len(BEFORE), parts))
    assert found == [content[offset : offset + length] for offset, length in parts]


def test_rule_23_one_part_is_held_at_a_time(place: Path) -> None:
    """Sixteen megabytes here and there of half a gigabyte cost the memory of one."""
    parts = [(32 * MEGABYTE * number, MEGABYTE) for number in range(16)]
    with opened(place, deflated(b"", bytes(MEGABYTE), times=512)) as data, peak_of(6 * MEGABYTE):
        lengths = [len(part) for part in inflated_parts(data.descriptor, len(BEFORE), parts)]
    assert lengths == [MEGABYTE] * 16


@pytest.mark.parametrize("length", [MAX_HEADER, 1 << 28, 0xFFFFFFFE])
def test_rule_23_a_header_that_inflates_without_end_is_refused(tmp_path: Path, length: int) -> None:
    """No more than the bound is inflated, and the reason is not that the file were cut."""
    (path,) = build(SeriesPlan(shape=(1, 7, 9), encoding="deflated")).write(tmp_path)
    raw = path.read_bytes()
    start = 144 + int.from_bytes(raw[140:144], "little")
    header = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw[start:]).partition(b"\xe0\x7f\x10\x00")[0]
    element = pack("<HH2sHI", 0x0029, 0x1001, b"OB", 0, length)
    path.write_bytes(raw[:start] + deflated(header + element, bytes(MEGABYTE), times=256))
    with peak_of(3 * MAX_HEADER):
        found = read_headers(FoundFile(str(path), path.name))
    assert isinstance(found, Refused)
    assert found.lost
    assert found.reason.startswith("too large")
    assert "without end" in found.reason
