"""Input made to do harm is refused or left out, the same by both readers, and costs little time and memory."""

from __future__ import annotations

import os
import socket
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from struct import pack

import numpy as np
import pytest

from neuronetra.adapters.dicom.encapsulated import MAX_FRAGMENTS
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.app.reading import sampled
from neuronetra.domain.sampling import SegmentSampler
from neuronetra.errors import InputNotFoundError, SliceError, UsageError
from neuronetra.ports import SeriesReader
from neuronetra.testing.fuzzing.attempts import LEFT_OUT, READ, REFUSED, attempt
from neuronetra.testing.fuzzing.examination import examine
from neuronetra.testing.fuzzing.judging import problems_of
from neuronetra.testing.fuzzing.worker_process import WorkerProcess
from neuronetra.testing.series_builder import SeriesPlan, build

READERS: dict[str, SeriesReader] = {
    "pydicom": PydicomReader(threads=1),
    "simpleitk": SimpleITKReader(threads=1),
}
EXPLICIT, IMPLICIT, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"
RLE, JPEG_2000 = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.90"
MR, ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"
ENDLESS = 0xFFFFFFFF
ITEM_END, SEQUENCE_END = pack("<HHI", 0xFFFE, 0xE00D, 0), pack("<HHI", 0xFFFE, 0xE0DD, 0)
MEGABYTE, GIGABYTE = 1 << 20, 1 << 30


def element(tag: int, vr: str, value: bytes | str | int, length: int | None = None) -> bytes:
    """One element, explicit little-endian; ``length`` is what it claims to be."""
    value = pack("<H", value) if isinstance(value, int) else value
    raw = value.encode() if isinstance(value, str) else value
    raw += (b"\0" if vr in ("UI", "OB") else b" ") * (len(raw) % 2)
    stated = len(raw) if length is None else length
    head = pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    return head + pack("<xxI" if vr in ("OB", "OW", "SQ") else "<H", stated) + raw


def item(content: bytes, length: int | None = None) -> bytes:
    """An item of a sequence, or a fragment."""
    return pack("<HHI", 0xFFFE, 0xE000, len(content) if length is None else length) + content


def sequence(tag: int, *contents: bytes) -> bytes:
    """A sequence of items."""
    return element(tag, "SQ", b"".join(map(item, contents)))


def header(changes: Mapping[int, bytes] | None = None, size: int = 8, frames: int | None = None) -> bytes:
    """All elements before the pixel data of an image of ``size`` x ``size`` words."""
    words = {
        0x00280002: 1,
        0x00280010: size,
        0x00280011: size,
        0x00280100: 16,
        0x00280101: 16,
        0x00280102: 15,
    }
    texts = {0x00080060: "MR", 0x00200032: "0\\0\\0", 0x00200037: "1\\0\\0\\0\\1\\0", 0x00280030: "1\\1"}
    uids = {0x00080016: MR, 0x00080018: "1.2.3.1", 0x0020000E: "1.2.3"}
    parts = {tag: element(tag, "US", value) for tag, value in words.items()}
    parts |= {tag: element(tag, "DS", text) for tag, text in texts.items()}
    parts |= {tag: element(tag, "UI", uid) for tag, uid in uids.items()}
    parts[0x00280004] = element(0x00280004, "CS", "MONOCHROME2")
    if frames is not None:
        parts[0x00280008] = element(0x00280008, "IS", str(frames))
    parts |= changes or {}
    return b"".join(parts[tag] for tag in sorted(parts))


def meta(syntax: str) -> bytes:
    """Preamble and meta information."""
    group = (
        element(0x00020002, "UI", MR)
        + element(0x00020003, "UI", "1.2.3.1")
        + element(0x00020010, "UI", syntax)
    )
    return bytes(128) + b"DICM" + element(0x00020000, "UL", pack("<I", len(group))) + group


def fragments(*contents: bytes, table: bytes = b"") -> bytes:
    """Encapsulated pixel data."""
    return element(0x7FE00010, "OB", b"", ENDLESS) + b"".join(map(item, (table, *contents))) + SEQUENCE_END


