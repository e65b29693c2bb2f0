"""Made-up scans as DICOM: what is written is what a reader gets, with headers that say next to nothing."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pydicom
import pytest

from neuronetra.adapters.dicom.writing import Instance, ScanHeader, single_frame_files, write_multi_frame
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.geometry import Plane
from neuronetra.domain.synthesis_geometry import AXES

KNOWN = {
    "SOPClassUID", "SOPInstanceUID", "SyntheticData", "Modality", "PatientName", "PatientID", "SliceThickness",
    "StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient",
    "FrameOfReferenceUID", "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "PixelSpacing",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "RescaleIntercept", "RescaleSlope", "PixelData",
    "NumberOfFrames", "DimensionOrganizationSequence", "DimensionIndexSequence", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
}  # fmt: skip


def header(modality, plane):
    slices, rows, columns = AXES[plane]
    return ScanHeader(
        modality=modality,
        series_uid="2.25.7",
        study_uid="2.25.8",
        space_uid="2.25.9",
        patient="A1B2",
        cosines=(*columns, *rows),
        spacing=(0.75, 0.5),
        thickness=1.25,
    ), np.array(slices)


@pytest.mark.parametrize("plane", list(AXES))
@pytest.mark.parametrize("modality", ["CT", "MR"])
@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("multiframe", [True, False])
def test_a_reader_gets_what_was_written(tmp_path, plane, modality, rising, multiframe) -> None:
    """Pixels, order, plane and spacing come back, whatever the numbering and the layout."""
    generator = np.random.default_rng(1)
    low = -1000 if modality == "CT" else 0
    pixels = generator.integers(low, 3000, (5, 7, 9)).astype(np.int16)
    about, along = header(modality, plane)
    slices = [
        Instance(f"2.25.1{k}", k + 1 if rising else 5 - k, tuple(float(v) for v in along * 1.25 * k - 3.5))
        for k in range(5)
    ]
    if multiframe:
        with (tmp_path / "a").open("wb") as stream:
            write_multi_frame(about, "2.25.50", slices, iter(pixels), stream)
    else:
        for uid, content in single_frame_files(about, slices, iter(pixels)):
            (tmp_path / uid).write_bytes(content)
    (series,) = PydicomReader().scan(str(tmp_path))
    assert series.error is None
    assert series.geometry.plane is plane
    assert series.geometry.slice_spacing == pytest.approx(1.25)
    assert series.geometry.pixel_spacing == (0.75, 0.5)
    assert series.geometry_verified
    assert not series.reading.warnings
    np.testing.assert_array_equal(PydicomReader().load(series, range(5)).pixels, pixels.astype(np.float32))
    assert plane in Plane


@pytest.mark.parametrize("multiframe", [True, False])
def test_headers_are_bare(multiframe) -> None:
    """No age, sex, date, sequence, window, name or description, and every file says that it is synthetic."""
    about, along = header("CT", Plane.AXIAL)
    slices = [Instance(f"2.25.1{k}", k + 1, tuple(along * k)) for k in range(2)]
    pixels = iter(np.zeros((2, 4, 4), np.int16))
    if multiframe:
        write_multi_frame(about, "2.25.50", slices, pixels, stream := BytesIO())
        content = stream.getvalue()
    else:
        content = next(iter(single_frame_files(about, slices, pixels)))[1]
    dataset = pydicom.dcmread(BytesIO(content))
    assert {element.keyword for element in dataset} <= KNOWN
    assert dataset.PatientName == ""
    assert dataset[0x0008001C].value == "YES"
    assert all(
        element.VR not in {"DA", "TM", "DT", "AS", "LO", "SH", "ST", "LT"} or element.keyword == "PatientID"
        for element in dataset
    )


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_slices_as_are_planned(count) -> None:
    """A file is never ended with other than the frames that its header tells of."""
    about, along = header("CT", Plane.AXIAL)
    slices = [Instance("2.25.50", k + 1, tuple(along * k)) for k in range(2)]
    pixels = np.zeros((count, 4, 4), np.int16)
    with pytest.raises(ValueError, match="zip"):
        write_multi_frame(about, "2.25.50", slices, iter(pixels), BytesIO())
    with pytest.raises(ValueError, match="zip"):
        list(single_frame_files(about, slices, iter(pixels)))


def test_the_same_bytes_again() -> None:
    """Nothing of the clock or of chance is in a file."""
    about, along = header("MR", Plane.AXIAL)
    slices = [Instance("2.25.10", 1, tuple(along))]
    image = np.ones((1, 3, 3), np.int16)
    first, second = (list(single_frame_files(about, slices, iter(image))) for _ in range(2))
    assert first == second
