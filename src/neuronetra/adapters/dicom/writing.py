"""Writing made-up scans as real DICOM, with headers as bare as the challenge's test set, by pydicom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from struct import Struct
from typing import Any, BinaryIO

import numpy as np
from attrs import field, frozen
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
)

from neuronetra.domain.arrays import Array
from neuronetra.domain.headers import Point

IMPLEMENTATION_UID = UID("2.25.184277341022734981120356127390478561201")
_PIXELS = Struct("<HH2sHI")
"""The pixel data element's own header in explicit VR, little endian (part 5, 7.1.2)."""
CT_INTERCEPT = -1024
"""CT is stored unsigned, this much higher."""


@frozen(kw_only=True)
class ScanHeader:
    """What the headers of a made-up scan say.

    ``cosines`` as ImageOrientationPatient; ``spacing`` (rows, columns) and ``thickness`` in mm. ``patient`` is a
    random word.
    """

    modality: str
    series_uid: str
    study_uid: str
    space_uid: str
    patient: str = field(repr=False)
    cosines: tuple[float, ...]
    spacing: tuple[float, float]
    thickness: float

    @property
    def is_ct(self) -> bool:
        return self.modality == "CT"


@frozen
class Instance:
    """A slice to be written: its uid, number from 1, and the LPS place in mm of its first pixel's centre."""

    uid: str
    number: int
    position: Point


def single_frame_files(
    header: ScanHeader, instances: Sequence[Instance], pixels: Iterable[Array]
) -> Iterator[tuple[str, bytes]]:
    """(uid, content) of a file for each slice of int16 (rows, columns): HU in CT, 0 or more in MR."""
    dataset = _shared(header, CTImageStorage if header.is_ct else MRImageStorage)
    dataset.ImageOrientationPatient = _decimals(header.cosines)
    dataset.PixelSpacing = _decimals(header.spacing)
    dataset.SliceThickness = _decimals([header.thickness])[0]
    if header.is_ct:
        dataset.RescaleIntercept, dataset.RescaleSlope = str(CT_INTERCEPT), "1"
    for instance, image in zip(instances, pixels, strict=True):
        _name(dataset, instance.uid)
        dataset.InstanceNumber = str(instance.number)
        dataset.ImagePositionPatient = _decimals(instance.position)
        _describe_pixels(dataset, image.shape)
        content = _stored(header, image).tobytes()
        dataset.add_new(0x7FE00010, "OW", content + bytes(len(content) % 2))
        yield instance.uid, _encoded(dataset)


def write_multi_frame(
    header: ScanHeader, uid: str, instances: Sequence[Instance], pixels: Iterable[Array], stream: BinaryIO
) -> None:
    """One enhanced file (part 3, A.36 and A.38), frame after frame: no more than one slice is held at a time.

    ``pixels`` come in the order of ``instances``; frames are stored in that of their numbers.
    """
    frames = sorted(instances, key=lambda one: one.number)
    frame_of = {one.number: frame for frame, one in enumerate(frames)}
    start = 0
    for instance, image in zip(instances, pixels, strict=True):
        words = _stored(header, image).tobytes()
        if not start:
            stream.write(_encoded(_enhanced(header, uid, frames, image.shape)))
            start = _begin_pixels(stream, len(frames) * len(words))
        stream.seek(start + frame_of[instance.number] * len(words))
        stream.write(words)


def _begin_pixels(stream: BinaryIO, length: int) -> int:
    """The pixel data element's own header, with zeros for its value; where that begins."""
    even = length + length % 2
    stream.write(_PIXELS.pack(0x7FE0, 0x0010, b"OW", 0, even))
    start = stream.tell()
    stream.seek(start + even - 1)
    stream.write(b"\0")
    return start


def _enhanced(header: ScanHeader, uid: str, frames: Sequence[Instance], shape: tuple[int, ...]) -> Dataset:
    """All but the pixels of one enhanced file; ``frames`` in the order in which they are stored."""
    dataset = _shared(header, EnhancedCTImageStorage if header.is_ct else EnhancedMRImageStorage)
    _name(dataset, uid)
    dataset.InstanceNumber, dataset.NumberOfFrames = "1", str(len(frames))
    dataset.DimensionOrganizationSequence = [_item(DimensionOrganizationUID=header.space_uid)]
    dataset.DimensionIndexSequence = [
        _item(
            DimensionIndexPointer=pointer,
            FunctionalGroupPointer=0x00209111,
            DimensionOrganizationUID=header.space_uid,
        )
        for pointer in (0x00209056, 0x00209057)
    ]
    dataset.SharedFunctionalGroupsSequence = [_shared_groups(header)]
    dataset.PerFrameFunctionalGroupsSequence = [_own_groups(frame) for frame in frames]
    _describe_pixels(dataset, shape)
    return dataset


def _shared(header: ScanHeader, sop_class: UID) -> Dataset:
    """What all files of a scan say."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = IMPLEMENTATION_UID
    dataset.SOPClassUID = sop_class
    dataset.Modality = header.modality
    dataset.PatientID, dataset.PatientName = header.patient, ""
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = header.study_uid, header.series_uid
    dataset.FrameOfReferenceUID = header.space_uid
    dataset.add_new(0x0008001C, "CS", "YES")  # Synthetic Data
    return dataset


def _name(dataset: Dataset, uid: str) -> None:
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(uid)


def _stored(header: ScanHeader, image: Array) -> Array:
    """Unsigned words, little endian."""
    raised = image.astype(np.int32) - (CT_INTERCEPT if header.is_ct else 0)
    return np.clip(raised, 0, 65535).astype("<u2")


def _describe_pixels(dataset: Dataset, shape: tuple[int, ...]) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0


def _shared_groups(header: ScanHeader) -> Dataset:
    group = Dataset()
    group.PlaneOrientationSequence = [_item(ImageOrientationPatient=_decimals(header.cosines))]
    group.PixelMeasuresSequence = [
        _item(PixelSpacing=_decimals(header.spacing), SliceThickness=_decimals([header.thickness])[0])
    ]
    if header.is_ct:
        values = _item(RescaleIntercept=str(CT_INTERCEPT), RescaleSlope="1", RescaleType="HU")
        group.PixelValueTransformationSequence = [values]
    return group


def _own_groups(instance: Instance) -> Dataset:
    group = Dataset()
    content = _item(
        StackID="1", InStackPositionNumber=instance.number, DimensionIndexValues=[1, instance.number]
    )
    group.FrameContentSequence = [content]
    group.PlanePositionSequence = [_item(ImagePositionPatient=_decimals(instance.position))]
    return group


def _item(**elements: Any) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def _decimals(values: Iterable[float]) -> list[str]:
    """Decimal strings of at most 16 characters (part 5, 6.2), to a millionth."""
    return [f"{value:.6f}".rstrip("0").rstrip(".") or "0" for value in values]


def _encoded(dataset: Dataset) -> bytes:
    stream = BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()