def words(count: int) -> bytes:
    """Uncompressed pixel data."""
    return element(0x7FE00010, "OW", bytes(2 * count))


def image(
    changes: Mapping[int, bytes] | None = None,
    pixels: bytes | None = None,
    syntax: str = EXPLICIT,
    size: int = 8,
    frames: int | None = None,
) -> bytes:
    """A file of one image, with other elements."""
    return meta(syntax) + header(changes, size, frames) + (words(64) if pixels is None else pixels)


def deflated(before: bytes, repeated: bytes = b"", times: int = 1) -> bytes:
    """A deflated file; what is ``repeated`` is compressed once, and takes no memory here."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    first = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(repeated) + packer.flush(zlib.Z_FULL_FLUSH)
    return meta(DEFLATED) + first + once * times + packer.flush()


def sparse(folder: Path, before: bytes, hole: int, after: bytes) -> None:
    """A file with a hole of zeros: it is long, and takes no room."""
    with (folder / "file").open("wb") as file:
        file.write(before)
        file.seek(len(before) + hole)
        file.write(after)


def one(content: Callable[[], bytes]) -> Callable[[Path], None]:
    """A way to write a file, which is made when it is asked for."""

    def write(folder: Path) -> None:
        (folder / "file").write_bytes(content())

    return write


def precincts(size: int, exponents: int, in_tile: bool = False) -> bytes:
    """The start of a JPEG 2000 codestream (T.800, A.5 and A.6); a decoder makes a structure of each precinct."""
    siz = pack(">HHHIIIIIIIIHBBB", 0xFF51, 41, 0, size, size, 0, 0, size, size, 0, 0, 1, 15, 1, 1)
    plain = pack(">HHBBHBBBBBB", 0xFF52, 12, 0, 0, 1, 0, 5, 4, 4, 0, 1)
    tiny = pack(">HHBBHBBBBBB6B", 0xFF52, 18, 1, 0, 1, 0, 5, 4, 4, 0, 1, *[exponents] * 6)
    quantization = pack(">HHB16B", 0xFF5C, 19, 0x40, *[0x88] * 16)
    part = (tiny if in_tile else b"") + b"\xff\x93" + bytes(41)
    start = pack(">HHHIBB", 0xFF90, 10, 0, 12 + len(part), 0, 1)
    return b"\xff\x4f" + siz + (plain if in_tile else tiny) + quantization + start + part + b"\xff\xd9"


def nested(levels: int, closed: bool) -> bytes:
    """Private sequences of undefined length, one in the other."""
    start = element(0x00091001, "SQ", b"", ENDLESS) + item(b"", ENDLESS)
    return start * levels + (ITEM_END + SEQUENCE_END) * (levels if closed else 0)


def long_groups(folder: Path, count: int) -> None:
    """Functional groups of 60 KB a frame, most of it a hole."""
    values = element(0x00209157, "UL", b"", 60_000)
    content = element(0x00209111, "SQ", item(values, len(values) + 60_000), len(values) + 60_008)
    group = item(content, len(content) + 60_000)
    with (folder / "file").open("wb") as file:
        file.write(meta(EXPLICIT) + header(frames=count, size=1))
        file.write(element(0x52009230, "SQ", b"", count * (len(group) + 60_000)))
        for _ in range(count):
            file.write(group)
            file.seek(60_000, os.SEEK_CUR)
        file.write(words(count))


def pairs(count: int) -> bytes:
    """A deflated enhanced file, two frames at each position, which only their pixels tell apart."""
    places = (element(0x00200032, "DS", f"0\\0\\{number // 2}") for number in range(count))
    groups = sequence(0x52009230, *(sequence(0x00209113, place) for place in places))
    size = 2 * 128 * 128
    pixels = b"".join(number.to_bytes(4, "little").ljust(size, b"\0") for number in range(count))
    return deflated(header({0x52009230: groups}, 128, count) + element(0x7FE00010, "OW", pixels))


RLE_FRAME = pack("<16I", 2, 64, 66, *[0] * 13) + b"\xc1\0\xc1\0"
"""8 x 8 words, all zero."""
OPEN = element(0x7FE00010, "OB", b"", ENDLESS)
ITEMS = 1_000_000
Bomb = tuple[Callable[[Path], None], str, str]
"""What writes a file to a folder; what comes of it, and a word that is told."""
BOMBS: dict[str, Bomb] = {
    "deflated element": (
        one(
            lambda: deflated(
                header({0x00091001: element(0x00091001, "OB", b"", 1 << 28)}), bytes(MEGABYTE), times=256
            )
        ),
        REFUSED,
        "too large",
    ),
    "deflated header without end": (
        one(lambda: deflated(header(), element(0x00291001, "LO", "x" * 1000) * 1000, times=600)),
        REFUSED,
        "too large",
    ),
    "deflated nesting without end": (
        one(lambda: deflated(header(), nested(10_000, closed=False), times=600)),
        REFUSED,
        "damaged",
    ),
    "deflated pixel data": (
        one(
            lambda: deflated(
                header(size=4096, frames=20) + element(0x7FE00010, "OW", b"", 20 << 25),
                bytes(MEGABYTE),
                times=640,
            )
        ),
        REFUSED,
        "too large",
    ),
    "deflated surplus": (
        one(
            lambda: deflated(
                header(frames=1) + element(0x7FE00010, "OW", b"", 20 << 25), bytes(MEGABYTE), times=640
            )
        ),
        REFUSED,
        "NumberOfFrames",
    ),
    "deflated frames in pairs": (one(lambda: pairs(600)), READ, "stack"),
    "a fragment of 3 GB": (
        lambda folder: sparse(
            folder,
            meta(JPEG_2000) + header() + OPEN + item(b"") + item(b"", 3 * GIGABYTE),
            3 * GIGABYTE,
            SEQUENCE_END,
        ),
        REFUSED,
        "larger than the image could be",
    ),
    "an RLE fragment of 3 GB": (
        lambda folder: sparse(
            folder,
            meta(RLE) + header() + OPEN + item(b"") + item(RLE_FRAME, 3 * GIGABYTE),
            3 * GIGABYTE - len(RLE_FRAME),
            SEQUENCE_END,
        ),
        REFUSED,
        "larger than the image could be",
    ),
    "an offset table of 2 GB": (
        lambda folder: sparse(
            folder,
            meta(JPEG_2000) + header(frames=3) + OPEN + item(b"", 2 * GIGABYTE),
            2 * GIGABYTE,
            item(b"ab") * 2 + SEQUENCE_END,
        ),
        REFUSED,
        "NumberOfFrames",
    ),
    "pixel data of 3 GB": (
        lambda folder: sparse(
            folder,
            meta(EXPLICIT) + header() + element(0x7FE00010, "OW", b"", 3 * GIGABYTE),
            3 * GIGABYTE,
            b"",
        ),
        REFUSED,
        "too large",
    ),
    "65535 x 65535": (one(lambda: image(size=65535)), REFUSED, "too large"),
    "65535 x 65535, RLE": (
        one(lambda: image(pixels=fragments(RLE_FRAME), syntax=RLE, size=65535)),
        REFUSED,
        "too large",
    ),
    "65535 x 65535, JPEG 2000": (
        one(lambda: image(pixels=fragments(precincts(65535, 0xFF)), syntax=JPEG_2000, size=65535)),
        REFUSED,
        "too large",
    ),
    "a codestream larger than its header says": (
        one(lambda: image(pixels=fragments(precincts(65535, 0xFF)), syntax=JPEG_2000)),
        REFUSED,
        "other rows and columns",
    ),
    "precincts of 2 x 2": (
        one(lambda: image(pixels=fragments(precincts(4096, 0x11)), syntax=JPEG_2000, size=4096)),
        REFUSED,
        "damaged",
    ),
    "precincts of 4 x 4": (
        one(lambda: image(pixels=fragments(precincts(4096, 0x22)), syntax=JPEG_2000, size=4096)),
        REFUSED,
        "damaged",
    ),
    "precincts of 2 x 2 in a tile": (
        one(
            lambda: image(pixels=fragments(precincts(4096, 0x11, in_tile=True)), syntax=JPEG_2000, size=4096)
        ),
        REFUSED,
        "damaged",
    ),
    "10^9 frames": (one(lambda: image(frames=10**9)), REFUSED, "too large"),
    "10^9 frames in fragments": (
        one(lambda: image(pixels=fragments(*[RLE_FRAME] * 3), syntax=RLE, frames=10**9)),
        REFUSED,
        "too large",
    ),
    "10^9 frames of nothing": (one(lambda: image(size=0, frames=10**9)), REFUSED, "Rows or Columns"),
    "10^15 frames": (one(lambda: image(frames=10**15)), REFUSED, "too large"),
    "20,001 frames that are there": (
        one(lambda: image(pixels=words(20_001), size=1, frames=20_001)),
        REFUSED,
        "max_files",
    ),
    "200,001 fragments": (
        one(lambda: image(pixels=fragments(*[b"ab"] * (MAX_FRAGMENTS + 1)), syntax=RLE, frames=1)),
        REFUSED,
        "damaged",
    ),
    "10,000 levels": (one(lambda: image({0x00091001: nested(10_000, closed=True)})), READ, ""),
    "10,000 levels that are never closed": (
        one(lambda: image({0x00091001: nested(10_000, closed=False)})),
        REFUSED,
        "truncated",
    ),
    "1,000,000 levels": (one(lambda: image({0x00291001: nested(ITEMS, closed=True)})), REFUSED, "damaged"),
    "1,000,000 items": (
        one(lambda: image({0x00091001: element(0x00091001, "SQ", item(b"") * ITEMS)})),
        READ,
        "",
    ),
    "1,000,000 items of an endless sequence": (
        one(
            lambda: image({0x00291001: element(0x00291001, "SQ", b"", ENDLESS) + item(b"", ENDLESS) * ITEMS})
        ),
        REFUSED,
        "damaged",
    ),
    "1,000,000 functional groups": (
        one(lambda: image({0x52009230: element(0x52009230, "SQ", item(b"") * ITEMS)}, frames=1)),
        REFUSED,
        "functional groups",
    ),
    "an endless sequence": (
        one(lambda: image({0x00291001: element(0x00291001, "SQ", b"", ENDLESS)})),
        REFUSED,
        "truncated",
    ),
    "zeros for elements": (
        lambda folder: sparse(folder, meta(EXPLICIT) + header(), GIGABYTE, b"end"),
        REFUSED,
        "damaged",
    ),
    "zeros for implicit elements": (
        lambda folder: sparse(
            folder, meta(IMPLICIT) + pack("<HHI", 0x0020, 0x000E, 6) + b"1.2.3\0", GIGABYTE, b"end"
        ),
        REFUSED,
        "damaged",
    ),
    "an instance UID of 64 KB": (
        one(
            lambda: image(
                {0x00080018: element(0x00080018, "UI", "1." * 32_000 + "1")}, words(1000), size=1, frames=1000
            )
        ),
        READ,
        "SOPInstanceUID (0008,0018)",
    ),
    "functional groups of 60 KB": (lambda folder: long_groups(folder, 2000), READ, ""),
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """A process that reads with both readers, and counts its own time and memory."""
    log = tmp_path_factory.mktemp("worker") / "log"
    process = WorkerProcess(tuple(READERS), log, pattern=165)
    yield process
    process.close()


@pytest.mark.parametrize("name", BOMBS)
def test_rules_22_to_24_what_bombs_cost(tmp_path: Path, worker: WorkerProcess, name: str) -> None:
    """Less than 10 s and 1 GB, one outcome from both readers, and a reason in plain words."""
    make, outcome, word = BOMBS[name]
    make(tmp_path)
    answer = worker.ask(tmp_path)
    assert isinstance(answer, dict), answer
    assert problems_of(answer) == []
    assert answer["outcome"] == outcome
    assert word in told(READERS["pydicom"], tmp_path)


def told(reader: SeriesReader, folder: Path) -> str:
    """Every sentence that comes of reading a folder."""
    made = attempt(reader, str(folder))
    series = [(one.error, one.reading.warnings, one.reading.left_out) for one in made.series]
    return str((made.error, made.failures, series))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes")
def test_rule_01_what_is_no_regular_file_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipes, sockets, devices, links out, links to nothing and in a ring: a reason each, and nothing is waited for."""
    folder, outside = tmp_path / "series", tmp_path / "outside"
    build(SeriesPlan(shape=(3, 7, 9))).write(folder)
    build(SeriesPlan(shape=(3, 7, 9), series=2)).write(outside)
    os.mkfifo(folder / "pipe")
    links = {"zero": "/dev/zero", "out": outside, "up": "..", "ring": "gnir", "gnir": "ring", "me": "."}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    (folder / "file out").symlink_to(next(outside.iterdir()))
    deep = folder.joinpath(*["deep"] * 300)
    deep.mkdir(parents=True)
    (deep / "ring").symlink_to(folder)
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(folder)
        server.bind("socket")
        assert examine(str(folder), READERS).problems == ()
        (series,) = READERS["pydicom"].scan(str(folder))
    reasons = {entry.file: entry.reason for entry in series.reading.left_out}
    assert series.frame_count == 3
    assert set(reasons) == {"pipe", "socket", "zero", "out", "up", "ring", "gnir", "file out"}
    assert all("out of the folder" in reasons[name] for name in ("zero", "out", "up", "file out"))
    assert reasons["pipe"] == "not a regular file (pipe)"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes")
