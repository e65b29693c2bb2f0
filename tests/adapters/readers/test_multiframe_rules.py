"""Rules 14 to 17 on real files: enhanced images, classic multi-frame ones, and how many frames there are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.series import OrderKey, Series
from neuronetra.errors import SliceError
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build

READER = PydicomReader()
ENHANCED = SeriesPlan(layout="enhanced", shape=(5, 7, 9), frame_order=3)
CLASSIC = SeriesPlan(layout="classic", shape=(5, 7, 9))
EVERYTHING = ("orientation", "measures", "transformation")


def only(folder: Path, reader: PydicomReader | SimpleITKReader = READER) -> Series:
    (series,) = reader.scan(str(folder))
    return series


def warned(series: Series, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in series.reading.warnings)


def written(folder: Path, plan: SeriesPlan, change: Callable[[Dataset], None] | None = None) -> BuiltSeries:
    """A plan's files, after each data set was changed."""
    built = build(plan)
    for dataset in built.datasets:
        if change is not None:
            change(dataset)
    built.write(folder)
    return built


def check(folder: Path, built: BuiltSeries) -> Series:
    """Volume, affine and order are those of the plan."""
    series = only(folder)
    assert series.error is None
    assert series.reading.order_key is OrderKey.POSITION
    assert series.geometry_verified
    assert series.geometry is not None
    assert series.geometry.affine is not None
    np.testing.assert_allclose(series.geometry.affine, built.affine, atol=1e-5)
    assert np.array_equal(READER.load(series, range(series.frame_count)).pixels, built.volume)
    return series


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
@pytest.mark.parametrize("shared", [(), EVERYTHING, ("orientation",), ("measures", "transformation")])
def test_rule_14_groups_per_frame_over_shared_ones(
    tmp_path: Path, plane: Plane, shared: tuple[str, ...]
) -> None:
    """Wherever a macro stands, each frame gets it; frames stored in any order come out by position."""
    plan = SeriesPlan(
        layout="enhanced",
        plane=plane,
        shared=shared,
        frame_order=7,
        slope=1.5,
        intercept=-3.0,
        transpose=True,
        rotation=(4.0, -3.0, 5.0),
    )
    series = check(tmp_path, written(tmp_path, plan))
    assert series.reading.files_found == 1
    assert series.reading.left_out == ()


def test_rule_14_several_files_of_frames_are_one_volume(tmp_path: Path) -> None:
    """A volume may be spread over multi-frame files; each file is used, every frame read once."""
    plan = SeriesPlan(layout="enhanced", shape=(9, 7, 9), files=3, frame_order=1)
    series = check(tmp_path, written(tmp_path, plan))
    document = SeriesReport(series).as_document()
    assert (document["files_found"], document["files_used"], document["frame_count"]) == (3, 3, 9)


@pytest.mark.parametrize("modality", ["MR", "CT"])
def test_rule_17_each_frame_has_its_own_slope(tmp_path: Path, modality: str) -> None:
    """Pixel value transformations per frame are applied frame by frame, by both readers."""
    plan = SeriesPlan(
        layout="enhanced",
        shape=(4, 7, 9),
        modality=modality,
        slopes=(0.5, 1.25, 2.0, 3.0),
        intercept=-7.0,
        frame_order=2,
        shared=(),
    )
    series = check(tmp_path, written(tmp_path, plan))
    assert READER.load(series, range(4)) == SimpleITKReader().load(series, range(4))


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (SeriesPlan(layout="enhanced", stacks=2, frame_order=5), "stack"),
        (SeriesPlan(layout="enhanced", temporal=3, frame_order=5), "dimension index"),
        (SeriesPlan(layout="enhanced", echoes=2, frame_order=5), "dimension index"),
    ],
)
def test_rule_14_stacks_times_and_echoes_come_apart(tmp_path: Path, plan: SeriesPlan, word: str) -> None:
    """Each is a stack of its own, warned of and able to be asked for; none is mixed."""
    built = written(tmp_path, plan)
    for number, volume in enumerate(built.volumes):
        reader = PydicomReader(stack=number)
        (series,) = reader.scan(str(tmp_path))
        assert warned(series, "stack", word)
        found = reader.load(series, range(series.frame_count)).pixels
        assert any(np.array_equal(found, other) for other in built.volumes)
        assert found.shape == volume.shape
        assert len(series.reading.other_stacks) == len(built.volumes) - 1
        assert series.reading.left_out == ()  # the file is used, whatever of its frames is not


