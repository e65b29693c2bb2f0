"""The part of a data set that every layout has: identity, and the attributes of its pixels."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import Dataset, FileMetaDataset

from neuronetra.domain.arrays import Float64
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.series_plan import (
    CT_CLASS,
    ENHANCED_CT_CLASS,
    ENHANCED_MR_CLASS,
    MR_CLASS,
    ROOT,
    SeriesPlan,
)
from neuronetra.testing.stored_places import StoredPlace
from neuronetra.testing.stored_values import padding_range


def image_dataset(plan: SeriesPlan, uid: str, number: int) -> Dataset:
    """A data set of the series, without place and pixels; ``number`` (from 1) makes its instance UID."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ENCODINGS[plan.syntax].uid
    dataset.SOPClassUID = _sop_class(plan)
    dataset.SOPInstanceUID = f"{uid}.{plan.seed + 1}.{number}"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    third = "AXIAL" if plan.modality == "CT" else "M"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME" if plan.layout == "enhanced" else third]
    dataset.Modality = plan.modality
    dataset.PatientName = dataset.PatientID = plan.patient
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.9", uid
    if plan.posture is not None:
        dataset.PatientPosition = plan.posture
    _pixel_attributes(dataset, plan)
    return dataset


def decimals(values: Iterable[float]) -> list[str]:
    """Decimal strings of at most 16 characters."""
    return [f"{value:.10f}"[:16] for value in values]


def add_place(dataset: Dataset, place: StoredPlace, location: Float64 | float) -> None:
    """Orientation, position, spacing and slice location (mm) of a stored slice, as single images have them."""
    dataset.ImageOrientationPatient = decimals((*place.along, *place.down))
    dataset.ImagePositionPatient = decimals(place.corner)
    dataset.PixelSpacing = list(place.spacing)
    dataset.SliceLocation = f"{float(location):.8f}"[:16]


def _sop_class(plan: SeriesPlan) -> str:
    if plan.layout == "enhanced":
        return ENHANCED_CT_CLASS if plan.modality == "CT" else ENHANCED_MR_CLASS
    return CT_CLASS if plan.modality == "CT" else MR_CLASS


def _pixel_attributes(dataset: Dataset, plan: SeriesPlan) -> None:
    rows, columns = plan.shape[1:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if plan.monochrome1 else "MONOCHROME2"
    dataset.Rows, dataset.Columns = (columns, rows) if plan.turn.transpose else (rows, columns)
    dataset.BitsAllocated = plan.floating or plan.bits_allocated
    if plan.floating:
        return
    dataset.BitsStored, dataset.HighBit = plan.bits_stored, plan.top_bit
    dataset.PixelRepresentation = int(plan.signed)
    if plan.padding is not None:
        low, high = padding_range(plan)
        kind = "SS" if plan.signed else "US"
        dataset.add_new(0x00280120, kind, low)
        if low != high:
            dataset.add_new(0x00280121, kind, high)
