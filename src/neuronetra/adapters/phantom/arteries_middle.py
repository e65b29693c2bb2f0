"""The middle cerebral artery of one side: M1, its trunks over the insula, its branches over the hemisphere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.vessels_growth import Growth, Point, Side
from neuronetra.adapters.phantom.vessels_surface import CORTEX, on_vault, over_vault
from neuronetra.domain.arrays import Float64

_M1 = ((19.5, -8.6, 12.6), (26.0, -10.5, 13.6), (32.5, -8.0, 11.6), landmarks.MIDDLE_CEREBRAL_BIFURCATION)
_TRUNKS = {
    "superior": ((40.5, -6.5, 15.5), (38.5, -7.5, 20.5), (38.5, -3.5, 26.0)),
    "inferior": ((41.5, -0.5, 10.5), (41.0, 6.0, 14.0), (40.0, 13.0, 18.0)),
    "middle": ((41.2, -2.5, 14.0), (38.8, 1.5, 19.5), (38.4, 6.0, 25.0)),
}
_SUPERIOR = (
    ((38.2, -10.0, 27.0), (46.0, -13.0, 21.0), (55.0, -16.0, 22.0), (40.0, -54.0, 32.0)),
    ((38.0, -5.0, 32.0), (45.0, -7.0, 25.0), (57.0, -8.0, 25.0), (42.0, -32.0, 66.0)),
    ((38.0, 2.0, 34.0), (46.0, 2.0, 27.0), (59.0, 3.0, 28.0), (40.0, -4.0, 84.0)),
    ((38.0, 8.0, 34.0), (47.0, 10.0, 29.0), (60.0, 12.0, 31.0), (38.0, 28.0, 86.0)),
)
"""Each: up the insula, down round its roof, out of the fissure, and the gyrus at which it ends."""
_INFERIOR = (
    ((39.0, 19.0, 26.0), (47.0, 23.0, 26.0), (60.0, 28.0, 28.0), (38.0, 62.0, 76.0)),
    ((39.5, 21.0, 24.0), (48.0, 28.0, 26.0), (60.0, 36.0, 29.0), (40.0, 88.0, 52.0)),
    ((42.0, 18.0, 18.0), (50.0, 22.0, 17.0), (60.0, 28.0, 14.0), (46.0, 84.0, 20.0)),
    ((43.0, 12.0, 12.0), (50.0, 13.0, 11.0), (60.0, 14.0, 6.0), (58.0, 48.0, -6.0)),
)
_TEMPORAL = ((36.0, -13.0, 7.0), (42.0, -19.0, 1.0), (48.0, -22.0, -6.0))
_M2_RADII, _M3_RADII = (1.05, 0.95, 0.85), (0.78, 0.7, 0.62, 0.55, 0.45, 0.38, 0.3, 0.24)


def middle_cerebral(growth: Growth, side: Side, terminus: Point, trunks: int) -> tuple[Tube, ...]:
    """M1 from ``terminus``, two or three M2 trunks, and the branches of each (M3, M4)."""
    piece = side.location("MCA")
    name = f"{side.word} middle cerebral"
    controls = growth.moved([terminus, *side.points(_M1)], 1.3, end=False)
    m1 = growth.tube(f"{name} M1", controls, (1.32, 1.3, 1.26, 1.2), piece, jitter=0.0, wander=0.9)
    tubes = [m1, _temporal(growth, side, m1)]
    for number, word in enumerate(list(_TRUNKS)[:trunks]):
        scale = (1.0, 1.0, 0.85)[number]
        trunk = growth.tube(
            f"{name} M2 {word}",
            [m1.at(1.0), *side.points(_TRUNKS[word])],
            [scale * radius for radius in _M2_RADII],
            piece,
            jitter=1.1,
        )
        tubes += [trunk, *_branches(growth, side, trunk, _targets(word, trunks))]
    return tuple(tubes)


def _targets(trunk: str, trunks: int) -> Sequence[tuple[Point, ...]]:
    """Which branches a trunk feeds: with three, the middle one takes two of the superior's."""
    if trunk == "inferior":
        return _INFERIOR
    if trunk == "middle":
        return _SUPERIOR[2:]
    return _SUPERIOR if trunks == 2 else _SUPERIOR[:2]


