"""The rules of reading on real files: finding, grouping, values, faults, what is said."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.series import Series
from neuronetra.errors import InputNotFoundError, NoSeriesError, UsageError
from neuronetra.testing.series_builder import SeriesPlan, build, write_datasets

READER = PydicomReader()
SIMPLE = SeriesPlan(shape=(4, 7, 9))


def only(folder: Path) -> Series:
    (series,) = READER.scan(str(folder))
    return series


def warned(series: Series, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in series.reading.warnings)


def reasons(series: Series) -> str:
    return " | ".join(item.reason for item in series.reading.left_out)


def spoiled(folder: Path, change: Callable[[Dataset], None], plan: SeriesPlan = SIMPLE) -> Series:
    """The series of a plan after each of its data sets was changed."""
    built = build(plan)
    for dataset in built.datasets:
        change(dataset)
    built.write(folder)
    return only(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes")
def test_rule_01_only_regular_files_and_no_links_out(tmp_path: Path) -> None:
    """Pipes, sockets, links out and loops are passed over with a reason; the path itself may be a link."""
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    build(SIMPLE).write(folder)
    build(SeriesPlan(series=2)).write(outside)
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to(folder)
    (folder / "out").symlink_to(outside)
    (folder / "gone").symlink_to(folder / "nothing")
    (folder / "again").symlink_to(min(p for p in folder.iterdir() if p.is_file()))
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)
        server.bind("sock")
        (tmp_path / "way in").symlink_to(folder)
        series = only(tmp_path / "way in")
    left_out = {item.file: item.reason for item in series.reading.left_out}
    assert set(left_out) == {"pipe", "out", "gone", "again", "sock"}
    assert series.frame_count == 4
    assert "out of the folder" in left_out["out"]


def test_rule_01_a_single_file_is_a_series(tmp_path: Path) -> None:
    """The path may be one file."""
    path = build(SIMPLE).write(tmp_path)[2]
    (series,) = READER.scan(str(path))
    assert [item.file for item in series.slices] == [path.name]


def test_rule_01_an_empty_path_is_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not mean the folder that the program happens to run in."""
    build(SIMPLE).write(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputNotFoundError):
        READER.scan("")
    assert READER.scan(".")


@pytest.mark.parametrize("implicit", [False, True])
def test_rule_02_files_without_preamble_are_read(tmp_path: Path, implicit: bool) -> None:
    """A bare data set is DICOM when its first elements parse as one."""
    built = build(SeriesPlan(implicit=implicit))
    for path in built.write(tmp_path):
        raw = path.read_bytes()
        meta = 132 + 12 + int.from_bytes(raw[140:144], "little")
        path.write_bytes(raw[meta:])
    series = only(tmp_path)
    assert np.array_equal(READER.load(series, range(6)).pixels, built.volume)


def test_rule_02_whatever_is_no_image_is_left_out_with_a_reason(tmp_path: Path) -> None:
    """Text, images of other kinds, reports, presentation states and segmentations."""
    built = build(SIMPLE)
    built.write(tmp_path)
    for name, content in {
        "a.txt": b"hello",
        "b.png": b"\x89PNG\r\n",
        "empty": b"",
        "c": b"\x08\0" * 99,
    }.items():
        (tmp_path / name).write_bytes(content)
    classes = [
        "1.2.840.10008.5.1.4.1.1.88.11",
        "1.2.840.10008.5.1.4.1.1.11.1",
        "1.2.840.10008.5.1.4.1.1.66.4",
    ]
    others = build(SeriesPlan(series=3, shape=(3, 7, 9))).datasets
    for dataset, sop_class in zip(others, classes, strict=True):
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(sop_class)
        del dataset.PixelData
    write_datasets(others, tmp_path, seed=9)
    series = only(tmp_path)
    assert series.reading.files_found == 11
    for word in ("not a DICOM file", "structured report", "presentation state", "segmentation"):
        assert word in reasons(series)


def test_rule_02_a_folder_of_non_images_is_no_series(tmp_path: Path) -> None:
    """Reports alone do not count as a series; the error says what was found."""
    dataset = build(SeriesPlan(shape=(1, 7, 9))).datasets[0]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.88.11")
    write_datasets([dataset], tmp_path)
    with pytest.raises(NoSeriesError, match="structured report"):
        READER.scan(str(tmp_path))


def test_rule_03_deep_and_undefined_nesting_is_stepped_over(tmp_path: Path) -> None:
    """A sequence nested hundreds of levels deep costs nothing and harms nothing."""

    def nest(dataset: Dataset) -> None:
        inner = Dataset()
        for _ in range(150):
            outer = Dataset()
            outer.ReferencedImageSequence = DicomSequence([inner])
            outer["ReferencedImageSequence"].is_undefined_length = True
            inner = outer
        dataset.ReferencedImageSequence = DicomSequence([inner])
        dataset["ReferencedImageSequence"].is_undefined_length = True

    assert spoiled(tmp_path, nest).frame_count == 4


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3}, "RGB"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "PALETTE"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "MOSAIC"]}, "mosaic"),
        ({"Modality": "US", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"}, "US"),
    ],
)
def test_rule_19_no_angiogram_is_left_out(tmp_path: Path, change: dict[str, object], word: str) -> None:
    """Colour, mosaics and other modalities: left out among slices, unusable alone."""
    built = build(SIMPLE)
    for keyword, value in change.items():
        setattr(built.datasets[1], keyword, value)
    built.write(tmp_path / "one")
    series = only(tmp_path / "one")
    assert series.frame_count == 3
    assert word in reasons(series)

    def all_of_them(dataset: Dataset) -> None:
        for keyword, value in change.items():
            setattr(dataset, keyword, value)

    alone = spoiled(tmp_path / "all", all_of_them)
    assert alone.error is not None
    assert word in alone.error


