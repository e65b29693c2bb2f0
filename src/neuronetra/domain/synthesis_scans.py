"""What a scan of each modality is like: how many slices, how far apart, of how many pixels, of what part of the head.

Slices by modality are about those of the RSNA 2025 data set (CTA 400, MRA 175, T2 150 or 30 thick ones, T1post 35
thick or 180 thin ones); matrices, fields and steps are those in common use. Nothing here knows of a lesion.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from attrs import frozen

from neuronetra.domain.geometry import Plane
from neuronetra.domain.headers import Point
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import Size
from neuronetra.domain.synthesis_geometry import ScanGeometry

FEWEST_SLICES = 24
MOST_TURNED = 10.0
"""Degrees by which a head lies turned at most."""
_TURNED, _OFF_CENTRE = 4.0, 5.0


@frozen
class Protocol:
    """One way to scan: slices (mean, spread), coverage along them and field of a slice in mm (from, to).

    ``matrices`` are the usual numbers of rows and columns; ``middle`` is the height in mm above the head's origin
    of the middle of the coverage. ``share`` of the modality's scans are of this kind.
    """

    share: float
    slices: tuple[int, int]
    coverage: tuple[float, float]
    field: tuple[float, float]
    matrices: tuple[int, ...]
    middle: float


PROTOCOLS: Mapping[Modality, tuple[Protocol, ...]] = MappingProxyType(
    {
        Modality.CTA: (Protocol(1.0, (400, 40), (190.0, 235.0), (215.0, 250.0), (512,), 5.0),),
        Modality.MRA: (Protocol(1.0, (175, 18), (112.0, 128.0), (195.0, 225.0), (320, 384, 512), 0.0),),
        Modality.T2: (
            Protocol(0.5, (150, 12), (150.0, 165.0), (215.0, 240.0), (256, 320, 384), 20.0),
            Protocol(0.5, (30, 2), (145.0, 158.0), (215.0, 240.0), (320, 384, 512), 20.0),
        ),
        Modality.T1POST: (
            Protocol(0.5, (35, 3), (148.0, 165.0), (215.0, 240.0), (256, 320, 512), 20.0),
            Protocol(0.5, (180, 10), (165.0, 185.0), (225.0, 250.0), (256, 320), 18.0),
        ),
    }
)
_FRONT_TO_BACK, _SIDE_TO_SIDE = 215.0, 175.0
"""What scans across other planes cover, in mm."""


def drawn_geometry(
    generator: np.random.Generator, modality: Modality, size: Size, plane: Plane, multiframe: bool
) -> ScanGeometry:
    """The field of one scan of ``modality``, as finely sampled as ``size`` says."""
    options = PROTOCOLS[modality]
    chosen = options[int(generator.choice(len(options), p=[option.share for option in options]))]
    life = max(FEWEST_SLICES, round(generator.normal(*chosen.slices)))
    slices = max(FEWEST_SLICES, -(-life // size.every))
    coverage, width = generator.uniform(*chosen.coverage), generator.uniform(*chosen.field)
    matrix = int(generator.choice(chosen.matrices))
    pose = _within(generator.normal(0.0, _TURNED, 3), MOST_TURNED)
    shift = _within(generator.normal(0.0, _OFF_CENTRE, 3), 2.0 * _OFF_CENTRE)
    origin = generator.uniform(-40.0, 40.0, 3)
    rising = bool(generator.random() < 0.5)
    rows = matrix if size.matrix is None else size.matrix
    step, pixel, middle = _field(plane, chosen, coverage, width, slices, rows)
    return ScanGeometry(
        plane,
        (slices, rows, rows),
        (step, pixel, pixel),
        step,
        pose,
        (shift[0], 22.0 + shift[1], middle + shift[2] * 0.6),
        _rounded(origin),
        rising,
        multiframe,
    )


def _field(
    plane: Plane, chosen: Protocol, coverage: float, width: float, slices: int, rows: int
) -> tuple[float, float, float]:
    """Step and pixel in mm, rounded as scanners do, and the height of the field's middle.

    Across another plane the slices cover the head from side to side or from front to back.
    """
    if plane is Plane.AXIAL:
        return round(coverage / slices, 4), round(width / rows, 6), chosen.middle
    across = _SIDE_TO_SIDE if plane is Plane.SAGITTAL else _FRONT_TO_BACK
    return round(across / slices, 4), round(width / rows, 6), 10.0


def _within(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], most: float) -> Point:
    return _rounded(np.clip(values, -most, most))


def _rounded(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Point:
    x, y, z = (round(float(value), 4) for value in values)
    return x, y, z
