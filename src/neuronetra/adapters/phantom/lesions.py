"""Finding a lesion's place: the neck on the named artery, the dome where there is room for it."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from neuronetra.adapters.phantom.lesions_sites import PARENTS, SITES, Site
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.vessels_growth import Side
from neuronetra.domain.arrays import Float64
from neuronetra.domain.locations import Location

_TRIES = 24
_ROOM = 0.4
"""Distance in mm between a dome and the next artery that is enough."""
_SIDE_MARGIN = 0.5
_SEAT = 0.92
"""Share of the parent's radius at which the neck lies: a little inside, so that no gap can open."""
_LEAST_HEIGHT = 0.65
"""Share of a dome's radius by which its centre stands off the neck at least."""
_STANDING = 0.35
"""Share of its radius by which a dome's centre lies outside every lumen."""
_OWN = 2.0
"""Arteries nearer to the neck than this share of the sac's radius, plus their own, are those that it grows from."""


@frozen(eq=False)
class Seat:
    """``neck`` (3,) mm on the parent's wall, ``dome`` (3,) the unit vector in which the sac grows."""

    neck: Float64
    dome: Float64


def seat(vessels: Vessels, location: Location, radius: float, generator: np.random.Generator) -> Seat:
    """A place for a sac of ``radius`` mm. Of some directions the first with room is taken, else the roomiest."""
    side = _side(location, generator)
    site = _site(location, generator)
    tube = vessels.tube(f"{side.word} {site.tube}" if site.sided else site.tube)
    share = float(generator.uniform(*site.span))
    if site.tube in PARENTS:
        share = _mouth(vessels.tube(PARENTS[site.tube].format(side=side.word)), tube)
    start, wall = tube.at(share), tube.radius(share)
    base, across = _base(site, side, tube, share), tube.tangent(share) if site.alongside else None
    lean = _lean(location)
    seats = []
    for number in range(_TRIES):
        dome = _strayed(base + lean * (2.0 * number / _TRIES), across, site.spread, generator)
        seats.append(Seat(start + dome * wall * _SEAT, dome))
    room = np.array([_room(vessels, option, radius) for option in seats])
    room -= 100.0 * np.array([not _keeps_side(vessels, option, radius, location) for option in seats])
    good = np.flatnonzero(room >= _ROOM)
    return seats[int(good[0] if len(good) else np.argmax(room))]


def _side(location: Location, generator: np.random.Generator) -> Side:
    """That of the label; for labels without one, either."""
    word = location.value.split()[0]
    return {"Left": Side.LEFT, "Right": Side.RIGHT}.get(word) or tuple(Side)[int(generator.integers(2))]


def _lean(location: Location) -> Float64:
    """(3,) towards a paired label's own side: of an artery beside the midline, later tries lean farther off it."""
    sides = {"Left": 1.0, "Right": -1.0}
    return np.array([sides.get(location.value.split()[0], 0.0), 0.0, 0.0])


def _site(location: Location, generator: np.random.Generator) -> Site:
    sites = SITES[location]
    weights = np.array([site.weight for site in sites])
    return sites[int(generator.choice(len(sites), p=weights / weights.sum()))]


def _mouth(parent: Tube, branch: Tube) -> float:
    """The share of ``branch``'s length at which it comes out of ``parent``'s wall."""
    gaps = np.linalg.norm(branch.centreline[:, None] - parent.centreline, axis=2)
    outside = np.flatnonzero(gaps.min(axis=1) > parent.radii[gaps.argmin(axis=1)])
    return float(outside[0] if len(outside) else len(gaps) - 1) / (len(gaps) - 1)


def _base(site: Site, side: Side, tube: Tube, share: float) -> Float64:
    """The site's own direction as a unit vector of the head's frame."""
    if site.towards == "onward":
        return tube.tangent(1.0)
    if site.towards == "outward":
        return _outward(tube, share)
    aim = side.points([site.towards])[0]
    return np.asarray(aim / np.linalg.norm(aim))


def _outward(tube: Tube, share: float) -> Float64:
    """Away from the centre of the bend, over about 8 mm of the course."""
    reach = min(4.0 / tube.length, share, 1.0 - share)
    ends = (tube.at(share - reach) + tube.at(share + reach)) / 2.0
    away = tube.at(share) - ends
    length = float(np.linalg.norm(away))
    return np.asarray(away / length) if length > 1e-6 else np.array([0.0, 0.0, 1.0])


def _strayed(base: Float64, along: Float64 | None, spread: float, generator: np.random.Generator) -> Float64:
    """``base`` and some chance; on a side wall, at right angles to the artery but for a fifth."""
    aim = base + generator.normal(0.0, spread, 3)
    if along is not None:
        aim = aim - 0.8 * along * float(aim @ along)
    return np.asarray(aim / np.linalg.norm(aim))


def _room(vessels: Vessels, option: Seat, radius: float) -> float:
    """Gap in mm between the dome and the nearest artery that it does not grow from; below 0 they overlap.

    Less than is enough also for a dome that would hide between the branches of the fork on which it stands.
    """
    centre = option.neck + option.dome * radius
    points, radii = vessels.arterial_points
    own = np.linalg.norm(points - option.neck, axis=1) < radii + _OWN * min(radius, 2.0)
    gaps = np.linalg.norm(points - centre, axis=1) - radii - radius
    standing = float((gaps + radius).min()) - _STANDING * radius
    return min(float(gaps[~own].min()), standing + _ROOM)


def _keeps_side(vessels: Vessels, option: Seat, radius: float, location: Location) -> bool:
    """Whether the dome's centre lies on its label's side, in the mean head and in the subject's frame."""
    sign = float(_lean(location)[0])
    if not sign:
        return True
    centre = option.neck + option.dome * _LEAST_HEIGHT * radius
    return bool(min(sign * centre[0], sign * vessels.warp.to_mean(centre)[0]) > _SIDE_MARGIN)
