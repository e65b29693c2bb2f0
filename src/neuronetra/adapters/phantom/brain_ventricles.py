"""The ventricles: horns, body and atrium on each side, the slit of the third, the tent of the fourth."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Points, box, chain, common, ellipsoid, step, union
from neuronetra.domain.arrays import Float32

_FRONT, _BODY, _BACK, _ATRIUM = mean.LATERAL_VENTRICLE
_HORN_TIP = (14.0, -24.0, 29.0)


def ventricles(points: Points, anatomy: Anatomy) -> Float32:
    """All four and the aqueduct; each side as wide as this subject's."""
    left = step(points.x, 0.0, 4.0)
    wide, narrow = anatomy.ventricles
    size = np.float32(narrow) + np.float32(wide - narrow) * left
    lateral = _lateral(points.folded) - np.float32(4.2) * (size - 1)
    return union(
        common(lateral, np.float32(0.9) - np.abs(points.x)), _middle(points, float(wide + narrow) / 2)
    )


def _lateral(folded: Points) -> Float32:
    x, y, z = _FRONT
    frontal = chain(
        folded,
        [_HORN_TIP, (x + 1, y + 1, z), (5.6, -2.0, 33.0), _BODY],
        [1.4, 3.6, 3.4, 3.6],
        (1.0, 1.0, 1.5),
    )
    body = chain(folded, [_BODY, _BACK, (21.0, 42.0, 38.0)], [3.6, 3.9, 4.6], (1.3, 1.0, 1.0))
    atrium = chain(folded, [(21.0, 42.0, 38.0), _ATRIUM, mean.TEMPORAL_HORN[0]], [4.6, 6.2, 4.6])
    occipital = chain(folded, [_ATRIUM, mean.OCCIPITAL_HORN], [5.0, 1.6], (1.0, 1.0, 1.6))
    temporal = chain(folded, mean.TEMPORAL_HORN, [4.0, 2.0, 1.6], (1.5, 1.0, 1.0))
    caudate = ellipsoid(folded, (15.0, -7.0, 29.0), (6.0, 10.0, 9.0))
    return union(common(frontal, -caudate), body, atrium, occipital, temporal)


def _middle(points: Points, size: float) -> Float32:
    (_, front, low), (_, back, high) = mean.THIRD_VENTRICLE
    third = box(points, (0.0, (front + back) / 2, (low + high) / 2 + 1), (1.9 * size + 0.5, 12.5, 9.0), 2.0)
    hole = ellipsoid(points, (0.0, 14.0, 18.0), (9.0, 3.0, 2.5))
    aqueduct = chain(points, [(0.0, 30.0, 12.0), (0.0, 36.0, -2.0)], [0.9, 1.1])
    _, y, z = mean.FOURTH_VENTRICLE
    tent = (
        np.abs(points.x) * np.float32(0.55)
        + np.abs(points.z - z) * np.float32(0.5)
        + (points.y - y - 1) * np.float32(0.85)
    )
    fourth = common(tent - np.float32(3.6 * size), np.float32(y - 5.5) - points.y)
    return union(common(third, -hole), aqueduct, fourth * np.float32(0.85))
