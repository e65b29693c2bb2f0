"""Sacs: the right artery, the right side, sizes and shapes as intended."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.adapters.phantom.lesions_sites import SITES
from neuronetra.adapters.phantom.sacs import Sac, drawn_diameter
from neuronetra.adapters.phantom.sacs_shapes import Ellipsoid, frame_about, joined
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.locations import ARTERIES, Location

SUBJECTS = 12


@cache
def subject(seed):
    generator = np.random.default_rng(seed)
    return Vessels.drawn(generator, Warp.drawn(generator))


@cache
def sacs(location):
    """(seed, sac), two for each of the subjects."""
    index = location.index
    return tuple(
        (seed, Sac.drawn(subject(seed), location, np.random.default_rng((seed, index, number))))
        for seed in range(SUBJECTS)
        for number in range(2)
    )


def gap(tree, pieces, point):
    """Mm from ``point`` to the nearest wall among tubes of ``pieces``; below 0 within."""
    return min(
        float((np.linalg.norm(tube.centreline - point, axis=1) - tube.radii).min())
        for tube in tree.arteries
        if tube.piece in pieces
    )


@pytest.mark.parametrize("location", ARTERIES)
def test_a_neck_sits_on_an_artery_of_its_location(location):
    """No artery of another label is nearer, but for the few tenths of a mm where arteries fork."""
    others = {*ARTERIES, None} - {location}
    for seed, sac in sacs(location):
        own = gap(subject(seed), {location}, sac.neck)
        assert own < 0.6
        assert own < gap(subject(seed), others, sac.neck) + 0.7


@pytest.mark.parametrize("location", [place for place in ARTERIES if place.mirrored is not place])
def test_a_sided_sac_lies_on_its_side(location):
    """X above 0 is the patient's left: in the mean head always, in the subject's frame to a mm of the midline."""
    sign = 1.0 if location.value.startswith("Left") else -1.0
    for seed, sac in sacs(location):
        assert sign * subject(seed).warp.to_mean(sac.point)[0] > 0.3
        assert sign * sac.point[0] > -1.0


@pytest.mark.parametrize("location", ARTERIES)
def test_a_sac_is_open_to_its_artery_and_stands_out_of_it(location):
    """Its outline holds the neck, and its dome's centre lies outside the lumen it grows from."""
    for seed, sac in sacs(location):
        assert sac.distance(sac.neck[None])[0] < 0.0
        assert gap(subject(seed), {location}, sac.neck + (sac.point - sac.neck) * 2.0) > 0.0


@pytest.mark.parametrize("location", ARTERIES)
def test_domes_seldom_run_into_other_arteries(location):
    """What lies near the neck aside, no artery comes within the inner half of a dome."""
    for seed, sac in sacs(location):
        points, radii = subject(seed).arterial_points
        near = np.linalg.norm(points - sac.neck, axis=1) < radii + 4.0
        clear = np.linalg.norm(points - sac.point, axis=1) - radii
        assert clear[~near].min() > 0.4 * sac.diameter / 2.0 - 1.0


def test_diameters_are_log_normal_about_five():
    """2 to 12 mm, median 5."""
    generator = np.random.default_rng(2)
    sizes = np.array([drawn_diameter(generator) for _ in range(4000)])
    assert sizes.min() >= 2.0
    assert sizes.max() <= 12.0
    assert np.median(sizes) == pytest.approx(5.0, abs=0.2)


@given(st.sampled_from(ARTERIES), st.floats(2.0, 12.0), st.integers(0, 500))
def test_a_sac_has_the_diameter_asked_for(location, diameter, seed):
    """The dome's greatest diameter, with a neck narrower than the dome."""
    sac = Sac.drawn(subject(seed % SUBJECTS), location, np.random.default_rng(seed), diameter)
    assert sac.diameter == pytest.approx(diameter)
    width = np.sqrt(1.0 - (np.linalg.norm(sac.point - sac.neck) / sac.body.radii[0]) ** 2)
    assert 0.44 < width < 0.73


def test_some_sacs_are_lobed_and_some_large_ones_hold_clot():
    """Over many: about three in ten of each, no clot under 6 mm, and blood stays at the neck."""
    drawn = [
        Sac.drawn(subject(seed % SUBJECTS), Location.LEFT_MCA, np.random.default_rng(seed), size)
        for seed in range(150)
        for size in (4.0, 8.0)
    ]
    assert 0.2 < np.mean([bool(sac.lobes) for sac in drawn]) < 0.37
    clotted = [sac for sac in drawn if sac.thrombus]
    assert 0.2 < len(clotted) / 150 < 0.4
    for sac in clotted:
        assert sac.diameter > 6.0
        assert sac.lumen.volume == pytest.approx((1.0 - sac.thrombus) * sac.body.volume)
        assert sac.blood(sac.neck[None])[0] < 0.2


def test_sites_of_a_location_are_all_used():
    """Every site's artery exists in every subject, whatever its variants."""
    for sites in SITES.values():
        for site in sites:
            for seed in range(SUBJECTS):
                assert subject(seed).tube(f"left {site.tube}" if site.sided else site.tube)
    assert set(SITES) == set(ARTERIES)


def test_one_seed_draws_one_sac():
    """The same generator state gives the same place and shape."""
    one, again = (Sac.drawn(subject(1), Location.BASILAR_TIP, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.point, again.point)
    assert np.array_equal(one.body.radii, again.body.radii)


def test_the_presence_label_is_no_place():
    """A sac has an artery."""
    with pytest.raises(ValueError, match="13 arterial"):
        Sac(Location.ANEURYSM_PRESENT, np.zeros(3), Ellipsoid.sphere(np.zeros(3), 1.0))


def test_distances_to_spheres_are_exact_and_unions_hold_both():
    """A sphere's distance is that to its centre less its radius; a union is never smaller than its parts."""
    points = np.random.default_rng(0).normal(0.0, 4.0, (200, 3))
    ball = Ellipsoid.sphere(np.array([1.0, 0.0, 0.0]), 2.0)
    other = Ellipsoid(
        np.zeros(3), frame_about(np.array([0.0, 1.0, 1.0]), np.random.default_rng(1)), [1.0, 2.0, 3.0]
    )
    exact = np.linalg.norm(points - ball.centre, axis=1) - 2.0
    assert ball.distance(points) == pytest.approx(exact)
    both = joined(ball.distance(points), other.distance(points), 0.5)
    assert (both <= np.minimum(ball.distance(points), other.distance(points)) + 1e-12).all()
    assert other.distance(other.centre[None] + 3.0 * other.axes[2]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("axes", "radii"), [(np.ones((3, 3)), [1, 1, 1]), (np.eye(3), [1, 1, 0]), (np.eye(3), [1, 1])]
)
def test_a_body_that_is_none_is_refused(axes, radii):
    """Axes at right angles and radii above 0."""
    with pytest.raises(ValueError, match="ellipsoid"):
        Ellipsoid(np.zeros(3), axes, radii)