def test_rule_14_without_dimension_indices_echo_times_tell_echoes_apart(tmp_path: Path) -> None:
    """Effective echo times stand in each frame's own group."""

    def change(dataset: Dataset) -> None:
        del dataset.DimensionIndexSequence

    built = written(tmp_path, SeriesPlan(layout="enhanced", echoes=2, frame_order=4), change)
    series = only(tmp_path)
    assert series.frame_count == 6
    assert warned(series, "stack", "echo")
    found = READER.load(series, range(6)).pixels
    assert any(np.array_equal(found, volume) for volume in built.volumes)


def test_rule_14_an_enhanced_image_says_what_it_is(tmp_path: Path) -> None:
    """Acquisition contrast and pulse sequence stand instead of ScanningSequence."""

    def flight(dataset: Dataset) -> None:
        dataset.TimeOfFlightContrast = "YES"

    def weighted(dataset: Dataset) -> None:
        dataset.AcquisitionContrast, dataset.EchoPulseSequence = "T2", "SPIN"

    for name, change, expected in (("tof", flight, Modality.MRA), ("t2", weighted, Modality.T2)):
        written(tmp_path / name, ENHANCED, change)
        series = only(tmp_path / name)
        assert series.modality is not None
        assert series.modality.modality is expected


def test_rule_14_groups_that_are_not_as_many_as_the_frames_are_damage(tmp_path: Path) -> None:
    """No frame is given another's place."""

    def change(dataset: Dataset) -> None:
        dataset.PerFrameFunctionalGroupsSequence.pop()

    written(tmp_path, ENHANCED, change)
    series = only(tmp_path)
    assert series.error is not None
    assert "functional groups" in series.error
    assert series.missing_slices == 5


@pytest.mark.parametrize("geometry", ["none", "first"])
def test_rule_15_frames_without_a_place_are_unverified(tmp_path: Path, geometry: str) -> None:
    """Frame order is slice order; plane, left and right are unverified, and that is said and marked."""
    plan = SeriesPlan(layout="classic", shape=(5, 7, 9), geometry=geometry, plane=Plane.SAGITTAL)
    built = written(tmp_path, plan)
    series = only(tmp_path)
    assert series.reading.order_key is OrderKey.FRAME
    assert warned(series, "geometry", "unverified")
    assert not series.laterality_known
    assert not series.geometry_verified
    assert [item.frame for item in series.slices] == list(range(5))
    assert np.array_equal(READER.load(series, range(5)).pixels, built.volume)
    document = SeriesReport(series).as_document()
    assert document["affine"] is None
    assert document["positions_mm"] is None
    assert document["spacing_mm"][0] is None
    assert "unverified" in document["plane_source"] or "unknown" in document["plane_source"]


def test_rule_13_made_up_geometry_is_marked(tmp_path: Path) -> None:
    """Slices without positions are ordered by the next best key, each fallback a warning and an assumption."""

    def change(dataset: Dataset) -> None:
        del dataset.ImagePositionPatient

    written(tmp_path / "location", SeriesPlan(), change)
    series = only(tmp_path / "location")
    assert series.reading.order_key is OrderKey.SLICE_LOCATION
    assert warned(series, "geometry", "SliceLocation")

    def less(dataset: Dataset) -> None:
        change(dataset)
        del dataset.SliceLocation

    written(tmp_path / "number", SeriesPlan(), less)
    series = only(tmp_path / "number")
    assert series.reading.order_key is OrderKey.INSTANCE_NUMBER
    document = SeriesReport(series).as_document()
    assert not document["geometry_verified"]
    assert any("InstanceNumber" in text for text in document["assumed"])


