"""What is written of a made-up scan is what the program's own reader makes of it: pixels, places, left and right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from attrs import evolve

from neuronetra.adapters.cohorts.synthetic import write_scan
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import Location
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedSeries
from neuronetra.domain.synthesis_geometry import AXES
from neuronetra.domain.synthesis_plan import plan_cohort
from neuronetra.domain.synthesis_tables import marked

LEFT_POINT = (30.0, -4.0, 12.0)
"""In the head's own frame: on the patient's left."""
BARE = {
    "Synthetic Data",
    "SOPClassUID",
    "SOPInstanceUID",
    "Modality",
    "PatientID",
    "PatientName",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "InstanceNumber",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SliceThickness",
    "PixelSpacing",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "PixelData",
}
IN_MULTIFRAME = {
    "NumberOfFrames",
    "DimensionOrganizationSequence",
    "DimensionOrganizationUID",
    "DimensionIndexSequence",
    "DimensionIndexPointer",
    "FunctionalGroupPointer",
    "SharedFunctionalGroupsSequence",
    "PlaneOrientationSequence",
    "PixelMeasuresSequence",
    "PixelValueTransformationSequence",
    "PerFrameFunctionalGroupsSequence",
    "FrameContentSequence",
    "StackID",
    "InStackPositionNumber",
    "DimensionIndexValues",
    "PlanePositionSequence",
}


def planned(modality: Modality, plane: Plane, *, rising: bool, multiframe: bool) -> PlannedSeries:
    """A small scan of this kind, its head turned and off centre as it was drawn."""
    one = next(one for one in plan_cohort(60, 4).series if one.modality is modality)
    steps = (5.0, 4.5, 4.5) if plane is Plane.AXIAL else (6.0, 4.5, 4.5)
    geometry = evolve(
        one.geometry, plane=plane, shape=(30, 48, 48), steps=steps, rising=rising, multiframe=multiframe
    )
    uids = [f"2.25.1{one.patient.number}{k}" for k in range(1 if multiframe else 30)]
    return evolve(one, geometry=geometry, instances=tuple(uids))


def ball(one: PlannedSeries, radius: float = 9.0) -> np.ndarray:
    """int16 (slices, rows, columns) of a ramp with a bright ball about ``LEFT_POINT``, and a head's air about it."""
    geometry = one.geometry
    index = np.stack([*np.indices(geometry.shape), np.ones(geometry.shape)], axis=-1)
    points = index @ geometry.head_affine.T
    away = np.linalg.norm(points[..., :3] - LEFT_POINT, axis=-1)
    base = 40 + 2 * np.arange(geometry.shape[0])[:, np.newaxis, np.newaxis]
    pixels = np.where(away < radius, 1000, base + np.arange(geometry.shape[2]))
    if one.modality is Modality.CTA:
        pixels[:, :2] = -1000
    return pixels.astype(np.int16)


def written(one: PlannedSeries, pixels: np.ndarray, folder: Path) -> Path:
    write_scan(one, iter(pixels), folder)
    return folder


