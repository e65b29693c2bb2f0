"""The store of PNG files keeps the port's promises, and its files are what other tools expect."""

from __future__ import annotations

import errno
import json
import os
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from neuronetra.adapters.disk import syncing
from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.errors import FrameStoreError, OutputError
from neuronetra.testing.frame_store_contract import UID, FrameStoreContract, frames_of, prepared_series


class TestPngFrameStore(FrameStoreContract):
    """The contract."""

    def make(self, folder: Path) -> PngFrameStore:
        return PngFrameStore(str(folder))

    def spoil(self, folder: Path, uid: str, index: int) -> None:
        path = folder / "frames" / uid / f"{index:04}.png"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)

    def shorten(self, folder: Path, uid: str, index: int) -> None:
        path = folder / "frames" / uid / f"{index:04}.png"
        path.write_bytes(path.read_bytes()[:-10])


@pytest.fixture
def store(tmp_path: Path) -> PngFrameStore:
    """A store with one series."""
    made = PngFrameStore(str(tmp_path))
    made.write(prepared_series(), frames_of(prepared_series()))
    return made


def chunks(content: bytes) -> list[bytes]:
    """The names of a PNG file's chunks."""
    names, place = [], 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        names.append(content[place + 4 : place + 8])
        place += 12 + length
    return names


def test_files_are_grey_pictures_and_nothing_else(store: PngFrameStore, tmp_path: Path) -> None:
    """Any program reads them; they are named by slice, hold no metadata, and nothing half-made is left."""
    folder = tmp_path / "frames" / UID
    names = ["0000.png", "0001.png", "0003.png", "series.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert [path.name for path in (tmp_path / "frames").iterdir()] == [UID]
    for row, path in enumerate(sorted(folder.glob("*.png"))):
        assert set(chunks(path.read_bytes())) == {b"IHDR", b"IDAT", b"IEND"}
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(image, frames_of(prepared_series()).pixels[row])


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("plane"),
        lambda document: document.update(schema=2),
        lambda document: document.update(series_uid="1.2.3"),
        lambda document: document.update(slices=2),
        lambda document: document["frames"].reverse(),
        lambda document: document["frames"][0].update(crc32="xyz"),
        lambda document: document["frames"][0].update(bytes=-1),
        lambda document: document.update(lost=[0]),
        lambda document: document["frames"][0].update(point_mm=[1, 2]),
    ],
)
def test_a_description_that_is_damaged(store: PngFrameStore, change: object, tmp_path: Path) -> None:
    """A series whose description says what cannot be is not whole, and reading it is an error in words."""
    path = tmp_path / "frames" / UID / "series.json"
    document = json.loads(path.read_text())
    change(document)  # type: ignore[operator]
    path.write_text(json.dumps(document))
    assert store.uids() == ()
    with pytest.raises(FrameStoreError):
        store.series(UID)


def test_strange_entries_are_passed_over(store: PngFrameStore, tmp_path: Path) -> None:
    """What a killed process left, a stray file or a picture too many does not count."""
    frames = tmp_path / "frames"
    (frames / ".making-1-abcd").mkdir()
    (frames / "notes.txt").write_text("mine")
    assert store.uids() == (UID,)
    (frames / UID / "0004.png").write_bytes(b"one too many")
    assert store.uids() == ()


@pytest.mark.parametrize("uid", ["", "../x", ".hidden", "a/b", "x" * 200])
def test_a_uid_that_would_lead_elsewhere(store: PngFrameStore, uid: str) -> None:
    """It is neither read nor written."""
    for act in (
        store.series,
        lambda name: store.write(prepared_series(name), frames_of(prepared_series(name))),
    ):
        with pytest.raises(FrameStoreError, match="uid"):
            act(uid)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_refuses(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the series is left, and what was there of it before still is."""
    store = PngFrameStore(str(tmp_path))
    store.write(prepared_series(), frames_of(prepared_series()))
    write_bytes = Path.write_bytes

    def refuse(path: Path, content: bytes) -> int:
        if path.name == "0003.png":
            raise OSError(number, os.strerror(number))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OutputError, match=os.strerror(number)):
        store.write(prepared_series(), frames_of(prepared_series(), seed=1))
    assert store.read(UID, [0]) == frames_of(prepared_series()).keep([0])
    assert [path.name for path in (tmp_path / "frames").iterdir()] == [UID]


def test_without_the_call_for_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system cannot write out a file system at once, each file is synced by itself."""
    synced: list[int] = []
    monkeypatch.setattr(syncing, "_syncfs", lambda: None)
    monkeypatch.setattr(os, "fsync", synced.append)
    PngFrameStore(str(tmp_path)).write(prepared_series(), frames_of(prepared_series()))
    assert len(synced) == 6