@pytest.mark.parametrize("encoding", ["explicit", "big endian", "RLE", "JPEG 2000", "deflated"])
def test_rule_16_a_lost_number_of_frames_is_taken_from_the_pixels(tmp_path: Path, encoding: str) -> None:
    """De-identified sets strip it; the pixel data still tell."""

    def change(dataset: Dataset) -> None:
        del dataset.NumberOfFrames

    plan = SeriesPlan(layout="classic", shape=(5, 7, 9), encoding=encoding)
    built = written(tmp_path, plan, change)
    series = only(tmp_path)
    assert series.frame_count == 5
    assert warned(series, "NumberOfFrames", "missing")
    assert np.array_equal(READER.load(series, range(5)).pixels, built.volume)


@pytest.mark.parametrize("encoding", ["explicit", "RLE", "JPEG-LS"])
@pytest.mark.parametrize("stated", [3, 4, 6, 500])
def test_rule_16_another_number_of_frames_than_there_are_is_an_error(
    tmp_path: Path, encoding: str, stated: int
) -> None:
    """Neither fewer nor more: a slice would be dropped, or made up."""

    def change(dataset: Dataset) -> None:
        dataset.NumberOfFrames = stated

    written(tmp_path, SeriesPlan(layout="classic", shape=(5, 7, 9), encoding=encoding), change)
    series = only(tmp_path)
    assert series.error is not None
    assert "NumberOfFrames" in series.error or "truncated" in series.error


def test_rule_16_no_whole_number_of_frames_is_an_error(tmp_path: Path) -> None:
    """Where the number is lost, a remainder means that the frames cannot be told."""

    def change(dataset: Dataset) -> None:
        del dataset.NumberOfFrames
        dataset.PixelData = dataset.PixelData[:-30]

    written(tmp_path, CLASSIC, change)
    series = only(tmp_path)
    assert series.error is not None
    assert "whole number of frames" in series.error


def test_rule_16_an_absurd_number_of_frames_is_refused_at_once(tmp_path: Path) -> None:
    """10^9 frames are over any budget, and nothing is made for them."""

    def change(dataset: Dataset) -> None:
        dataset.NumberOfFrames = 10**9

    written(tmp_path, CLASSIC, change)
    series = only(tmp_path)
    assert series.error is not None
    assert "too large" in series.error


def test_rule_24_one_damaged_frame_is_left_out_by_its_number(tmp_path: Path) -> None:
    """The other frames of its file are read; the error names the frame."""
    plan = SeriesPlan(layout="enhanced", shape=(5, 16, 16), encoding="JPEG-LS")
    built = build(plan)
    (path,) = built.write(tmp_path)
    raw = path.read_bytes()
    starts = [i for i in range(len(raw)) if raw[i : i + 4] == b"\xff\xd8\xff\xf7"]
    path.write_bytes(raw[: starts[2]] + b"\0\0\0\0" + raw[starts[2] + 4 :])
    series = only(tmp_path)
    for reader in (READER, SimpleITKReader()):
        with pytest.raises(SliceError) as caught:
            reader.load(series, range(5))
        assert list(caught.value.reasons) == [f"{path.name} (frame 3)"]
    left = series.without(caught.value.reasons)
    assert left.frame_count == 4
    assert np.array_equal(READER.load(left, range(4)).pixels, built.volume[[0, 1, 3, 4]])


def test_frames_of_one_file_are_read_in_several_goes(tmp_path: Path) -> None:
    """More frames than are read together come out as they are, in any order and repeated."""
    plan = SeriesPlan(layout="enhanced", shape=(40, 5, 6), encoding="deflated", frame_order=9)
    built = written(tmp_path, plan)
    series = only(tmp_path)
    wanted = [39, 0, 17, 17, 3]
    assert np.array_equal(READER.load(series, wanted).pixels, built.volume[wanted])
    assert np.array_equal(READER.load(series, range(40)).pixels, built.volume)


def test_rule_06_a_second_copy_of_a_multi_frame_file_is_a_duplicate(tmp_path: Path) -> None:
    """By its instance uid and frames; the file is named once."""
    built = written(tmp_path, ENHANCED)
    built.write(tmp_path, seed=77)
    series = only(tmp_path)
    assert series.frame_count == 5
    assert warned(series, "duplicate", "5 frame(s)")
    assert len(series.reading.left_out) == 1
    assert series.reading.files_found == 2


