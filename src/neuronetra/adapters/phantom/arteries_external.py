"""The external carotid of one side: bright, arterial, and none of the data set's locations."""

from __future__ import annotations

from neuronetra.adapters.phantom.arteries_carotid import CAROTID_FORK
from neuronetra.adapters.phantom.tubes import Tube
from neuronetra.adapters.phantom.vessels_growth import Growth, Side
from neuronetra.adapters.phantom.vessels_surface import SCALP, on_vault

_TRUNK = ((36.0, 18.0, -95.0), (40.0, 15.0, -78.0), (44.0, 16.0, -60.0), (47.0, 15.0, -44.0))
_FACIAL = (
    (38.0, 6.0, -86.0),
    (40.0, -8.0, -84.0),
    (43.0, -24.0, -76.0),
    (38.0, -40.0, -62.0),
    (28.0, -56.0, -44.0),
    (20.0, -64.0, -22.0),
)
_OCCIPITAL = ((40.0, 32.0, -76.0), (44.0, 48.0, -62.0), (40.0, 68.0, -54.0), (34.0, 84.0, -38.0))
_MAXILLARY = (
    (45.0, 6.0, -43.0),
    (39.0, -4.0, -44.0),
    (33.0, -14.0, -40.0),
    (27.0, -22.0, -36.0),
    (21.0, -28.0, -30.0),
)
_MENINGEAL_ORIGIN = 0.35
_FORAMEN_SPINOSUM = ((38.0, 4.0, -32.0), (31.0, 7.0, -22.0))
_MIDDLE_FOSSA = ((38.0, 2.0, -18.5), (47.0, -3.0, -12.0))
_TEMPORAL = ((60.0, 12.0, -34.0), (69.0, 10.0, -14.0))
_BRANCHES = {
    "frontal": ((72.0, 0.0, 12.0), (66.0, -22.0, 28.0), (54.0, -44.0, 42.0), (36.0, -56.0, 58.0)),
    "parietal": ((74.0, 10.0, 14.0), (72.0, 14.0, 36.0), (62.0, 22.0, 60.0), (46.0, 30.0, 80.0)),
}
_MENINGEAL = {
    "frontal": ((58.0, -10.0, 6.0), (60.0, -14.0, 26.0), (54.0, -10.0, 54.0), (38.0, -2.0, 80.0)),
    "parietal": ((60.0, 14.0, 0.0), (62.0, 34.0, 16.0), (56.0, 56.0, 36.0), (44.0, 70.0, 58.0)),
}
_INNER_TABLE = 6.2


def external_carotid(growth: Growth, side: Side) -> tuple[Tube, ...]:
    """The trunk, the facial, occipital, maxillary, middle meningeal and superficial temporal arteries."""
    name = side.word
    start = side.points([CAROTID_FORK])[0]
    trunk = growth.tube(
        f"{name} external carotid",
        [start, *side.points(_TRUNK)],
        (1.9, 1.7, 1.6, 1.4),
        jitter=1.6,
        wander=1.6,
    )
    facial = _scalp_end(growth, side, trunk, 0.3, _FACIAL, "facial", (1.1, 0.9, 0.6))
    occipital = _scalp_end(growth, side, trunk, 0.45, _OCCIPITAL, "occipital", (1.0, 0.8, 0.5))
    maxillary = _scalp_end(growth, side, trunk, 1.0, _MAXILLARY, "maxillary", (1.2, 1.1, 0.8))
    return (
        trunk,
        facial,
        occipital,
        maxillary,
        *_superficial_temporal(growth, side, trunk),
        *_middle_meningeal(growth, side, maxillary),
    )


def _scalp_end(
    growth: Growth,
    side: Side,
    parent: Tube,
    share: float,
    course: tuple[tuple[float, float, float], ...],
    word: str,
    radii: tuple[float, ...],
) -> Tube:
    controls = [parent.at(share), *side.points(course)]
    return growth.tube(f"{side.word} {word}", controls, radii, jitter=1.8, wander=1.8)


def _superficial_temporal(growth: Growth, side: Side, trunk: Tube) -> list[Tube]:
    name = f"{side.word} superficial temporal"
    low, high = _TEMPORAL
    fork = on_vault([high], SCALP)[0]
    stem = growth.tube(name, [trunk.at(1.0), *side.points([low, fork])], (1.15, 1.1, 1.0), wander=1.5)
    return [
        stem,
        *(
            growth.tube(
                f"{name} {word}",
                [stem.at(1.0), *side.points(on_vault(course, SCALP))],
                (0.85, 0.75, 0.6, 0.4),
                jitter=0.9,
                wander=2.2,
            )
            for word, course in _BRANCHES.items()
        ),
    ]


def _middle_meningeal(growth: Growth, side: Side, maxillary: Tube) -> list[Tube]:
    name = f"{side.word} middle meningeal"
    controls = [maxillary.at(_MENINGEAL_ORIGIN), *side.points([*_FORAMEN_SPINOSUM, *_MIDDLE_FOSSA])]
    stem = growth.tube(name, controls, (0.65, 0.6, 0.6, 0.55), jitter=0.6, wander=0.5)
    branches = []
    for word, course in _MENINGEAL.items():
        inside = [stem.at(1.0), *side.points(on_vault(course, _INNER_TABLE))]
        branches.append(
            growth.tube(f"{name} {word}", inside, (0.5, 0.42, 0.35, 0.25), jitter=0.4, wander=0.9)
        )
    return [stem, *branches]
