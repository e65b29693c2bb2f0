"""Painting: volumes are kept at any voxel size, and no cut into slabs shows."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.mimics import Mimics
from neuronetra.adapters.phantom.painting import Painter, painted
from neuronetra.adapters.phantom.painting_lattice import Lattice
from neuronetra.adapters.phantom.painting_tubes import painted_tubes
from neuronetra.adapters.phantom.sacs import Sac
from neuronetra.adapters.phantom.sacs_shapes import Ellipsoid
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.vessel_volume import VesselVolume
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.locations import ARTERIES, Location

NOTHING = Mimics((), ())
KINDS = tuple(attribute.name for attribute in fields(VesselVolume))


def turned(angles):
    """A rotation (3, 3) by ``angles`` (3,) about x, y and z."""
    turn = np.eye(3)
    for axis, angle in enumerate(angles):
        one = np.eye(3)
        i, j = [other for other in range(3) if other != axis]
        one[i, i] = one[j, j] = np.cos(angle)
        one[i, j], one[j, i] = -np.sin(angle), np.sin(angle)
        turn = turn @ one
    return turn


def grid(steps, shape, thickness=None, angles=(0.0, 0.0, 0.0), shift=(0.0, 0.0, 0.0)):
    """Axial slices about the origin plus ``shift``, turned by ``angles``."""
    axes = turned(angles) @ np.array([[0, 0, steps[2]], [0, steps[1], 0], [steps[0], 0, 0]], float)
    affine = np.eye(4)
    affine[:3, :3] = axes
    affine[:3, 3] = np.asarray(shift) - axes @ ((np.array(shape) - 1) / 2.0)
    return Grid(affine, shape, thickness or steps[0])


@cache
def subject(seed=5):
    generator = np.random.default_rng(seed)
    tree = Vessels.drawn(generator, Warp.drawn(generator))
    sacs = tuple(Sac.drawn(tree, place, generator, 9.0) for place in ARTERIES[2:9:3])
    return tree, sacs, Mimics.drawn(tree, generator)


def nobody():
    return Vessels((), subject()[0].warp, subject()[0].variants)


def rod(radius, length=16.0):
    points = np.linspace((-length / 2.0, -1.0, 2.0), (length / 2.0, 2.0, -2.0), 40)
    return Tube("rod", Blood.ARTERY, points, np.full(40, radius))


voxels = pytest.mark.parametrize(
    ("steps", "shape", "thickness"),
    [
        ((0.5, 0.45, 0.45), (60, 64, 100), None),
        ((2.4, 1.8, 1.8), (12, 16, 26), None),
        ((5.0, 0.9, 0.9), (6, 30, 50), None),
        ((6.0, 0.9, 0.9), (6, 30, 50), 5.0),
        ((1.5, 1.0, 1.0), (20, 26, 44), 3.0),
    ],
)


@voxels
@pytest.mark.parametrize("radius", [0.3, 0.7, 1.5, 3.0])
def test_tubes_keep_their_volume(steps, shape, thickness, radius):
    """The sum of shares is that of a cylinder with round ends, whether voxels are finer or coarser than it."""
    tube = rod(radius)
    lattices = [
        Lattice.of(
            grid(steps, shape, thickness, (0.1 * turn, 0.15 * turn, 0.05), (0.0, 0.0, steps[0] * turn / 6)),
            0.7,
        )
        for turn in range(6)
    ]
    volume = np.mean([painted_tubes([tube], lattice).shares.sum() for lattice in lattices]) * np.prod(steps)
    exact = np.pi * radius**2 * tube.length + 4.0 / 3.0 * np.pi * radius**3
    assert volume == pytest.approx(exact, rel=0.04)


@voxels
@pytest.mark.parametrize("radius", [1.0, 2.5, 6.0])
def test_spheres_keep_their_volume(steps, shape, thickness, radius):
    """A sac far from any artery sums to its ball, averaged over where it lies between the voxels."""
    total = []
    for shift in (np.arange(12) + 0.5) / 12:
        where = np.asarray(steps)[::-1] * shift
        sac = Sac(Location.LEFT_MCA, where, Ellipsoid.sphere(where, radius))
        one = grid(steps, shape, thickness)
        total.append(float(painted(nobody(), [sac], NOTHING, one).lesion.sum()) * np.prod(steps))
    exact = 4.0 / 3.0 * np.pi * radius**3
    assert np.mean(total) == pytest.approx(exact, rel=0.05)


def test_a_thin_vessel_in_a_thick_slice_is_a_partial_share():
    """2 mm in 5 mm along the slice: two fifths in the middle; across it, all."""
    lying = Tube("lying", Blood.ARTERY, [(-20.0, 0.0, 0.0), (20.0, 0.0, 0.0)], [1.0, 1.0])
    standing = Tube("standing", Blood.ARTERY, [(0.0, 0.0, -20.0), (0.0, 0.0, 20.0)], [1.0, 1.0])
    one = grid((5.0, 0.5, 0.5), (3, 33, 33))
    flat, upright = (
        painted_tubes([tube], Lattice.of(one, 0.7)).dense(0, one.shape) for tube in (lying, standing)
    )
    assert flat[1, 16, 16] == pytest.approx(2.0 / 5.0, abs=0.02)
    assert upright[1, 16, 16] == pytest.approx(1.0, abs=1e-6)
    assert flat[0].max() == 0.0


def test_a_slice_shows_its_thickness_and_not_the_gap():
    """A sac between two thin slices far apart is in neither."""
    sac = Sac(Location.LEFT_MCA, np.zeros(3), Ellipsoid.sphere(np.zeros(3), 1.5))
    one = grid((6.0, 0.6, 0.6), (4, 20, 20), thickness=1.0)
    assert painted(nobody(), [sac], NOTHING, one).lesion.max() == 0.0
    assert painted(nobody(), [sac], NOTHING, evolve(one, thickness=6.0)).lesion.max() > 0.2


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 23), min_size=1, max_size=4, unique=True), st.floats(-0.2, 0.2))
def test_no_cut_into_slabs_shows(cuts, angle):
    """Slabs of any size give the whole, bit for bit."""
    tree, sacs, mimics = subject()
    painter = Painter.of(tree, sacs, mimics, grid((3.0, 3.0, 3.0), (24, 40, 40), angles=(angle, 0.0, angle)))
    whole = painter.slab(0, 24)
    bounds = [0, *sorted(cuts), 24]
    slabs = [painter(painter.grid.slab(a, b - a)) for a, b in pairwise(bounds)]
    for kind in KINDS:
        joined = np.concatenate([getattr(slab, kind) for slab in slabs])
        assert np.array_equal(joined, getattr(whole, kind))


def test_a_slab_painted_alone_is_that_of_the_whole():
    """A painter of a slab's own agrees to rounding."""
    tree, sacs, mimics = subject()
    one = grid((2.0, 2.0, 2.0), (30, 48, 48))
    whole = Painter.of(tree, sacs, mimics, one).slab(10, 7)
    alone = painted(tree, sacs, mimics, one.slab(10, 7))
    for kind in KINDS:
        assert getattr(alone, kind) == pytest.approx(getattr(whole, kind), abs=1e-3)


