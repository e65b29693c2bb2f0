"""The internal carotid from the neck to its terminus, and what leaves it before: one side at a time."""

from __future__ import annotations

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.tubes_courses import spline, wandering
from neuronetra.adapters.phantom.vessels_growth import Growth, Side
from neuronetra.domain.arrays import Float64

CAROTID_FORK = (31.0, 25.0, -112.0)
_COMMON = ((27.0, 32.0, -150.0), (29.0, 29.0, -130.0))
_INFRACLINOID = (
    CAROTID_FORK,
    landmarks.NECK_CAROTID,
    (27.0, 27.0, -72.0),
    (28.0, 24.0, -54.0),
    landmarks.CAROTID_CANAL,
    (25.5, 20.0, -29.0),
    (21.5, 15.5, -22.5),
    landmarks.PETROUS_CAROTID[1],
    (11.8, 5.5, -13.5),
    (11.9, 1.0, -7.6),
    (12.6, -8.0, -8.2),
    (12.0, -14.6, -4.4),
    (11.2, -15.6, 0.0),
)
"""Neck, canal, petrous bend, lacerum, and the siphon: back, forward, and up round the clinoid."""
_SUPRACLINOID = (landmarks.CLINOID_CAROTID, (11.2, -9.2, 5.6), (12.4, -6.4, 9.6), landmarks.CAROTID_TERMINUS)
_RADII = (2.3, 2.15, 2.1, 2.05, 2.0, 2.0, 2.0, 2.0, 1.95, 1.9, 1.9, 1.85, 1.8, 1.7, 1.6, 1.5, 1.4)
_CLINOID_KNOT = len(_INFRACLINOID)
_NECK_KNOT = 5
_STEP = 0.9

PCOM_ORIGIN = 0.42
"""Shares of the supraclinoid carotid's length where its branches leave."""
CHOROIDAL_ORIGIN = 0.66
OPHTHALMIC_ORIGIN = 0.05


def internal_carotid(growth: Growth, side: Side) -> tuple[Tube, Tube]:
    """Below and above the clinoid, of one smooth course."""
    controls = growth.moved(side.points((*_INFRACLINOID, *_SUPRACLINOID)), 0.7, end=False)
    points, knots = spline(controls, _STEP)
    points = (
        points
        + _neck_wander(points, knots[_NECK_KNOT], growth)
        + wandering(points, 0.35 * growth.tortuosity, growth.generator)
    )
    whole = Tube("", Blood.ARTERY, points, growth.radii(_RADII, knots, len(points)))
    border = float(knots[_CLINOID_KNOT])
    return (
        whole.part(
            0.0, border, f"{side.word} internal carotid infraclinoid", side.location("INFRACLINOID_ICA")
        ),
        whole.part(
            border, 1.0, f"{side.word} internal carotid supraclinoid", side.location("SUPRACLINOID_ICA")
        ),
    )


def _neck_wander(points: Float64, canal: float, growth: Growth) -> Float64:
    """(m, 3) mm: wide curves in the neck, where nothing holds the artery; none above the skull's base."""
    count = max(3, int(canal * len(points)))
    shifts = points * 0.0
    shifts[:count] = wandering(points[:count], 2.2 * growth.tortuosity, growth.generator)
    return shifts


def common_carotid(growth: Growth, side: Side) -> Tube:
    """Feet of the fork: what a long field of view shows of it."""
    name = f"{side.word} common carotid"
    return growth.tube(name, side.points((CAROTID_FORK, *_COMMON[::-1])), (2.9, 3.1, 3.1), wander=2.0)


def carotid_branches(growth: Growth, side: Side, carotid: Tube) -> tuple[Tube, ...]:
    """The ophthalmic and the anterior choroidal artery, which the data set does not name."""
    ophthalmic = (
        (12.8, -19.0, 1.8),
        (17.0, -28.0, 0.2),
        (23.0, -38.0, 2.0),
        (21.5, -47.0, 4.5),
        (19.0, -57.0, 4.0),
    )
    choroidal = (
        (15.5, -1.0, 11.0),
        (18.5, 6.0, 10.0),
        (22.5, 13.0, 9.0),
        (27.0, 20.0, 5.0),
        (29.0, 27.0, 7.0),
    )
    start = carotid.at(OPHTHALMIC_ORIGIN)
    return (
        growth.tube(f"{side.word} ophthalmic", [start, *side.points(ophthalmic)], (0.7, 0.6, 0.5, 0.35)),
        growth.tube(
            f"{side.word} anterior choroidal",
            [carotid.at(CHOROIDAL_ORIGIN), *side.points(choroidal)],
            (0.45, 0.4, 0.25),
        ),
    )