@pytest.mark.parametrize(
    ("macro", "word"),
    [
        ("PixelValueTransformationSequence", "slope: PixelValueTransformationSequence (0028,9145)"),
        ("PlanePositionSequence", "geometry: PlanePositionSequence (0020,9113)"),
    ],
)
def test_rule_20_a_group_that_is_no_sequence_is_told_of(tmp_path: Path, macro: str, word: str) -> None:
    """Values unscaled, or a frame without a place, never without a word."""
    plan = SeriesPlan(layout="enhanced", shape=(4, 7, 9), slopes=(2.0, 3.0, 4.0, 5.0), shared=())

    def change(dataset: Dataset) -> None:
        for groups in dataset.PerFrameFunctionalGroupsSequence:
            groups[macro] = DataElement(groups[macro].tag, "OB", b"abcdefgh")

    written(tmp_path, plan, change)
    assert warned(only(tmp_path), word, "malformed")


def test_rule_15_several_files_of_unplaced_frames_are_one_volume(tmp_path: Path) -> None:
    """Frames share their file's number: the files stand by it, parts of a concatenation by theirs."""
    volumes = []
    for number, part in ((1, 2), (1, 1), (2, 0)):
        built = build(
            SeriesPlan(layout="classic", shape=(3, 7, 9), slope=1.0 + 2 * number + part, intercept=0.0)
        )
        (dataset,) = built.datasets
        dataset.InstanceNumber, dataset.InConcatenationNumber = number, part
        uid = f"1.2.3.{number}.{9 - part}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        built.write(tmp_path, seed=10 * number + part)
        volumes.append(built.volume)
    series = only(tmp_path)
    assert series.frame_count == 9
    expected = np.concatenate([volumes[1], volumes[0], volumes[2]])
    assert np.array_equal(READER.load(series, range(9)).pixels, expected)


def test_rule_15_a_position_that_all_frames_share_is_none(tmp_path: Path) -> None:
    """De-identified groups: what is left in the shared ones says nothing of where each frame lies."""

    def change(dataset: Dataset) -> None:
        groups = dataset.PerFrameFunctionalGroupsSequence
        dataset.SharedFunctionalGroupsSequence[0].PlanePositionSequence = groups[0].PlanePositionSequence
        dataset.PerFrameFunctionalGroupsSequence = []

    for count in (2, 5):
        folder = tmp_path / str(count)
        written(folder, SeriesPlan(layout="enhanced", shape=(count, 7, 9)), change)
        series = only(folder)
        assert series.frame_count == count
        assert warned(series, "geometry", "unverified")
        assert not series.laterality_known
        assert not series.geometry_verified


def test_rule_14_time_is_told_beside_a_place_that_a_private_index_counts(tmp_path: Path) -> None:
    """One index is another for each slice, the other counts phases: the phases come apart."""

    def change(dataset: Dataset) -> None:
        for item in dataset.DimensionIndexSequence:
            if item.DimensionIndexPointer == 0x00209057:
                item.DimensionIndexPointer = 0x00431001
            if item.DimensionIndexPointer == 0x00209128:
                item.DimensionIndexPointer = 0x00209153
        for groups in dataset.PerFrameFunctionalGroupsSequence:
            del groups.FrameContentSequence[0].TemporalPositionIndex

    built = written(tmp_path, SeriesPlan(layout="enhanced", temporal=3, frame_order=5), change)
    series = only(tmp_path)
    assert warned(series, "stack", "dimension index")
    found = READER.load(series, range(series.frame_count)).pixels
    assert any(np.array_equal(found, volume) for volume in built.volumes)


def test_rule_14_phases_at_one_position_are_stacks_of_one_slice(tmp_path: Path) -> None:
    """They are no volume, whatever tells them apart."""

    def change(dataset: Dataset) -> None:
        for item in dataset.DimensionIndexSequence:
            if item.DimensionIndexPointer == 0x00209128:
                item.DimensionIndexPointer = 0x00209153
        for groups in dataset.PerFrameFunctionalGroupsSequence:
            del groups.FrameContentSequence[0].TemporalPositionIndex

    written(tmp_path, SeriesPlan(layout="enhanced", shape=(1, 7, 9), temporal=4), change)
    series = only(tmp_path)
    assert series.frame_count == 1
    assert [other.slices for other in series.reading.other_stacks] == [1, 1, 1]