def _branches(growth: Growth, side: Side, trunk: Tube, targets: Sequence[tuple[Point, ...]]) -> list[Tube]:
    """Branches from the trunk's end, one or two twigs on each."""
    tubes = []
    for number, (insula, roof, out, target) in enumerate(targets):
        surface = np.asarray(target) + growth.generator.normal(0.0, 4.0, 3)
        deep = [insula, roof, on_vault([out], CORTEX)[0]]
        course = np.vstack([side.points(deep), side.points(over_vault(out, surface, CORTEX, 5))])
        start = trunk.at(1.0 if number else 0.86)
        scale = growth.generator.uniform(0.85, 1.1)
        branch = growth.tube(
            f"{trunk.name.replace(' M2', ' M3')} {number + 1}",
            [start, *course],
            [scale * radius for radius in _M3_RADII],
            trunk.piece,
            jitter=1.3,
            wander=2.0,
        )
        tubes += [branch, *_twigs(growth, branch)]
    return tubes


def _twigs(growth: Growth, branch: Tube) -> list[Tube]:
    """Short side branches over the cortex."""
    shares = growth.generator.uniform(0.45, 0.8, int(growth.generator.integers(1, 3)))
    return [twig(growth, branch, float(share), number) for number, share in enumerate(shares)]


def twig(growth: Growth, branch: Tube, share: float, number: int) -> Tube:
    """A side branch that leaves ``branch`` at a slant and keeps to the vault."""
    start, onward = branch.at(share), branch.tangent(share)
    across = np.cross(onward, _outward(start)) * growth.generator.choice([-1.0, 1.0])
    reach = growth.generator.uniform(14.0, 28.0)
    end = start + reach * (0.8 * onward + 0.6 * across)
    course = over_vault(start, end, CORTEX, 3)
    radius = min(0.8 * branch.radius(share), 0.5)
    return growth.tube(
        f"{branch.name} twig {number + 1}",
        [start, *course],
        (radius, 0.7 * radius, 0.2),
        branch.piece,
        jitter=1.5,
        wander=1.6,
    )


def _outward(point: Float64) -> Float64:
    """The vault's normal at ``point``, unit length."""
    normal = (point - np.asarray(landmarks.SKULL_CENTRE)) / np.square(landmarks.SKULL_OUTER)
    return np.asarray(normal / np.linalg.norm(normal))


def _temporal(growth: Growth, side: Side, m1: Tube) -> Tube:
    """The early temporal branch of M1, to the pole."""
    start = m1.at(float(growth.generator.uniform(0.5, 0.75)))
    pole = on_vault([(46.0, -26.0, -14.0)], CORTEX)[0]
    return growth.tube(
        f"{side.word} middle cerebral temporal",
        [start, *side.points([*_TEMPORAL, pole])],
        (0.6, 0.55, 0.45, 0.3),
        m1.piece,
        jitter=1.2,
    )


def lenticulostriate(growth: Growth, side: Side, m1: Tube) -> tuple[Tube, ...]:
    """Three of the fine perforators from the roof of M1 into the deep nuclei."""
    tubes = []
    for number, share in enumerate((0.25, 0.4, 0.55)):
        start = m1.at(share)
        rise = np.array([(1.0, 3.0, 6.0), (1.5 + number, 6.0, 13.0), (3.0 + 2 * number, 10.0, 20.0)])
        course = [start, *(start + side.points(rise))]
        radii = (0.3, 0.25, 0.15)
        tubes.append(
            growth.tube(f"{side.word} lenticulostriate {number + 1}", course, radii, m1.piece, jitter=0.7)
        )
    return tuple(tubes)
