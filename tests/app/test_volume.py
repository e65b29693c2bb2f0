"""Predictions of pixels in memory, in any orientation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuronetra.app.ensemble import OpenEnsemble
from neuronetra.app.predict import Predictor
from neuronetra.app.volume import VolumeReader, volume_series
from neuronetra.domain.geometry import Plane, Turn, ras_to_lps
from neuronetra.domain.modality import Modality
from neuronetra.errors import GeometryError, InputError, ModalityError, NeuronetraError
from neuronetra.testing import strategies
from neuronetra.testing.fakes import (
    FakePreprocessor,
    FakeReader,
    FakeRuntime,
    MemoryStore,
    fake_series,
    tiny_recipe,
)
from neuronetra.testing.phantom import head

PredictorOf = Callable[..., Predictor]
SHAPE = (12, 7, 9)
VOLUME = np.random.default_rng(3).integers(-100, 300, SHAPE).astype(np.float32)


def canonical_affine(plane: Plane, rotation: Any = None) -> Any:
    """(4, 4) of a canonical volume in ``plane``."""
    affine = np.eye(4)
    axes = np.array(strategies.CANONICAL_AXES[plane], np.float64).T
    affine[:3, :3] = (np.eye(3) if rotation is None else rotation) @ axes * [3.0, 0.9, 0.6]
    affine[:3, 3] = (-40.0, -60.0, 11.0)
    return affine


def stored(volume: Any, affine: Any, turn: Turn, reverse: bool) -> tuple[Any, Any]:
    """The same voxels with their axes reversed and exchanged, and the affine that says so."""
    rows, columns = volume.shape[1:]
    step = np.eye(4)
    for axis, length, flipped in (
        (0, len(volume), reverse),
        (1, rows, turn.reverse_rows),
        (2, columns, turn.reverse_columns),
    ):
        if flipped:
            volume = np.flip(volume, axis)
            flip = np.eye(4)
            flip[axis, axis], flip[axis, 3] = -1.0, length - 1
            step = step @ flip
    if turn.transpose:
        volume = volume.swapaxes(1, 2)
        step = step @ np.eye(4)[:, [0, 2, 1, 3]]
    return volume, affine @ step


@given(strategies.planes(), strategies.rotations(), strategies.turns(), st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_orientation_gives_the_same_scores(
    plane: Plane, rotation: Any, turn: Turn, reverse: bool
) -> None:
    """However its axes lie in memory, a head with the right affine scores the same, to the bit."""
    recipe = tiny_recipe(architectures=1, folds=1)
    members = OpenEnsemble(MemoryStore.filled(recipe), FakeRuntime())
    with Predictor(FakeReader([]), FakePreprocessor(), members) as predictor:
        affine = canonical_affine(plane, rotation)
        straight = predictor.predict_volume(VOLUME, affine, Modality.CTA)
        turned = predictor.predict_volume(*stored(VOLUME, affine, turn, reverse), "CTA")
    assert turned.scores == straight.scores
    assert turned.report.as_document()["plane"] == plane.value
    found = turned.report.as_document()["affine"]
    np.testing.assert_allclose(found, affine, atol=1e-9)


@given(strategies.planes(), strategies.rotations(), strategies.turns(), st.booleans())
def test_frames_are_the_canonical_ones(plane: Plane, rotation: Any, turn: Turn, reverse: bool) -> None:
    """Slices, rows and columns of the canonical volume come back, whatever lay in memory."""
    array, affine = stored(VOLUME, canonical_affine(plane, rotation), turn, reverse)
    series, order = volume_series(array, affine, Modality.CTA)
    frames = VolumeReader(array, order).load(series, range(len(VOLUME)))
    assert np.array_equal(frames.pixels, VOLUME)
    assert frames.plane is plane


def test_a_volume_scores_as_the_series_that_holds_it(predictor_of: PredictorOf) -> None:
    """The same pixels read from a series or given as an array get the same scores."""
    series = fake_series("1.2", 20)
    reader = FakeReader.of(series)
    predictor = predictor_of(reader)
    assert series.geometry is not None
    assert series.geometry.affine is not None
    given_as = predictor.predict_volume(reader.volumes["1.2"], series.geometry.affine, "CTA")
    assert given_as.scores == predictor.predict("scan")[0].scores
    assert given_as.series_uid == "in-memory-volume"


def test_an_affine_to_ras_is_turned_first(predictor_of: PredictorOf) -> None:
    """A NIfTI affine taken as it is exchanges left and right; through ras_to_lps it does not."""
    predictor = predictor_of(FakeReader([]))
    lps = canonical_affine(Plane.AXIAL)
    ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps
    expected = predictor.predict_volume(VOLUME, lps, "CTA").scores
    assert predictor.predict_volume(VOLUME, ras_to_lps(ras), "CTA").scores == expected
    assert predictor.predict_volume(VOLUME, ras, "CTA").scores != expected


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_a_volume_is_judged_like_a_series(predictor_of: PredictorOf, plane: Plane) -> None:
    """A made-up head of 152 x 184 x 187 mm looks like one however it lies in memory; water does not."""
    predictor = predictor_of(FakeReader([]))
    values = head((85, 80, 80)) * 0.9 * 4095.0 - 1024.0
    order = {Plane.AXIAL: (0, 1, 2), Plane.SAGITTAL: (2, 0, 1), Plane.CORONAL: (1, 0, 2)}[plane]
    flips = {Plane.AXIAL: (), Plane.SAGITTAL: (1,), Plane.CORONAL: (1,)}[plane]
    volume = np.flip(values.transpose(order), flips)
    affine = np.eye(4)
    affine[:3, :3] = np.array(strategies.CANONICAL_AXES[plane], np.float64).T * [2.5, 2.5, 2.5]
    for given_as in (stored(volume, affine, turn, True) for turn in (Turn(), Turn(True, True, False))):
        report = predictor.predict_volume(*given_as, "CTA").report.as_document()
        assert report["plane"] == plane.value
        assert report["plausibility"]["verdict"] == "head"
        assert report["plausibility"]["body_mm"] == pytest.approx([152, 184, 187], abs=25)
    noise = np.random.default_rng(0).normal(0.0, 5.0, volume.shape)
    water = predictor.predict_volume(np.where(volume > -500.0, 0.0, volume) + noise, affine, "CTA").report
    assert "bone" in water.as_document()["plausibility"]["reasons"][0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64, bool])
def test_kinds_of_numbers(predictor_of: PredictorOf, dtype: type[np.generic]) -> None:
    """Any numbers will do, nested lists too, and the caller's array is left alone."""
    predictor = predictor_of(FakeReader([]))
    array = (VOLUME > 0).astype(dtype)
    before = array.copy()
    affine = canonical_affine(Plane.AXIAL)
    expected = predictor.predict_volume(array.astype(np.float32), affine, "CTA").scores
    assert predictor.predict_volume(array, affine, "CTA").scores == expected
    assert predictor.predict_volume(array.tolist(), affine.tolist(), "CTA").scores == expected
    assert np.array_equal(array, before)
    assert array.flags.writeable