def test_rule_06_repeats_are_found_by_pixels(tmp_path: Path) -> None:
    """A slice sent again under another uid and number is one slice; another picture there is a stack."""
    built = build(SIMPLE)
    built.write(tmp_path)
    again = build(SIMPLE).datasets[1:3]
    for number, dataset in enumerate(again):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{number}")
        dataset.InstanceNumber = 70 + number
    write_datasets(again, tmp_path, seed=5)
    series = only(tmp_path)
    assert series.frame_count == 4
    assert reasons(series).count("duplicate") == 2
    again[0].PixelData = bytes(len(again[0].PixelData))
    write_datasets(again[:1], tmp_path, seed=6)
    again[0].file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.9")
    again[0].SOPInstanceUID = "1.2.3.9"
    write_datasets(again[:1], tmp_path, seed=7)
    assert len(only(tmp_path).reading.other_stacks) >= 1


def test_rule_06_other_stacks_can_be_asked_for(tmp_path: Path) -> None:
    """Reader option ``stack`` picks one of the listed stacks."""
    built = build(SIMPLE)
    late = build(SeriesPlan(shape=(4, 7, 9), keep=(0, 1, 2), seed=4, slope=2.0)).datasets
    for dataset in late:
        dataset.TemporalPositionIdentifier = 2
    write_datasets([*built.datasets, *late], tmp_path)
    for reader in (PydicomReader(stack=1), SimpleITKReader(stack=1)):
        (series,) = reader.scan(str(tmp_path))
        assert series.frame_count == 3
        assert np.array_equal(reader.load(series, [0, 1, 2]).pixels, 2 * built.volume[:3])
    with pytest.raises(UsageError):
        PydicomReader(stack=-1)


def test_rule_08_missing_slice_is_a_gap(tmp_path: Path) -> None:
    """A gap over 1.5 medians is reported; the spacing is still the median."""
    build(SeriesPlan(keep=(0, 1, 3, 4, 5))).write(tmp_path)
    series = only(tmp_path)
    assert series.geometry is not None
    assert series.geometry.slice_spacing == pytest.approx(3.0)
    assert warned(series, "gap")


def test_rule_05_two_patients_under_one_uid(tmp_path: Path) -> None:
    """Each patient's slices are a series of their own."""
    build(SeriesPlan(patient="A", keep=(0, 2, 4))).write(tmp_path, seed=1)
    build(SeriesPlan(patient="B", keep=(1, 3, 5), seed=2)).write(tmp_path, seed=2)
    found = READER.scan(str(tmp_path))
    assert [series.frame_count for series in found] == [3, 3]
    assert all(warned(series, "two patients") for series in found)


def test_rule_05_an_identifier_that_half_of_the_files_lack_is_no_second_patient(tmp_path: Path) -> None:
    """The names agree, so one patient's slices are one series."""
    built = build(SIMPLE)
    for dataset in built.datasets[::2]:
        dataset.PatientID = ""
    built.write(tmp_path)
    assert only(tmp_path).frame_count == 4


@pytest.mark.parametrize(("modality", "expected", "assumed"), [("CT", "CTA", True), ("MR", "MR", False)])
def test_rule_27_bare_headers_hold_only_ct_or_mr(
    tmp_path: Path, modality: str, expected: str, assumed: bool
) -> None:
    """CT means CTA here and that is said, MR stays MR; an empty contrast element proves nothing."""

    def change(dataset: Dataset) -> None:
        dataset.ContrastBolusAgent = ""
        dataset.BodyPartExamined = "FOOT"

    series = spoiled(tmp_path, change, SeriesPlan(shape=(4, 7, 9), modality=modality))
    assert series.modality is not None
    assert (series.modality.modality.value, series.modality.assumed) == (expected, assumed)


def test_rule_27_no_modality_and_no_class_keeps_the_geometry(tmp_path: Path) -> None:
    """The caller may name the modality; every file is accounted for."""

    def change(dataset: Dataset) -> None:
        del dataset.Modality
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7")

    series = spoiled(tmp_path, change)
    assert series.modality is None
    assert series.error is None
    assert series.geometry is not None
    assert series.reading.files_found == series.frame_count == 4


def test_rule_26_repairs_of_a_slice_that_is_left_out_are_told(tmp_path: Path) -> None:
    """A malformed position among good ones: left out, missing, and named by its element."""
    built = build(SIMPLE)
    paths = built.write(tmp_path)
    raw = paths[3].read_bytes()
    place = raw.index(b"\x20\x00\x32\x00DS") + 8
    paths[3].write_bytes(raw[:place] + b"x" + raw[place + 1 :])
    series = only(tmp_path)
    assert (series.frame_count, series.missing_slices) == (3, 1)
    assert "position is missing or malformed" in reasons(series)
    assert warned(series, "geometry: ImagePositionPatient (0020,0032) is malformed", "left out")


def test_series_uid_that_could_be_a_path_is_refused(tmp_path: Path) -> None:
    """Results are filed by uid: one that climbs out of a folder is malformed."""
    built = build(SIMPLE)
    for path in built.write(tmp_path):
        raw = path.read_bytes()
        uid = built.uid.encode()
        path.write_bytes(raw.replace(uid, (b"../" * len(uid))[: len(uid)]))
    with pytest.raises(NoSeriesError):
        READER.scan(str(tmp_path))


@pytest.mark.parametrize("word", ["MOSAIC", "VFRAME"])
def test_rule_04_tiles_are_no_slices(tmp_path: Path, word: str) -> None:
    """Two makers' words for many slices in one picture."""

    def change(dataset: Dataset) -> None:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", word]

    series = spoiled(tmp_path, change)
    assert series.error is not None
    assert "mosaic" in series.error
