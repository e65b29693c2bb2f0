"""What training series are put through, and that their labels go along."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.augmentation import Draw, augmented, draw
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.training_plan import NO_AUGMENTATION, Augmentation
from neuronetra.domain.views import MIRRORED, mirrored
from neuronetra.domain.warping import warped
from neuronetra.testing import strategies

SEEDS = st.integers(0, 2**32 - 1)
LABELS = st.lists(st.booleans(), min_size=14, max_size=14).map(lambda row: np.array(row, np.float32))
PAIRS = ((0, 1), (2, 3), (4, 5), (7, 8), (9, 10))


def _drawn(seed: int, augmentation: Augmentation, frames: Frames) -> Draw:
    rows, columns = frames.pixels.shape[1:]
    return draw(augmentation, np.random.default_rng(seed), (rows, columns))


def _flat(grey: int, count: int = 8, size: int = 64) -> Frames:
    return Frames(np.full((count, size, size), grey, np.uint8), tuple(range(count)), Plane.AXIAL)


@given(strategies.frames(), LABELS, SEEDS)
def test_no_augmentation_changes_no_bit(frames: Frames, labels: np.ndarray, seed: int) -> None:
    """Frames and labels are the very ones that were given."""
    found, same = augmented(frames, labels, _drawn(seed, NO_AUGMENTATION, frames))
    assert found is frames
    assert same is labels


@given(strategies.frames(), LABELS, SEEDS)
def test_frames_stay_uint8_of_their_slices(frames: Frames, labels: np.ndarray, seed: int) -> None:
    """Shape, type, plane and positions stay, whatever is drawn, and one seed gives one series."""
    found, swapped = augmented(frames, labels, _drawn(seed, Augmentation(), frames))
    assert (found.pixels.shape, found.pixels.dtype) == (frames.pixels.shape, np.uint8)
    assert (found.plane, found.positions) == (frames.plane, frames.positions)
    again, labels_again = augmented(frames, labels, _drawn(seed, Augmentation(), frames))
    assert again == found
    assert np.array_equal(swapped, labels_again)


@given(strategies.frames(), LABELS)
def test_a_mirror_swaps_the_sides_and_itself_back(frames: Frames, labels: np.ndarray) -> None:
    """The mirror is that of the views; five pairs of labels change places; twice is nothing."""
    once, swapped = augmented(frames, labels, Draw(mirrored=True))
    assert once == MIRRORED.apply(frames)
    for left, right in PAIRS:
        assert (swapped[left], swapped[right]) == (labels[right], labels[left])
    for alone in (6, 11, 12, 13):
        assert swapped[alone] == labels[alone]
    twice, back = augmented(once, swapped, Draw(mirrored=True))
    assert twice == frames
    assert np.array_equal(back, labels)


@given(strategies.frames(), LABELS, SEEDS)
def test_labels_change_under_the_mirror_alone(frames: Frames, labels: np.ndarray, seed: int) -> None:
    """Nothing else that is drawn moves a lesion to the other side."""
    drawn = evolve(_drawn(seed, Augmentation(), frames), mirrored=False)
    assert augmented(frames, labels, drawn)[1] is labels


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_draws_keep_to_their_ranges(seed: int, rows: int, columns: int) -> None:
    """Angle, brightness, contrast, gamma and noise as the value says; holes wholly within the frame."""
    told = Augmentation(15, 0.5, 0.2, 0.1, (10, 80), (0.8, 1.2), 8, 0.25)
    drawn = draw(told, np.random.default_rng(seed), (rows, columns))
    assert abs(drawn.angle) <= 15
    assert abs(drawn.brightness) <= 0.2 * 255
    assert abs(drawn.contrast - 1) <= 0.1
    assert 0.8 <= drawn.gamma <= 1.2
    assert 10 <= drawn.noise_variance <= 80
    assert len(drawn.holes) == 8
    for top, left, height, width in drawn.holes:
        assert (height, width) == (round(rows / 4), round(columns / 4))
        assert 0 <= top <= rows - height
        assert 0 <= left <= columns - width


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 400)])
def test_mirrors_come_as_often_as_told(share: float, expected: int) -> None:
    """Never, or always; and about half of the time at a half."""

    def mirrors(share: float) -> int:
        generator = np.random.default_rng(3)
        return sum(draw(Augmentation(mirror=share), generator, (8, 8)).mirrored for _ in range(400))

    assert mirrors(share) == expected
    assert 150 < mirrors(0.5) < 250


@given(strategies.frames(), SEEDS)
def test_one_draw_for_all_frames(frames: Frames, seed: int) -> None:
    """Equal frames stay equal but for their noise: geometry, grey values and holes are one for all."""
    same = frames.with_pixels(np.repeat(frames.pixels[:1], len(frames), axis=0))
    drawn = evolve(_drawn(seed, Augmentation(), frames), noise_variance=0.0)
    found = augmented(same, np.zeros(14), drawn)[0].pixels
    assert all(np.array_equal(frame, found[0]) for frame in found)


def test_noise_is_normal_and_of_each_pixel() -> None:
    """Its variance is the one drawn, in all frames alike, and no two frames share it."""
    found = augmented(_flat(128), np.zeros(14), Draw(noise_variance=50.0, noise_seed=4))[0].pixels
    change = found.astype(np.float64) - 128
    assert abs(change.mean()) < 0.3
    for frame in change:
        assert 45 < frame.var() < 56  # 1/12 of it is rounding
    assert abs(np.corrcoef(change[0].ravel(), change[1].ravel())[0, 1]) < 0.06
    other = augmented(_flat(128), np.zeros(14), Draw(noise_variance=50.0, noise_seed=5))[0].pixels
    assert not np.array_equal(found, other)


@pytest.mark.parametrize("grey", [0, 255])
def test_noise_stays_within_grey_values(grey: int) -> None:
    """Black and white do not wrap around."""
    found = augmented(_flat(grey), np.zeros(14), Draw(noise_variance=80.0))[0].pixels
    assert np.abs(found.astype(int) - grey).max() < 60


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (Draw(gamma=2.0), [0, 16, 64, 255]),
        (Draw(brightness=51.0), [51, 115, 179, 255]),
        (Draw(brightness=-51.0), [0, 13, 77, 204]),
        (Draw(contrast=1.5), [0, 96, 192, 255]),
        (Draw(gamma=0.5, contrast=0.5, brightness=10.0), [10, 74, 100, 138]),
    ],
)
def test_grey_values(drawn: Draw, expected: list[int]) -> None:
    """Gamma first, then contrast about black, then brightness; rounded and cut off at black and white."""
    pixels = np.array([[[0, 64, 128, 255]]], np.uint8)
    found = augmented(Frames(pixels, (0,), Plane.AXIAL), np.zeros(14), drawn)[0].pixels
    assert found[0, 0].tolist() == expected


def test_holes_are_black_and_last() -> None:
    """Noise and brightness leave them black, in every frame; all else is untouched by them."""
    holes = ((2, 3, 5, 7), (40, 50, 10, 10))
    drawn = Draw(brightness=40.0, noise_variance=30.0, noise_seed=1)
    plain = augmented(_flat(100), np.zeros(14), drawn)[0].pixels
    holed = augmented(_flat(100), np.zeros(14), evolve(drawn, holes=holes))[0].pixels
    covered = np.zeros((64, 64), bool)
    covered[2:7, 3:10] = covered[40:50, 50:60] = True
    assert not holed[:, covered].any()
    assert np.array_equal(holed[:, ~covered], plain[:, ~covered])


@given(strategies.frames(Plane.SAGITTAL), st.floats(-15, 15))
def test_the_mirror_comes_first(frames: Frames, angle: float) -> None:
    """Then the turn: for sagittal series the order of slices, for others the columns."""
    found = augmented(frames, np.zeros(14), Draw(angle=angle, mirrored=True))[0]
    assert np.array_equal(found.pixels, warped(mirrored(frames).pixels, angle))