def flat(axis: int, onto: int) -> Any:
    affine = canonical_affine(Plane.AXIAL)
    affine[:3, axis] = affine[:3, onto] * 1.0001
    return affine


def changed(row: int, column: int, value: float) -> Any:
    affine = canonical_affine(Plane.AXIAL)
    affine[row, column] = value
    return affine


@pytest.mark.parametrize(
    "affine",
    [
        flat(0, 1),
        flat(0, 2),
        flat(1, 2),
        np.zeros((4, 4)),
        np.diag([1e-5, 1e-5, 1e-5, 1.0]),
        np.diag([1.0, 1.0, 0.0, 1.0]),
        changed(0, 0, np.nan),
        changed(0, 3, np.inf),
        changed(3, 3, 2.0),
        changed(3, 0, 0.1),
        np.eye(3),
        np.eye(4)[:3],
        [],
        None,
        "affine",
        [[1.0], [1.0, 2.0]],
    ],
    ids=str,
)
def test_what_is_no_affine(predictor_of: PredictorOf, affine: Any) -> None:
    """An affine that is flat, not finite, of another shape or none at all is a geometry error of one line."""
    with pytest.raises(GeometryError) as caught:
        predictor_of(FakeReader([])).predict_volume(VOLUME, affine, "CTA")
    assert "\n" not in str(caught.value)


def test_rows_and_columns_must_be_perpendicular(predictor_of: PredictorOf) -> None:
    """In-plane shear cannot be undone by turning; a sheared stack, as by a gantry, can be read."""
    sheared, tilted = canonical_affine(Plane.AXIAL), canonical_affine(Plane.AXIAL)
    sheared[:3, 1] += 0.3 * sheared[:3, 2]
    tilted[:3, 0] += 0.5 * tilted[:3, 1]
    predictor = predictor_of(FakeReader([]))
    with pytest.raises(GeometryError, match="perpendicular"):
        predictor.predict_volume(VOLUME, sheared, "CTA")
    assert predictor.predict_volume(VOLUME, tilted, "CTA").scores is not None


