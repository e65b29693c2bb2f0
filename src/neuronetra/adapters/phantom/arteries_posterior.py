"""The posterior circulation: vertebrals, basilar, cerebellar arteries, posterior cerebrals and communicants."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.tubes_fenestrated import fenestrated
from neuronetra.adapters.phantom.vessels_growth import Growth, Point, Side
from neuronetra.adapters.phantom.vessels_variants import Communicating, SideVariants
from neuronetra.domain.locations import Location

OTHER = Location.OTHER_POSTERIOR
TIP_LENGTH = 3.6
"""How much of the basilar's end, in mm, counts as its tip."""
STUMP = 0.16
"""Share of a communicating artery that is left where it is called missing: its origin is there, thread-thin."""
_VERTEBRAL = (
    (21.0, 39.0, -138.0),
    (22.0, 37.0, -112.0),
    (22.5, 37.0, -90.0),
    (26.5, 36.0, -76.0),
    (29.0, 35.0, -66.0),
    (29.0, 43.0, -59.5),
    (21.0, 49.5, -57.0),
    (14.5, 45.0, -53.0),
    landmarks.VERTEBRAL_ENTRY,
    (8.6, 29.0, -39.0),
    (4.0, 24.0, -33.5),
    landmarks.VERTEBROBASILAR_JUNCTION,
)
"""Up the cervical canals, out and back over the atlas, in at the foramen magnum."""
_BASILAR = ((0.0, 16.5, -23.0), (0.0, 12.8, -13.0), (0.0, 10.0, -3.0), landmarks.BASILAR_TIP)
_P1 = ((3.6, 8.0, 8.2), (7.4, 8.0, 9.2), landmarks.POSTERIOR_CEREBRAL[0])
_P2 = (
    (16.2, 14.5, 10.0),
    (19.6, 21.5, 11.0),
    landmarks.POSTERIOR_CEREBRAL[1],
    (20.0, 34.0, 13.0),
    (17.0, 43.0, 15.0),
    (14.0, 51.0, 17.0),
    landmarks.POSTERIOR_CEREBRAL[2],
)
_CALCARINE = ((11.5, 68.0, 18.5), (9.0, 79.0, 17.0), (8.0, 90.0, 19.0), (7.0, 99.0, 20.0))
_PARIETO_OCCIPITAL = ((12.0, 65.0, 24.0), (9.0, 74.0, 33.0), (7.0, 84.0, 40.0), (6.0, 92.0, 46.0))
_TEMPORAL = ((24.0, 32.0, 8.0), (32.0, 42.0, 4.0), (40.0, 55.0, 5.0), (44.0, 70.0, 8.0))
_SCA = ((5.0, 10.2, 3.6), (11.0, 14.5, 3.0), (15.5, 23.0, 4.0), (14.5, 34.0, 5.0), (10.0, 44.0, 6.5))
_SCA_ENDS = {
    "vermian": ((6.0, 54.0, 7.0), (5.0, 66.0, 3.0), (5.0, 76.0, -4.0)),
    "hemispheric": ((18.0, 52.0, 4.0), (28.0, 60.0, 0.0), (35.0, 68.0, -6.0)),
}
_AICA = (
    (7.0, 14.0, -17.0),
    (14.5, 19.0, -16.5),
    (20.0, 24.5, -19.5),
    (25.5, 26.5, -17.5),
    (31.0, 36.0, -23.0),
    (36.0, 46.0, -26.0),
)
_PICA = (
    (13.0, 38.0, -40.0),
    (13.0, 45.0, -47.5),
    (8.5, 50.0, -45.0),
    (6.5, 49.5, -36.0),
    (7.5, 56.0, -31.0),
    (9.0, 66.0, -36.0),
    (13.0, 76.0, -33.0),
)
AICA_ORIGIN, SCA_ORIGIN = 0.42, 0.35
"""Shares of the basilar trunk, and of its tip."""
PICA_ORIGIN = 0.8
"""Share of the vertebral's length."""


def vertebral(growth: Growth, side: Side, junction: Point, variants: SideVariants) -> Tube:
    """From the neck to ``junction``, where both join."""
    controls = [*side.points(_VERTEBRAL[:-1]), junction]
    radii = [variants.vertebral * radius for radius in (1.75, 1.75, 1.7, 1.7, 1.65, 1.6, 1.55, 1.5, 1.45)]
    return growth.tube(f"{side.word} vertebral", controls, radii, OTHER, jitter=1.0, wander=0.8, end=True)


def junction_of(growth: Growth, left: SideVariants, right: SideVariants) -> Point:
    """The junction lies away from the stronger vertebral, which pushes it."""
    push = float(np.sign(right.vertebral - left.vertebral)) * abs(growth.generator.normal(1.6, 1.0))
    shift = np.array([push, *growth.generator.normal(0.0, 1.0, 2)])
    return np.asarray(landmarks.VERTEBROBASILAR_JUNCTION + shift)


