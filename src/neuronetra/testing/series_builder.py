"""A builder of real DICOM series for tests: any plane, stored orientation, encoding of values and fault.

A ``SeriesPlan`` says what the patient holds and how a scanner would store it; ``build`` gives data sets that
a test may still spoil, beside the volume and affine that every reader must give back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from neuronetra.domain.arrays import Array, Float32, Float64
from neuronetra.domain.geometry import Plane
from neuronetra.testing.phantom import phantom

CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"
MR_CLASS = "1.2.840.10008.5.1.4.1.1.4"
ROOT = "1.2.826.0.1.3680043.8.498.1515"
"""Below the root that pydicom gives to its users."""


_AXES = {
    Plane.AXIAL: ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    Plane.SAGITTAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    Plane.CORONAL: ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
}
"""Where slices, rows and columns of the canonical volume grow to, in LPS."""


@frozen(kw_only=True)
class SeriesPlan:
    """A volume in the patient and the way it is stored.

    ``shape`` and ``spacing`` (mm) are canonical: (slice, row, column). ``transpose``, ``reverse_rows`` and
    ``reverse_columns`` say how canonical frames were turned to be stored; ``descending`` numbers the
    slices against the canonical order. ``rotation`` turns the patient's axes (degrees about x, y, z);
    ``tilt`` is the gantry's, in degrees; ``keep`` names the slices that exist (all by default);
    ``picture`` gives the values 0 to 1 of a shape.
    """

    plane: Plane = Plane.AXIAL
    shape: tuple[int, int, int] = (6, 10, 12)
    spacing: tuple[float, float, float] = (3.0, 0.9, 0.6)
    origin: tuple[float, float, float] = (-41.5, -62.25, -30.0)
    transpose: bool = False
    reverse_rows: bool = False
    reverse_columns: bool = False
    descending: bool = False
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tilt: float = 0.0
    keep: tuple[int, ...] | None = None
    modality: str = "MR"
    signed: bool = False
    bits_stored: int = 12
    bits_allocated: int = 16
    high_bit: int | None = None
    slope: float | None = None
    intercept: float | None = None
    monochrome1: bool = False
    implicit: bool = False
    series: int = 1
    patient: str = "PATIENT"
    picture: Callable[[tuple[int, int, int]], Float64] = phantom
    seed: int = 0


@frozen(eq=False)
class BuiltSeries:
    """Data sets of a plan, one a slice, in canonical order; what a reader must make of them.

    ``volume`` float32 (slices, rows, columns) canonical; ``affine`` (4, 4) index to LPS mm; ``uid``.
    """

    plan: SeriesPlan
    uid: str
    datasets: list[Dataset] = field(repr=False)
    volume: Float32 = field(repr=False)
    affine: Float64 = field(repr=False)

    def write(self, folder: str | Path, seed: int | None = None) -> list[Path]:
        """Write all data sets under names that say nothing of their order; paths in canonical order."""
        return write_datasets(self.datasets, folder, self.plan.seed if seed is None else seed)


def build(plan: SeriesPlan) -> BuiltSeries:
    """The series of a plan."""
    slices_to, rows_to, columns_to = directions(plan)
    step = plan.spacing[0] * slices_to + plan.spacing[0] * np.tan(np.radians(plan.tilt)) * rows_to
    affine = np.eye(4)
    kept = range(plan.shape[0]) if plan.keep is None else plan.keep
    affine[:3, 0], affine[:3, 1] = step, plan.spacing[1] * rows_to
    affine[:3, 2] = plan.spacing[2] * columns_to
    affine[:3, 3] = np.array(plan.origin) + kept[0] * step
    stored = stored_phantom(plan)[list(kept)]
    uid = f"{ROOT}.{plan.series}"
    datasets = []
    for place, index in enumerate(kept):
        position = np.array(plan.origin) + index * step
        datasets.append(_dataset(plan, uid, index, stored[place], position))
    return BuiltSeries(plan, uid, datasets, expected_values(plan, stored), affine)


def directions(plan: SeriesPlan) -> tuple[Float64, Float64, Float64]:
    """Unit vectors (LPS) along which canonical slices, rows and columns grow."""
    turn = np.eye(3)
    for axis, degrees in enumerate(plan.rotation):
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        first, second = ((1, 2), (2, 0), (0, 1))[axis]
        one = np.eye(3)
        one[first, first] = one[second, second] = cosine
        one[second, first], one[first, second] = sine, -sine
        turn = one @ turn
    slices_to, rows_to, columns_to = (turn @ np.array(axis, dtype=np.float64) for axis in _AXES[plan.plane])
    return slices_to, rows_to, columns_to


def stored_range(plan: SeriesPlan) -> tuple[int, int]:
    """The lowest and highest integer that the plan's stored bits hold."""
    half = 1 << (plan.bits_stored - 1)
    return (-half, half - 1) if plan.signed else (0, 2 * half - 1)


