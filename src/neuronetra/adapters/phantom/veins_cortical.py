"""Veins over one hemisphere: to the sagittal sinus, along the Sylvian fissure, and the great anastomoses."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.vessels_growth import Growth, Side
from neuronetra.adapters.phantom.vessels_surface import CORTEX, on_vault, over_vault

_ENTRIES = (0.2, 0.3, 0.4, 0.5, 0.58, 0.68, 0.8)
"""Shares of the sagittal sinus's length."""
_SYLVIAN = (
    (60.0, 22.0, 26.0),
    (58.0, 6.0, 18.0),
    (53.0, -8.0, 10.0),
    (42.0, -18.0, 4.0),
    (28.0, -17.0, -1.0),
)
_LABBE = ((58.0, 14.0, 18.0), (62.0, 32.0, 10.0), (58.0, 52.0, 6.0), (53.0, 66.0, 3.5))
_TROLARD = ((60.0, 16.0, 28.0), (58.0, 20.0, 50.0), (44.0, 26.0, 74.0))
_DEPTH = CORTEX - 1.6
"""Cortical veins lie outside the arteries of the same sulcus."""


def cortical_veins(growth: Growth, side: Side, sagittal: Tube) -> list[Tube]:
    """Those that rise to the sinus, the superficial middle cerebral, Labbé's and Trolard's."""
    rising = [_rising(growth, side, sagittal, share, number) for number, share in enumerate(_ENTRIES)]
    sylvian = _draining(growth, side, "superficial middle cerebral vein", _SYLVIAN, (0.5, 0.8, 1.0, 1.1, 1.0))
    labbe = _draining(growth, side, "vein of Labbé", _LABBE, (0.6, 0.9, 1.1, 1.2))
    top = sagittal.at(0.56)
    trolard = growth.tube(
        f"{side.word} vein of Trolard",
        [*side.points(on_vault(_TROLARD, _DEPTH)), top],
        (0.6, 0.9, 1.1, 1.2),
        jitter=2.0,
        wander=1.8,
        end=True,
    )
    kept = growth.generator.random(2) < (0.75, 0.6)
    return [*rising, sylvian, *([labbe] if kept[0] else []), *([trolard] if kept[1] else [])]


def _rising(growth: Growth, side: Side, sagittal: Tube, share: float, number: int) -> Tube:
    """From half-way down the convexity to the sinus, which it enters against the stream."""
    entry = sagittal.at(share + float(growth.generator.uniform(-0.035, 0.035)))
    down = growth.generator.uniform(22.0, 58.0)
    behind = sagittal.tangent(share) * growth.generator.uniform(6.0, 26.0)
    aim = entry + side.points([(1.15 * down, 0.0, 0.0)])[0] + behind * (1, 1, 0)
    aim[2] -= 0.75 * down
    course = over_vault(entry, aim, _DEPTH, 4)
    course[0, 0] = max(abs(course[0, 0]), 7.0) * side.value
    radius = growth.generator.uniform(0.7, 1.25)
    return growth.tube(
        f"{side.word} cortical vein {number + 1}",
        np.vstack([[entry], course]),
        (radius, 0.95 * radius, 0.7 * radius, 0.3),
        jitter=1.6,
        wander=2.2,
    )


def _draining(
    growth: Growth,
    side: Side,
    word: str,
    course: tuple[tuple[float, float, float], ...],
    radii: tuple[float, ...],
) -> Tube:
    controls = np.array(course)
    controls[:-1] = on_vault(controls[:-1], _DEPTH)
    points = side.points(controls)
    return growth.tube(f"{side.word} {word}", points, radii, jitter=1.2, wander=1.5, end=True)