KINDS = [
    (modality, plane, rising, multiframe)
    for modality in (Modality.CTA, Modality.MRA)
    for plane in (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    for rising in (True, False)
    for multiframe in (False, True)
]


@pytest.mark.parametrize(("modality", "plane", "rising", "multiframe"), KINDS)
def test_the_reader_sees_what_was_planned(tmp_path, modality, plane, rising, multiframe) -> None:
    """Order, plane, spacing, pixels and the place of a ball on the patient's left come back as planned."""
    one = planned(modality, plane, rising=rising, multiframe=multiframe)
    pixels = ball(one)
    (series,) = PydicomReader().scan(str(written(one, pixels, tmp_path)))
    assert (series.uid, series.error, series.frame_count) == (one.uid, None, 30)
    assert series.laterality_known
    assert series.geometry_verified
    geometry = series.geometry
    assert geometry.plane is plane
    assert geometry.slice_spacing == pytest.approx(one.geometry.steps[0], abs=1e-5)
    assert geometry.pixel_spacing == pytest.approx(one.geometry.steps[1:], abs=1e-5)
    assert geometry.missing == 0
    assert series.modality.modality is (Modality.CTA if modality is Modality.CTA else Modality.MR)
    frames = PydicomReader().load(series, range(30)).pixels
    np.testing.assert_array_equal(frames, pixels.astype(np.float32))  # planned axes are the canonical ones
    middle = np.append(np.argwhere(frames == 1000).mean(axis=0), 1.0)
    expected = one.geometry.head_to_patient @ [*LEFT_POINT, 1.0]
    assert np.linalg.norm(geometry.affine @ middle - expected) < 1.0
    to_left = (geometry.affine @ middle)[0] - one.geometry.origin[0]
    assert to_left > 15.0
    if plane is not Plane.SAGITTAL:
        head = np.linalg.inv(geometry.affine) @ [*one.geometry.origin, 1.0]
        assert middle[2] > head[2]  # canonical columns grow to the patient's left


@pytest.mark.parametrize("multiframe", [False, True])
@pytest.mark.parametrize("rising", [False, True])
def test_a_mark_is_where_the_lesion_is(tmp_path, multiframe, rising) -> None:
    """The marked pixel of the marked file (and frame), by its header alone, lies on the lesion to half a slice."""
    one = planned(Modality.CTA, Plane.AXIAL, rising=rising, multiframe=multiframe)
    written(one, ball(one), tmp_path)
    (mark,) = marked(one, [(Location.LEFT_MCA, LEFT_POINT)])
    dataset = pydicom.dcmread(tmp_path / f"{mark.instance_uid}.dcm")
    groups = dataset
    images = dataset.pixel_array
    if multiframe:
        own = dataset.PerFrameFunctionalGroupsSequence[mark.frame]
        corner, images = own.PlanePositionSequence[0].ImagePositionPatient, images[mark.frame]
        groups = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    else:
        assert mark.frame is None
        corner = dataset.ImagePositionPatient
    _, down, along = (np.array(axis) for axis in AXES[Plane.AXIAL])
    point = np.array(corner, float) + mark.row * float(groups.PixelSpacing[0]) * down
    point += mark.column * float(groups.PixelSpacing[1]) * along
    expected = (one.geometry.head_to_patient @ [*LEFT_POINT, 1.0])[:3]
    assert np.linalg.norm(point - expected) <= one.geometry.steps[0] / 2 + 1e-4
    assert images[round(mark.row), round(mark.column)] - 1024 == 1000


@pytest.mark.parametrize("multiframe", [False, True])
@pytest.mark.parametrize("modality", [Modality.CTA, Modality.T2])
def test_headers_are_bare(tmp_path, modality, multiframe) -> None:
    """No element beyond geometry, identity and pixels: no age, sex, sequence, date, site or window; marked synthetic."""
    one = planned(modality, Plane.AXIAL, rising=True, multiframe=multiframe)
    written(one, ball(one), tmp_path)
    for path in tmp_path.iterdir():
        dataset = pydicom.dcmread(path)
        met = {element.keyword or element.name for element in dataset.iterall()} - {"SyntheticData"}
        assert met <= BARE | (IN_MULTIFRAME if multiframe else set())
        assert dataset[0x0008001C].value == "YES"
        assert dataset.Modality == ("CT" if modality is Modality.CTA else "MR")
        assert str(dataset.PatientName) == ""
        assert dataset.PatientID == one.patient.identifier
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID == path.stem
        raw = path.read_bytes()
        assert not any(word in raw for word in (b"Left ", b"Right ", b"neurysm", b"ositive"))


def test_one_file_holds_what_many_do(tmp_path) -> None:
    """A scan in one enhanced file and the same one slice a file are one volume to the reader."""
    volumes = []
    for multiframe in (False, True):
        one = planned(Modality.MRA, Plane.AXIAL, rising=False, multiframe=multiframe)
        folder = tmp_path / str(multiframe)
        folder.mkdir()
        (series,) = PydicomReader().scan(str(written(one, ball(one), folder)))
        volumes.append(PydicomReader().load(series, range(30)))
    assert volumes[0] == volumes[1]
