"""The brain's bodies: hemispheres, cerebellum, brainstem, deep grey matter, glands."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import (
    Points,
    chain,
    common,
    ellipsoid,
    melted,
    step,
    union,
)
from neuronetra.domain.arrays import Float32

THALAMUS, THALAMUS_RADII = (10.5, 22.0, 25.0), (8.0, 14.0, 9.5)
_LODGE = (9.0, 15.0, 10.5)
"""Of hemisphere about a thalamus, which reaches below the tentorium's plane: it stands in the notch."""
_GAP = 1.2
"""mm of CSF between dura and gyri in the fullest head."""


def stem(points: Points) -> Float32:
    """Midbrain with its peduncles, pons, medulla, cord."""
    folded = points.folded
    x, y, z = mean.MIDBRAIN
    midbrain = union(
        ellipsoid(points, (x, y + 4, z), (14.0, 11.0, 13.0)),
        chain(folded, [(7.0, 19.0, -4.0), (11.5, 17.0, 10.0), (14.0, 14.0, 18.0)], [6.0, 5.5, 6.0]),
    )
    x, y, z = mean.PONS
    pons = ellipsoid(points, (x, y + 5, z), (17.0, 13.0, 14.0))
    arms = chain(folded, [(12.0, 30.0, -14.0), (22.0, 46.0, -16.0)], [9.0, 9.0])
    medulla = chain(
        points,
        [(0.0, 31.0, -22.0), mean.MEDULLA, (0.0, 38.0, -52.0), (0.0, 39.0, -90.0), (0.0, 42.0, -170.0)],
        [9.5, 7.0, 5.2, 5.0, 4.8],
        (1.25, 1.0, 1.0),
    )
    return melted(melted(midbrain, pons, 2.0), melted(medulla, arms, 3.0), 3.0)


def cerebellum(points: Points, cavity: Float32, tentorium: Float32, stem_field: Float32) -> Float32:
    """Fills the posterior fossa but for its cisterns."""
    folded = points.folded
    x, y, z = mean.CEREBELLUM
    a, b, c = mean.CEREBELLUM_RADII
    lobes = ellipsoid(folded, (x - 1, y + 4, z + 2), (a + 6, b + 16, c + 12))
    vermis = ellipsoid(points, (0.0, 62.0, -10.0), (12.0, 32.0, 26.0))
    tonsils = ellipsoid(folded, (8.0, 50.0, -38.0), (7.0, 9.0, 9.0))
    whole = melted(melted(lobes, vermis, 5.0), tonsils, 3.0)
    front = np.float32(37.0) - 10 * step(folded.x, 14.0, 10.0) - points.y
    cleft = 2.5 - stem_field - 12 * step(folded.x, 12.0, 8.0)
    notch = chain(points, [(0.0, 91.0, -40.0), (0.0, 90.0, -6.0)], [4.0, 1.5])
    return common(whole, cavity + 2, tentorium + 2, front, cleft, 1.5 - notch)


def bridge(points: Points) -> Float32:
    """Where no gap parts the hemispheres: corpus callosum, thalami, hypothalamus."""
    callosum = ellipsoid(points, (0.0, 13.0, 24.0), (30.0, 42.0, 25.0))
    return common(callosum, np.float32(8.0) - points.z)


def nuclei(folded: Points) -> Float32:
    """Caudate, lentiform nucleus, thalamus, dentate nucleus, amygdala."""
    caudate = chain(
        folded,
        [(13.5, -13.0, 25.0), (14.5, -5.0, 30.0), (17.0, 10.0, 38.0), (20.0, 26.0, 40.0)],
        [5.0, 5.5, 3.0, 1.6],
    )
    lentiform = common(
        ellipsoid(folded, (25.0, 4.0, 21.0), (8.0, 18.0, 12.0)),
        np.float32(17.0) + np.abs(folded.y - 4) * np.float32(0.25) - folded.x,
    )
    thalamus = ellipsoid(folded, THALAMUS, THALAMUS_RADII)
    dentate = np.abs(ellipsoid(folded, (13.0, 53.0, -17.0), (7.0, 8.0, 5.0))) - np.float32(0.8)
    amygdala = ellipsoid(folded, (23.0, 2.0, -3.0), (6.0, 7.0, 5.0))
    claustrum = np.abs(ellipsoid(folded, (22.0, 4.0, 20.0), (14.0, 22.0, 16.0))) - np.float32(0.6)
    outer = common(claustrum, np.float32(31.0) - folded.x)
    return union(caudate, lentiform, thalamus, dentate, amygdala, outer)


