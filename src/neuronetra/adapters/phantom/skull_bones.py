"""Bone that is not round the brain: skull base, face, jaw and the neck's vertebrae; and the air in it."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import (
    Points,
    box,
    chain,
    common,
    ellipsoid,
    step,
    union,
)
from neuronetra.adapters.phantom.skull_cavity import CANAL
from neuronetra.domain.arrays import Float32

_WALL = 1.6
_JAW = ((50.0, 14.0, -27.0), (50.0, 8.0, -55.0), (46.0, 0.0, -80.0), (30.0, -40.0, -92.0), (14.0, -66.0, -98.0),
        (0.0, -71.0, -99.0))  # fmt: skip
_ARCH = ((61.0, 14.0, -26.0), (66.0, -8.0, -28.0), (61.0, -32.0, -28.0), (48.0, -54.0, -29.0))
_RIM = ((46.0, -56.0, -26.0), (50.0, -54.0, -8.0), (44.0, -62.0, 8.0), (26.0, -70.0, 11.0), (9.0, -70.0, 4.0))
_TEETH = ((24.0, -38.0, -66.0), (21.0, -58.0, -66.0), (10.0, -72.0, -66.0), (0.0, -75.0, -66.0))
_ORBIT = ((32.0, -60.0, -6.0), (30.0, -48.0, -6.0), (16.0, -18.0, -2.0))
_ORBIT_RADII = (15.5, 14.5, 3.5)


def orbit(folded: Points) -> Float32:
    """The cone of fat that holds the eye."""
    return chain(folded, _ORBIT, _ORBIT_RADII)


def bones(points: Points, air: Float32) -> Float32:
    """Union of all; ``air`` is what the sinuses hollow out, and each sinus has a wall. The air is laid over it."""
    folded = points.folded
    central = union(
        chain(
            folded, [(0.0, 1.0, -7.0), (0.0, 17.0, -38.0), (0.0, 20.0, -48.0)], [5.0, 6.5, 4.0], (2.2, 1, 1)
        ),
        box(folded, (0.0, -15.0, -9.0), (14.0, 11.0, 13.0), 4.0),
        chain(folded, [mean.ANTERIOR_CLINOID, (22.0, -19.0, 6.0), (46.0, -24.0, 6.0)], [2.3, 2.6, 2.2]),
        chain(folded, [(13.0, -10.0, -24.0), (14.0, -12.0, -46.0)], [3.5, 2.5], (1.0, 2.2, 1.0)),
        _petrous(folded),
    )
    return union(central, _face(folded), _neck(points), air - np.float32(_WALL))


def _petrous(folded: Points) -> Float32:
    tip, end = mean.PETROUS_TIP, mean.PETROUS_END
    bar = chain(folded, [(tip[0] + 2, tip[1] + 2, tip[2] - 8), (end[0] - 2, end[1], end[2] - 6)], [5.5, 10.5])
    mastoid = chain(folded, [(58.0, 38.0, -26.0), (56.0, 36.0, -50.0)], [11.0, 4.5])
    temporal = ellipsoid(folded, (64.0, 12.0, -22.0), (7.0, 22.0, 6.0))
    return union(bar, mastoid, temporal)


def _face(folded: Points) -> Float32:
    palate = box(folded, (0.0, -50.0, -58.0), (21.0, 22.0, 1.8), 1.5)
    septum = box(folded, (0.0, -50.0, -33.0), (0.9, 22.0, 20.0), 0.8)
    nasal = chain(folded, [(3.0, -74.0, 4.0), (4.0, -86.0, -16.0)], [2.4, 1.5])
    alveolus = chain(folded, _TEETH, [5.0, 5.0, 4.0, 4.0], (1.0, 1.0, 1.5))
    jaw = chain(folded, _JAW, [4.0, 3.6, 4.5, 5.0, 5.5, 6.0], (1.0, 1.0, 1.7))
    hyoid = chain(
        folded, [(19.0, -12.0, -110.0), (12.0, -34.0, -113.0), (0.0, -38.0, -113.0)], [1.6, 2.0, 2.6]
    )
    maxilla = chain(folded, [(x, y, z + 8) for x, y, z in _TEETH], [5.0, 6.0, 5.0, 5.0])
    return union(
        palate,
        maxilla,
        septum,
        nasal,
        common(alveolus, -folded.z - 74),
        jaw,
        hyoid,
        chain(folded, _ARCH, [3.2, 2.8, 2.8, 4.0], (1.0, 1.0, 1.6)),
        chain(folded, _RIM, [4.5, 3.0, 3.0, 3.4, 3.0]),
    )


def _neck(points: Points) -> Float32:
    """Vertebral bodies with discs, the atlas, the dens, and what stands off to sides and back."""
    folded = points.folded
    phase = np.mod(-points.z - 68, 18.0)
    disc = np.abs(phase - np.float32(9.0)) - np.float32(6.6)
    column = chain(
        folded, [(0.0, 26.0, -68.0), (0.0, 25.0, -100.0), (0.0, 30.0, -170.0)], [7.5] * 3, (1.25, 1, 1)
    )
    bodies = common(column, disc, points.z + 68)
    lateral = chain(folded, [(17.0, 34.0, -70.0), (17.0, 36.0, -170.0)], [6.0] * 2)
    spines = common(box(folded, (0.0, 60.0, -120.0), (2.4, 16.0, 52.0)), disc + 2)
    dens = chain(folded, [(0.0, 24.0, -53.0), (0.0, 26.0, -72.0)], [4.6, 6.0])
    atlas = union(
        ellipsoid(folded, (19.0, 33.0, -58.0), (9.0, 10.0, 8.5)),
        chain(folded, [(16.0, 24.0, -57.0), (0.0, 16.5, -57.0)], [3.0, 3.4]),
        chain(folded, [(20.0, 44.0, -58.0), (10.0, 55.0, -58.0), (0.0, 58.0, -58.0)], [3.2] * 3),
    )
    canal = chain(points, CANAL, [15.0, 10.5, 8.2, 8.0, 8.0])
    return common(union(bodies, common(lateral, disc + 1), spines, dens, atlas), -canal)


def dense(folded: Points) -> Float32:
    """The labyrinth's capsule, and both rows of teeth."""
    capsule = union(
        ellipsoid(folded, (33.0, 24.0, -21.0), (6.5, 5.0, 5.0)),
        ellipsoid(folded, (41.0, 30.0, -19.0), (5.0, 6.5, 6.0)),
    )
    rows = [
        chain(folded, [(x, y, z + shift) for x, y, z in _TEETH], [3.6, 3.2, 2.6, 2.6], (1.0, 1.0, 1.7))
        for shift in (-8.0, -19.0)
    ]
    gaps = np.abs(np.mod(folded.x + folded.y * np.float32(0.6), 7.0) - np.float32(3.5)) - np.float32(3.1)
    crowns = common(union(*rows), np.abs(folded.z + np.float32(79.5)) - 11, gaps)
    return union(capsule, crowns)


