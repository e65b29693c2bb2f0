"""Prepared frames as PNG files: ``frames/<SeriesInstanceUID>/0000.png`` and so on, beside ``series.json``."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from neuronetra.adapters.disk.atomic import refused
from neuronetra.adapters.disk.syncing import sync_files, sync_folder
from neuronetra.adapters.frame_stores.pictures import decoded, described, encoded
from neuronetra.domain.arrays import own
from neuronetra.domain.frames import Frames
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.prepared_document import Picture, series_document, series_from
from neuronetra.errors import FrameStoreError, OutputError

FRAMES, SERIES = "frames", "series.json"
UNFINISHED = ".making-"
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FIX = "prepare the cohort again"
_REMOVE = "remove the folder of that series and prepare the cohort again: it is made anew"


class PngFrameStore:
    """A ``FrameStore`` in the folder ``location``.

    A series is made in a folder of its own, which is renamed when all of it is on the disk: what a process that
    was killed leaves (``.making-…``) counts for nothing. Pictures are checked by size when they are
    listed and by CRC-32 when they are read.
    """

    def __init__(self, location: str) -> None:
        self._frames = Path(location) / FRAMES

    def uids(self) -> tuple[str, ...]:
        """The series that are whole, sorted; see ``FrameStore``."""
        try:
            names = sorted(entry.name for entry in os.scandir(self._frames))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise FrameStoreError(
                "cannot be read", where=str(self._frames), found=error.strerror or ""
            ) from None
        return tuple(name for name in names if _UID.fullmatch(name) and self._is_whole(name))

    def series(self, uid: str) -> PreparedSeries:
        """What is stored of a series; see ``FrameStore``."""
        return self._record(uid)[0]

    def size(self, uid: str) -> int:
        """The bytes of a series' pictures. Raises ``FrameStoreError``."""
        return sum(picture.size for picture in self._record(uid)[1])

    def read(self, uid: str, indices: Sequence[int]) -> Frames:
        """Those slices, uint8 (k, H, W); see ``FrameStore``."""
        prepared, pictures = self._record(uid)
        files = {frame.index: picture for frame, picture in zip(prepared.frames, pictures, strict=True)}
        missing = sorted({index for index in indices if index not in files})
        if missing or not len(indices):
            found = f"slice {missing[0]} and {len(missing) - 1} more are not" if missing else "none asked for"
            raise FrameStoreError("no such slices", where=uid, found=found)
        images = {index: self._image(uid, index, files[index]) for index in set(indices)}
        if len({image.shape for image in images.values()}) > 1:
            raise FrameStoreError("frames of several sizes", where=uid, fix=_FIX)
        pixels = own(np.stack([images[index] for index in indices]))
        return Frames(pixels, tuple(int(index) for index in indices), prepared.plane)

    def write(self, prepared: PreparedSeries, frames: Frames) -> int:
        """Keep a series; gives the bytes of its pictures; see ``FrameStore``."""
        if frames.pixels.dtype != np.uint8 or frames.positions != prepared.indices:
            raise ValueError("the frames are not those that the prepared series lists")
        if not _UID.fullmatch(prepared.uid):
            raise FrameStoreError(
                "a uid that is no name of a folder", found=f"{len(prepared.uid)} characters"
            )
        made = self._frames / f"{UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            made.mkdir(parents=True)
            size = _fill(made, prepared, frames)
            self._take_place(made, self._frames / prepared.uid)
        except OSError as error:
            raise _refused(self._frames / prepared.uid, error) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return size

    def _take_place(self, made: Path, place: Path) -> None:
        """Rename a finished folder to its name, where another may be."""
        if os.path.lexists(place):
            old = made.with_name(f"{made.name}-old")
            place.rename(old)
            made.rename(place)
            _remove(old)
        else:
            made.rename(place)
        sync_folder(self._frames)

    def _is_whole(self, uid: str) -> bool:
        try:
            prepared, pictures = self._record(uid)
            folder = self._frames / uid
            sizes = {entry.name: entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder)}
        except (FrameStoreError, OSError):
            return False
        expected = {name_of(index): p.size for index, p in zip(prepared.indices, pictures, strict=True)}
        sizes.pop(SERIES, None)
        return sizes == expected

    def _record(self, uid: str) -> tuple[PreparedSeries, tuple[Picture, ...]]:
        if not _UID.fullmatch(uid):
            raise FrameStoreError("no such series", found=f"a uid of {len(uid)} characters")
        try:
            content = (self._frames / uid / SERIES).read_bytes()
            prepared, pictures = series_from(json.loads(content))
        except FileNotFoundError:
            raise FrameStoreError(
                "no such series", where=uid, expected="one that is prepared", fix=_FIX
            ) from None
        except OSError as error:
            raise FrameStoreError("cannot be read", where=uid, found=error.strerror or "") from None
        except (ValueError, RecursionError):
            raise FrameStoreError("damaged", where=f"{uid}/{SERIES}", fix=_FIX) from None
        if prepared.uid != uid:
            raise FrameStoreError("holds another series", where=uid, fix=_FIX)
        return prepared, pictures

    def _image(self, uid: str, index: int, expected: Picture) -> np.ndarray:
        name = name_of(index)
        try:
            return decoded((self._frames / uid / name).read_bytes(), expected)
        except OSError as error:
            found = error.strerror or "an error"
        except ValueError as error:
            found = str(error)
        raise FrameStoreError("damaged", where=f"{uid}/{name}", found=found, fix=_REMOVE)


def name_of(index: int) -> str:
    """The file of a slice."""
    return f"{index:04}.png"


def _fill(folder: Path, prepared: PreparedSeries, frames: Frames) -> int:
    """Write a series into its folder and make it last; the bytes of its pictures."""
    pictures = []
    for index, image in zip(frames.positions, frames.pixels, strict=True):
        content = encoded(image)
        (folder / name_of(index)).write_bytes(content)
        pictures.append(described(content))
    text = json.dumps(series_document(prepared, pictures), separators=(",", ":"), allow_nan=False) + "\n"
    (folder / SERIES).write_text(text, encoding="utf-8", newline="\n")
    sync_files(folder, [*map(name_of, frames.positions), SERIES])
    sync_folder(folder)
    return sum(picture.size for picture in pictures)


def _refused(path: Path, error: OSError) -> OutputError:
    """As for any place; a full one is no reason to name another."""
    found = refused(path, error)
    if error.errno in _FULL:
        found.fix = "make room and run the same command again: it goes on from what is whole"
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
