"""The deep grey matter of a synthetic head is whole."""

from __future__ import annotations

import numpy as np
import pytest

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Points
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_map import fields_at
from neuronetra.adapters.phantom.brain_parts import THALAMUS, THALAMUS_RADII
from neuronetra.adapters.phantom.warp import Warp


@pytest.mark.parametrize("seed", range(4))
def test_thalami_are_no_fluid(seed: int) -> None:
    """Every place within a thalamus lies in a hemisphere, also below the plane of the tentorium."""
    generator = np.random.default_rng(seed)
    anatomy = Anatomy.drawn(generator, Warp.drawn(generator))
    ball = np.random.default_rng(0).normal(size=(500, 3))
    ball /= np.maximum(np.linalg.norm(ball, axis=1, keepdims=True), 1.0)
    places = np.float32(THALAMUS + 0.95 * ball * THALAMUS_RADII)
    for side in (1, -1):
        points = Points(
            *(np.ascontiguousarray(axis) for axis in (places * (side, 1, 1)).astype(np.float32).T)
        )
        assert (fields_at(points, anatomy)[Field.CEREBRUM] < 0).all()
