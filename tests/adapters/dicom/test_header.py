"""Headers of damaged, cut and oddly written files: what they give, or why they give nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from neuronetra.adapters.dicom.files import FoundFile
from neuronetra.adapters.dicom.header import read_headers
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.testing.series_builder import SeriesPlan, build

PIXELS, ROWS, SERIES = b"\xe0\x7f\x10\x00OW", b"\x28\x00\x10\x00US", b"\x20\x00\x0e\x00UI"


def header_of(
    folder: Path,
    change: Callable[[Dataset], None] | None = None,
    spoil: Callable[[bytes], bytes] | None = None,
) -> SliceHeader | Refused:
    """The header of one file, after its data set and then its bytes were changed."""
    built = build(SeriesPlan(shape=(1, 7, 9)))
    if change is not None:
        change(built.datasets[0])
    (path,) = built.write(folder)
    if spoil is not None:
        path.write_bytes(spoil(path.read_bytes()))
    held = read_headers(FoundFile(str(path), path.name))
    return held if isinstance(held, Refused) else held[0]


def slice_of(folder: Path, **elements: Any) -> SliceHeader:
    """The same, of a file that must give a slice."""

    def change(dataset: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)

    found = header_of(folder, change)
    assert isinstance(found, SliceHeader)
    return found


@pytest.mark.parametrize("element", [PIXELS, ROWS])
@pytest.mark.parametrize("more", [0, 3])
def test_rule_26_a_file_cut_before_its_pixels_is_a_lost_slice(
    tmp_path: Path, element: bytes, more: int
) -> None:
    """On the boundary of two elements or within one: truncated, of its series, missing."""
    found = header_of(tmp_path, spoil=lambda raw: raw[: raw.index(element) + more])
    assert isinstance(found, Refused)
    assert found.reason.startswith("truncated")
    assert found.lost
    assert found.series_uid
    assert found.instance_uid
    assert found.position is not None


@pytest.mark.parametrize("end", [136, 140, 150, 190])
def test_rule_26_a_file_cut_in_its_meta_group_says_so(tmp_path: Path, end: int) -> None:
    """It was DICOM, and no series can be told."""
    found = header_of(tmp_path, spoil=lambda raw: raw[:end])
    assert isinstance(found, Refused)
    assert found.reason.startswith("truncated")


@pytest.mark.parametrize("more", [0, 2])
def test_rule_26_a_file_cut_before_its_series_says_so(tmp_path: Path, more: int) -> None:
    """Not "no SeriesInstanceUID": it may have had one."""
    found = header_of(tmp_path, spoil=lambda raw: raw[: raw.index(SERIES) + more])
    assert isinstance(found, Refused)
    assert found.reason.startswith("truncated")


def test_rule_26_a_damaged_header_is_a_lost_slice(tmp_path: Path) -> None:
    """Where the series is known, the slice is missing from it."""
    found = header_of(tmp_path, spoil=lambda raw: raw.replace(ROWS, ROWS[:4] + b"\x01\x02"))
    assert isinstance(found, Refused)
    assert (found.reason, found.lost) == ("damaged header", True)


def test_rule_02_an_object_without_pixels_that_is_no_image_is_not_truncated(tmp_path: Path) -> None:
    """Only CT and MR images must have pixel data."""

    def change(dataset: Dataset) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.4.2")
        del dataset.PixelData

    found = header_of(tmp_path, change)
    assert isinstance(found, Refused)
    assert (found.reason, found.series_uid) == ("no pixel data", "")


@pytest.mark.parametrize("odd", [b"  ", b"??", b"\0\0", b"OX", b"zz"])
def test_rule_02_one_odd_private_vr_does_not_refuse_a_file(tmp_path: Path, odd: bytes) -> None:
    """Its length is taken where another element follows."""
    element = b"\x19\x00\x01\x10" + odd + b"\x04\x00abcd"
    assert isinstance(
        header_of(tmp_path, spoil=lambda raw: raw.replace(ROWS, element + ROWS, 1)), SliceHeader
    )


def test_rule_02_a_private_element_written_without_vr_is_stepped_over(tmp_path: Path) -> None:
    """An implicit element among explicit ones has a length of 32 bits."""
    element = b"\x19\x00\x01\x10\x04\0\0\0abcd"
    assert isinstance(
        header_of(tmp_path, spoil=lambda raw: raw.replace(ROWS, element + ROWS, 1)), SliceHeader
    )


@pytest.mark.parametrize("element", [b"\x19\x00\x01\x10OX\xff\xff", b"\x19\x00\x01\x10\xff\xff\xff\xff"])
def test_rule_03_an_odd_length_beyond_the_file_is_damage(tmp_path: Path, element: bytes) -> None:
    """No length is believed that leads out of the file."""
    found = header_of(tmp_path, spoil=lambda raw: raw.replace(ROWS, element + ROWS, 1))
    assert isinstance(found, Refused)


@pytest.mark.parametrize("text", ["NONE", "No", "N/A", "0", "without", "none given", "NON-CONTRAST", "-"])
def test_rule_27_a_text_that_denies_a_contrast_agent_is_none(tmp_path: Path, text: str) -> None:
    """The element holds words; some of them say that nothing was given."""
    assert not slice_of(tmp_path, ContrastBolusAgent=text).facts.contrast_agent
    assert slice_of(tmp_path / "given", ContrastBolusAgent="Gadolinium").facts.contrast_agent


def test_rule_27_the_meta_group_tells_a_class_that_the_data_set_lacks(tmp_path: Path) -> None:
    """MediaStorageSOPClassUID stands in for SOPClassUID."""

    def change(dataset: Dataset) -> None:
        del dataset.Modality
        del dataset.SOPClassUID

    found = header_of(tmp_path, change)
    assert isinstance(found, SliceHeader)
    assert found.family == "MR"


def test_rule_26_one_bit_pixels_are_not_called_frames(tmp_path: Path) -> None:
    """What is unusual about them is their size."""
    found = header_of(tmp_path, lambda d: d.update({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}))
    assert isinstance(found, Refused)
    assert "size in bits" in found.reason


def test_rule_12_cosines_that_are_not_quite_unit_are_mended_and_said(tmp_path: Path) -> None:
    """Half a percent too long moves the last of 512 columns by a pixel; rounding is not said."""
    mended = slice_of(tmp_path / "long", ImageOrientationPatient=[1.005, 0, 0, 0, 1.005, 0])
    assert mended.orientation == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    assert any(text.startswith("orientation:") for text in mended.repairs)
    rounded = slice_of(tmp_path / "rounded", ImageOrientationPatient=[1.0004, 0, 0, 0, 1, 0])
    assert rounded.repairs == ()


@pytest.mark.parametrize("spacing", [[5e-4, 5e-4], [0.5, 101.0], [0.0, 0.5]])
def test_rule_20_a_pixel_spacing_that_no_scanner_has_is_unknown(tmp_path: Path, spacing: list[float]) -> None:
    """Below a micrometre or above a decimetre."""
    found = slice_of(tmp_path, PixelSpacing=spacing)
    assert found.pixel_spacing is None
    assert any(text.startswith("spacing: PixelSpacing") for text in found.repairs)


def test_times_are_read_for_comparison_alone(tmp_path: Path) -> None:
    """They are numbers that grow with time, malformed ones are unknown, and none is ever shown."""
    found = slice_of(tmp_path, AcquisitionTime="101530.25", ContentTime="101531", TriggerTime="417.5")
    assert (found.times.acquisition, found.times.content, found.times.trigger) == (101530.25, 101531.0, 417.5)
    assert "1015" not in repr(found)
    assert "417" not in repr(found)


@pytest.mark.parametrize(
    ("element", "word"),
    [(b"\x28\x00\x53\x10DS", "RescaleSlope"), (b"\x28\x00\x52\x10DS", "RescaleIntercept")],
)
def test_rule_20_a_number_of_thousands_of_letters_is_malformed(
    tmp_path: Path, element: bytes, word: str
) -> None:
    """It is not passed over in silence as if there were none."""

    def change(dataset: Dataset) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2.0, 1.0

    def longer(raw: bytes) -> bytes:
        at = raw.index(element) + 8
        length = int.from_bytes(raw[at - 2 : at], "little")
        return (
            raw[: at - 2]
            + (3000).to_bytes(2, "little")
            + raw[at : at + length].ljust(3000)
            + raw[at + length :]
        )

    found = header_of(tmp_path, change, longer)
    assert isinstance(found, SliceHeader)
    assert any(word in text and "malformed" in text for text in found.repairs)
