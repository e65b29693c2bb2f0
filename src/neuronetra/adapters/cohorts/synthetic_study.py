"""One made-up study on its own: a scan with an aneurysm wide enough to be seen, as DICOM in one folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from neuronetra.adapters.cohorts.synthetic import SERIES, Person, SyntheticSeriesMaker
from neuronetra.adapters.disk.atomic import make_folder, refused
from neuronetra.domain.demo import DrawnLesion, DrawnStudy
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedSeries, Size
from neuronetra.domain.synthesis_plan import plan_cohort
from neuronetra.errors import OutputError

WIDE_ENOUGH = 7.0
"""Mm across of the aneurysm that is looked for; the median of those drawn is 5."""
_LOOKED_AT = 60
"""Made-up patients, of whom about half have an aneurysm and a sixth of these such a one."""


def make_study(folder: str, seed: int) -> DrawnStudy:
    """A CTA of 256 x 256 pixels in ``folder``, a file a slice; gives all that was drawn into it.

    It is the first of the patients of ``seed`` with one aneurysm of ``WIDE_ENOUGH`` mm or more in an axial scan,
    or the one with the widest. Raises ``OutputError``.
    """
    planned = _chosen(seed)
    place, goal = Path(folder).with_name(f"{Path(folder).name}.cohort"), Path(folder)
    make_folder(place / SERIES)
    SyntheticSeriesMaker(str(place))(planned)
    try:
        (place / SERIES / planned.uid).replace(goal)
        shutil.rmtree(place)
    except OSError as error:
        raise refused(goal, error) from error
    return _drawn(planned, seed)


def _chosen(seed: int) -> PlannedSeries:
    widest: tuple[float, PlannedSeries] | None = None
    for one in plan_cohort(_LOOKED_AT, seed, Size.MEDIUM, {Modality.CTA: 1.0}).series:
        plain = one.geometry.plane is Plane.AXIAL and not one.geometry.multiframe
        if len(one.patient.locations) != 1 or not plain:
            continue
        width = Person.of(one.patient).sacs[0].diameter
        if width >= WIDE_ENOUGH:
            return one
        if widest is None or width > widest[0]:
            widest = width, one
    if widest is None:
        raise OutputError("no made-up patient of this seed has an aneurysm", fix="name another seed")
    return widest[1]


def _drawn(planned: PlannedSeries, seed: int) -> DrawnStudy:
    geometry, lesions = planned.geometry, []
    last = geometry.shape[0] - 1
    for sac in Person.of(planned.patient).sacs:
        x, y, z = (float(value) for value in sac.point)
        middle, reach = geometry.place((x, y, z))[0], sac.diameter / 2.0 / geometry.steps[0]
        slices = max(0, round(middle - reach)), min(last, round(middle + reach))
        lesions.append(DrawnLesion(sac.location, float(sac.diameter), slices))
    return DrawnStudy(planned.uid, seed, geometry.shape[0], tuple(lesions))
