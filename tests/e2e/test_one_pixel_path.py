"""What training reads from the frame store is what prediction computes from DICOM, bit for bit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames

from neuronetra.adapters.frame_stores.png import PngFrameStore
from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.app import preparing
from neuronetra.app.inspect import Inspector
from neuronetra.app.preparing import SeriesPreparer
from neuronetra.app.reading import sampled
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import Kept
from neuronetra.domain.recipes import V3
from neuronetra.domain.series import Series
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.command_line import ALL_DONE, run
from neuronetra.testing.series_builder import SeriesPlan, build, write_datasets

PIPELINE = V3.pipeline


class EverySlice:
    """A sampler that takes all."""

    def select(self, series: Series) -> tuple[int, ...]:
        return tuple(range(series.frame_count))


def angiography(dataset: Dataset) -> None:
    dataset.AngioFlag = "Y"


def t2(dataset: Dataset) -> None:
    dataset.ScanningSequence, dataset.EchoTime, dataset.RepetitionTime = "SE", 100, 4000


def t1_with_contrast(dataset: Dataset) -> None:
    dataset.ScanningSequence, dataset.SequenceVariant, dataset.EchoTime = "GR", "SP", 3
    dataset.ContrastBolusAgent = "yes"


def plain(dataset: Dataset) -> None:
    """Nothing that tells more than MR or CT."""


KINDS: dict[Modality, tuple[str, Callable[[Dataset], None]]] = {
    Modality.CTA: ("CT", plain),
    Modality.MRA: ("MR", angiography),
    Modality.T2: ("MR", t2),
    Modality.T1POST: ("MR", t1_with_contrast),
    Modality.MR: ("MR", plain),
}


LAYOUTS = [
    *((modality, "single") for modality in KINDS),
    *((modality, layout) for modality in (Modality.CTA, Modality.MR) for layout in ("enhanced", "classic")),
]
"""Of the sequence a multi-frame file speaks elsewhere than the states above write it."""


def written(
    folder: Path, modality: Modality, plane: Plane, slices: int = 19, **how: object
) -> LabelledSeries:
    """A series of that modality and plane, of odd sizes, turned as scanners turn them."""
    dicom, state = KINDS[modality]
    ct = {"slope": 1.0, "intercept": -1024.0} if dicom == "CT" else {}
    built = build(
        SeriesPlan(
            plane=plane,
            shape=(slices, 60, 53),
            modality=dicom,
            transpose=plane is Plane.CORONAL,
            reverse_rows=True,
            descending=plane is not Plane.AXIAL,
            **ct,  # type: ignore[arg-type]
            **how,  # type: ignore[arg-type]
        )
    )
    for dataset in built.datasets:
        state(dataset)
    write_datasets(built.datasets, folder)
    return LabelledSeries(built.uid, str(folder), "0" * 64, Modality.CT, (False,) * len(LABELS))


def preparer(out: Path, kept: Kept) -> SeriesPreparer:
    reader, store = PydicomReader(threads=1), PngFrameStore(str(out))
    return SeriesPreparer(reader, OpenCVPreprocessor(1), store, PIPELINE, kept, lambda _: 1)


@pytest.mark.parametrize("kept", Kept)
@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
@pytest.mark.parametrize(("modality", "layout"), LAYOUTS)
def test_frames_of_the_store_are_those_of_prediction(
    modality: Modality, plane: Plane, layout: str, kept: Kept, tmp_path: Path
) -> None:
    """Each modality, plane and layout, prepared as it is resolved from headers, whatever a table says."""
    entry = written(tmp_path / "series", modality, plane, layout=layout)
    preparer(tmp_path, kept).prepare(entry)
    store = PngFrameStore(str(tmp_path))
    prepared = store.series(entry.uid)
    (inspection,) = Inspector(PydicomReader(), OpenCVPreprocessor(2), PIPELINE).inspect_each(entry.path)
    assert inspection.frames is not None
    assert prepared.modality is modality
    assert prepared.plane is (Plane.UNKNOWN if layout == "classic" else plane)
    assert store.read(entry.uid, prepared.chosen(PIPELINE.sampler)) == inspection.frames


@pytest.mark.parametrize("modality", [Modality.CTA, Modality.MR])
def test_every_stored_slice_is_that_of_dicom(
    modality: Modality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All slices, read in blocks of two, are what reading them at one go gives; places in mm are theirs."""
    entry = written(tmp_path / "series", modality, Plane.SAGITTAL)
    monkeypatch.setattr(preparing, "BLOCK_PIXELS", 2 * 60 * 53)
    preparer(tmp_path, Kept.ALL).prepare(entry)
    reader = PydicomReader()
    (series,) = reader.scan(entry.path)
    expected = OpenCVPreprocessor().apply(reader.load(series, range(19)), PIPELINE.preprocessing, modality)
    store = PngFrameStore(str(tmp_path))
    assert store.read(entry.uid, range(19)) == expected
    assert series.geometry is not None
    assert series.geometry.positions is not None
    points = [frame.point for frame in store.series(entry.uid).frames]
    assert np.array_equal(np.array(points), series.geometry.positions)
    assert [frame.instance_uid for frame in store.series(entry.uid).frames] == [
        item.instance_uid for item in series.slices
    ]


