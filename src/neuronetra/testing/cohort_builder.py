"""A small cohort of real DICOM in the RSNA layout, for tests: any labels, patients and planes, and leaks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
from attrs import evolve, frozen
from pydicom.dataset import Dataset

from neuronetra.domain.arrays import Float64
from neuronetra.domain.cohort import Sex
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import ARTERIES, LABELS, Location
from neuronetra.testing.phantom import phantom
from neuronetra.testing.series_builder import ROOT, BuiltSeries, SeriesPlan, build

MODALITIES = ("CTA", "MRA", "MRI T2", "MRI T1post")
TRAIN_COLUMNS = ("SeriesInstanceUID", "PatientAge", "PatientSex", "Modality", *LABELS)
LOCALIZER_COLUMNS = ("SeriesInstanceUID", "SOPInstanceUID", "coordinates", "location")


@frozen(kw_only=True)
class CohortSeries:
    """One series to be made: ``number`` (from 1) makes its uid; a lesion in each of ``lesions``.

    Each lesion has a point, in a slice, row and column (stored) drawn by the number. ``brightness``
    multiplies the picture, to which noise of that standard deviation is added (the picture goes to 1).
    ``folder`` is its name below ``series`` (the uid where it is empty). ``layout`` is a ``SeriesPlan``'s.
    """

    number: int
    modality: str = "CTA"
    lesions: tuple[Location, ...] = ()
    patient: str = "PATIENT"
    age: int | None = 60
    sex: Sex | None = Sex.FEMALE
    plane: Plane = Plane.AXIAL
    shape: tuple[int, int, int] = (6, 20, 24)
    layout: str = "single"
    brightness: float = 1.0
    noise: float = 0.0
    folder: str = ""

    @property
    def positive(self) -> bool:
        """Whether it has a lesion."""
        return bool(self.lesions)

    def built(self) -> BuiltSeries:
        """Its data sets."""
        is_ct = self.modality.startswith("CT")
        plan = SeriesPlan(
            plane=self.plane,
            shape=self.shape,
            series=self.number,
            seed=self.number,
            patient=self.patient,
            modality="CT" if is_ct else "MR",
            layout=self.layout,
            picture=_Picture(self.brightness, self.noise, self.number),
            slope=0.1 if is_ct else None,
            intercept=-150.0 if is_ct else None,
        )
        return build(plan)


@frozen
class _Picture:
    """The phantom, brighter or darker, with noise of its own."""

    brightness: float
    noise: float
    seed: int

    def __call__(self, shape: tuple[int, int, int]) -> Float64:
        chance = np.random.default_rng(self.seed)
        noise = self.noise * chance.standard_normal(shape)
        return np.clip(self.brightness * (0.9 * phantom(shape) + noise), 0.0, 1.1)


@frozen(kw_only=True)
class CohortPlan:
    """Series to be made; ``patient_column`` adds PatientID to train.csv, ``dicom_patients`` to headers."""

    series: tuple[CohortSeries, ...]
    patient_column: bool = False
    dicom_patients: bool = True
    localizers: bool = True
    synthetic: bool = False


def small_cohort(  # noqa: PLR0913 - each argument is a knob with a default
    folder: str | Path,
    series: int = 8,
    slices: int = 6,
    seed: int = 0,
    *,
    size: tuple[int, int] = (20, 24),
    planes: Sequence[Plane] = (Plane.AXIAL,),
    modalities: Sequence[str] = MODALITIES,
    layouts: Sequence[str] = ("single",),
    series_per_patient: int = 1,
    folder_of: Callable[[bool, str], str] | None = None,
    brightness_of: Callable[[bool], float] | None = None,
    noise: float = 0.02,
    patient_column: bool = False,
    synthetic: bool = False,
) -> Path:
    """A cohort of ``series`` series with ``slices`` slices each, one of every two positive; gives the folder.

    ``planes``, ``modalities`` and ``layouts`` take turns (a pair of series shares them, and a coin says which
    of the two is positive, so that nothing goes with the label). Leaks on purpose:
    ``folder_of(positive, uid)`` names the folder below ``series``, ``brightness_of(positive)`` multiplies
    the pixels. The same seed gives the same bytes.
    """
    chance = np.random.default_rng(seed)
    made, coin = [], 0
    for index in range(series):
        turn, second = divmod(index, 2)
        if not second:
            coin = int(chance.integers(2))
        lesions = (ARTERIES[int(chance.integers(len(ARTERIES)))],) if second == coin else ()
        one = CohortSeries(
            number=1 + index + 100_000 * seed,
            modality=modalities[turn % len(modalities)],
            lesions=lesions,
            patient=f"patient-{seed}-{index // series_per_patient}",
            age=int(chance.integers(25, 90)),
            sex=(Sex.FEMALE, Sex.MALE)[int(chance.integers(2))],
            plane=planes[turn % len(planes)],
            shape=(slices, *size),
            layout=layouts[turn % len(layouts)],
            brightness=brightness_of(bool(lesions)) if brightness_of else 1.0,
            noise=noise,
        )
        made.append(one if folder_of is None else _renamed(one, folder_of))
    return write_cohort(
        folder, CohortPlan(series=tuple(made), patient_column=patient_column, synthetic=synthetic)
    )


def _renamed(one: CohortSeries, folder_of: Callable[[bool, str], str]) -> CohortSeries:
    return evolve(one, folder=folder_of(one.positive, uid_of(one)))


def uid_of(one: CohortSeries) -> str:
    """The uid that a series will have."""
    return f"{ROOT}.{one.number}"


def write_cohort(folder: str | Path, plan: CohortPlan) -> Path:
    """Write a cohort: tables and DICOM files named by their instances; gives the folder."""
    root = Path(folder)
    rows, points = [], []
    for one in plan.series:
        built = one.built()
        place = root / "series" / (one.folder or built.uid)
        place.mkdir(parents=True)
        for dataset in built.datasets:
            if not plan.dicom_patients:
                del dataset.PatientID, dataset.PatientName
            dataset.save_as(place / f"{dataset.SOPInstanceUID}.dcm", enforce_file_format=True)
        rows.append(_train_row(one, built.uid, plan.patient_column))
        points += [_localizer_row(one, built, at) for at in range(len(one.lesions))]
    extra = ("PatientID",) if plan.patient_column else ()
    (root / "train.csv").write_text(_csv((*TRAIN_COLUMNS, *extra), rows))
    if plan.localizers:
        (root / "train_localizers.csv").write_text(_csv(LOCALIZER_COLUMNS, points))
    if plan.synthetic:
        (root / "synthetic.json").write_text('{"notice": "synthetic"}\n')
    return root


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def _train_row(one: CohortSeries, uid: str, patient_column: bool) -> list[object]:
    labels = [int(location in one.lesions) for location in ARTERIES]
    age, sex = "" if one.age is None else one.age, "" if one.sex is None else one.sex.value
    extra = [one.patient] if patient_column else []
    return [uid, age, sex, one.modality, *labels, int(one.positive), *extra]


def _localizer_row(one: CohortSeries, built: BuiltSeries, lesion: int) -> list[object]:
    """A point in a slice, row and column drawn by the series' number."""
    chance = np.random.default_rng((one.number, lesion))
    index = int(chance.integers(one.shape[0]))
    frames = len(built.frames[0])
    dataset: Dataset = built.datasets[0 if frames > 1 else index]
    column, row = (float(np.round(chance.uniform(1, n - 2), 2)) for n in (dataset.Columns, dataset.Rows))
    told: dict[str, float] = {"x": column, "y": row}
    if frames > 1:
        told["f"] = index
    return [built.uid, dataset.SOPInstanceUID, str(told), one.lesions[lesion].value]
