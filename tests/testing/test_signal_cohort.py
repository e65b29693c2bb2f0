"""The cohort with a blatant signal: the block is where its label says, in the patient, whatever the plane."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from neuronetra.adapters.cohorts.rsna import RsnaCohort
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.arrays import Float64
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS, Location
from neuronetra.testing.running_command import tree
from neuronetra.testing.signal_cohort import (
    SignalSeries,
    mirrored,
    shuffled,
    signal_series,
    write_signal,
)

SERIES = signal_series(12, seed=2, per_patient=1, size=24)


def _halves(one: SignalSeries, place: Path) -> tuple[float, float]:
    """How bright the patient's left (+x) and right half are, as read from DICOM files."""
    one.built().write(place)
    (series,) = PydicomReader().scan(str(place))
    frames = PydicomReader().load(series, range(8))
    left_to = {Plane.SAGITTAL: 0}.get(frames.plane, 2)
    near, far = np.split(np.moveaxis(frames.pixels.astype(np.float64), left_to, 0), 2)
    return float(far.mean()), float(near.mean())


@pytest.mark.parametrize("plane", list(Plane)[:3])
@pytest.mark.parametrize("shown", [Location.LEFT_MCA, Location.RIGHT_MCA])
def test_the_block_is_on_the_side_named(plane: Plane, shown: Location, tmp_path: Path) -> None:
    """Left is the patient's left in every plane, and in a mirror it is right."""
    one = next(one for one in SERIES if one.shown is shown and one.plane is plane)
    left, right = _halves(one, tmp_path / "plain")
    turned_left, turned_right = _halves(mirrored((one,))[0], tmp_path / "mirrored")
    assert (left > 1.1 * right) == (shown is Location.LEFT_MCA)
    assert (right > 1.1 * left) == (shown is Location.RIGHT_MCA)
    assert (turned_left, turned_right) == (pytest.approx(right), pytest.approx(left))


def test_a_mirrored_picture_is_the_picture_mirrored() -> None:
    """Bit for bit along the axis that is the patient's left and right; a second mirror gives it back."""
    for one in SERIES:
        (other,) = mirrored((one,), renumber=1)
        (again,) = mirrored((other,), renumber=-1)
        axis = {Plane.SAGITTAL: 0}.get(one.plane, 2)
        assert np.array_equal(_picture(other), np.flip(_picture(one), axis))
        assert again == one


def _picture(one: SignalSeries) -> Float64:
    return one.picture(one.shape)


def test_shuffled_labels_go_with_patients() -> None:
    """The same labels and pictures; both series of a patient bear one label, and many bear another than before."""
    before = signal_series(40)
    after = shuffled(before, seed=1)
    assert Counter(one.lesions for one in before) == Counter(one.lesions for one in after)
    assert [one.shown for one in before] == [one.shown for one in after]
    assert len({(one.patient, one.lesions) for one in after}) == 40
    assert sum(a.lesions != b.lesions for a, b in zip(before, after, strict=True)) > 20


def test_nothing_else_goes_with_the_label() -> None:
    """Half are positive, left as often as right; plane, modality, age and sex are the same on both sides."""
    series = signal_series(48)
    positive = [one for one in series if one.lesions]
    assert 2 * len(positive) == len(series)
    for fact in (lambda one: one.plane, lambda one: one.modality, lambda one: one.age, lambda one: one.sex):
        counts = [Counter(map(fact, group)) for group in _by_label(series)]
        assert counts[0] == counts[1]
        assert 2 * counts[0].total() == counts[2].total()
        assert {key: 2 * n for key, n in counts[0].items()} == dict(counts[2])


def _by_label(series: tuple[SignalSeries, ...]) -> list[list[SignalSeries]]:
    kinds = [(Location.LEFT_MCA,), (Location.RIGHT_MCA,), ()]
    return [[one for one in series if one.lesions == kind] for kind in kinds]


def test_the_cohort_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """Labels, patients and that it is synthetic come back; the same series give the same bytes."""
    place = write_signal(tmp_path / "one", SERIES)
    read = RsnaCohort(str(place)).read()
    assert read.synthetic
    told = {one.uid: one for one in read.series}
    for one in SERIES:
        truth = dict(zip(LABELS, told[one.built().uid].labels, strict=True))
        assert {name for name, value in truth.items() if value} - {"Aneurysm Present"} == {
            location.value for location in one.lesions
        }
    assert len({one.patient for one in read.series}) == len(SERIES)
    assert tree(write_signal(tmp_path / "two", SERIES)) == tree(place)
