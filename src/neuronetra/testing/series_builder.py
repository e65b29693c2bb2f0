"""A builder of real DICOM series for tests: any plane, posture, layout, encoding and kind of values.

A ``SeriesPlan`` says what the patient holds and how a scanner would store it; ``build`` gives data sets that
a test may still spoil (``faults`` has many ways), beside the volume and affine that every reader must give back.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen
from pydicom.dataset import Dataset

from neuronetra.domain.arrays import Array, Float32, Float64
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.image_dataset import add_place, image_dataset
from neuronetra.testing.multiframe_builder import (
    ECHO_MS,
    StoredFrame,
    add_rescale,
    classic_dataset,
    enhanced_dataset,
)
from neuronetra.testing.pixel_element import add_pixels, codestream, decoded_words
from neuronetra.testing.series_plan import (
    CT_CLASS,
    LAYOUTS,
    MR_CLASS,
    ROOT,
    SeriesPlan,
)
from neuronetra.testing.stored_places import canonical_affine, directions, stored_place
from neuronetra.testing.stored_values import (
    encoded,
    expected_values,
    integers_of,
    stored_phantom,
    stored_range,
)

__all__ = [
    "CT_CLASS",
    "MR_CLASS",
    "ROOT",
    "BuiltSeries",
    "SeriesPlan",
    "build",
    "directions",
    "encoded",
    "expected_values",
    "stored_phantom",
    "stored_range",
    "truncate",
    "write_datasets",
]


@frozen(eq=False)
class BuiltSeries:
    """Data sets of a plan, one a file; what a reader must make of them.

    Single images stand in canonical order, volume after volume. ``volume`` float32 (slices, rows, columns)
    canonical; ``affine`` (4, 4) index to LPS mm; ``uid``. ``volumes`` and ``affines`` are those of every
    stack, temporal position and echo, in the order in which they first appear; ``volume`` is the first of
    them. ``frames`` are, per data set, the frames that it holds in their order. ``lossy``: ``volume`` is what an independent decoder makes of the
    codestreams. A classic multi-frame file does not say where its frames lie: ``volume`` holds them in the
    order of the file, turned only where one orientation is stated for all, and ``verified`` is false.
    """

    plan: SeriesPlan
    uid: str
    datasets: list[Dataset] = field(repr=False)
    volume: Float32 = field(repr=False)
    affine: Float64 = field(repr=False)
    volumes: tuple[Float32, ...] = field(default=(), repr=False)
    affines: tuple[Float64, ...] = field(default=(), repr=False)
    frames: tuple[tuple[StoredFrame, ...], ...] = field(default=(), repr=False)
    lossy: bool = False
    verified: bool = True

    def write(self, folder: str | Path, seed: int | None = None) -> list[Path]:
        """Write all data sets under names that say nothing of their order; paths in the order of data sets."""
        return write_datasets(self.datasets, folder, self.plan.seed if seed is None else seed)


def build(plan: SeriesPlan) -> BuiltSeries:
    """The series of a plan. Raises ``ValueError`` where the plan contradicts itself."""
    _require_sense(plan)
    uid = f"{ROOT}.{plan.series}"
    numbers = list(itertools.product(range(plan.stacks), range(plan.temporal), range(plan.echoes)))
    frames = [frame for number, volume in enumerate(numbers) for frame in _frames(plan, number, volume)]
    files = _in_files(plan, frames)
    classic = plan.layout == "classic"
    numbers = list(dict.fromkeys(frame.volume for held in files for frame in held))
    volumes = [_in_file_order(plan, files)] if classic else [_volume(plan, frames, one) for one in numbers]
    affines = [canonical_affine(plan, one[0]) for one in numbers]
    return BuiltSeries(
        plan,
        uid,
        [_dataset(plan, uid, number, held) for number, held in enumerate(files, 1)],
        volumes[0],
        affines[0],
        tuple(volumes),
        tuple(affines),
        files,
        ENCODINGS[plan.syntax].lossy,
        not classic,
    )


def write_datasets(datasets: Iterable[Dataset], folder: str | Path, seed: int = 0) -> list[Path]:
    """Write data sets as files with meaningless names in ``folder``; paths in the order given."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 - names of files
    paths = []
    for dataset in datasets:
        path = Path(folder) / f"{chance.getrandbits(64):016x}{chance.choice(['', '.dcm', '.IMA'])}"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def truncate(path: str | Path, keep: float = 0.5) -> None:
    """Cut a file to a share of its length."""
    raw = Path(path).read_bytes()
    Path(path).write_bytes(raw[: int(len(raw) * keep)])


