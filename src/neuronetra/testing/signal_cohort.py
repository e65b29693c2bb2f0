"""A cohort that anything which learns must learn: a bright block on the side that the label names.

Every place is told in the patient (LPS, shares of half the head), so that axial, coronal and sagittal series
show one thing. Each patient has a texture of its own, by which a network that may see it can know it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from neuronetra.domain.arrays import Float64
from neuronetra.domain.cohort import Sex
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import Location
from neuronetra.testing.cohort_builder import CohortPlan, CohortSeries, write_cohort
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build

SIDES = {Location.LEFT_MCA: 1.0, Location.RIGHT_MCA: -1.0}
"""Where the block of a label stands: the patient's left is +x."""
SHOWN = (Location.LEFT_MCA, None, Location.RIGHT_MCA, None)
_AXES = {Plane.AXIAL: "zyx", Plane.SAGITTAL: "xZy", Plane.CORONAL: "yZx"}
"""Where slices, rows and columns grow to; an upper-case letter is an axis that they go down."""


@frozen(kw_only=True)
class SignalSeries(CohortSeries):
    """A series that shows a block on the side of ``shown`` (none where it is ``None``), whatever its label is.

    ``texture`` and ``noise_seed`` make the patient's texture and the series' noise; ``mirrored`` pictures are those of the
    patient with left and right exchanged, noise and all.
    """

    shown: Location | None = None
    texture: int = 0
    noise_seed: int = 0
    mirrored: bool = False

    def built(self) -> BuiltSeries:
        """Its data sets."""
        is_ct = self.modality.startswith("CT")
        return build(
            SeriesPlan(
                plane=self.plane,
                shape=self.shape,
                series=self.number,
                patient=self.patient,
                modality="CT" if is_ct else "MR",
                picture=self.picture,
                slope=0.1 if is_ct else 0.3,
                intercept=-150.0 if is_ct else 0.0,
            )
        )

    def picture(self, shape: tuple[int, int, int]) -> Float64:
        """Values 0 to 1 of the canonical volume."""
        axes = _AXES[self.plane]
        place = {
            axis.lower(): _grid(axes, at, n) for at, (axis, n) in enumerate(zip(axes, shape, strict=True))
        }
        x, y, z = place["x"], place["y"], place["z"]
        head = (x**2 + y**2 + z**2 < 1.6) * (0.35 + _texture(self.texture, x, y, z))
        noise = 0.01 * np.random.default_rng(self.noise_seed).standard_normal(shape)
        volume = np.clip(head + noise + self._block(x, y, z), 0.0, 1.0)
        return np.asarray(np.flip(volume, axes.index("x")) if self.mirrored else volume)

    def _block(self, x: Float64, y: Float64, z: Float64) -> Float64:
        """On one side alone, a little higher or further back from series to series."""
        if self.shown is None:
            return np.zeros(())
        back, up = np.random.default_rng((self.noise_seed, 1)).uniform(-0.15, 0.15, 2)
        far = np.abs(x - 0.5 * SIDES[self.shown])
        return np.asarray(0.6 * ((far < 0.42) & (np.abs(y - back) < 0.4) & (np.abs(z - up) < 0.4)))


def _grid(axes: str, at: int, count: int) -> Float64:
    """Where the voxels of one array axis lie in the patient: -1 to 1, shaped to be held against the others."""
    values = np.linspace(-1.0, 1.0, count)
    values = -values if axes[at].isupper() else values
    return np.asarray(values.reshape([-1 if axis == at else 1 for axis in range(3)]))


def _texture(seed: int, x: Float64, y: Float64, z: Float64) -> Float64:
    """A few waves through the head, another few for each seed; within 0.06."""
    chance = np.random.default_rng(seed)
    waves = zip(chance.normal(0.0, 5.0, (4, 3)), chance.uniform(0.0, 6.3, 4), strict=True)
    return np.asarray(sum(0.015 * np.cos(a * x + b * y + c * z + phase) for (a, b, c), phase in waves))


def signal_series(
    patients: int,
    seed: int = 0,
    *,
    per_patient: int = 2,
    size: int = 48,
    planes: Sequence[Plane] = (Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL),
    modalities: Sequence[str] = ("CTA", "MRA"),
) -> tuple[SignalSeries, ...]:
    """Series of as many patients, every second patient with a block, left and right in turn; 8 slices each.

    All series of a patient show the same; planes and modalities take turns in a way that tells nothing of the label.
    """
    made = []
    for index in range(patients * per_patient):
        patient, number = divmod(index, per_patient)
        turn = patient // len(SHOWN) + number
        one = SignalSeries(
            number=1 + index + 100_000 * (1 + seed),
            modality=modalities[turn % len(modalities)],
            plane=planes[turn % len(planes)],
            patient=f"patient-{seed}-{patient}",
            age=40 + turn % 30,
            sex=(Sex.FEMALE, Sex.MALE)[turn % 2],
            shape=(8, size, size),
            texture=1000 * seed + patient,
            noise_seed=100_000 * seed + index,
        )
        made.append(_showing(one, SHOWN[patient % len(SHOWN)]))
    return tuple(made)


def _showing(one: SignalSeries, location: Location | None) -> SignalSeries:
    return evolve(one, shown=location, lesions=() if location is None else (location,))


def shuffled(series: Sequence[SignalSeries], seed: int) -> tuple[SignalSeries, ...]:
    """The same pictures with the labels of patients dealt anew among the patients."""
    given = {one.patient: one.lesions for one in series}
    order = np.random.default_rng(seed).permutation(len(given))
    lesions = list(given.values())
    dealt = {patient: lesions[at] for patient, at in zip(given, order, strict=True)}
    return tuple(evolve(one, lesions=dealt[one.patient]) for one in series)


def mirrored(series: Sequence[SignalSeries], renumber: int = 50_000) -> tuple[SignalSeries, ...]:
    """The same patients with left and right exchanged, in the pictures and in the labels; numbers go up."""
    return tuple(
        evolve(
            one,
            number=one.number + renumber,
            lesions=tuple(lesion.mirrored for lesion in one.lesions),
            mirrored=not one.mirrored,
        )
        for one in series
    )


def write_signal(folder: str | Path, series: Sequence[SignalSeries]) -> Path:
    """Write them as a synthetic cohort that names patients in its table; gives the folder."""
    return write_cohort(folder, CohortPlan(series=tuple(series), patient_column=True, synthetic=True))
