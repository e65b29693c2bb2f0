"""A positive differs from the negative that it would have been by its sac alone; nothing measured of pixels tells a label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.cohorts.synthetic import Person, rendered, write_scan
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import Location
from neuronetra.domain.metric.auc import auc
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedSeries
from neuronetra.domain.synthesis_plan import plan_cohort

REACH = 3.0
"""Beyond so many radii (and a voxel's diagonal) of its middle a sac changes nothing that can be seen."""


def tiny(planned: PlannedSeries, slices: int = 10, side: int = 64) -> PlannedSeries:
    """The same scan, of a slab about the circle of Willis, with few and coarse pixels."""
    geometry = planned.geometry
    slab = evolve(
        geometry,
        plane=Plane.AXIAL,
        shape=(slices, side, side),
        steps=(6.0, *(step * geometry.shape[1] / side for step in geometry.steps[1:])),
        thickness=6.0,
        centre=(*geometry.centre[:2], 6.0),
        multiframe=False,
    )
    return evolve(planned, geometry=slab, instances=_uids(slices))


def _uids(count: int) -> tuple[str, ...]:
    return tuple(f"2.25.{10**30 + number}" for number in range(count))


def scan_of(planned: PlannedSeries) -> tuple[Person, np.ndarray]:
    person = Person.of(planned.patient)
    return person, np.stack(list(rendered(planned, person)))


def positives(count: int, modality: Modality) -> list[PlannedSeries]:
    """Scans of patients whose lesions lie near the circle's middle, within the slab."""
    near = {Location.ANTERIOR_COMMUNICATING, Location.LEFT_MCA, Location.RIGHT_MCA, Location.BASILAR_TIP}
    series = (one for one in plan_cohort(400, 17).series if one.modality is modality)
    return [tiny(one) for one in series if one.patient.locations and near >= {*one.patient.locations}][:count]


@pytest.mark.parametrize("modality", [Modality.CTA, Modality.MRA, Modality.T2, Modality.T1POST])
def test_a_lesion_changes_only_its_place(modality) -> None:
    """With and without its sacs a scan is the same but about them: anatomy, vessels, noise, gain and artefacts."""
    for planned in positives(1, modality):
        person, with_sac = scan_of(planned)
        healthy = evolve(planned, patient=evolve(planned.patient, locations=()))
        _, without = scan_of(healthy)
        geometry = planned.geometry
        index = np.stack([*np.indices(geometry.shape), np.ones(geometry.shape)], axis=-1)
        points = (index @ geometry.head_affine.T)[..., :3]
        far = np.ones(geometry.shape, bool)
        for sac in person.sacs:
            reach = REACH * sac.diameter / 2 + float(np.linalg.norm(geometry.steps))
            far &= np.linalg.norm(points - sac.point, axis=-1) > reach
        changed = np.abs(with_sac.astype(int) - without)
        grain = np.abs(np.diff(without.astype(float), axis=2)).mean()
        assert changed[far].max() <= 0.2 * grain  # a head that moved smears a little of it along a line
        assert changed.max() > 0.5 * grain


def measured(planned: PlannedSeries, folder: Path) -> list[float]:
    """Noise, brightness, contrast and size of a scan, as one might look for a leak."""
    values = scan_of(planned)[1].astype(float)
    corner = values[:, :8, :8]
    steps = np.abs(np.diff(values, axis=2))
    low, middle, high = np.percentile(values, (10, 50, 99))
    write_scan(planned, iter(values.astype(np.int16)), folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    return [corner.std(), corner.mean(), values.mean(), low, middle, high, float(np.median(steps)), size]


def test_nothing_measured_tells_the_label(tmp_path_factory) -> None:
    """Of thirty-two small scans, noise, brightness, contrast and file size of positives are those of negatives."""
    series = [tiny(one, 4, 48) for one in plan_cohort(200, 23).series if one.modality is Modality.MRA][:32]
    facts = np.array([measured(one, tmp_path_factory.mktemp("scan")) for one in series])
    present = np.array([bool(one.patient.locations) for one in series])
    hits, misses = present.sum(), (~present).sum()
    width = 3.3 * np.sqrt((hits + misses + 1) / (12 * hits * misses))
    for values in facts.T:
        assert abs(auc(present, values) - 0.5) < width