def _require_sense(plan: SeriesPlan) -> None:
    several = plan.stacks * plan.temporal * plan.echoes
    wrong = {
        "no such layout": plan.layout not in LAYOUTS,
        "stacks are named in enhanced files alone": plan.stacks > 1 and plan.layout != "enhanced",
        "a classic file holds one volume": plan.layout == "classic" and (several > 1 or plan.files > 1),
        "a classic file has one slope": plan.layout == "classic" and plan.slopes is not None,
        "float pixels are not compressed": bool(plan.floating) and ENCODINGS[plan.syntax].encapsulated,
        f"{plan.syntax} frames are one fragment": ENCODINGS[plan.syntax].whole and plan.fragments > 1,
        "an extended offset table is for whole frames": plan.offsets == "extended" and plan.fragments > 1,
    }
    if why := [reason for reason, holds in wrong.items() if holds]:
        raise ValueError("; ".join(why))


def _frames(plan: SeriesPlan, number: int, volume: tuple[int, int, int]) -> Iterator[StoredFrame]:
    """The frames of one volume in canonical order."""
    stored = plan.turn.apply(stored_phantom(plan, number))
    affine, (slices_to, _, _) = canonical_affine(plan, volume[0]), directions(plan)
    for place, index in enumerate(plan.kept):
        position = affine[:3, 3] + (index - plan.kept[0]) * affine[:3, 0]
        content = codestream(plan, stored[index])
        yield StoredFrame(
            *volume,
            place=place,
            index=index,
            number=plan.shape[0] - index if plan.counts_down else index + 1,
            where=stored_place(plan, position),
            location=float(position @ slices_to),
            content=content,
            decoded=_decoded(plan, content, stored[index]),
        )


def _decoded(plan: SeriesPlan, content: bytes, stored: Array) -> Array:
    if not ENCODINGS[plan.syntax].lossy:
        return stored
    return integers_of(plan, decoded_words(plan, content))


def _in_files(plan: SeriesPlan, frames: list[StoredFrame]) -> tuple[tuple[StoredFrame, ...], ...]:
    """Single images one a file; of many frames as they are numbered, or shuffled, over the plan's files."""
    if plan.layout == "single":
        return tuple((frame,) for frame in frames)
    ordered = sorted(frames, key=lambda frame: (frame.volume, frame.number))
    if plan.frame_order is not None:
        random.Random(plan.frame_order).shuffle(ordered)  # noqa: S311 - an order
    cuts = np.array_split(np.arange(len(ordered)), plan.files)
    return tuple(tuple(ordered[i] for i in cut) for cut in cuts)


def _volume(plan: SeriesPlan, frames: Sequence[StoredFrame], volume: tuple[int, int, int]) -> Float32:
    """What a reader must make of one volume."""
    own = np.stack([frame.decoded for frame in frames if frame.volume == volume])
    return np.ascontiguousarray(expected_values(plan, plan.turn.undo(own)))


def _in_file_order(plan: SeriesPlan, files: Sequence[Sequence[StoredFrame]]) -> Float32:
    """Frames in the order in which they stand, and turned if at all as the one orientation says."""
    stored = np.stack([frame.decoded for held in files for frame in held])
    turned = plan.turn.undo(stored) if plan.geometry == "first" else stored
    return np.ascontiguousarray(expected_values(plan, turned))


def _dataset(plan: SeriesPlan, uid: str, number: int, frames: Sequence[StoredFrame]) -> Dataset:
    if plan.layout == "enhanced":
        return enhanced_dataset(plan, uid, number, frames)
    if plan.layout == "classic":
        return classic_dataset(plan, uid, number, frames)
    return _single_dataset(plan, uid, frames[0])


def _single_dataset(plan: SeriesPlan, uid: str, frame: StoredFrame) -> Dataset:
    """One slice as CT and MR images have been stored since 1993."""
    before = frame.echo + plan.echoes * frame.temporal
    dataset = image_dataset(plan, uid, before * plan.shape[0] + frame.index + 1)
    dataset.InstanceNumber = before * plan.shape[0] + frame.number
    if plan.temporal > 1:
        dataset.TemporalPositionIdentifier = frame.temporal + 1
    if plan.echoes > 1:
        dataset.EchoNumbers, dataset.EchoTime = frame.echo + 1, ECHO_MS * (frame.echo + 1)
    add_place(dataset, frame.where, frame.location)
    add_rescale(dataset, plan, frame.index)
    add_pixels(dataset, plan, [frame.content])
    return dataset