@pytest.mark.parametrize("kind", ["pipe", "device", "ring", "long", "zero byte"])
def test_rule_01_a_path_that_is_no_file_or_folder_is_not_found(tmp_path: Path, kind: str) -> None:
    """A typed error at once, from both readers."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "ring").symlink_to("ring")
    paths = {"long": "x" * 5000, "zero byte": f"{tmp_path}/\0"}
    for reader in READERS.values():
        with pytest.raises(InputNotFoundError):
            reader.scan(paths.get(kind, str(tmp_path / kind)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes")
@pytest.mark.parametrize("kind", ["pipe", "link out", "folder", "another series", "another slice", "nothing"])
def test_rules_01_and_05_a_file_that_was_exchanged_after_the_scan_is_not_read(
    tmp_path: Path, kind: str
) -> None:
    """The slice cannot be had, whatever lies in its place; the others are read."""
    folder, outside = tmp_path / "series", tmp_path / "outside"
    built = build(SeriesPlan(shape=(3, 7, 9)))
    paths = built.write(folder)
    stranger = build(SeriesPlan(shape=(1, 7, 9), series=2)).write(outside)[0]
    found = {name: reader.scan(str(folder))[0] for name, reader in READERS.items()}
    content = {"another series": stranger, "another slice": paths[0]}.get(kind)
    place, moved = paths[1], paths[1].rename(outside / "moved")
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "link out":
        place.symlink_to(moved)
    elif kind == "folder":
        place.mkdir()
    elif content:
        place.write_bytes(content.read_bytes())
    for name, reader in READERS.items():
        with pytest.raises(SliceError) as error:
            reader.load(found[name], [0, 1, 2])
        assert set(error.value.reasons) == {place.name}
        assert np.array_equal(reader.load(found[name], [0, 2]).pixels, built.volume[[0, 2]])


LAYOUTS = {
    "single": SeriesPlan(shape=(3, 7, 9)),
    "enhanced": SeriesPlan(shape=(3, 7, 9), layout="enhanced"),
    "encapsulated": SeriesPlan(shape=(3, 7, 9), encoding="RLE"),
    "enhanced, encapsulated": SeriesPlan(shape=(3, 7, 9), layout="enhanced", encoding="RLE", fragments=1),
    "deflated": SeriesPlan(shape=(3, 7, 9), encoding="deflated"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rule_22_a_file_cut_anywhere_gives_no_slice_that_is_not_whole(tmp_path: Path, layout: str) -> None:
    """At every 97th byte: both readers agree, with a reason, and what is given is what was stored."""
    built = build(LAYOUTS[layout])
    paths = built.write(tmp_path)
    spoilt = paths[len(paths) // 2]
    content = spoilt.read_bytes()
    whole = examine(str(tmp_path), READERS)
    assert len(whole.slices) == 3
    behind = 16 if built.plan.encoding != "explicit" else 0  # a delimiter and padding, which may be missing
    for end in [*range(0, len(content) - behind, 97), len(content) - behind - 1]:
        spoilt.write_bytes(content[:end])
        found = examine(str(tmp_path), READERS)
        assert found.problems == ()
        assert found.outcome == (LEFT_OUT if len(paths) > 1 else REFUSED)
        assert not [name for name in found.slices if name.startswith(spoilt.name)]
        assert found.slices.items() <= whole.slices.items()


def fragment_lengths(contents: list[bytes]) -> list[int]:
    """Where the item of each fragment begins, as an offset table counts (part 5, A.4)."""
    starts = np.cumsum([0, *(8 + len(content) for content in contents[:-1])])
    return [int(start) for start in starts]


@pytest.mark.parametrize(
    "offsets",
    [
        [0, 10**9, 2 * 10**9],
        [10**9, 0, 0],
        [0, 76, 76],
        [0, 12, 24],
        [152, 76, 0],
        [0, 76],
        [0, 76, 152, 228],
        [ENDLESS] * 3,
        [0] * 50_000,
    ],
    ids=lambda value: f"{value[:4]} of {len(value)}",
)
def test_rule_22_an_offset_table_that_lies_does_not_move_a_frame(tmp_path: Path, offsets: list[int]) -> None:
    """Frames are told by the fragments themselves; no pixels of another frame are taken for them."""
    frames = [rle(value) for value in (1, 2, 3)]
    assert fragment_lengths(frames) == [0, 76, 152]
    table = b"".join(pack("<I", offset) for offset in offsets)
    (tmp_path / "file").write_bytes(image(pixels=fragments(*frames, table=table), syntax=RLE, frames=3))
    assert examine(str(tmp_path), READERS).problems == ()
    for reader in READERS.values():
        (series,) = reader.scan(str(tmp_path))
        means = reader.load(series, [0, 1, 2]).pixels.mean(axis=(1, 2))
        assert means.tolist() == [257.0, 514.0, 771.0]


def rle(value: int) -> bytes:
    """8 x 8 words, both bytes of each ``value`` (part 5, G)."""
    return pack("<16I", 2, 64, 66, *[0] * 13) + bytes((0xC1, value)) * 2


def test_rule_15_an_empty_sequence_of_functional_groups_is_none(tmp_path: Path) -> None:
    """As de-identified files have it: the frames are read, and nothing is known of where they lie."""
    (tmp_path / "file").write_bytes(image({0x52009230: sequence(0x52009230)}, words(192), frames=3))
    found = examine(str(tmp_path), READERS)
    assert (found.outcome, found.problems) == (READ, ())
    assert "unverified" in told(READERS["pydicom"], tmp_path)


@pytest.mark.parametrize(("groups", "frames"), [(2, 3), (4, 3), (1, 1000)])
def test_rule_14_functional_groups_must_be_as_many_as_the_frames(
    tmp_path: Path, groups: int, frames: int
) -> None:
    """Fewer or more of them belong to nobody knows which frame."""
    places = (element(0x00200032, "DS", f"0\\0\\{number}") for number in range(groups))
    per_frame = sequence(0x52009230, *(sequence(0x00209113, place) for place in places))
    (tmp_path / "file").write_bytes(image({0x52009230: per_frame}, words(64 * frames), frames=frames))
    found = examine(str(tmp_path), READERS)
    assert (found.outcome, found.problems) == (REFUSED, ())
    assert "functional groups per frame (5200,9230)" in told(READERS["pydicom"], tmp_path)


def test_rule_24_a_series_whose_pixels_are_all_damaged_is_given_up(tmp_path: Path) -> None:
    """Thousands of frames that no decoder takes are not asked for eight at a time to the last."""
    short = RLE_FRAME[:-3] + b"\xc2\0\xc2"
    (tmp_path / "file").write_bytes(image(pixels=fragments(*[short] * 5000), syntax=RLE, frames=5000))
    (series,) = READERS["pydicom"].scan(str(tmp_path))
    begun = time.process_time()
    read = sampled(READERS["pydicom"], series, SegmentSampler())
    assert time.process_time() - begun < 20.0
    assert read.frames is None
    assert "truncated" in str(read.series.error)


@pytest.mark.parametrize("length", [0, 7, 10**6, ENDLESS])
@pytest.mark.parametrize("tag", [0x00020000, 0x00080000, 0x00280000])
def test_rule_02_a_wrong_group_length_does_no_harm(tmp_path: Path, tag: int, length: int) -> None:
    """It is not believed: elements are walked one by one."""
    group = element(tag, "UL", pack("<I", length))
    content = image() if tag == 0x00020000 else image({tag: group})
    content = content[:132] + group + content[132 + len(group) :] if tag == 0x00020000 else content
    (tmp_path / "file").write_bytes(content)
    found = examine(str(tmp_path), READERS)
    assert (found.outcome, found.problems) == (READ, ())


@pytest.mark.parametrize("charset", ["ISO 2022 NONSENSE", "\\" * 500, "utf-16", "\0\xff", "x" * 60_000])
def test_rule_24_a_nonsense_character_set_does_no_harm(tmp_path: Path, charset: str) -> None:
    """No text is ever decoded by what a file says of it."""
    changes = {
        0x00080005: element(0x00080005, "CS", charset.encode("latin-1")),
        0x00100010: element(0x00100010, "PN", b"\x1b$B\xff\xfe=\x1b("),
    }
    (tmp_path / "file").write_bytes(image(changes))
    found = examine(str(tmp_path), READERS)
    assert (found.outcome, found.problems) == (READ, ())


@pytest.mark.parametrize("reader", [PydicomReader, SimpleITKReader])
def test_rule_22_a_series_over_the_budget_is_one_error_that_names_it(
    tmp_path: Path, reader: type[PydicomReader]
) -> None:
    """Of files or of pixels; every file is accounted for, and another series in the folder is read."""
    build(SeriesPlan(shape=(6, 7, 9))).write(tmp_path)
    build(SeriesPlan(shape=(4, 7, 9), series=2)).write(tmp_path, seed=2)
    build(SeriesPlan(shape=(6, 7, 9), series=3, layout="enhanced")).write(tmp_path, seed=3)
    for options, name in (({"max_files": 5}, "max_files"), ({"max_pixels": 5 * 63}, "max_pixels")):
        crowded, small, frames = reader(**options).scan(str(tmp_path))
        assert small.error is None
        for series, files in ((crowded, 6), (frames, 1)):
            assert "too large" in str(series.error)
            assert name in str(series.error)
            assert series.reading.files_found == len(series.reading.left_out) == files
    assert [series.error for series in reader(max_files=6, max_pixels=6 * 63).scan(str(tmp_path))] == [
        None
    ] * 3


@pytest.mark.parametrize("name", ["max_files", "max_pixels"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "many", True])
def test_a_budget_that_is_none_is_refused(name: str, value: object) -> None:
    """It is an error of whoever asks, and names the option."""
    for reader in (PydicomReader, SimpleITKReader):
        with pytest.raises(UsageError, match=name):
            reader(**{name: value})  # type: ignore[arg-type]