@pytest.mark.parametrize("kept", Kept)
@pytest.mark.parametrize("damaged", [(2,), (2, 3), (0, 1, 18), (5, 9, 14)])
def test_damaged_slices_are_left_out_of_both_alike(
    damaged: tuple[int, ...], kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past slices that cannot be read frames and warnings are still those of prediction."""
    entry = written(tmp_path / "series", Modality.CTA, Plane.AXIAL, encoding="RLE")
    (whole,) = PydicomReader().scan(entry.path)
    for number in damaged:
        _spoil(Path(entry.path) / whole.slices[number].file)
    monkeypatch.setattr(preparing, "BLOCK_PIXELS", 3 * 60 * 53)
    preparer(tmp_path, kept).prepare(entry)
    store, reader = PngFrameStore(str(tmp_path)), PydicomReader()
    prepared = store.series(entry.uid)
    (series,) = reader.scan(entry.path)
    frames, modality = sampled(reader, series, PIPELINE.sampler).require()
    expected = OpenCVPreprocessor().apply(frames, PIPELINE.preprocessing, modality)
    assert np.array_equal(store.read(entry.uid, prepared.chosen(PIPELINE.sampler)).pixels, expected.pixels)
    read = sampled(reader, series, EverySlice() if kept is Kept.ALL else PIPELINE.sampler)
    assert prepared.warnings == read.series.reading.warnings
    if kept is Kept.ALL:
        assert prepared.lost == damaged
        assert read.frames is not None
        everything = OpenCVPreprocessor().apply(read.frames, PIPELINE.preprocessing, modality)
        assert np.array_equal(store.read(entry.uid, prepared.indices).pixels, everything.pixels)


def _spoil(path: Path) -> None:
    """A codestream of zeros: its header promises what cannot be decoded, which shows when it is loaded."""
    content = path.read_bytes()
    frame = next(generate_frames(dcmread(path).PixelData, number_of_frames=1))
    path.write_bytes(content.replace(frame, bytes(len(frame))))


def test_the_command_line_prepares_the_same(tmp_path: Path) -> None:
    """`prepare` in processes of its own leaves the frames that `inspect` shows, for positives and negatives."""
    planes = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    cohort = small_cohort(tmp_path / "cohort", series=12, slices=11, planes=planes)
    assert run("prepare", cohort, tmp_path / "out", "--jobs", 2).returncode == ALL_DONE
    assert run("inspect", cohort / "series", "--out", tmp_path / "seen").returncode == ALL_DONE
    store = PngFrameStore(str(tmp_path / "out"))
    assert len(store.uids()) == 12
    for uid in store.uids():
        chosen = store.series(uid).chosen(PIPELINE.sampler)
        encoded = PIPELINE.encoder.encode(store.read(uid, chosen)).image
        assert np.array_equal(encoded, np.load(tmp_path / "seen" / uid / "encoded.npy"))
    assert (
        len({hashlib.sha256(p.read_bytes()).digest() for p in tmp_path.glob("out/frames/*/0005.png")}) == 12
    )
