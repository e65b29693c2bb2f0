"""The vessel tree of a subject: joints, sides, calibres, variants."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.mimics import Mimics
from neuronetra.adapters.phantom.tubes import Blood
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.vessels_variants import Communicating, Variants
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.locations import ARTERIES, Location

SEEDS = range(24)


@cache
def subject(seed):
    generator = np.random.default_rng(seed)
    return Vessels.drawn(generator, Warp.drawn(generator))


def mean_radius(name):
    return float(np.mean([subject(seed).tube(name).radii.mean() for seed in SEEDS]))


def distance_to(tube, point):
    """Mm from ``point`` to a centreline, segments counted."""
    starts, runs = tube.centreline[:-1], np.diff(tube.centreline, axis=0)
    along = np.clip(np.einsum("ij,ij->i", point - starts, runs) / np.einsum("ij,ij->i", runs, runs), 0.0, 1.0)
    return float(np.linalg.norm(starts + along[:, None] * runs - point, axis=1).min())


@pytest.mark.parametrize("seed", range(4))
def test_every_branch_starts_within_another_vessel(seed):
    """No gap between joined vessels: a tube begins inside another of its kind, unless it comes from outside."""
    tree = subject(seed)
    sources = {"common carotid", "vertebral", "infraclinoid", "sagittal sinus", "Galen"}
    roots = {
        "internal cerebral vein",
        "basal vein",
        "cavernous sinus",
        "middle cerebral vein",
        "Labbé",
        "Trolard",
    }
    for tube in tree.tubes:
        if any(tube.name.endswith(word) for word in sources | roots):
            continue
        near = [
            other
            for other in tree.tubes
            if other is not tube and other.kind is tube.kind and distance_to(other, tube.at(0.0)) < 0.3
        ]
        assert near, f"{tube.name} begins nowhere"


@pytest.mark.parametrize("seed", range(6))
def test_the_circle_of_willis_is_closed(seed):
    """Both A1 meet the communicating artery, and P1 the posterior communicating where there is one."""
    tree = subject(seed)
    across = tree.tube("anterior communicating")
    assert across.at(0.0) == pytest.approx(tree.tube("left anterior cerebral A1").at(1.0))
    assert across.at(1.0) == pytest.approx(tree.tube("right anterior cerebral A1").at(1.0))
    for side, own in (("left", tree.variants.left), ("right", tree.variants.right)):
        end = tree.tube(f"{side} posterior communicating").at(1.0)
        gap = np.linalg.norm(end - tree.tube(f"{side} posterior cerebral P1").at(1.0))
        assert (gap < 0.01) == (own.communicating is not Communicating.MISSING)


@pytest.mark.parametrize("seed", SEEDS)
def test_sided_arteries_lie_on_their_side(seed):
    """Left is x above 0: by the mean of each tube, in the mean head always, in the subject's beyond its midline."""
    tree = subject(seed)
    for tube in tree.arteries:
        side = {"left": 1.0, "right": -1.0}.get(tube.name.split()[0])
        if side is None:
            continue
        assert side * tree.warp.to_mean(tube.centreline)[:, 0].mean() > 1.0, tube.name
        far = abs(tube.centreline[:, 0].mean()) > 4.0
        assert side * tube.centreline[:, 0].mean() > (0.0 if far else -2.5), tube.name
        if tube.piece is not None and tube.piece.mirrored is not tube.piece:
            assert tube.piece.value.lower().startswith(tube.name.split()[0])


def test_every_location_has_an_artery_and_no_vein_has_a_location():
    """A lesion of each of the 13 locations finds a place in every subject."""
    for seed in SEEDS:
        assert {tube.piece for tube in subject(seed).arteries} - {None} == set(ARTERIES)
        assert all(tube.piece is None for tube in subject(seed).veins)


@pytest.mark.parametrize("seed", range(6))
def test_the_clinoid_parts_the_carotid(seed):
    """Infraclinoid ends and supraclinoid begins at the landmark, to a few mm."""
    tree = subject(seed)
    border = tree.warp.to_subject(np.array(landmarks.CLINOID_CAROTID))
    below = tree.tube("left internal carotid infraclinoid")
    assert below.at(1.0) == pytest.approx(tree.tube("left internal carotid supraclinoid").at(0.0))
    assert np.linalg.norm(below.at(1.0) - border) < 4.0
    assert below.piece is Location.LEFT_INFRACLINOID_ICA


def test_arteries_taper_to_the_calibres_of_the_mean_adult():
    """Carotid 2.0 to 1.4, M1 1.3, A1 1.0, basilar 1.6: over many subjects, to a tenth."""
    carotid = [
        (
            subject(seed).tube("left internal carotid infraclinoid").radius(0.6),
            subject(seed).tube("left internal carotid supraclinoid").radius(1.0),
        )
        for seed in SEEDS
    ]
    assert np.mean(carotid, axis=0) == pytest.approx([2.0, 1.4], abs=0.1)
    assert mean_radius("left middle cerebral M1") == pytest.approx(1.3, abs=0.1)
    usual = [seed for seed in SEEDS if not subject(seed).variants.left.small_a1]
    a1 = [subject(seed).tube("left anterior cerebral A1").radii.mean() for seed in usual]
    assert np.mean(a1) == pytest.approx(1.0, abs=0.1)
    assert mean_radius("basilar trunk") == pytest.approx(1.6, abs=0.12)