def test_blocks_of_slices_do_not_show():
    """More slices than are painted at once are as those painted in another cut."""
    tree = subject()[0]
    one = grid((1.0, 3.0, 3.0), (130, 30, 30))
    whole = Painter.of(tree, [], NOTHING, one).slab(0, 130)
    part = painted(tree, [], NOTHING, one.slab(40, 60))
    assert part.artery == pytest.approx(whole.artery[40:100], abs=1e-3)


def test_a_slab_of_another_grid_is_refused():
    """A painter answers for its own grid only."""
    tree = subject()[0]
    one = grid((4.0, 4.0, 4.0), (8, 20, 20))
    painter = Painter.of(tree, [], NOTHING, one)
    for other in (one.slab(4, 5), one.slab(-1, 2), grid((4.0, 4.0, 4.0), (8, 20, 20), shift=(0, 1, 0))):
        with pytest.raises(ValueError, match="no part"):
            painter(other)


def test_shares_of_a_voxel_sum_to_one_at_most():
    """All kinds together, wherever they meet; each of the float type and shape promised."""
    tree, sacs, mimics = subject()
    volume = painted(tree, sacs, mimics, grid((1.0, 1.0, 1.0), (60, 90, 90)))
    kinds = [getattr(volume, kind) for kind in KINDS]
    assert all(
        kind.dtype == np.float32 and kind.shape == (60, 90, 90) and kind.min() >= 0.0 for kind in kinds
    )
    assert sum(kinds).max() <= 1.0 + 1e-5
    assert min(volume.artery.max(), volume.lesion.max()) > 0.99


def test_a_sac_adds_to_its_artery_and_changes_nothing_else():
    """With and without a sac the arteries are the same, and the sac fills what lies outside them alone."""
    tree, sacs, _ = subject()
    one = grid((1.0, 0.8, 0.8), (50, 100, 100))
    without, with_sac = painted(tree, [], NOTHING, one), painted(tree, sacs[:1], NOTHING, one)
    assert np.array_equal(without.artery, with_sac.artery)
    added = float((with_sac.lesion + with_sac.thrombus).sum()) * 0.64
    assert 0.7 * sacs[0].body.volume < added <= 1.35 * sacs[0].body.volume


def test_clot_and_calcium_are_painted():
    """A clotted sac shows both its parts in the shares drawn; a plate keeps its volume."""
    sac = Sac(Location.LEFT_MCA, (0.0, 0.0, -4.0), Ellipsoid.sphere(np.zeros(3), 4.0), (), 0.4)
    plate = Ellipsoid((10.0, 0.0, 0.0), np.eye(3), (0.5, 1.5, 1.2))
    volume = painted(nobody(), [sac], Mimics((), (plate,)), grid((0.5, 0.5, 0.5), (40, 50, 60)))
    assert float(volume.thrombus.sum() / (volume.thrombus.sum() + volume.lesion.sum())) == pytest.approx(
        0.4, abs=0.03
    )
    assert float(volume.calcium.sum()) / 8.0 == pytest.approx(plate.volume, rel=0.1)


def test_a_grid_that_meets_no_vessel_is_empty():
    """Far from the head every share is 0."""
    tree, sacs, mimics = subject()
    volume = painted(tree, sacs, mimics, grid((2.0, 2.0, 2.0), (5, 6, 7), shift=(400.0, 0.0, 0.0)))
    assert all(getattr(volume, kind).max() == 0.0 for kind in KINDS)
