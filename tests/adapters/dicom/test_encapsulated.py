"""Frames in encapsulated pixel data: found by tables, by number, by how codestreams begin; or refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from struct import pack

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.adapters.dicom import encapsulated
from neuronetra.adapters.dicom.elements import HeaderBytes
from neuronetra.adapters.dicom.encapsulated import Kind, frame_places

BEFORE = b"header  "
"""What stands in the file before the pixel data."""
END = pack("<2I", 0xE0DDFFFE, 0)
JPEG, JPEG_2000, WRAPPED = b"\xff\xd8\xff\xe0", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n"


@define
class Recorded(HeaderBytes):
    """Bytes in memory that note what was read of them."""

    whole: bytes = b""
    reads: list[tuple[int, int]] = field(factory=list)

    def at(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        return self.whole[offset : offset + length]


def item(content: bytes) -> bytes:
    """An item with its header."""
    return pack("<2I", 0xE000FFFE, len(content)) + content


def pixel_data(*fragments: bytes, table: bytes = b"", end: bytes = END) -> Recorded:
    """A file that holds fragments behind a basic offset table."""
    whole = BEFORE + item(table) + b"".join(map(item, fragments)) + end
    return Recorded(-1, len(whole), whole=whole)


def found(
    data: Recorded,
    frames: int | None,
    extended: tuple[bytes, bytes] | None = None,
    one_each: bool = False,
) -> list[bytes]:
    """The bytes of each frame."""
    places = frame_places(data, len(BEFORE), frames, extended, Kind.WORDS if one_each else Kind.STREAMS)
    return [b"".join(data.whole[at : at + length] for at, length in frame) for frame in places]


def offsets(*lengths: int) -> list[int]:
    """Where the items of fragments of these lengths begin, from the first one on."""
    return [sum(length + 8 for length in lengths[:number]) for number in range(len(lengths))]


def test_one_frame_may_be_cut_anywhere() -> None:
    """Fragments of the only frame are put together whatever they begin with."""
    assert found(pixel_data(JPEG + b"ab", b"cd", b"", b"ef"), 1) == [JPEG + b"abcdef"]


@pytest.mark.parametrize("frames", [3, None])
@pytest.mark.parametrize("start", [JPEG, JPEG_2000, WRAPPED])
def test_rule_16_a_codestream_that_begins_begins_a_frame(start: bytes, frames: int | None) -> None:
    """Without any table, frames of several fragments are told apart by their first bytes."""
    data = pixel_data(start + b"a1", b"a2", start + b"b1", start + b"c1", b"c2", b"c3")
    assert found(data, frames) == [start + b"a1a2", start + b"b1", start + b"c1c2c3"]


@pytest.mark.parametrize("frames", [2, None])
def test_rule_16_the_basic_offset_table_tells_frames_apart(frames: int | None) -> None:
    """A table whose offsets meet items in order is believed, whatever the fragments begin with."""
    starts = offsets(2, 2, 2)
    data = pixel_data(b"a1", b"a2", b"b1", table=pack("<2I", starts[0], starts[2]))
    assert found(data, frames) == [b"a1a2", b"b1"]


@pytest.mark.parametrize("frames", [2, None])
def test_rule_16_the_extended_offset_table_tells_frames_apart(frames: int | None) -> None:
    """64-bit offsets in elements of their own are believed alike."""
    starts = offsets(2, 2, 2)
    extended = (pack("<2Q", starts[0], starts[2]), pack("<2Q", 4, 2))
    assert found(pixel_data(b"a1", b"a2", b"b1"), frames, extended) == [b"a1a2", b"b1"]


@pytest.mark.parametrize(
    "table",
    [
        pack("<2I", 0, 9),
        pack("<2I", 20, 0),
        pack("<3I", 0, 20, 20),
        pack("<2I", 0, 0xFFFFFFFF),
        pack("<I", 0),
        b"\0\0\0",
        b"\xff" * 8,
    ],
    ids=["beside an item", "out of order", "twice", "beyond", "one missing", "odd", "noise"],
)
def test_a_wrong_offset_table_is_not_believed(table: bytes) -> None:
    """Where offsets meet no items in order, frames are told apart as if there were no table."""
    data = pixel_data(JPEG + b"a1", b"a2", JPEG + b"b1", table=table)
    assert found(data, 2) == [JPEG + b"a1a2", JPEG + b"b1"]


@pytest.mark.parametrize(
    "extended",
    [
        (pack("<2Q", 0, 9), pack("<2Q", 1, 1)),
        (pack("<2Q", 0, 24), pack("<Q", 1)),
        (b"\0" * 15, b"\0" * 15),
        (b"", b""),
    ],
    ids=["beside an item", "a length missing", "odd", "empty"],
)
def test_a_wrong_extended_table_is_not_believed(extended: tuple[bytes, bytes]) -> None:
    """The same for the extended table."""
    data = pixel_data(JPEG + b"a1", b"a2", JPEG + b"b1")
    assert found(data, 2, extended) == [JPEG + b"a1a2", JPEG + b"b1"]


@pytest.mark.parametrize("frames", [2, None])
def test_rule_16_a_table_of_the_first_frame_alone_hides_no_frame(frames: int | None) -> None:
    """Some writers note one offset whatever follows: the frames behind it are found all the same."""
    data = pixel_data(JPEG + b"a1", b"a2", JPEG + b"b1", table=pack("<I", 0))
    assert found(data, frames) == [JPEG + b"a1a2", JPEG + b"b1"]
    with pytest.raises(ValueError, match=r"^damaged: .*NumberOfFrames"):
        found(data, 1)


def test_as_many_fragments_as_frames_are_one_each() -> None:
    """No table and no known beginning: the number of fragments is enough."""
    assert found(pixel_data(b"aa", b"bb", b"cc"), 3) == [b"aa", b"bb", b"cc"]


def test_rule_16_frames_that_are_never_cut_are_counted() -> None:
    """Where a frame is one fragment by definition, a lost count is that of the fragments."""
    assert found(pixel_data(b"aa", b"bb"), None, one_each=True) == [b"aa", b"bb"]


@pytest.mark.parametrize(
    ("fragments", "frames", "one_each"),
    [
        ((JPEG, JPEG), 1, False),
        ((JPEG, JPEG, JPEG), 2, False),
        ((JPEG,), 2, False),
        ((b"aa", b"bb", b"cc"), 2, False),
        ((b"aa", b"bb"), 1, True),
        ((JPEG,), 0, False),
        ((JPEG,), -3, False),
        ((JPEG,), 1_000_000_000, False),
    ],
)
def test_rule_16_a_number_of_frames_that_disagrees_is_an_error(
    fragments: tuple[bytes, ...], frames: int, one_each: bool
) -> None:
    """More or fewer frames than NumberOfFrames says: no slice is guessed."""
    with pytest.raises(ValueError, match=r"^damaged: .*NumberOfFrames"):
        found(pixel_data(*fragments), frames, one_each=one_each)


def test_rule_16_a_lost_number_that_nothing_tells_is_an_error() -> None:
    """Several fragments of no known beginning and no count may be anything."""
    for fragments in ((b"aa", b"bb"), (b"aa", JPEG + b"b1", JPEG + b"c1")):
        with pytest.raises(ValueError, match=r"^damaged: .*NumberOfFrames"):
            found(pixel_data(*fragments), None)


@pytest.mark.parametrize("end", [b"", END[:4], b"\xfc\xff\xfc\xff" + bytes(20), bytes(64)])
def test_a_missing_delimiter_is_no_loss(end: bytes) -> None:
    """All fragments are there: what follows them, or that nothing does, changes nothing."""
    assert found(pixel_data(JPEG + b"a1", b"a2", end=end), 1) == [JPEG + b"a1a2"]


def test_fragments_of_odd_length_are_followed() -> None:
    """A writer may count the byte of padding, or put it behind what it counts, or leave it out."""
    padded = pack("<2I", 0xE000FFFE, 3) + b"abc\0"
    whole = BEFORE + item(b"") + padded + padded + item(b"xyz") + item(b"end!") + END
    data = Recorded(-1, len(whole), whole=whole)
    assert found(data, 4) == [b"abc", b"abc", b"xyz", b"end!"]


def test_a_missing_offset_table_is_noticed() -> None:
    """A first item that begins a codestream is no table but a fragment."""
    whole = BEFORE + item(JPEG + b"a1") + item(JPEG + b"b1") + END
    assert found(Recorded(-1, len(whole), whole=whole), 2) == [JPEG + b"a1", JPEG + b"b1"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "truncated"),
        (b"\xfe\xff\0\xe0", "truncated"),
        (item(b""), "truncated"),
        (item(b"") + END, "truncated"),
        (pack("<2I", 0xE000FFFE, 4096), "truncated"),
        (item(b"") + pack("<2I", 0xE000FFFE, 4096) + b"short", "truncated"),
        (item(b"") + pack("<2I", 0xE000FFFE, 0xFFFFFFFE) + b"short", "truncated"),
        (item(b"") + pack("<2I", 0xE000FFFE, 4) + b"abc", "truncated"),
        (item(b"") + pack("<2I", 0xE000FFFE, 0xFFFFFFFF) + b"abcd" + END, "damaged"),
        (pack("<2I", 0xE000FFFE, 0xFFFFFFFF) + b"abcd" + END, "damaged"),
        (b"no items at all", "damaged"),
        (END, "damaged"),
    ],
)
def test_rule_22_what_is_cut_or_no_sequence_of_items_is_refused(content: bytes, word: str) -> None:
    """A plain reason, and nothing read beyond the end."""
    whole = BEFORE + content
    with pytest.raises(ValueError, match=rf"^{word}: "):
        found(Recorded(-1, len(whole), whole=whole), 1)


def test_rule_3_only_headers_of_items_are_read() -> None:
    """Places of many frames cost their items' headers and the first eight bytes of each, which stand beside it."""
    data = pixel_data(*[JPEG + bytes(10_000)] * 50)
    assert len(found(data, 50)) == 50
    assert {length for _, length in data.reads} == {8}
    assert len(data.reads) <= 102


