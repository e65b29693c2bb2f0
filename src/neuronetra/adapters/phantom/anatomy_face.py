"""The head's outside, its muscles and its eyes."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Points, chain, ellipsoid, melted, union
from neuronetra.adapters.phantom.skull_cavity import vault
from neuronetra.domain.arrays import Float32


def skin(points: Points, anatomy: Anatomy) -> Float32:
    """To the outside of head, face, ears and neck."""
    folded = points.folded
    scalp = mean.SCALP_THICKNESS - 2.5 + anatomy.fat * 0.7
    head = vault(points, -scalp)
    temples = ellipsoid(folded, (28.0, -14.0, -4.0), (47.0, 52.0, 44.0))
    face = melted(
        ellipsoid(folded, (0.0, -24.0, -44.0), (66.0, 62.0, 62.0)),
        ellipsoid(folded, (0.0, -50.0, -84.0), (42.0, 36.0, 36.0)),
        12.0,
    )
    neck = chain(
        folded,
        [(0.0, 36.0, -30.0), (0.0, 30.0, -100.0), (0.0, 36.0, -175.0)],
        [54.0, 55.0, 60.0],
        (1.05, 1, 1),
    )
    body = melted(melted(melted(head, temples, 8.0), face, 10.0), neck, 16.0)
    nose = chain(folded, [(0.0, -72.0, 2.0), (0.0, -88.0, -30.0), (0.0, -86.0, -42.0)], [6.0, 8.5, 9.5])
    lips = ellipsoid(folded, (0.0, -82.0, -70.0), (24.0, 9.0, 14.0))
    brow = ellipsoid(folded, (22.0, -66.0, 10.0), (24.0, 12.0, 8.0))
    ear = ellipsoid(folded, (82.0, 36.0, -16.0), (5.0, 15.0, 28.0))
    lids = ellipsoid(folded, mean.EYE, (15.5,) * 3)
    body = melted(melted(body, nose, 8.0), union(lips, brow, lids), 6.0)
    return union(body, ear)


def muscles(points: Points, anatomy: Anatomy) -> Float32:
    """Temporal and chewing muscles, tongue, throat and the neck's."""
    folded = points.folded
    chewing = union(
        ellipsoid(folded, (67.0, -10.0, 2.0), (12.0, 30.0, 36.0)),
        ellipsoid(folded, (57.0, -14.0, -56.0), (8.0, 17.0, 32.0)),
        ellipsoid(folded, (34.0, -2.0, -44.0), (14.0, 18.0, 22.0)),
        ellipsoid(folded, (57.0, 12.0, -52.0), (11.0, 14.0, 22.0)),
        chain(folded, [(14.0, -78.0, -30.0), (40.0, -64.0, -50.0), (48.0, -34.0, -66.0)], [4.0, 5.0, 6.0]),
    )
    middle = union(
        ellipsoid(folded, (0.0, -36.0, -84.0), (26.0, 31.0, 18.0)),
        chain(
            folded,
            [(0.0, -4.0, -44.0), (0.0, 6.0, -80.0), (0.0, 0.0, -170.0)],
            [12.0, 15.0, 20.0],
            (1.7, 1, 1),
        ),
        chain(folded, [(0.0, -62.0, -72.0), (26.0, -60.0, -72.0)], [17.0, 10.0], (1.0, 1.0, 0.8)),
        chain(folded, [(0.0, -50.0, -98.0), (18.0, -10.0, -108.0)], [10.0, 9.0], (1.6, 1.0, 1.0)),
    )
    neck = union(
        chain(folded, [(9.0, 92.0, -34.0), (15.0, 66.0, -84.0), (18.0, 68.0, -170.0)], [8.0, 18.0, 22.0]),
        chain(folded, [(32.0, 76.0, -40.0), (34.0, 58.0, -84.0), (36.0, 60.0, -170.0)], [9.0, 16.0, 19.0]),
        chain(folded, [(59.0, 42.0, -42.0), (50.0, 18.0, -100.0), (42.0, -4.0, -160.0)], [6.0, 9.0, 10.0]),
        chain(folded, [(26.0, 38.0, -76.0), (32.0, 36.0, -170.0)], [13.0, 18.0]),
        chain(folded, [(12.0, 14.0, -54.0), (14.0, 18.0, -170.0)], [8.0, 10.0], (1.4, 1.0, 1.0)),
    )
    grown = np.float32(2.0 + 5.0 * (anatomy.muscles - 1))
    return np.asarray(union(chewing, middle, neck) - grown)


def eyes(folded: Points) -> Float32:
    """Globe and cornea."""
    bulge = ellipsoid(folded, (mean.EYE[0], mean.EYE[1] - 8, mean.EYE[2]), (6.0, 6.0, 6.0))
    return union(ellipsoid(folded, mean.EYE, (mean.EYE_RADIUS,) * 3), bulge)


def cords(folded: Points) -> Float32:
    """Optic nerves to the chiasm, and four straight muscles of each eye."""
    x, y, z = mean.EYE
    nerve = chain(
        folded,
        [(x - 1, y + 11, z), (24.0, -34.0, -3.5), (15.0, -18.0, 1.0), (8.0, -9.0, 5.5), (0.0, -3.0, 7.5)],
        [2.1, 1.9, 1.8, 1.9, 2.2],
    )
    apex = (16.5, -22.0, -2.5)
    reins = [
        chain(
            folded,
            [(x + dx, y + 1, z + dz), (x + dx * 1.02 - 3, y + 17, z + dz * 0.95), apex],
            [1.2, 2.5, 1.4],
        )
        for dx, dz in ((11.8, 0.0), (-11.8, 0.0), (0.0, 11.8), (0.0, -11.8))
    ]
    return union(nerve, *reins)