def cisterns(points: Points, stem_field: Float32) -> Float32:
    """What keeps the hemispheres off the base: suprasellar, ambient and Sylvian cisterns."""
    folded = points.folded
    a, b, c = mean.SUPRASELLAR_RADII
    suprasellar = ellipsoid(points, mean.SUPRASELLAR_CISTERN, (a - 1, b, c - 1.5))
    star = union(
        chain(folded, [(6.0, -6.0, 8.0), (15.0, -7.0, 9.0), mean.SYLVIAN_FISSURE[0]], [3.5, 2.6, 2.6]),
        chain(folded, [(0.0, -6.0, 8.0), (0.0, -22.0, 12.0)], [3.0, 1.6]),
        chain(folded, [(10.0, 6.0, 8.0), (17.0, 18.0, 9.0)], [3.0, 2.2]),
    )
    quadrigeminal = ellipsoid(points, (0.0, 41.0, 16.0), (11.0, 4.5, 7.0))
    velum = ellipsoid(points, (0.0, 48.0, 24.0), (5.0, 8.0, 5.0))
    ambient = common(stem_field - np.float32(2.0), np.float32(-10) - points.z, points.z - 20)
    return union(suprasellar, star, quadrigeminal, velum, ambient, sylvian(folded))


def sylvian(folded: Points) -> Float32:
    """The lateral fissure from its stem over the insula out to the convexity, and the cleft on the insula."""
    stem_place, limen, end = mean.SYLVIAN_FISSURE
    trunk = chain(folded, [stem_place, limen, (58.0, 4.0, 14.0)], [2.0, 1.8, 2.2], (1.0, 1.5, 1.0))
    back = chain(folded, [(58.0, 4.0, 14.0), end, (60.0, 44.0, 33.0)], [2.0, 1.6, 1.0], (4.0, 1.0, 1.0))
    insula = common(
        np.abs(ellipsoid(folded, (20.0, 10.0, 19.0), (19.5, 34.0, 26.0))) - np.float32(1.3),
        ellipsoid(folded, (40.0, 11.0, 18.0), (10.0, 23.0, 15.0)),
    )
    cleft = chain(
        folded, [(41.0, 2.0, 14.0), (41.0, 18.0, 19.0), (42.0, 32.0, 25.0)], [1.3] * 3, (14.0, 1.0, 1.0)
    )
    return union(trunk, back, insula, common(cleft, np.float32(36.0) - folded.x))


def cerebrum(
    points: Points, anatomy: Anatomy, cavity: Float32, tentorium: Float32, stem_field: Float32
) -> Float32:
    """Both hemispheres down to the tentorium, without their sulci."""
    lodge = ellipsoid(points.folded, THALAMUS, _LODGE)
    above = common(
        cavity + np.float32(_GAP + anatomy.atrophy), np.minimum(np.float32(2.4) - tentorium, lodge)
    )
    apart = common(-cisterns(points, stem_field), np.float32(1.2) - stem_body(points, stem_field))
    return common(above, np.minimum(apart, lodge))


def stem_body(points: Points, stem_field: Float32) -> Float32:
    """The brainstem below the thalami, which the hemispheres do not reach."""
    return np.asarray(stem_field + 20 * step(points.z, 17.0, 6.0))


def choroid(folded: Points) -> Float32:
    """Plexus in the atria and in the fourth ventricle."""
    return union(
        chain(folded, [(20.0, 38.0, 36.0), (24.5, 47.0, 30.0), (29.0, 34.0, 10.0)], [0.8, 2.6, 0.8]),
        chain(folded, [(1.0, 47.0, -20.0), (6.0, 46.0, -22.0)], [1.0, 0.8]),
    )


def gland(points: Points) -> Float32:
    """Pituitary in the sella, and its stalk."""
    x, y, z = mean.SELLA
    return union(
        ellipsoid(points, (x, y, z - 0.8), (6.2, 4.6, 3.0)),
        chain(points, [(0.0, -4.0, -2.0), (0.0, -2.5, 8.0)], [1.2, 1.0]),
    )
