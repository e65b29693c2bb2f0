"""Plans of synthetic cohorts with few and coarse slices of the same heads: real scans that are made in a moment."""

from __future__ import annotations

from attrs import evolve

from neuronetra.domain.synthesis import PlannedPatient, PlannedSeries, SynthesisPlan
from neuronetra.domain.synthesis_geometry import ScanGeometry

THIN = 2.0
"""Thickness of a coarse scan's slices in mm at most, however far apart they are."""


def coarse(plan: SynthesisPlan, slices: int = 8, side: int = 32) -> SynthesisPlan:
    """The same patients and fields, each scan of ``slices`` slices of ``side`` x ``side`` pixels."""
    return evolve(plan, series=tuple(_coarse_series(one, slices, side) for one in plan.series))


def _coarse_series(planned: PlannedSeries, slices: int, side: int) -> PlannedSeries:
    scans = tuple(coarse_scan(scan, slices, side) for scan in planned.patient.scans)
    patient: PlannedPatient = evolve(planned.patient, scans=scans)
    geometry = scans[planned.scan]
    instances = planned.instances[: 1 if geometry.multiframe else slices]
    return evolve(planned, patient=patient, geometry=geometry, instances=instances)


def coarse_scan(scan: ScanGeometry, slices: int, side: int) -> ScanGeometry:
    """The same field in fewer voxels, of thin slices, which are made faster than thick ones."""
    shape = (slices, side, side)
    across, down, along = (n * step / new for n, step, new in zip(scan.shape, scan.steps, shape, strict=True))
    return evolve(scan, shape=shape, steps=(across, down, along), thickness=min(across, THIN))
