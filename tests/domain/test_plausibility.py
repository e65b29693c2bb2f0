"""Whether made-up heads pass for heads and made-up bottles, fruits and grids do not."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from neuronetra.domain.arrays import Float64
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Orientation, Plane, Turn
from neuronetra.domain.modality import Modality
from neuronetra.domain.plausibility import Plausibility, plausibility
from neuronetra.domain.stack import StackGeometry
from neuronetra.testing.phantom import head
from neuronetra.testing.strategies import stored_directions

pytestmark = pytest.mark.filterwarnings("error")

SIDE = 128
MM = 1.7
"""Between pixels: a field of view of 218 mm."""
HEIGHT_MM = 20.0
"""Between slices."""
AIR, WATER, FLESH, BONE = -1000.0, 0.0, 40.0, 900.0


def judged(
    volume: Any,
    modality: Modality | None = Modality.MR,
    mm: float | None = MM,
    plane: Plane = Plane.AXIAL,
    between: float = HEIGHT_MM,
) -> Plausibility:
    """The verdict on ``volume`` (k, H, W), all of its slices looked at."""
    orientation = Orientation(*stored_directions(plane, Turn(), np.eye(3)))
    positions = np.outer(np.arange(len(volume)) * between, orientation.normal)
    spacing = None if mm is None else (mm, mm)
    geometry = StackGeometry.from_stored(volume.shape[1:], orientation, positions, spacing, len(volume))
    frames = Frames(volume.astype(np.float32), tuple(range(len(volume))), plane)
    return plausibility(frames, geometry, modality)


def grids(side: int = SIDE, mm: float = MM) -> tuple[Float64, Float64, Float64]:
    """Millimetres from the middle, downwards, across and through 8 slices."""
    along = (np.arange(side) - (side - 1) / 2.0) * mm
    through = (np.arange(8) - 3.5) * HEIGHT_MM
    return along[None, :, None], along[None, None, :], through[:, None, None]


def ellipsoid(down: float, across: float, through: float = 1e9, **where: Any) -> Any:
    """(8, SIDE, SIDE): inside an ellipsoid of these radii in mm; a cylinder without the third."""
    y, x, z = grids(**where)
    return (y / down) ** 2 + (x / across) ** 2 + (z / through) ** 2 <= 1.0


def ct_head(noise: float = 15.0) -> Any:
    """The made-up head in Hounsfield units, 8 slices."""
    return noisy(head((10, SIDE, SIDE))[1:9] * 0.9 * 4095.0 - 1024.0, noise)


def folds(seed: int = 0) -> Any:
    """Smooth noise with a grain of about 8 mm and a standard deviation of 1."""
    rough = np.random.default_rng(seed).normal(size=(8, SIDE, SIDE))
    for axis in (1, 2):
        rough = sum(np.roll(rough, step, axis) for step in range(-2, 3))
    return rough / rough.std()


def mr_head(noise: float = 20.0) -> Any:
    """Scalp, dark skull, a folded brain and ventricles, in arbitrary units with the noise of a magnitude."""
    values = np.zeros((8, SIDE, SIDE))
    values[ellipsoid(95.0, 76.0, 105.0)] = 900.0
    values[ellipsoid(89.0, 70.0, 99.0)] = 40.0
    brain = ellipsoid(82.0, 63.0, 92.0)
    values[brain] = 500.0 * (1.0 + 0.15 * folds()[brain])
    values[ellipsoid(30.0, 12.0, 40.0)] = 150.0
    return magnitude(values, noise)


def noisy(values: Any, noise: float = 15.0) -> Any:
    """``values`` with the noise of CT."""
    return values + np.random.default_rng(0).normal(0.0, noise, values.shape)


def magnitude(values: Any, noise: float) -> Any:
    """``values`` with the noise of MR."""
    real, imaginary = np.random.default_rng(1).normal(0.0, noise, (2, *values.shape))
    return np.hypot(values + real, imaginary)


MADE = {Modality.MR: mr_head(), Modality.CTA: ct_head()}


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
def test_a_made_up_head_passes(modality: Modality) -> None:
    """Nothing speaks against a head of a usual size, and its lengths are those that it was made with."""
    found = judged(MADE[modality], modality)
    assert (found.verdict, found.reasons, found.warnings) == ("head", (), ())
    across, down, through = found.body_mm
    assert across == pytest.approx(150.0, abs=20.0)
    assert down == pytest.approx(190.0, abs=20.0)
    assert through == pytest.approx(160.0)


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
@pytest.mark.parametrize("scale", [0.65, 0.8, 1.2])
def test_a_child_and_a_large_head_pass(modality: Modality, scale: float) -> None:
    """A newborn's head of 120 mm and one of 230 mm are heads."""
    assert judged(MADE[modality], modality, MM * scale).verdict == "head"


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_lengths_follow_the_plane(modality: Modality, plane: Plane) -> None:
    """Width, height and depth of the pictures are told as left-right, front-back and head-foot."""
    found = judged(MADE[modality], modality, plane=plane)
    wide, high, deep = 150, 190, 160
    expected = {
        Plane.AXIAL: (wide, high, deep),
        Plane.SAGITTAL: (deep, wide, high),
        Plane.CORONAL: (wide, deep, high),
    }
    assert found.body_mm == pytest.approx(expected[plane], abs=20.0)


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
@pytest.mark.parametrize("field_mm", [190, 160, 140])
def test_a_field_of_view_that_cuts_the_head_is_not_warned_of(modality: Modality, field_mm: int) -> None:
    """A small field of view, in the middle or off it, is no sign against a head."""
    length = int(field_mm / MM)
    for first in (0, (SIDE - length) // 2, SIDE - length):
        cut = MADE[modality][:, first : first + length, first : first + length]
        assert judged(cut, modality).warnings == ()


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
def test_a_field_of_view_within_the_skull_is_not_warned_of(modality: Modality) -> None:
    """Where 102 mm are shown there may be neither bone nor air, and no outline."""
    within = MADE[modality][2:6, 30:90, 34:94]
    found = judged(within, modality)
    assert (found.verdict, found.warnings) == ("unknown", ())


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
def test_a_head_that_is_mostly_out_of_the_picture_is_not_too_small(modality: Modality) -> None:
    """What runs into the border may be longer than what is shown of it."""
    aside = np.full_like(MADE[modality], np.median(MADE[modality][:, :4, :4]))
    aside[:, :48, :68] = MADE[modality][:, 80:, 60:]
    assert "too small" not in " ".join(judged(aside, modality).reasons)


def test_head_and_neck_in_a_sagittal_picture_are_not_warned_of() -> None:
    """From the vertex to the chest 350 mm are shown: too long for an axial slice, not for a sagittal one."""
    tall = {"mm": 3.0}
    neck = np.where(ellipsoid(175.0, 85.0, **tall), 500.0 * (1.0 + 0.2 * folds()), 0.0)
    found = judged(magnitude(neck, 20.0), plane=Plane.SAGITTAL, **tall)
    assert found.warnings == ()
    assert found.body_mm[2] == pytest.approx(350.0, abs=20.0)


@pytest.mark.parametrize("modality", [Modality.MR, Modality.CTA])
@pytest.mark.parametrize("first", range(7))
def test_a_slab_is_not_warned_of(modality: Modality, first: int) -> None:
    """Two neighbouring slices of a head, wherever they are, are no sign against one."""
    slab = MADE[modality][first : first + 2]
    assert judged(slab, modality).warnings == ()


def test_brightness_and_contrast_change_nothing() -> None:
    """Suppressed tissue, shading, few grey levels, a dark middle and noise leave an MR head a head."""
    plain = MADE[Modality.MR]
    shading = np.linspace(0.3, 1.0, SIDE)
    for changed in (
        1e-3 * plain,
        (plain / 500.0) ** 3 * 500.0,
        plain * shading,
        plain * shading[:, None],
        np.rint(plain / 30.0),
        np.where(ellipsoid(60.0, 48.0), 0.0, plain),
        mr_head(60.0),
    ):
        assert judged(changed).verdict == "head"


def test_noise_and_wrapping_are_not_warned_of() -> None:
    """Noise that drowns the outline, and a head that is folded over itself, are no signs against one."""
    assert judged(mr_head(200.0)).warnings == ()
    assert judged(mr_head() + 0.4 * np.roll(mr_head(), SIDE // 2, axis=1)).warnings == ()


def test_shoulders_below_a_head_are_not_warned_of() -> None:
    """A CTA from the aortic arch, of which the last two slices alone show the head, passes."""
    volume = np.full((8, SIDE, SIDE), AIR)
    volume[:4][ellipsoid(110.0, 1000.0)[:4]] = FLESH
    volume[4:6][ellipsoid(60.0, 60.0)[4:6]] = FLESH
    volume[:6][ellipsoid(15.0, 15.0)[:6]] = BONE
    volume[6:] = ct_head()[3:5]
    assert judged(volume, Modality.CTA).verdict == "head"


def test_a_head_rest_adds_nothing() -> None:
    """A thin curved rest behind the head, and a table far below it, do not lengthen the body."""
    volume = ct_head()
    y, x, _ = grids()
    rest = np.abs(np.hypot(y + 10.0, x) - 107.0) < 2.0
    volume[(rest & (y > 20.0)) | (np.abs(y - 106.0) < 2.0) | np.zeros(volume.shape, np.bool_)] = 100.0
    assert judged(volume, Modality.CTA).verdict == "head"
    assert judged(volume, Modality.CTA).body_mm == judged(ct_head(), Modality.CTA).body_mm


def test_vessels_alone_are_not_warned_of() -> None:
    """A subtracted angiogram has no body and few bright pixels: it cannot be told, and no more."""
    volume = np.zeros((8, SIDE, SIDE))
    down, across, _ = grids()
    for y, x in np.random.default_rng(0).uniform(-60.0, 60.0, (20, 2)):
        volume[np.broadcast_to(np.hypot(down - y, across - x) < 2.5, volume.shape)] = 800.0
    volume[np.broadcast_to(np.hypot(down - 50.0, across) < 8.0, volume.shape)] = 800.0
    found = judged(volume)
    assert found.verdict == "unknown"
    assert found.reasons == ("no solid body stands out of the background",)


def doubts(volume: Any, modality: Modality = Modality.MR, **how: Any) -> str:
    """Why ``volume`` is doubtful; it must be."""
    found = judged(volume, modality, **how)
    assert found.verdict == "doubtful"
    (warning,) = found.warnings
    assert "plausibility" in warning
    assert warning.endswith("; ".join(found.reasons))
    return warning


@pytest.mark.parametrize("noise", [0.0, 20.0, 60.0])
@pytest.mark.parametrize("through", [80.0, 1e9])
def test_a_bottle_in_mr_is_doubtful(noise: float, through: float) -> None:
    """A round or a long bottle of a head's size is homogeneous, whatever its shading and its noise."""
    y, x, _ = grids()
    shading = 1.0 - 0.3 * np.exp(-((y / 40.0) ** 2) - (x / 40.0) ** 2) + y / 400.0
    bottle = ellipsoid(85.0, 85.0, through) * 600.0 * shading
    assert "homogeneous" in doubts(magnitude(bottle, noise))


def test_a_round_phantom_with_inserts_is_doubtful() -> None:
    """What has structure but is a circle in every slice is a phantom; cut off or masked it cannot be told."""
    phantom = np.where(ellipsoid(95.0, 95.0), 500.0 * (1.0 + 0.15 * folds()), 0.0)
    assert "circle" in doubts(magnitude(phantom, 20.0))
    assert judged(magnitude(phantom, 20.0)[:, 8:, :]).warnings == ()
    assert judged(phantom).warnings == ()


@pytest.mark.parametrize("noise", [5.0, 30.0])
def test_a_bottle_in_ct_is_doubtful(noise: float) -> None:
    """Water in a thin wall has no bone."""
    volume = np.full((8, SIDE, SIDE), AIR)
    volume[ellipsoid(86.0, 86.0)] = 120.0
    volume[ellipsoid(83.0, 83.0)] = WATER
    assert "hardly any bone" in doubts(noisy(volume, noise), Modality.CT)


def test_a_brain_whose_skull_was_taken_away_is_not_warned_of() -> None:
    """Where the background is of one value, a mask was laid over the picture: bone is not asked for."""
    brain = np.where(ellipsoid(82.0, 63.0, 92.0), 35.0 + 5.0 * folds(), -1024.0)
    found = judged(brain, Modality.CTA)
    assert (found.verdict, found.warnings) == ("unknown", ())


def test_a_fruit_is_doubtful() -> None:
    """Of the size of an orange, in MR with its segments and in CT."""
    fruit = ellipsoid(40.0, 38.0, 40.0)
    segments = np.where(fruit, 500.0 * (1.0 + 0.2 * folds()), 0.0)
    assert "too small for a head" in doubts(magnitude(segments, 20.0))
    assert "too small for a head" in doubts(np.where(fruit, 20.0, AIR), Modality.CTA)


@pytest.mark.parametrize("period_mm", [12.0, 20.0, 30.0])
@pytest.mark.parametrize("degrees", [0.0, 20.0])
def test_a_grid_is_doubtful(period_mm: float, degrees: float) -> None:
    """Bars in a bath, straight or turned, repeat themselves."""
    y, x, _ = grids()
    turn = np.radians(degrees)
    along, across = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    bars = ((along % period_mm) < 3.5) | ((across % period_mm) < 3.5)
    bath = np.where(ellipsoid(95.0, 85.0) & ~bars, 600.0, 0.0)
    assert "repeats itself" in doubts(magnitude(bath, 20.0))


def test_nothing_at_all_is_doubtful() -> None:
    """Zeros, one value and noise are no head, in MR and in CT."""
    flat = np.zeros((8, SIDE, SIDE))
    noise = np.random.default_rng(0).normal(0.0, 20.0, flat.shape)
    for modality in (Modality.MR, Modality.CTA):
        assert "of one value" in doubts(flat, modality)
        assert "of one value" in doubts(flat + 0.1, modality)
        assert "noise" in doubts(noise + AIR, modality)
    assert "noise" in doubts(magnitude(flat, 20.0))
    assert "denser than air" in doubts(np.where(ellipsoid(80.0, 80.0), -600.0, AIR), Modality.CT)


def test_a_trunk_is_doubtful() -> None:
    """An abdomen of 350 mm is too large in every slice."""
    wide = {"mm": 3.0}
    trunk = np.where(ellipsoid(110.0, 175.0, **wide), FLESH, AIR)
    y, x, _ = grids(**wide)
    spine = np.broadcast_to(np.hypot(y - 60.0, x) < 22.0, trunk.shape)
    assert "too large for a head" in doubts(np.where(spine, 500.0, trunk), Modality.CTA, **wide)
    organs = np.where(ellipsoid(110.0, 175.0, **wide), 500.0 * (1.0 + 0.2 * folds()), 0.0)
    assert "too large for a head" in doubts(magnitude(organs, 20.0), **wide)


def test_a_leg_in_ct_is_doubtful() -> None:
    """Bone in the middle alone is no skull."""
    leg = np.where(ellipsoid(75.0, 70.0), FLESH, AIR)
    leg[ellipsoid(16.0, 16.0)] = BONE
    assert "no skull" in doubts(noisy(leg), Modality.CT)


def test_a_hollow_skull_is_doubtful() -> None:
    """A training skull full of air, but for an insert, has hardly any CT number of brain."""
    skull = np.where(ellipsoid(90.0, 72.0) & ~ellipsoid(84.0, 66.0), BONE, AIR)
    skull[ellipsoid(24.0, 24.0)] = 90.0
    assert "hardly any brain" in doubts(skull, Modality.CT)


def test_ct_numbers_without_their_intercept_are_doubtful() -> None:
    """Stored values from 0, taken for Hounsfield units, hold no air."""
    assert "no CT number is that of air" in doubts(ct_head(0.0) + 1024.0, Modality.CTA)


def test_a_field_of_view_of_a_wrist_is_doubtful() -> None:
    """What is 60 mm wide shows no head."""
    assert "60 x 60 mm" in doubts(mr_head(), mm=60.0 / SIDE)


def test_what_is_unknown_is_said() -> None:
    """Without scale or modality, or with too few pixels, the verdict is unknown and there is no warning."""
    for found, word in (
        (judged(mr_head(), mm=None), "spacing"),
        (judged(mr_head(), None), "modality"),
        (judged(mr_head()[:, ::8, ::8], mm=8 * MM), "too few pixels"),
    ):
        assert found.verdict == "unknown"
        assert word in " ".join(found.reasons)
        assert found.warnings == ()
    assert judged(mr_head(), mm=None).body_mm == (None, None, None)


def test_a_bottle_of_unknown_scale_is_doubtful_still() -> None:
    """What asks for no length is asked without one."""
    assert "homogeneous" in doubts(magnitude(600.0 * ellipsoid(85.0, 85.0), 10.0), mm=None)


def test_frames_without_geometry_are_judged() -> None:
    """A series without geometry has an unknown scale."""
    frames = Frames(mr_head().astype(np.float32), tuple(range(8)), Plane.UNKNOWN)
    assert plausibility(frames, None, Modality.MR).verdict == "unknown"


def test_repeated_slices_count_once() -> None:
    """A short series whose slices are looked at twice is as long as it is."""
    volume = mr_head()
    orientation = Orientation(*stored_directions(Plane.AXIAL, Turn(), np.eye(3)))
    positions = np.outer(np.arange(8) * HEIGHT_MM, orientation.normal)
    geometry = StackGeometry.from_stored((SIDE, SIDE), orientation, positions, (MM, MM), 8)
    twice = (2, 2, 3, 3, 4, 4, 5, 5)
    frames = Frames(volume[list(twice)].astype(np.float32), twice, Plane.AXIAL)
    assert plausibility(frames, geometry, Modality.MR).body_mm[2] == pytest.approx(4 * HEIGHT_MM)


def test_the_document_is_plain() -> None:
    """Three keys, whole mm, no value that JSON does not have."""
    document = judged(mr_head()).as_document()
    assert list(document) == ["verdict", "reasons", "body_mm"]
    assert all(isinstance(length, int) for length in document["body_mm"])
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_slices_of_one_value_change_nothing() -> None:
    """Empty slices above and below a head, of a value that no sum meets exactly or of zeros, are no pattern."""
    for empty in (0.0, 0.1):
        volume = mr_head()
        volume[[0, 1, 7]] = empty
        assert judged(volume).verdict == "head"


def test_a_background_that_differs_in_the_last_bit_is_judged() -> None:
    """Means of the same values, summed in another order, are too near each other to be parted."""
    tile = np.array([[0.5, 1.1, 0.6], [0.5, 0.7, 1.1], [1.0, 0.6, 0.9]])
    volume = np.tile(np.hstack([tile, tile.T]), (8, 40, 20))
    volume[:, 54:66, 54:66] = 9.0
    assert judged(volume, mm=1.2).verdict in {"unknown", "doubtful"}


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=40),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
        fill=st.just(0.0),
    ),
    st.sampled_from([*Modality, None]),
    st.sampled_from([None, 1e-3, 0.5, 4.0, 1e4]),
)
def test_no_input_breaks_it(volume: Any, modality: Modality | None, mm: float | None) -> None:
    """Whatever the finite pixels, there is a verdict, no exception and no warning of numpy's."""
    tall = np.repeat(np.repeat(volume, 8, axis=1), 8, axis=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for one in (volume, tall):
            found = judged(one, modality, mm)
            assert found.verdict in {"head", "doubtful", "unknown"}
            assert bool(found.reasons) == (found.verdict != "head")
            json.dumps(found.as_document(), allow_nan=False)
