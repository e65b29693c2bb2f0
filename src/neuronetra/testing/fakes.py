"""Fakes of the ports, for tests that need no files, no libraries and no trained network."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from attrs import define, field, frozen

from neuronetra.domain.arrays import Array, Float32, Float64, UInt8, own
from neuronetra.domain.checkpoints import Checkpoint, CheckpointName, Manifest
from neuronetra.domain.ensemble import sigmoid
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Orientation, Plane, Turn
from neuronetra.domain.intensity import windowed
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality, ResolvedModality
from neuronetra.domain.preprocessing import Preprocessing, WindowStep
from neuronetra.domain.scores import Batch, Scores
from neuronetra.domain.series import Reading, Series, Slice
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import InputNotFoundError, SliceError, StoreError
from neuronetra.ports import Closing, Progress
from neuronetra.testing.memory_store import MemoryStore
from neuronetra.testing.recipes import FAKE_WEIGHTS, tiny_manifest, tiny_recipe
from neuronetra.testing.strategies import stored_directions

__all__ = [
    "FakeExporter",
    "FakePreprocessor",
    "FakeReader",
    "FakeRuntime",
    "FakeScorer",
    "MemoryStore",
    "fake_probabilities",
    "fake_series",
    "tiny_manifest",
    "tiny_recipe",
]


def fake_series(
    uid: str,
    count: int,
    shape: tuple[int, int] = (10, 12),
    plane: Plane = Plane.AXIAL,
    modality: Modality | None = Modality.CTA,
) -> Series:
    """A series of ``count`` canonical slices, 3 mm apart, in files ``000.dcm`` and so on."""
    orientation = None
    if plane is not Plane.UNKNOWN:
        orientation = Orientation(*stored_directions(plane, Turn(), np.eye(3)))
    steps = np.arange(count)[:, np.newaxis] * 3.0
    positions = None if orientation is None else np.array([-40.0, -60.0, -30.0]) + steps * orientation.normal
    geometry = StackGeometry.from_stored(shape, orientation, positions, (0.9, 0.6), count)
    slices = tuple(
        Slice(f"/patients/DOE^JANE/{uid}/{i:03}.dcm", f"{i:03}.dcm", f"{uid}.{i + 1}") for i in range(count)
    )
    resolved = None if modality is None else ResolvedModality(modality, "stated")
    return Series(uid, slices, geometry, resolved, Reading(count, plane_source="orientation"))


@define
class FakeReader:
    """Series in memory; ``volumes`` maps uids to canonical pixels (n, H, W).

    ``unreadable`` maps file names to the reason why their pixels cannot be had, ``failures`` maps uids to
    what ``load`` raises. ``loaded`` lists what was asked for: (uid, positions).
    """

    series: Sequence[Series]
    volumes: Mapping[str, Array] = field(factory=dict)
    unreadable: Mapping[str, str] = field(factory=dict)
    failures: Mapping[str, Exception] = field(factory=dict)
    path: str = "scan"
    loaded: list[tuple[str, tuple[int, ...]]] = field(factory=list)

    @classmethod
    def of(cls, *series: Series, seed: int = 0) -> FakeReader:
        """Series with seeded noise for pixels, 0 to 400."""
        generator = np.random.default_rng(seed)
        volumes = {
            one.uid: (generator.random((one.frame_count, *one.geometry.shape)) * 400.0).astype(np.float32)
            for one in series
            if one.geometry is not None
        }
        return cls(series, volumes)

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:
        if path != self.path:
            raise InputNotFoundError("no such path", where=path)
        if progress is not None:
            progress(1, 1)
        return tuple(sorted(self.series, key=lambda one: one.uid))

    def load(self, series: Series, positions: Sequence[int], progress: Progress | None = None) -> Frames:
        self.loaded.append((series.uid, tuple(positions)))
        if series.uid in self.failures:
            raise self.failures[series.uid]
        asked = [series.slices[position].file for position in positions]
        reasons = {file: self.unreadable[file] for file in asked if file in self.unreadable}
        if reasons:
            raise SliceError(reasons)
        assert series.geometry is not None
        original = next(one for one in self.series if one.uid == series.uid)
        rows = {item.file: number for number, item in enumerate(original.slices)}
        stored: Float32 = self.volumes[series.uid][[rows[file] for file in asked]]
        if progress is not None:
            progress(len(positions), len(positions))
        return Frames(own(stored), tuple(positions), series.geometry.plane)


@define
class FakePreprocessor:
    """The window step alone, then every n-th pixel to the size asked for; ``applied`` lists modalities."""

    applied: list[Modality] = field(factory=list)

    def apply(self, frames: Frames, preprocessing: Preprocessing, modality: Modality) -> Frames:
        self.applied.append(modality)
        window = preprocessing.steps[0]
        assert isinstance(window, WindowStep)
        rows, columns = (
            np.arange(wanted) * found // wanted
            for wanted, found in zip(preprocessing.size, frames.pixels.shape[1:], strict=True)
        )
        slices = [windowed(one, window, modality)[np.ix_(rows, columns)] for one in frames.pixels]
        return frames.with_pixels(np.stack(slices))


def fake_probabilities(name: CheckpointName | str, images: UInt8) -> Float32:
    """What a fake network of that name gives for ``images`` (n, 3, H, W): float32 (n, 14).

    A seeded linear function of each channel's mean, its left-right and its up-down imbalance: mirrored or
    reordered images score differently.
    """
    rows, columns = (np.linspace(-1.0, 1.0, length) for length in images.shape[2:])
    weights = np.random.default_rng(zlib.crc32(str(name).encode())).normal(size=(9, len(LABELS)))
    return np.stack([_one(image, rows, columns, weights) for image in images]).astype(np.float32)


def _one(image: UInt8, rows: Float64, columns: Float64, weights: Float64) -> Float64:
    bright = image.astype(np.float64) / 255.0
    across, down = (bright * columns).mean((1, 2)), (bright * rows[:, np.newaxis]).mean((1, 2))
    return sigmoid(np.concatenate([bright.mean((1, 2)), 8.0 * across, 8.0 * down]) @ weights)


@define(eq=False)
class FakeRuntime:
    """A runtime whose networks are ``fake_probabilities`` plus ``drift``, or NaN where ``broken`` says so.

    ``opened`` and ``closed`` list members in the order in which it happened, ``once`` those opened for a
    single call, ``batches`` what was scored;
    ``failure``, if any, is raised by every score.
    """

    weights: str = "onnx"
    workers: int = 2
    device: str = "cpu"
    drift: float = 0.0
    broken: frozenset[str] = frozenset()
    failure: Exception | None = None
    opened: list[str] = field(factory=list)
    closed: list[str] = field(factory=list)
    once: list[str] = field(factory=list)
    batches: list[tuple[str, Batch]] = field(factory=list)

    def open(self, checkpoint: Checkpoint, once: bool = False) -> FakeScorer:
        path = Path(checkpoint.path)
        if path.is_file() and not path.read_bytes().startswith(FAKE_WEIGHTS):
            raise StoreError("not fake weights", where=str(path))
        self.opened.append(str(checkpoint.name))
        if once:
            self.once.append(str(checkpoint.name))
        return FakeScorer(self, str(checkpoint.name))


@define(eq=False)
class FakeScorer(Closing):
    """An open fake network; it refuses to score once closed."""

    runtime: FakeRuntime
    name: str
    is_open: bool = True
    lock: Lock = field(factory=Lock)

    def score(self, batch: Batch) -> Scores:
        assert self.is_open, f"{self.name} was closed"
        self.runtime.batches.append((self.name, batch))
        if self.runtime.failure is not None:
            raise self.runtime.failure
        given = fake_probabilities(self.name, batch.images)
        if self.name in self.runtime.broken:
            given[0, 3] = np.nan
        return Scores(np.clip(given + np.float32(self.runtime.drift), 0.0, 1.0))

    def close(self) -> None:
        with self.lock:
            if self.is_open:
                self.is_open = False
                self.runtime.closed.append(self.name)


@frozen
class FakeExporter:
    """Writes files that ``FakeRuntime`` opens; ``made`` lists (step, member, seed or file)."""

    made: list[tuple[str, str, int | str]] = field(factory=list)

    def initialise(self, manifest: Manifest, seed: int, folder: str) -> str:
        self.made.append(("initialise", str(manifest.name), seed))
        return self._write(manifest, folder, "safetensors", f"of seed {seed}")

    def convert(self, manifest: Manifest, weights: str, folder: str) -> str:
        self.made.append(("convert", str(manifest.name), weights))
        return self._write(manifest, folder, "safetensors", "brought along")

    def export(self, manifest: Manifest, weights: str, folder: str) -> str:
        self.made.append(("export", str(manifest.name), weights))
        return self._write(manifest, folder, "onnx", "exported")

    def _write(self, manifest: Manifest, folder: str, kind: str, what: str) -> str:
        path = Path(folder) / f"{manifest.name}.{kind}"
        path.write_bytes(FAKE_WEIGHTS + what.encode())
        return str(path)
