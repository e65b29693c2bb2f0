"""OpenCV's preprocessor keeps the port's promises, on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.adapters.imaging.opencv import OpenCVPreprocessor
from neuronetra.domain.modality import Modality
from neuronetra.domain.preprocessing import FOUNDING_PREPROCESSING
from neuronetra.testing.phantom import phantom
from neuronetra.testing.preprocessor_contract import PreprocessorContract, frames_of


class TestOpenCVPreprocessor(PreprocessorContract):
    def make_preprocessor(self) -> OpenCVPreprocessor:
        return OpenCVPreprocessor()


@pytest.mark.parametrize("threads", [0, 1, 5])
def test_threads_change_nothing(threads: int) -> None:
    """The result does not depend on how many slices are prepared at once."""
    frames = frames_of(phantom((5, 40, 30)) * 500.0)
    expected = OpenCVPreprocessor(2).apply(frames, FOUNDING_PREPROCESSING, Modality.CTA)
    assert OpenCVPreprocessor(threads).apply(frames, FOUNDING_PREPROCESSING, Modality.CTA) == expected


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (3, 5), (512, 512)])
def test_any_size_becomes_the_networks(shape: tuple[int, int]) -> None:
    """Slices of any size, of one pixel too, become 224 x 224."""
    frames = frames_of(phantom((2, *shape)) * 500.0)
    prepared = OpenCVPreprocessor().apply(frames, FOUNDING_PREPROCESSING, Modality.MRA)
    assert prepared.pixels.shape == (2, 224, 224)


def test_the_founding_steps_on_a_known_slice() -> None:
    """The founding steps use the whole range and keep left and right, top and bottom where they were."""
    prepared = OpenCVPreprocessor().apply(
        frames_of(phantom((3, 64, 64)) * 1000.0), FOUNDING_PREPROCESSING, Modality.T2
    )
    first = prepared.pixels[0].astype(np.float64)
    assert (first.min(), first.max()) == (0, 255)
    assert first[:60, :60].mean() > first[:60, 120:].mean() + 50
    assert first[-3:, :60].mean() < 20
