"""Ways to spoil the files of a series as bytes: cut short, copied, swollen."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames

Paths = list[Path]
Damage = Callable[[Path], None]
"""Spoils one file."""
Spoil = Callable[[Path, Paths], None]
"""Spoils a folder, given the files of the series in it."""
HEADER_BYTES = 150
"""What a cut header keeps: the preamble and the start of the file's meta information."""
LEVELS = 5000
BOMB_BYTES = 1 << 27
_GROUP_LENGTH = b"\x02\0\0\0UL\x04\0"


def one_of(paths: Paths) -> Path:
    """The file that is spoilt where one is."""
    return paths[min(2, len(paths) - 1)]


def in_one(damage: Damage) -> Spoil:
    """A fault of one file of the series."""
    return lambda _folder, paths: damage(one_of(paths))


def in_all(damage: Damage) -> Spoil:
    """A fault of every file."""

    def spoil(_folder: Path, paths: Paths) -> None:
        for path in paths:
            damage(path)

    return spoil


def nothing(_folder: Path, _paths: Paths) -> None:
    """Leave the files as they are."""


def cut_header(path: Path) -> None:
    """The file ends soon after its preamble."""
    path.write_bytes(path.read_bytes()[:HEADER_BYTES])


def cut_pixels(path: Path) -> None:
    """The last bytes of the file are missing."""
    path.write_bytes(path.read_bytes()[:-40])


def cut_fragment(path: Path) -> None:
    """The items are whole, but the codestream in one of them ends early."""
    dataset = dcmread(path)
    frames = _frames(dataset)
    frames[0] = frames[0][: len(frames[0]) * 2 // 3 // 2 * 2]
    _put(dataset, frames)
    dataset.save_as(path)


def no_segments(path: Path) -> None:
    """An RLE header that counts no segments."""
    dataset = dcmread(path)
    frames = _frames(dataset)
    frames[0] = b"\0" * 4 + frames[0][4:]
    _put(dataset, frames)
    dataset.save_as(path)


def _frames(dataset: Dataset) -> list[bytes]:
    return list(generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1))))


def _put(dataset: Dataset, frames: list[bytes]) -> None:
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].is_undefined_length = True
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        dataset.pop(keyword, None)


def surplus_pixels(path: Path) -> None:
    """More bytes of pixel data than the image needs, and less than another frame."""
    dataset = dcmread(path)
    dataset[pixel_keyword(dataset)].value += bytes(64)
    dataset.save_as(path)


def pixel_keyword(dataset: Dataset) -> str:
    """Which element holds the pixels."""
    return next(word for word in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if word in dataset)


def copied(folder: Path, paths: Paths) -> None:
    """The same instance once more."""
    shutil.copy(one_of(paths), folder / "copy")


def false_group_length(path: Path) -> None:
    """The length of the meta information (0002,0000) is nonsense."""
    raw = bytearray(path.read_bytes())
    place = raw.index(_GROUP_LENGTH) + len(_GROUP_LENGTH)
    raw[place : place + 4] = b"\x07\0\0\0"
    path.write_bytes(raw)


def nested(path: Path) -> None:
    """A private sequence of thousands of levels, one in the other, each of undefined length."""
    dataset = dcmread(path)
    implicit, little = map(bool, dataset.original_encoding)
    _insert(dataset, path, 0x0009, _levels(implicit, big=not little))


def _levels(implicit: bool, big: bool) -> bytes:
    order: Any = "big" if big else "little"
    tag = b"".join(part.to_bytes(2, order) for part in (0x0009, 0x1001))
    endless, nothing = b"\xff" * 4, bytes(4)
    start = tag + (b"" if implicit else b"SQ\0\0") + endless + _mark(0xE000, order) + endless
    end = _mark(0xE00D, order) + nothing + _mark(0xE0DD, order) + nothing
    return start * LEVELS + end * LEVELS


def _mark(element: int, order: Any) -> bytes:
    return bytes((0xFFFE).to_bytes(2, order) + element.to_bytes(2, order))


def _insert(dataset: Dataset, path: Path, group: int, element: bytes) -> None:
    """Write an element of a private group, as bytes, where it belongs among the others."""
    first, rest = Dataset(), Dataset()
    for tag in dataset.keys():  # noqa: SIM118 - a data set iterates over its elements
        (first if tag.group < group else rest)[tag] = dataset.get_item(tag)
    parts = [_encoded(part, dataset) for part in (first, rest)]
    content = parts[0] + element + parts[1]
    path.write_bytes(_meta(path) + (_deflated(content) if _is_deflated(dataset) else content))


def _encoded(part: Dataset, whole: Dataset) -> bytes:
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = map(bool, whole.original_encoding)
    write_dataset(buffer, part)
    done: bytes = buffer.getvalue()
    return done


def _meta(path: Path) -> bytes:
    """Preamble and meta information of a file, whose length it tells."""
    raw = path.read_bytes()
    place = raw.index(_GROUP_LENGTH) + len(_GROUP_LENGTH)
    return raw[: place + 4 + int.from_bytes(raw[place : place + 4], "little")]


def _is_deflated(dataset: Dataset) -> bool:
    return bool(dataset.file_meta.TransferSyntaxUID.is_deflated)


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return packed + b"\0" * (len(packed) % 2)


def deflate_bomb(path: Path) -> None:
    """A deflated header in which one private element inflates to more than a hundred megabytes."""
    element = b"\x29\0\x01\x10OB\0\0" + BOMB_BYTES.to_bytes(4, "little")
    _insert(dcmread(path), path, 0x0029, element + bytes(BOMB_BYTES))