def sinuses(points: Points, anatomy: Anatomy) -> Float32:
    """Air in bone: sphenoid, frontal and maxillary sinuses."""
    folded = points.folded
    sized = _by_side(points, anatomy.sinuses)
    centre, radii = mean.SPHENOID_SINUS, mean.SPHENOID_SINUS_RADII
    septum = np.float32(0.7) - np.abs(
        points.x - np.float32(3 * (anatomy.sinuses[0] - anatomy.sinuses[1]) * 10)
    )
    x, y, z = mean.FRONTAL_SINUS
    frontal = ellipsoid(folded, (x + 3, y + 2.6, z - 4), (11.0, 3.4, 9.0))
    return union(
        common(ellipsoid(folded, centre, radii), septum) + 5 * (1 - sized),
        common(frontal + 5 * (1 - sized), 1 - folded.x),
        ellipsoid(folded, mean.MAXILLARY_SINUS, mean.MAXILLARY_SINUS_RADII) + 4 * (1 - sized) + 1,
    )


def airways(folded: Points, anatomy: Anatomy) -> Float32:
    """Nasal cavity between turbinates, throat, mouth and ear canals."""
    nose = common(
        ellipsoid(folded, (0.0, -46.0, -35.0), (13.0, 32.0, 19.0)),
        np.float32(1.0 + anatomy.mucosa) - folded.x,
    )
    turbinates = union(
        chain(folded, [(9.5, -70.0, -46.0), (9.0, -24.0, -44.0)], [3.4, 3.0], (1.0, 1.0, 1.5)),
        chain(folded, [(7.5, -64.0, -31.0), (7.5, -26.0, -31.0)], [2.4, 2.2], (1.0, 1.0, 1.7)),
    )
    nostril = chain(folded, [(5.5, -70.0, -44.0), (6.5, -86.0, -48.0)], [4.5, 3.2])
    throat = chain(
        folded,
        [(0.0, -12.0, -42.0), (0.0, 0.0, -54.0), (0.0, 3.0, -80.0), (0.0, 0.0, -108.0), (0.0, -8.0, -170.0)],
        [5.0, 5.0, 4.0, 6.0, 8.5],
        (1.9, 1.0, 1.0),
    )
    mouth = ellipsoid(folded, (0.0, -46.0, -64.0), (15.0, 20.0, 2.2))
    ear = union(
        chain(folded, [(50.0, 28.0, -23.0), (80.0, 30.0, -26.0)], [2.8, 3.6]),
        ellipsoid(folded, (46.0, 27.0, -20.0), (2.6, 5.5, 6.0)),
    )
    return union(common(nose, -turbinates), nostril, throat, mouth, ear)


def cells(points: Points, anatomy: Anatomy) -> Float32:
    """Where air cells are: the ethmoid between the eyes, and both mastoids."""
    folded = points.folded
    x, y, z = mean.ETHMOID
    ethmoid = box(folded, (x, y, z - 1), (6.5, 20.0, 10.0), 3.0)
    mastoid = chain(folded, [(56.0, 36.0, -22.0), (56.0, 37.0, -42.0)], [9.5, 4.0])
    return union(ethmoid, mastoid + 8 * (1 - _by_side(points, anatomy.cells)))


def _by_side(points: Points, sides: tuple[float, float]) -> Float32:
    left = step(points.x, 0.0, 6.0)
    return np.asarray(np.float32(sides[1]) + np.float32(sides[0] - sides[1]) * left)
