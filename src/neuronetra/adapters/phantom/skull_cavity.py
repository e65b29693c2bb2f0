"""The inside of the skull: a vault over a floor of three steps, and the spinal canal below."""

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

_LOWER = 88.0
"""The vault's semi-axis below its middle: flatter than above, as the posterior fossa reaches down."""
_EGG = 0.055
_ABOVE_FLOOR = 32.0
"""Height over which the floor is out of reach."""
CANAL = (
    mean.FORAMEN_MAGNUM,
    (0.0, 39.0, -60.0),
    (0.0, 40.0, -90.0),
    (0.0, 40.0, -120.0),
    (0.0, 44.0, -170.0),
)
_CANAL_RADII = (15.0, 11.0, 8.0, 7.5, 7.5)


def vault(points: Points, inset: float) -> Float32:
    """To an egg ``inset`` mm inside the outer table: wider behind than in front."""
    centre, radii = mean.SKULL_CENTRE, mean.SKULL_OUTER
    wide = 1 + np.clip((points.y - centre[1]) * np.float32(_EGG / radii[1]), -_EGG, _EGG)
    egg = Points(points.x / wide, points.y, points.z)
    above = ellipsoid(egg, centre, (radii[0] - inset, radii[1] - inset, radii[2] - inset))
    below = ellipsoid(egg, centre, (radii[0] - inset, radii[1] - inset, _LOWER - inset))
    return np.where(points.z > centre[2], above, below)


def floor_height(folded: Points) -> Float32:
    """Height z of the skull base's inner side: anterior, middle and posterior fossa, with the sella in the middle."""
    x, y = folded.x, folded.y
    lateral = step(x, 14.0, 9.0)
    wing = np.float32(-13.0) - 12 * step(x, 26.0, 26.0) + 8 * step(x, 52.0, 20.0)
    roof = np.float32(0.006) * (x - 30) ** 2 + np.float32(0.004) * (y + 42) ** 2
    cribriform = 6 * step(-x, -6.0, 8.0) * step(-y, 18.0, 14.0)
    anterior = np.float32(mean.ANTERIOR_FLOOR_Z + 2.0) - np.minimum(roof, 5) - cribriform
    bowl = np.float32(0.011) * (x - 36) ** 2 + np.float32(0.008) * (y + 2) ** 2
    middle = np.float32(mean.MIDDLE_FLOOR_Z - 4.0) + np.minimum(bowl, 9)
    sella = np.float32(5.0) - 13 * step(y, -10.5, 4.0) + 9 * step(y, 0.5, 4.0)
    centre = sella * (1 - lateral) + middle * lateral
    front = anterior + (centre - anterior) * step(y - wing, 1.0, 11.0)
    ridge = _behind_ridge(folded)
    crest = 7 * np.exp(-((ridge / 5) ** 2)) * lateral * (1 - step(x, 58.0, 12.0))
    return np.asarray(front + crest + (np.float32(-44.0) - front) * _fall(ridge, lateral))


def cavity(points: Points) -> Float32:
    """To the dura: the vault's inside over the floor, with the foramen magnum and the canal."""
    bottom = np.full(points.z.shape, -40.0, np.float32)
    low = points.z < _ABOVE_FLOOR
    if low.any():
        bottom[low] = _above_floor(points.where(low))
    canal = chain(points, CANAL, _CANAL_RADII)
    above = common(vault(points, mean.SKULL_THICKNESS), bottom)
    return melted(above, canal, 3.0)


def _above_floor(points: Points) -> Float32:
    """To the floor, below 0 above it: the difference in height, made shorter where the floor is steep."""
    x, y, z = points.folded.x, points.y, points.z
    height = floor_height(Points(x, y, z))
    across = floor_height(Points(x + 1, y, z)) - height
    along = floor_height(Points(x, y + 1, z)) - height
    return np.asarray((height - z) / np.sqrt(1 + across * across + along * along))


def thickness(points: Points, anatomy: Anatomy) -> Float32:
    """Of the bone round the cavity: the vault's two tables and what is between, thinner at the temples and base."""
    folded = points.folded
    base = step(-points.z, -4.0, 24.0) * (1 - step(points.y, 50.0, 30.0))
    temple = np.exp(-(((folded.x - 70) / 22) ** 2) - ((points.y / 26) ** 2) - ((points.z - 4) / 24) ** 2)
    whole = np.float32(mean.SKULL_THICKNESS * anatomy.vault) * (1 - np.float32(0.62) * base) - 3 * temple
    occiput = 3 * np.exp(-(((points.y - 114) / 16) ** 2) - ((points.z - 8) / 14) ** 2 - (folded.x / 14) ** 2)
    rings = np.float32(2.6) + 3 * np.cos((points.z + 60) * np.float32(2 * np.pi / 18))
    neck = step(-points.z, 47.0, 8.0)
    holes = union(
        chain(folded, [(18.0, 26.0, -14.0), (30.0, 28.0, -20.0)], [2.5, 2.0]),
        chain(folded, [(29.0, 36.0, -38.0), (29.0, 30.0, -56.0)], [4.5, 4.5]),
        chain(folded, [(13.0, -10.0, -2.0), (14.0, -20.0, -3.0)], [2.5, 2.5]),
    )
    return np.where(holes < 2, holes * 2, (whole + occiput) * (1 - neck) + rings * neck)


def tentorium(points: Points) -> Float32:
    """Height over its sheet, which falls from the straight sinus to both sides; large before the petrous ridge."""
    folded = points.folded
    y = np.clip(points.y, 20, 110)
    front = step(-y, -52.0, 60.0)
    fall = np.float32(0.24) + np.float32(0.42) * front
    sheet = np.float32(21.5) - (y - 45) * np.float32(0.2) - folded.x * fall
    before = np.maximum(-_behind_ridge(folded) - 2, 0)
    return np.asarray((points.z - sheet) * np.float32(0.88) + np.float32(1.6) * before)


def _behind_ridge(folded: Points) -> Float32:
    """Distance in mm behind the crest that leads from the dorsum sellae along the petrous bone."""
    tip, end = mean.PETROUS_TIP, mean.PETROUS_END
    slope = (end[1] - tip[1]) / (end[0] - tip[0])
    return np.asarray(
        folded.y - 2.5 - np.clip(folded.x - 4, 0, 70) * np.float32(slope) - 3 * step(folded.x, 8, 8)
    )


def _fall(ridge: Float32, lateral: Float32) -> Float32:
    """From 0 at the crest to 1 on the floor of the posterior fossa: the clivus and the back of the petrous bone."""
    clivus = np.clip(ridge * np.float32(1 / 22.0), 0, 1)
    petrous = step(ridge, 11.0, 20.0)
    return np.asarray(clivus + (petrous - clivus) * lateral)