def basilar(growth: Growth, junction: Point, parted: bool) -> tuple[Tube, Tube, tuple[Tube, ...]]:
    """Trunk, tip, and the second limb of a fenestrated trunk."""
    bow = -np.sign(np.asarray(junction)[0]) * abs(growth.generator.normal(1.3, 0.9)) * growth.tortuosity
    course = np.array(_BASILAR)
    course[:3, 0] += bow * np.array([0.5, 1.0, 0.6])
    whole = growth.tube(
        "basilar", [junction, *course], (1.65, 1.62, 1.6, 1.58, 1.5), OTHER, jitter=0.7, wander=0.8
    )
    border = 1.0 - TIP_LENGTH / whole.length
    trunk = whole.part(0.0, border, "basilar trunk", OTHER)
    tip = whole.part(border, 1.0, "basilar tip", Location.BASILAR_TIP)
    if not parted:
        return trunk, tip, ()
    trunk, limb = fenestrated(trunk, 0.05, 0.35, growth.generator)
    return trunk, tip, (limb,)


def posterior_cerebral(growth: Growth, side: Side, tip: Tube, variants: SideVariants) -> tuple[Tube, ...]:
    """P1, P2 with P3, and the branches over the occipital and temporal lobes."""
    name = f"{side.word} posterior cerebral"
    radii = [variants.p1 * radius for radius in (1.1, 1.05, 1.0)]
    p1 = growth.tube(f"{name} P1", [tip.at(1.0), *side.points(_P1)], radii, OTHER, jitter=0.7, wander=0.8)
    p2 = growth.tube(f"{name} P2", [p1.at(1.0), *side.points(_P2)], (1.05, 0.95, 0.85, 0.75), OTHER)
    ends = {"calcarine": (1.0, _CALCARINE, 0.65), "parieto-occipital": (1.0, _PARIETO_OCCIPITAL, 0.6)}
    ends["temporal"] = (0.35, _TEMPORAL, 0.55)
    branches = [
        growth.tube(
            f"{name} {word}",
            [p2.at(share), *side.points(course)],
            (radius, 0.75 * radius, 0.25),
            OTHER,
            jitter=1.4,
            wander=1.5,
        )
        for word, (share, course, radius) in ends.items()
    ]
    return (p1, p2, *branches)


def posterior_communicating(
    growth: Growth, side: Side, origin: Point, p1: Tube, variants: SideVariants
) -> Tube:
    """From the carotid to where P1 ends; where it is missing only its first millimetres are there."""
    radius = {Communicating.USUAL: 0.6, Communicating.SMALL: 0.38, Communicating.MISSING: 0.32}
    wide = radius.get(variants.communicating, 1.0)
    start, end = np.asarray(origin, np.float64), p1.at(1.0)
    sag = np.array([0.0, 0.0, -1.4])
    middle = [start + share * (end - start) + sag * np.sin(np.pi * share) for share in (0.25, 0.5, 0.75)]
    name = f"{side.word} posterior communicating"
    piece = side.location("POSTERIOR_COMMUNICATING")
    whole = growth.tube(name, [start, *middle, end], (wide, 0.97 * wide, wide), piece, jitter=0.7, end=True)
    return whole.part(0.0, STUMP, name, piece) if variants.communicating is Communicating.MISSING else whole


def cerebellar(growth: Growth, side: Side, trunk: Tube, tip: Tube, own_vertebral: Tube) -> tuple[Tube, ...]:
    """Superior cerebellar with two ends, anterior inferior and posterior inferior."""
    sca = growth.tube(
        f"{side.word} superior cerebellar", [tip.at(SCA_ORIGIN), *side.points(_SCA)], (0.75, 0.7, 0.6), OTHER
    )
    ends = [
        growth.tube(
            f"{sca.name} {word}",
            [sca.at(1.0), *side.points(course)],
            (0.5, 0.4, 0.25),
            OTHER,
            jitter=1.4,
            wander=1.5,
        )
        for word, course in _SCA_ENDS.items()
    ]
    low = float(growth.generator.uniform(-0.08, 0.08))
    aica = growth.tube(
        f"{side.word} anterior inferior cerebellar",
        [trunk.at(AICA_ORIGIN + low), *side.points(_AICA)],
        (0.55, 0.5, 0.45, 0.3, 0.22),
        OTHER,
        wander=1.3,
    )
    pica = growth.tube(
        f"{side.word} posterior inferior cerebellar",
        [own_vertebral.at(PICA_ORIGIN + low / 4.0), *side.points(_PICA)],
        (0.75, 0.7, 0.65, 0.5, 0.35, 0.25),
        OTHER,
        jitter=1.4,
        wander=1.3,
    )
    return (sca, *ends, aica, pica)