@pytest.mark.parametrize(
    "array",
    [
        np.full(SHAPE, np.nan),
        np.where(np.arange(12)[:, None, None] == 5, np.inf, VOLUME),
        np.full(SHAPE, 1e39),
        VOLUME[0],
        VOLUME[np.newaxis],
        VOLUME[:0],
        VOLUME[:, :0],
        np.full(SHAPE, 1j),
        np.full(SHAPE, "x"),
        np.full(SHAPE, None),
        [[[1.0], [1.0, 2.0]]],
        None,
    ],
    ids=lambda array: f"{getattr(array, 'dtype', '')}{getattr(array, 'shape', array)}",
)
def test_what_is_no_volume(predictor_of: PredictorOf, array: Any) -> None:
    """NaN, infinity, another shape or no numbers are a typed error of one line."""
    with pytest.raises(InputError) as caught:
        predictor_of(FakeReader([])).predict_volume(array, canonical_affine(Plane.AXIAL), "CTA")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, NeuronetraError)


def test_the_modality_given_is_the_one_used(predictor_of: PredictorOf) -> None:
    """The call's modality wins over the predictor's; an unknown word is refused."""
    preprocessor = FakePreprocessor()
    predictor = predictor_of(FakeReader([]), preprocessor=preprocessor, modality=Modality.CTA)
    affine = canonical_affine(Plane.AXIAL)
    assert predictor.predict_volume(VOLUME, affine, "MRI T2").modality is Modality.T2
    assert preprocessor.applied == [Modality.T2]
    with pytest.raises(ModalityError):
        predictor.predict_volume(VOLUME, affine, "PET")


def test_a_volume_has_no_path() -> None:
    """The reader of a volume scans nothing."""
    with pytest.raises(InputError):
        VolumeReader(VOLUME, tuple(range(12))).scan("somewhere")


def test_warnings_are_those_of_a_series() -> None:
    """A tilted and oblique volume is warned of as the same slices in files would be."""
    affine = canonical_affine(Plane.AXIAL)
    affine[:3, 0] = (0.0, 1.2, 3.0)
    series, _ = volume_series(VOLUME, affine, Modality.CTA)
    assert any("tilt" in warning for warning in series.reading.warnings)
    angle = np.radians(30.0)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    series, _ = volume_series(VOLUME, canonical_affine(Plane.AXIAL, turn), Modality.CTA)
    assert any("oblique" in warning for warning in series.reading.warnings)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda affine: affine * 1e17,
        lambda affine: affine + np.array([[0, 0, 0, 1e17]] * 3 + [[0] * 4]),
        lambda affine: affine.astype(complex),
        lambda _: [["a"] * 4] * 4,
        lambda affine: affine[:3],
    ],
)
def test_affines_that_are_no_place_in_a_patient(spoil: Any) -> None:
    """Far away, complex, not numbers: refused, because rounding could exchange left and right."""
    with pytest.raises(GeometryError):
        volume_series(VOLUME, spoil(canonical_affine(Plane.SAGITTAL)), Modality.CTA)


def test_masked_array_is_refused() -> None:
    """A mask cannot be seen by a network: it is not dropped in silence."""
    with pytest.raises(InputError, match="masked"):
        volume_series(np.ma.masked_less(VOLUME, 0), canonical_affine(Plane.AXIAL), Modality.CTA)


@pytest.mark.parametrize("modality", [None, 3, "PET"])
def test_modality_that_is_none(predictor_of: PredictorOf, modality: Any) -> None:
    """Anything but one of the six modalities is a ModalityError."""
    with pytest.raises(ModalityError):
        predictor_of(FakeReader.of()).predict_volume(VOLUME, canonical_affine(Plane.AXIAL), modality)


@pytest.mark.parametrize("affine", ["abc", [[1.0], [2.0, 3.0]], np.full((4, 4), np.nan), np.eye(3)])
def test_ras_to_lps_takes_affines_alone(affine: Any) -> None:
    """Anything else is a GeometryError."""
    with pytest.raises(GeometryError):
        ras_to_lps(affine)