def test_distal_arteries_are_thinner_than_their_trunks():
    """M1, M2, M3 and its end, in this order."""
    for seed in range(6):
        tree = subject(seed)
        m3 = tree.tube("left middle cerebral M3 superior 1")
        radii = [
            tree.tube("left middle cerebral M1").radius(0.5),
            tree.tube("left middle cerebral M2 superior").radius(0.9),
        ]
        radii += [m3.radius(0.1), m3.radius(1.0)]
        assert radii == sorted(radii, reverse=True)


def test_no_artery_of_the_circle_is_straight_as_a_stick():
    """The length of each is more than that of the line between its ends."""
    for seed in range(6):
        for name in (
            "left internal carotid infraclinoid",
            "right middle cerebral M1",
            "left anterior cerebral A2",
        ):
            tube = subject(seed).tube(name)
            assert tube.length > 1.02 * np.linalg.norm(tube.at(1.0) - tube.at(0.0))


def test_left_and_right_differ_within_a_subject():
    """Mirrored, one side's course and calibre are not the other's."""
    tree = subject(3)
    left, right = (tree.tube(f"{side} middle cerebral M1") for side in ("left", "right"))
    mirrored = right.at(0.5) * (-1.0, 1.0, 1.0)
    assert np.linalg.norm(left.at(0.5) - mirrored) > 0.3
    assert left.radii.mean() != pytest.approx(right.radii.mean(), rel=1e-3)


def test_one_seed_draws_one_tree():
    """The same generator state gives the same arrays, another one others."""
    one, again = (
        Vessels.drawn(np.random.default_rng(9), Warp.drawn(np.random.default_rng(1))) for _ in range(2)
    )
    other = Vessels.drawn(np.random.default_rng(10), one.warp)
    assert all(
        np.array_equal(a.centreline, b.centreline) for a, b in zip(one.tubes, again.tubes, strict=True)
    )
    assert not np.array_equal(one.tube("basilar tip").centreline, other.tube("basilar tip").centreline)


def test_names_are_unique_and_an_unknown_one_is_refused():
    """A site finds the tube that it means."""
    names = [tube.name for tube in subject(0).tubes]
    assert len(names) == len(set(names))
    with pytest.raises(KeyError, match="left nothing"):
        subject(0).tube("left nothing")


def test_variants_occur_as_often_as_intended():
    """Over 4,000 subjects, each share within four standard errors."""
    generator = np.random.default_rng(0)
    drawn = [Variants.drawn(generator) for _ in range(4000)]
    sides = [side for variants in drawn for side in (variants.left, variants.right)]
    shares = {
        0.12: np.mean([side.communicating is Communicating.FETAL for side in sides]),
        0.20: np.mean([side.communicating is Communicating.MISSING for side in sides]),
        0.07: np.mean([side.small_a1 for side in sides]),
        0.25: np.mean([side.trunks == 3 for side in sides]),
        0.05: np.mean([variants.fenestrated_basilar for variants in drawn]),
        0.42: np.mean([variants.left.vertebral > 1.1 for variants in drawn]),
        0.12 * 0.7 + 0.88 * 0.05: np.mean([side.small_p1 for side in sides]),
    }
    for expected, found in shares.items():
        assert abs(found - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / 4000)
    assert not any(variants.left.small_a1 and variants.right.small_a1 for variants in drawn)


def test_variants_show_in_the_tree():
    """A fetal communicant is wide, a missing one a stump, a small A1 or P1 thin."""
    for seed in SEEDS:
        tree = subject(seed)
        for side, own in (("left", tree.variants.left), ("right", tree.variants.right)):
            across = tree.tube(f"{side} posterior communicating")
            if own.communicating is Communicating.FETAL:
                assert across.radii.mean() > 0.75
            if own.communicating is Communicating.MISSING:
                assert across.length < 5.0
            assert (tree.tube(f"{side} anterior cerebral A1").radii.mean() < 0.6) == own.small_a1
            assert (tree.tube(f"{side} posterior cerebral P1").radii.mean() < 0.65) == own.small_p1


def test_mimics_know_nothing_of_lesions():
    """They are drawn from the vessels alone; one seed gives one set; over subjects every kind occurs."""
    kinds = set()
    for seed in SEEDS:
        mimics, again = (Mimics.drawn(subject(seed), np.random.default_rng(seed)) for _ in range(2))
        assert [tube.name for tube in mimics.tubes] == [tube.name for tube in again.tubes]
        kinds |= {tube.name.split()[-1] if tube.kind is Blood.ARTERY else "vein" for tube in mimics.tubes}
        kinds |= {"calcium"} if mimics.plates else set()
        cones = [tube for tube in mimics.tubes if tube.name.endswith("infundibulum")]
        assert all(2.0 * tube.radii.max() <= 3.0 for tube in cones)
        assert all(tube.radii[0] > tube.radii[-1] for tube in cones)
    assert kinds == {"infundibulum", "loop", "vein", "calcium"}


def test_calcium_sits_on_walls_of_its_arteries():
    """Each plate lies within a mm of the wall of a carotid siphon or a vertebral."""
    for seed in SEEDS:
        tree = subject(seed)
        walls = [
            tree.tube(f"{side} {word}")
            for side in ("left", "right")
            for word in ("internal carotid infraclinoid", "vertebral")
        ]
        for plate in Mimics.drawn(tree, np.random.default_rng(seed)).plates:
            gaps = [
                np.abs(np.linalg.norm(w.centreline - plate.centre, axis=1) - w.radii).min() for w in walls
            ]
            assert min(gaps) < 1.0