def stored_phantom(plan: SeriesPlan) -> Array:
    """The phantom as stored integers (slices, rows, columns), canonical, over most of the stored range."""
    low, high = stored_range(plan)
    return np.rint(low + (high - low) * 0.9 * plan.picture(plan.shape)).astype(np.int64)


def expected_values(plan: SeriesPlan, stored: Array) -> Float32:
    """What stored integers stand for, by the plan: inverted (not in CT), rescaled, float32."""
    values = stored.astype(np.float64)
    if plan.monochrome1 and plan.modality != "CT":
        values = sum(stored_range(plan)) - values
    slope = 1.0 if plan.slope is None else plan.slope
    rescaled: Float32 = (values * slope + (plan.intercept or 0.0)).astype(np.float32)
    if plan.modality == "CT":
        rescaled[rescaled < -1024] = -1000
    return rescaled


def encoded(plan: SeriesPlan, stored: Array) -> bytes:
    """Integers as the bytes of PixelData, at the plan's high bit."""
    high = plan.bits_stored - 1 if plan.high_bit is None else plan.high_bit
    words = (stored & ((1 << plan.bits_stored) - 1)) << (high + 1 - plan.bits_stored)
    raw = words.astype(f"<u{plan.bits_allocated // 8}").tobytes()
    return raw + b"\0" * (len(raw) % 2)


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


def _dataset(plan: SeriesPlan, uid: str, index: int, canonical: Array, position: Float64) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if plan.implicit else ExplicitVRLittleEndian
    dataset.SOPClassUID = CT_CLASS if plan.modality == "CT" else MR_CLASS
    dataset.SOPInstanceUID = f"{uid}.{plan.seed + 1}.{index + 1}"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if plan.modality == "CT" else "M"]
    dataset.Modality = plan.modality
    dataset.PatientName = dataset.PatientID = plan.patient
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.9", uid
    dataset.InstanceNumber = plan.shape[0] - index if plan.descending else index + 1
    _place(dataset, plan, position)
    _pixels(dataset, plan, _turned(plan, canonical))
    return dataset


def _turned(plan: SeriesPlan, canonical: Array) -> Array:
    """The stored slice whose turn back gives ``canonical``."""
    turned = canonical[::-1] if plan.reverse_rows else canonical
    turned = turned[:, ::-1] if plan.reverse_columns else turned
    return turned.T if plan.transpose else turned


def _place(dataset: Dataset, plan: SeriesPlan, position: Float64) -> None:
    """Orientation, position, spacing and slice location of a stored slice."""
    slices_to, rows_to, columns_to = directions(plan)
    first = position.copy()
    if plan.reverse_rows:
        first = first + (plan.shape[1] - 1) * plan.spacing[1] * rows_to
    if plan.reverse_columns:
        first = first + (plan.shape[2] - 1) * plan.spacing[2] * columns_to
    down = -rows_to if plan.reverse_rows else rows_to
    along = -columns_to if plan.reverse_columns else columns_to
    spacing: Sequence[float] = plan.spacing[1:]
    if plan.transpose:
        down, along, spacing = along, down, spacing[::-1]
    dataset.ImageOrientationPatient = [f"{v:.10f}"[:16] for v in (*along, *down)]
    dataset.ImagePositionPatient = [f"{v:.10f}"[:16] for v in first]
    dataset.PixelSpacing = list(spacing)
    dataset.SliceLocation = f"{float(position @ slices_to):.8f}"[:16]


def _pixels(dataset: Dataset, plan: SeriesPlan, stored: Array) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if plan.monochrome1 else "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored = plan.bits_allocated, plan.bits_stored
    dataset.HighBit = plan.bits_stored - 1 if plan.high_bit is None else plan.high_bit
    dataset.PixelRepresentation = int(plan.signed)
    if plan.slope is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = plan.slope, plan.intercept or 0.0
    dataset.add_new(0x7FE00010, "OB" if plan.bits_allocated == 8 else "OW", encoded(plan, stored))
