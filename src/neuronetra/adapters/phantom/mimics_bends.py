"""Loops and kinks of small arteries, and veins that cross arteries: bright spots at the wrong place."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.tubes import Blood, Tube
from neuronetra.adapters.phantom.tubes_courses import spline
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.vessels_growth import Side
from neuronetra.domain.arrays import Float64

_LOOPED = {
    "middle cerebral M1": (0.3, (0.5, 1.0)),
    "anterior cerebral A2": (0.2, (0.05, 0.3)),
    "anterior inferior cerebellar": (0.2, (0.3, 0.6)),
    "posterior inferior cerebellar": (0.2, (0.2, 0.5)),
    "posterior cerebral P2": (0.15, (0.1, 0.5)),
}
"""How often a branch with a loop or kink leaves each, and where."""
_CROSSED = {
    "middle cerebral M1": (0.35, (0.6, 1.0)),
    "anterior cerebral A1": (0.2, (0.3, 0.9)),
    "posterior communicating": (0.2, (0.0, 1.0)),
    "posterior cerebral P2": (0.25, (0.0, 0.6)),
}
_KINKED = 0.4


def loops(vessels: Vessels, generator: np.random.Generator) -> list[Tube]:
    """Branches that turn back on themselves within a few mm."""
    tubes = []
    for side in Side:
        for word, (chance, span) in _LOOPED.items():
            if generator.random() < chance:
                tubes.append(
                    _loop(vessels.tube(f"{side.word} {word}"), float(generator.uniform(*span)), generator)
                )
    return tubes


def _loop(parent: Tube, share: float, generator: np.random.Generator) -> Tube:
    """Out of ``parent``, round a circle of 1.4 to 2.6 mm (a hairpin where it kinks), and on."""
    out, turn = _directions(parent.tangent(share), generator)
    radius = generator.uniform(1.4, 2.6)
    kinked = generator.random() < _KINKED
    angles = np.linspace(0.0, np.pi * (1.1 if kinked else 1.75), 4 if kinked else 7)
    rise = np.cross(out, turn) * np.linspace(0.0, 2.4, len(angles))[:, None]
    ring = np.sin(angles)[:, None] * out + (1.0 - np.cos(angles))[:, None] * turn * (0.55 if kinked else 1.0)
    start = parent.at(share)
    bend = start + out * (parent.radius(share) + 1.2) + radius * ring + rise
    leaving = bend[-1] - bend[-2]
    leaving /= np.linalg.norm(leaving)
    away = bend[-1] + np.array([leaving * 3.0, leaving * 6.0 + turn * 1.5, leaving * 8.0 + turn * 4.0])
    wide = min(0.85 * parent.radius(share), float(generator.uniform(0.5, 0.8)))
    return _tube(f"{parent.name} loop", np.vstack([[start], bend, away]), (wide, wide, 0.25), parent)


def crossing_veins(vessels: Vessels, generator: np.random.Generator) -> list[Tube]:
    """Veins that pass close over an artery, so that in a thick slice both make one blob."""
    tubes = []
    for side in Side:
        for word, (chance, span) in _CROSSED.items():
            if generator.random() < chance:
                tubes.append(
                    _crossing(vessels.tube(f"{side.word} {word}"), float(generator.uniform(*span)), generator)
                )
    return tubes


def _crossing(artery: Tube, share: float, generator: np.random.Generator) -> Tube:
    out, across = _directions(artery.tangent(share), generator)
    wide = float(generator.uniform(0.5, 1.1))
    over = artery.at(share) + out * (artery.radius(share) + wide + generator.uniform(0.0, 0.8))
    slant = artery.tangent(share) * generator.uniform(-0.5, 0.5)
    places = np.array([-14.0, -8.0, -3.0, 0.0, 3.0, 8.0, 14.0])
    bow = 0.02 * places**2 + generator.normal(0.0, 0.6, 7) * (np.abs(places) > 4)
    points = over + places[:, None] * (across + slant) + bow[:, None] * out
    return _tube(f"vein over {artery.name}", points, (0.5 * wide, wide, 0.7 * wide), None)


def _directions(along: Float64, generator: np.random.Generator) -> tuple[Float64, Float64]:
    """Two unit vectors at right angles to ``along`` and each other."""
    out = np.cross(along, generator.normal(size=3))
    out /= np.linalg.norm(out)
    return out, np.cross(along, out)


def _tube(name: str, controls: Float64, radii: tuple[float, ...], parent: Tube | None) -> Tube:
    points, _ = spline(controls, 0.7)
    wide = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(radii)), radii)
    kind = Blood.VEIN if parent is None else Blood.ARTERY
    return Tube(name, kind, points, wide, parent.piece if parent else None)