def test_rule_3_one_frame_needs_no_look_at_the_far_end() -> None:
    """The only fragment ends with the file, or its delimiter does: nothing behind it is read."""
    for end in (END, b""):
        data = pixel_data(JPEG + bytes(1_000_000), end=end)
        assert len(found(data, 1)) == 1
        assert max(at for at, _ in data.reads) < 100


def test_rule_3_fragments_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endless empty items end in an error."""
    monkeypatch.setattr(encapsulated, "MAX_FRAGMENTS", 100)
    assert len(found(pixel_data(*[b"ab"] * 100), 100)) == 100
    with pytest.raises(ValueError, match=r"^damaged: more fragments"):
        found(pixel_data(*[b""] * 101), 1)


@settings(deadline=None)
@given(
    frames=st.lists(st.lists(st.binary(max_size=12), min_size=1, max_size=4), min_size=1, max_size=6),
    known=st.sampled_from(["basic", "extended", "start"]),
    stated=st.booleans(),
)
def test_frames_are_found_however_they_are_cut(frames: list[list[bytes]], known: str, stated: bool) -> None:
    """Whatever tells frames apart, their bytes come back whole and in order."""
    even = [[part + b"." * (len(part) % 2) for part in parts] for parts in frames]
    if known == "start" or len(even) == 1:
        even = [[JPEG + parts[0], *parts[1:]] for parts in even]
    flat = [part for parts in even for part in parts]
    places = offsets(*map(len, flat))
    starts = [places[sum(map(len, even[:number]))] for number in range(len(even))]
    table = pack(f"<{len(starts)}I", *starts) if known == "basic" else b""
    extended = None
    if known == "extended":
        extended = (pack(f"<{len(starts)}Q", *starts), pack(f"<{len(starts)}Q", *map(len, starts_of(even))))
    data = pixel_data(*flat, table=table)
    assert found(data, len(even) if stated else None, extended) == starts_of(even)


def starts_of(frames: list[list[bytes]]) -> list[bytes]:
    """Each frame in one piece."""
    return [b"".join(parts) for parts in frames]


@settings(deadline=None, max_examples=300)
@given(
    noise=st.binary(max_size=80),
    change=st.integers(0, 60),
    frames=st.none() | st.integers(-1, 4),
    one_each=st.booleans(),
)
def test_damaged_items_never_raise_anything_else(
    noise: bytes, change: int, frames: int | None, one_each: bool
) -> None:
    """Any bytes give places inside the file or a reason of two kinds."""
    whole = bytearray(pixel_data(JPEG + b"a1", b"a2", JPEG + b"b1", table=pack("<2I", 0, 22)).whole)
    whole[change : change + len(noise)] = noise
    data = Recorded(-1, len(whole), whole=bytes(whole))
    extended = (noise[:16], noise[16:32])
    places: tuple[tuple[tuple[int, int], ...], ...] = ()
    with suppress(ValueError), plain_reasons():
        places = frame_places(data, len(BEFORE), frames, extended, Kind.WORDS if one_each else Kind.STREAMS)
    assert all(0 < at <= at + length <= len(whole) for frame in places for at, length in frame)


@contextmanager
def plain_reasons() -> Iterator[None]:
    """Nothing but a ``ValueError`` of one of two kinds leaves the block."""
    reasons: list[str] = []
    try:
        yield
    except ValueError as error:
        reasons.append(str(error))
        raise
    finally:
        assert all(reason.startswith(("truncated: ", "damaged: ")) for reason in reasons)


RLE = (2).to_bytes(4, "little") + (64).to_bytes(4, "little")


@pytest.mark.parametrize(("frames", "count"), [(None, 2), (2, 2)])
def test_rule_16_rle_fragments_that_begin_nothing_go_on(frames: int | None, count: int) -> None:
    """Writers cut RLE frames too: only a header of segments begins one."""
    data = pixel_data(RLE + b"ab", b"cdcdcdcd", RLE + b"ef", b"ghghghgh")
    places = frame_places(data, len(BEFORE), frames, None, Kind.RLE)
    assert [len(frame) for frame in places] == [2] * count


def test_rule_16_one_rle_frame_in_fragments_without_a_number_of_frames() -> None:
    """It is one frame, not as many as fragments."""
    data = pixel_data(RLE + b"ab", b"cdcdcdcd", b"ghghghgh")
    (frame,) = frame_places(data, len(BEFORE), None, None, Kind.RLE)
    assert len(frame) == 3


def test_rule_16_a_frame_is_never_given_anothers_fragment() -> None:
    """Three frames are stated and there are three fragments, but the first frame has two: one frame is lost."""
    data = pixel_data(JPEG + b"a1", b"a2", JPEG + b"b1", table=pack("<3I", 0, 20, 40))
    with pytest.raises(ValueError, match=r"^damaged: .*NumberOfFrames"):
        found(data, 3)


@pytest.mark.parametrize("end", [b"", b"\xfc\xff\xfc\xff" + bytes(20)])
def test_rule_16_without_a_number_of_frames_the_sequence_must_end(end: bytes) -> None:
    """What was cut off behind a whole fragment would be dropped without a word."""
    with pytest.raises(ValueError, match=r"^truncated"):
        found(pixel_data(JPEG + b"a1", JPEG + b"b1", end=end), None)


def test_rule_16_a_table_that_names_more_frames_than_there_are_is_damage() -> None:
    """Two of four frames arrived, and nothing else tells that there were four."""
    data = pixel_data(JPEG + b"a1", JPEG + b"b1", table=pack("<4I", 0, 13, 26, 39))
    with pytest.raises(ValueError, match=r"^damaged: the offset table"):
        found(data, None)


def test_a_missing_offset_table_is_noticed_in_rle_too() -> None:
    """Its first frame is no table."""
    whole = BEFORE + item(RLE + b"a1") + item(RLE + b"b1") + END
    assert len(frame_places(Recorded(-1, len(whole), whole=whole), len(BEFORE), None, None, Kind.RLE)) == 2
