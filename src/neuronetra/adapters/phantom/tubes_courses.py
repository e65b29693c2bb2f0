"""Smooth courses through control points, and the wandering that living vessels add to them. Millimetres."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from neuronetra.domain.arrays import Float64

_PER_INTERVAL = 24
_WAVES = 4
_WAVELENGTHS = (11.0, 34.0)
_EASE = 7.0


def spline(controls: Float64, step: float) -> tuple[Float64, Float64]:
    """A natural cubic spline through ``controls`` (k, 3), k >= 2, cut into even steps of about ``step`` mm.

    Gives the points (m, 3), whose first and last are those of ``controls`` exactly, and where along the course
    (k,), from 0 to 1, each control lies. Knots are centripetal, so that uneven spacing makes no overshoot.
    """
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(controls, axis=0), axis=1)))])
    fine = np.concatenate(
        [np.linspace(a, b, _PER_INTERVAL, endpoint=False) for a, b in pairwise(knots)] + [knots[-1:]]
    )
    dense = _evaluated(knots, controls, fine)
    arcs = arc_lengths(dense)
    count = max(3, round(float(arcs[-1]) / step) + 1)
    even = np.linspace(0.0, arcs[-1], count)
    points = np.stack([np.interp(even, arcs, dense[:, axis]) for axis in range(3)], axis=1)
    points[0], points[-1] = controls[0], controls[-1]
    return points, arcs[::_PER_INTERVAL] / arcs[-1]


def arc_lengths(points: Float64) -> Float64:
    """(m,) mm along a polyline (m, 3), from 0."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _evaluated(knots: Float64, values: Float64, at: Float64) -> Float64:
    """The natural spline's values (m, 3) at the parameters ``at`` (m,)."""
    curvature = _second_derivatives(knots, values)
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    width = (knots[left + 1] - knots[left])[:, None]
    b = (at - knots[left])[:, None] / width
    a = 1.0 - b
    bent = (a**3 - a) * curvature[left] + (b**3 - b) * curvature[left + 1]
    return np.asarray(a * values[left] + b * values[left + 1] + bent * width**2 / 6.0)


def _second_derivatives(knots: Float64, values: Float64) -> Float64:
    """(k, 3) second derivatives of the natural spline: the usual tridiagonal system, few rows."""
    count = len(knots)
    system = np.eye(count)
    right = np.zeros((count, 3))
    widths = np.diff(knots)
    slopes = np.diff(values, axis=0) / widths[:, None]
    for row in range(1, count - 1):
        before, after = widths[row - 1], widths[row]
        system[row, row - 1 : row + 2] = before / 6.0, (before + after) / 3.0, after / 6.0
        right[row] = slopes[row] - slopes[row - 1]
    return np.asarray(np.linalg.solve(system, right))


def wandering(points: Float64, amplitude: float, generator: np.random.Generator) -> Float64:
    """Smooth shifts (m, 3) in mm for a course (m, 3): about ``amplitude`` in the middle, none at both ends."""
    arcs = arc_lengths(points)
    lengths = generator.uniform(*_WAVELENGTHS, _WAVES)
    phases = generator.uniform(0.0, 2 * np.pi, _WAVES)
    sizes = (
        generator.normal(0.0, amplitude / np.sqrt(_WAVES), (_WAVES, 3)) * (lengths / lengths.mean())[:, None]
    )
    waves = np.sin(arcs[:, None] * (2 * np.pi / lengths) + phases) @ sizes
    ease = np.clip(np.minimum(arcs, arcs[-1] - arcs) / min(_EASE, max(arcs[-1] / 2.0, 1e-6)), 0.0, 1.0)
    return np.asarray(waves * (ease * ease * (3.0 - 2.0 * ease))[:, None])
