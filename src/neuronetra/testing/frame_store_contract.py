"""What every ``FrameStore`` promises, as tests: subclass and say how one is made and spoilt."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest

from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame
from neuronetra.errors import FrameStoreError
from neuronetra.ports import FrameStore

UID = "1.2.826.0.1.3680043.8.498.77"


def prepared_series(uid: str = UID, indices: tuple[int, ...] = (0, 1, 3), slices: int = 5) -> PreparedSeries:
    """A coronal series of which slice 2 was lost; places in mm that no short decimal writes."""
    stored = tuple(
        StoredFrame(index, (0.1 + 0.2, -1 / 3, index * 0.7), f"{uid}.9.{index}", None if index % 2 else index)
        for index in indices
    )
    lost = tuple(index for index in (2,) if index not in indices)
    return PreparedSeries(uid, Modality.T1POST, Plane.CORONAL, slices, stored, ("a gap",), lost, 123_456)


def frames_of(prepared: PreparedSeries, seed: int = 0, shape: tuple[int, int] = (24, 20)) -> Frames:
    """Noise for its frames: the hardest to compress, and no two alike."""
    noise = np.random.default_rng(seed).integers(0, 256, (len(prepared.frames), *shape), dtype=np.uint8)
    return Frames(noise, prepared.indices, prepared.plane)


class FrameStoreContract(ABC):
    """Subclass it; ``tmp_path`` is each test's own folder."""

    @abstractmethod
    def make(self, folder: Path) -> FrameStore:
        """A store in ``folder``; made again, it is the same store."""

    @abstractmethod
    def spoil(self, folder: Path, uid: str, index: int) -> None:
        """Change some bytes of one stored frame, not their number."""

    @abstractmethod
    def shorten(self, folder: Path, uid: str, index: int) -> None:
        """Cut one stored frame short."""

    def test_a_new_store_is_empty(self, tmp_path: Path) -> None:
        """It holds nothing, and says so of each series."""
        store = self.make(tmp_path / "new")
        assert store.uids() == ()
        with pytest.raises(FrameStoreError, match=UID):
            store.series(UID)
        with pytest.raises(FrameStoreError, match=UID):
            store.read(UID, [0])

    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        """Every field of the series and every pixel, by a store that is opened anew."""
        prepared = prepared_series()
        frames = frames_of(prepared)
        assert self.make(tmp_path).write(prepared, frames) > 0
        store = self.make(tmp_path)
        assert store.uids() == (UID,)
        assert store.series(UID) == prepared
        assert store.read(UID, prepared.indices) == frames

    def test_slices_are_read_as_asked(self, tmp_path: Path) -> None:
        """By their numbers in the series, in any order, repeats too."""
        prepared = prepared_series()
        frames = frames_of(prepared)
        store = self.make(tmp_path)
        store.write(prepared, frames)
        assert store.read(UID, [3, 0, 3]) == frames.keep([2, 0, 2])

    @pytest.mark.parametrize("asked", [(2,), (0, 4), (5,), (-1,), ()])
    def test_slices_that_are_not_there(self, asked: tuple[int, ...], tmp_path: Path) -> None:
        """A slice that was lost, was not kept or never was is an error, as is asking for none."""
        store = self.make(tmp_path)
        store.write(prepared_series(), frames_of(prepared_series()))
        with pytest.raises(FrameStoreError, match=UID):
            store.read(UID, asked)

    def test_series_are_sorted_and_apart(self, tmp_path: Path) -> None:
        """Each keeps its own frames, whatever the order in which they came."""
        store = self.make(tmp_path)
        several = {uid: prepared_series(uid) for uid in ("1.3", "1.20", "1.100")}
        for seed, prepared in enumerate(several.values()):
            store.write(prepared, frames_of(prepared, seed))
        assert store.uids() == ("1.100", "1.20", "1.3")
        for seed, (uid, prepared) in enumerate(several.items()):
            assert store.series(uid) == prepared
            assert store.read(uid, [0]) == frames_of(prepared, seed).keep([0])

    def test_a_series_takes_the_place_of_an_older_one(self, tmp_path: Path) -> None:
        """Nothing of what was there before shines through."""
        store = self.make(tmp_path)
        store.write(prepared_series(), frames_of(prepared_series()))
        newer = prepared_series(indices=(1, 2, 4))
        store.write(newer, frames_of(newer, seed=5))
        assert store.series(UID) == newer
        assert store.read(UID, newer.indices) == frames_of(newer, seed=5)
        with pytest.raises(FrameStoreError):
            store.read(UID, [0])

    def test_the_same_series_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """How much is written depends on what is written alone."""
        sizes = {
            self.make(tmp_path / name).write(prepared_series(), frames_of(prepared_series())) for name in "ab"
        }
        assert len(sizes) == 1

    def test_frames_that_are_not_the_series(self, tmp_path: Path) -> None:
        """Other slices, or pixels that were not prepared, are a mistake of the caller, and nothing is kept."""
        store, prepared = self.make(tmp_path), prepared_series()
        frames = frames_of(prepared)
        for wrong in (
            frames.keep([0, 1]),
            frames.keep([1, 0, 2]),
            frames.with_pixels(frames.pixels.astype(np.float32)),
        ):
            with pytest.raises(ValueError, match="frames"):
                store.write(prepared, wrong)
        assert store.uids() == ()

    def test_damage_is_noticed(self, tmp_path: Path) -> None:
        """A frame whose bytes have changed is an error that names it; the others are read."""
        store, prepared = self.make(tmp_path), prepared_series()
        store.write(prepared, frames_of(prepared))
        self.spoil(tmp_path, UID, 1)
        with pytest.raises(FrameStoreError, match="damaged"):
            self.make(tmp_path).read(UID, [0, 1])
        assert self.make(tmp_path).read(UID, [0]) == frames_of(prepared).keep([0])

    def test_a_series_cut_short_is_not_whole(self, tmp_path: Path) -> None:
        """It is not listed, so that it is prepared again, and is whole when it has been."""
        store, prepared = self.make(tmp_path), prepared_series()
        store.write(prepared, frames_of(prepared))
        self.shorten(tmp_path, UID, 3)
        assert store.uids() == ()
        with pytest.raises(FrameStoreError, match="damaged"):
            store.read(UID, [3])
        store.write(prepared, frames_of(prepared))
        assert store.uids() == (UID,)
