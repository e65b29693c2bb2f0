"""Dural sinuses, jugulars and deep veins. What is bright is not always arterial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from neuronetra.adapters.phantom import landmarks
from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.veins_cortical import cortical_veins
from neuronetra.adapters.phantom.vessels_growth import Growth, Point, Side
from neuronetra.adapters.phantom.vessels_surface import DURA, on_vault

_SAGITTAL = ((0.0, -58.0, 26.0), (0.0, -52.0, 56.0), (0.0, -30.0, 78.0), (0.0, 0.0, 90.0), (0.0, 30.0, 92.0),
             (0.0, 62.0, 82.0), (0.0, 88.0, 62.0), (0.0, 103.0, 36.0))  # fmt: skip
_SINUS_DEPTH = DURA + 2.4
_GALEN = ((0.0, 44.5, 24.0), (0.0, 50.0, 27.5), (0.0, 55.0, 28.0))
_STRAIGHT = ((0.0, 68.0, 24.5), (0.0, 85.0, 17.0))
_TRANSVERSE = ((20.0, 104.0, 7.0), (40.0, 88.0, 5.0), (53.0, 68.0, 3.0))
_SIGMOID = (
    (55.0, 52.0, -4.0),
    (49.0, 44.0, -20.0),
    (41.0, 42.0, -33.0),
    (33.0, 35.0, -42.0),
    (28.5, 30.0, -43.5),
)
_JUGULAR = ((29.0, 29.0, -54.0), (32.0, 30.0, -75.0), (35.0, 30.0, -100.0), (35.0, 34.0, -150.0))
_INTERNAL = ((2.2, 5.0, 25.5), (2.4, 14.0, 29.0), (2.4, 26.0, 30.0), (2.2, 37.0, 27.5))
_THALAMOSTRIATE = ((5.0, 4.0, 30.0), (11.0, 9.0, 36.0), (16.0, 20.0, 40.0))
_SEPTAL = ((3.0, -3.0, 29.0), (3.2, -14.0, 33.0), (5.0, -22.0, 36.0))
_ROSENTHAL = (
    (13.0, -2.0, 10.5),
    (15.5, 7.0, 9.5),
    (21.0, 18.0, 12.0),
    (20.0, 30.0, 15.5),
    (10.0, 40.0, 21.5),
)
_CAVERNOUS = ((13.0, -15.5, -2.5), (13.5, -8.0, -5.5), (14.0, 2.0, -7.0), (13.0, 7.0, -10.0))
_PETROSAL = {
    "superior": ((24.0, 14.0, -8.0), (38.0, 24.0, -12.0), (50.0, 38.0, -13.0)),
    "inferior": ((11.0, 12.0, -18.0), (17.0, 20.0, -30.0), (24.0, 27.0, -40.0)),
}
_ANTERIOR_CONFLUENS = (0.0, -8.0, -5.5)


def veins(growth: Growth) -> tuple[Tube, ...]:
    """All of one subject; most have a stronger right transverse sinus and jugular."""
    growth = evolve(growth, kind=Blood.VEIN)
    vein = growth.tube
    strong = float(np.clip(growth.generator.normal(0.8, 0.25), 0.35, 1.3))
    calibre = (
        {Side.RIGHT: 1.0, Side.LEFT: strong} if strong <= 1.0 else {Side.RIGHT: 2.0 - strong, Side.LEFT: 1.0}
    )
    shift = np.array([growth.generator.normal(0.0, 2.0), -3.5, 0.0])
    torcula = landmarks.TORCULA + shift
    sagittal = vein(
        "superior sagittal sinus",
        np.vstack([on_vault(_SAGITTAL, _SINUS_DEPTH), torcula]),
        (1.2, 1.7, 2.1, 2.4, 2.7, 3.0, 3.3, 3.6, 3.8),
        jitter=0.7,
        wander=0.8,
        end=True,
    )
    galen = vein("vein of Galen", _GALEN, (1.8, 2.2, 2.3), jitter=0.6, wander=0.4)
    straight = vein(
        "straight sinus",
        [galen.at(1.0), *_STRAIGHT, torcula],
        (2.1, 2.1, 2.3, 2.6),
        jitter=0.9,
        wander=0.6,
        end=True,
    )
    sided: list[Tube] = []
    for side in Side:
        sided += _outflow(growth, side, torcula, calibre[side])
        sided += _deep(growth, side, galen.at(0.0))
        sided += _cavernous(growth, side)
        sided += cortical_veins(growth, side, sagittal)
    return (sagittal, galen, straight, *sided)


def _outflow(growth: Growth, side: Side, torcula: Point, calibre: float) -> list[Tube]:
    """Transverse and sigmoid sinus in one, and the jugular."""
    course = [*on_vault(_TRANSVERSE, _SINUS_DEPTH), *_SIGMOID]
    radii = [calibre * radius for radius in (3.2, 3.3, 3.5, 3.6, 3.6, 3.5, 3.4, 3.3, 3.4)]
    sinus = growth.tube(
        f"{side.word} transverse and sigmoid sinus",
        [torcula, *side.points(course)],
        radii,
        jitter=1.2,
        wander=0.8,
    )
    jugular = growth.tube(
        f"{side.word} internal jugular",
        [sinus.at(1.0), *side.points(_JUGULAR)],
        [calibre**0.7 * radius for radius in (3.6, 4.2, 4.6, 5.0, 5.2)],
        jitter=1.4,
        wander=1.5,
    )
    return [sinus, jugular]


def _deep(growth: Growth, side: Side, galen: Point) -> list[Tube]:
    """Internal cerebral with its roots, and the basal vein, which passes the posterior cerebral artery."""
    vein = growth.tube
    internal = vein(
        f"{side.word} internal cerebral vein",
        [*side.points(_INTERNAL), galen],
        (0.8, 0.95, 1.05, 1.15, 1.3),
        jitter=0.7,
        end=True,
    )
    basal = vein(
        f"{side.word} basal vein",
        [*side.points(_ROSENTHAL), galen],
        (0.6, 0.75, 0.9, 1.0, 1.1),
        jitter=1.3,
        end=True,
    )
    roots = {"thalamostriate vein": _THALAMOSTRIATE, "septal vein": _SEPTAL}
    return [
        internal,
        basal,
        *(
            vein(
                f"{side.word} {word}", [internal.at(0.0), *side.points(course)], (0.65, 0.5, 0.3), jitter=1.2
            )
            for word, course in roots.items()
        ),
    ]


def _cavernous(growth: Growth, side: Side) -> list[Tube]:
    """The sinus round the carotid, a root to the other side, and the petrosal sinuses."""
    vein = growth.tube
    sinus = vein(
        f"{side.word} cavernous sinus", side.points(_CAVERNOUS), (1.8, 2.9, 3.1, 2.0), jitter=0.5, wander=0.5
    )
    across: list[Point] = [sinus.at(0.35), (6.0 * side.value, -9.0, -6.5), _ANTERIOR_CONFLUENS]
    petrosal: Sequence[Tube] = [
        vein(
            f"{side.word} {word} petrosal sinus",
            [sinus.at(1.0), *side.points(course)],
            (0.9, 0.8, 0.8),
            jitter=0.8,
        )
        for word, course in _PETROSAL.items()
    ]
    return [
        sinus,
        vein(f"{side.word} intercavernous sinus", across, (0.9, 0.7, 0.7), jitter=0.3, end=True),
        *petrosal,
    ]