def test_rule_14_phases_of_one_slice_may_share_its_position(tmp_path: Path) -> None:
    """Told once for all frames, and meant: each is another time of the same slice."""

    def change(dataset: Dataset) -> None:
        groups = dataset.PerFrameFunctionalGroupsSequence
        dataset.SharedFunctionalGroupsSequence[0].PlanePositionSequence = groups[0].PlanePositionSequence
        for group in groups:
            del group.PlanePositionSequence

    written(tmp_path, SeriesPlan(layout="enhanced", shape=(1, 7, 9), temporal=4), change)
    series = only(tmp_path)
    assert series.frame_count == 1
    assert series.geometry_verified
    assert len(series.reading.other_stacks) == 3


def test_rule_14_indices_of_one_frame_that_do_not_fit(tmp_path: Path) -> None:
    """It is told of, and the other frames come apart by theirs."""

    def change(dataset: Dataset) -> None:
        dataset.PerFrameFunctionalGroupsSequence[3].FrameContentSequence[0].DimensionIndexValues = [1]

    written(tmp_path, SeriesPlan(layout="enhanced", temporal=2, frame_order=5), change)
    series = only(tmp_path)
    assert series.error is None


def test_rule_20_a_macro_that_breaks_is_told_of(tmp_path: Path) -> None:
    """An element that is none in the middle of it: values would be unscaled without a word."""
    (path,) = build(SeriesPlan(layout="enhanced", shape=(4, 7, 9), slope=2.0, intercept=1.0)).write(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"\x28\x00\x53\x10DS", b"\x28\x00\x53\x10ZZ"))
    assert warned(only(tmp_path), "slope: PixelValueTransformationSequence", "malformed")


def test_rule_22_many_elements_a_frame_are_within_the_bounds(tmp_path: Path) -> None:
    """Makers write hundreds of private ones; more than any are too large, never a frame less."""

    def change(dataset: Dataset, count: int) -> None:
        for groups in dataset.PerFrameFunctionalGroupsSequence:
            private = Dataset()
            for element in range(count):
                private.add_new(0x00211100 + element, "US", 1)
            groups.add_new(0x00211001, "SQ", [private])
            groups[0x00211001].is_undefined_length = True

    written(tmp_path, SeriesPlan(layout="enhanced", shape=(40, 5, 6)), lambda d: change(d, 200))
    assert only(tmp_path).frame_count == 40


@pytest.mark.parametrize("undefined", [False, True])
def test_rule_17_a_modality_lut_in_big_endian(tmp_path: Path, undefined: bool) -> None:
    """Its table and descriptor are swapped like all else."""

    def change(dataset: Dataset) -> None:
        item = Dataset()
        item.add_new(0x00283002, "US", [4096, 0, 16])
        item.add_new(0x00283006, "OW", (np.arange(4096) * 3).astype(">u2").tobytes())
        dataset.ModalityLUTSequence = [item]
        dataset["ModalityLUTSequence"].is_undefined_length = undefined

    plan = SeriesPlan(shape=(4, 7, 9), encoding="big endian")
    written(tmp_path, plan, change)
    expected = build(SeriesPlan(shape=(4, 7, 9))).volume * 3
    assert np.array_equal(READER.load(only(tmp_path), range(4)).pixels, expected)


def test_rule_06_one_reader_scans_folders_side_by_side(tmp_path: Path) -> None:
    """What is learnt of one folder's pixels is no other's, and not the same folder's later on."""
    plan = SeriesPlan(layout="enhanced", shape=(12, 7, 9), temporal=2, encoding="deflated")
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        written(folder, plan)
    reader = PydicomReader()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda folder: reader.scan(str(folder)), folders * 6))
    assert {(series.frame_count, len(series.reading.other_stacks)) for (series,) in found} == {(12, 1)}
    for path in folders[0].iterdir():
        path.unlink()
    written(folders[0], SeriesPlan(layout="enhanced", shape=(12, 7, 9), temporal=3, encoding="deflated"))
    (series,) = reader.scan(str(folders[0]))
    assert len(series.reading.other_stacks) == 2
