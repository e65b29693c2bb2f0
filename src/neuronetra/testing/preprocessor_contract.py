"""What every ``Preprocessor`` promises, as tests: subclass and give ``make_preprocessor``."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import pytest

from neuronetra.domain.arrays import Array
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.preprocessing import (
    FOUNDING_PREPROCESSING,
    ClaheStep,
    Preprocessing,
    ResizeStep,
    StretchStep,
)
from neuronetra.ports import Preprocessor
from neuronetra.testing.phantom import phantom

WINDOW = FOUNDING_PREPROCESSING.steps[0]


def frames_of(pixels: Array, plane: Plane = Plane.AXIAL) -> Frames:
    """float32 frames at positions 3, 4 and so on."""
    given = np.asarray(pixels, np.float32)
    return Frames(given, tuple(range(3, 3 + len(given))), plane)


def window_alone(rows: int, columns: int) -> Preprocessing:
    """The founding window, then a resize that keeps the size."""
    return Preprocessing((WINDOW, ResizeStep(rows, columns)))


class PreprocessorContract(ABC):
    """The promises of ``apply``; every preprocessor, shipped or foreign, passes them."""

    @abstractmethod
    def make_preprocessor(self) -> Preprocessor:
        """A preprocessor with its default options."""

    def applied(self, pixels: Array, preprocessing: Preprocessing, modality: Modality) -> Array:
        """The prepared pixels alone."""
        return self.make_preprocessor().apply(frames_of(pixels), preprocessing, modality).pixels

    def test_is_a_preprocessor(self) -> None:
        """The preprocessor has the port's method."""
        assert isinstance(self.make_preprocessor(), Preprocessor)

    @pytest.mark.parametrize("modality", list(Modality))
    @pytest.mark.parametrize("plane", list(Plane))
    def test_size_dtype_positions_and_plane(self, modality: Modality, plane: Plane) -> None:
        """uint8 of the preprocessing's size, of the same slices; rows and columns are not exchanged."""
        preprocessing = Preprocessing((*FOUNDING_PREPROCESSING.steps[:-1], ResizeStep(20, 31)))
        given = frames_of(phantom((3, 17, 12)) * 900.0, plane)
        prepared = self.make_preprocessor().apply(given, preprocessing, modality)
        assert prepared.pixels.shape == (3, 20, 31)
        assert prepared.pixels.dtype == np.uint8
        assert (prepared.positions, prepared.plane) == ((3, 4, 5), plane)

    @pytest.mark.parametrize(
        ("modality", "low", "high"),
        [(Modality.CT, 0.0, 80.0), (Modality.CTA, -125.0, 225.0), (Modality.MRA, 0.0, 1200.0)],
    )
    def test_fixed_window(self, modality: Modality, low: float, high: float) -> None:
        """Below the window is 0, above it 255, between them linear and rounded to nearest."""
        width = high - low
        values = [low - 500, low, low + 0.2 * width, low + 0.6 * width, high, high + 500]
        tenth = [low + width * level / 255 for level in (1.4, 1.6, 100.4, 100.6, 254.4, 254.6)]
        prepared = self.applied(np.array([[values, tenth]]), window_alone(2, 6), modality)
        assert prepared.tolist() == [[[0, 0, 51, 153, 255, 255], [1, 2, 100, 101, 254, 255]]]

    @pytest.mark.parametrize("modality", [Modality.T1POST, Modality.T2, Modality.MR])
    def test_percentiles_of_each_slice(self, modality: Modality) -> None:
        """Without a fixed window each slice is stretched between its own 1st and 99th percentile."""
        ramp = np.arange(101.0).reshape(1, 101)
        prepared = self.applied(np.stack([ramp, 40.0 * ramp + 7.0]), window_alone(1, 101), modality)
        expected = np.rint(np.clip((np.arange(101.0) - 1.0) * 255.0 / 98.0, 0.0, 255.0))
        assert np.array_equal(prepared[0, 0], expected)
        assert np.array_equal(prepared[1, 0], expected)

    @pytest.mark.parametrize("modality", list(Modality))
    @pytest.mark.parametrize("value", [-1000.0, 0.0, 50.0, 3000.0])
    def test_a_constant_slice_is_zeros(self, modality: Modality, value: float) -> None:
        """A slice without contrast shows nothing, whatever its value."""
        prepared = self.applied(np.full((1, 16, 16), value), FOUNDING_PREPROCESSING, modality)
        assert not prepared.any()

    @pytest.mark.parametrize("modality", [Modality.MR, Modality.T2])
    def test_a_single_odd_pixel_does_not_stretch_a_slice(self, modality: Modality) -> None:
        """A slice is constant where both its percentiles are, though one pixel is not."""
        slice_values = np.full((1, 20, 20), 5.0)
        slice_values[0, 3, 4] = 4000.0
        assert not self.applied(slice_values, window_alone(20, 20), modality).any()

    @pytest.mark.parametrize("modality", [Modality.CTA, Modality.T2])
    def test_slices_do_not_see_each_other(self, modality: Modality) -> None:
        """A slice is prepared the same alone and among others, and order is kept."""
        pixels = phantom((4, 24, 24)) * 300.0
        together = self.applied(pixels, FOUNDING_PREPROCESSING, modality)
        for index in range(4):
            alone = self.applied(pixels[[index]], FOUNDING_PREPROCESSING, modality)
            assert np.array_equal(alone[0], together[index])
        turned = self.applied(pixels[::-1], FOUNDING_PREPROCESSING, modality)
        assert np.array_equal(turned, together[::-1])

    def test_stretch_takes_percentiles_of_the_step_before(self) -> None:
        """A stretch step spreads what the window left over the whole range."""
        narrow = np.linspace(0.0, 70.0, 101).reshape(1, 1, 101)
        stretched = Preprocessing((WINDOW, StretchStep(0.0, 100.0), ResizeStep(1, 101)))
        window = self.applied(narrow, window_alone(1, 101), Modality.CTA)
        prepared = self.applied(narrow, stretched, Modality.CTA)
        assert (int(prepared.min()), int(prepared.max())) == (0, 255)
        low, high = float(window.min()), float(window.max())
        assert np.array_equal(prepared, np.rint((window.astype(np.float64) - low) * 255.0 / (high - low)))

    def test_resize_averages_areas(self) -> None:
        """Halving a size gives the mean of each 2 x 2 block."""
        pixels = np.array([[[16.0, 48.0, 16.0, 16.0], [16.0, 48.0, 48.0, 80.0]]])
        halved = Preprocessing((WINDOW, ResizeStep(1, 2)))
        prepared = self.applied(pixels, halved, Modality.CT)
        assert prepared.tolist() == [[[102, 128]]]

    def test_modality_chooses_the_clip_limit(self) -> None:
        """Contrast is limited by the modality's own clip limit: another limit, another image."""
        pixels = np.random.default_rng(5).normal(40.0, 4.0, (1, 64, 64))
        steps = FOUNDING_PREPROCESSING.steps
        other = Preprocessing((steps[0], ClaheStep(tuple((m, 40.0) for m in Modality)), *steps[2:]))
        usual = self.applied(pixels, FOUNDING_PREPROCESSING, Modality.CT)
        assert not np.array_equal(usual, self.applied(pixels, other, Modality.CT))

    def test_the_frames_given_are_left_alone(self) -> None:
        """Preparing changes no value of what was given."""
        given = frames_of(phantom((2, 12, 12)) * 500.0)
        before = given.pixels.copy()
        self.make_preprocessor().apply(given, FOUNDING_PREPROCESSING, Modality.CTA)
        assert np.array_equal(given.pixels, before)
