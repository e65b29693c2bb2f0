"""A planned series made: the person drawn, the scan rendered, the files written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from attrs import field, frozen

from neuronetra.adapters.dicom.writing import Instance, ScanHeader, single_frame_files, write_multi_frame
from neuronetra.adapters.disk.atomic import make_folder, refused
from neuronetra.adapters.disk.syncing import sync_files, sync_folder
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.imaging import Acquisition
from neuronetra.adapters.phantom.mimics import Mimics
from neuronetra.adapters.phantom.painting import Painter
from neuronetra.adapters.phantom.render import render
from neuronetra.adapters.phantom.sacs import Sac
from neuronetra.adapters.phantom.vessels import Vessels
from neuronetra.adapters.phantom.warp import Warp
from neuronetra.domain.arrays import Array
from neuronetra.domain.modality import Modality
from neuronetra.domain.synthesis import PlannedPatient, PlannedSeries
from neuronetra.domain.synthesis_chance import Stream
from neuronetra.domain.synthesis_tables import MadeSeries, marked
from neuronetra.errors import OutputError

SERIES, UNFINISHED = "series", ".making-"
_TRIES = 60
_IN_FIELD = 4.0
"""A lesion's middle lies so many mm within every scan of its patient at least."""
_APART = 1.0
"""Between the walls of two sacs of one patient lie so many mm at least, where there is room."""


@frozen(eq=False)
class Person:
    """One subject: head, vessels, lesions in the order of the patient's locations, and what misleads."""

    anatomy: Anatomy
    vessels: Vessels
    sacs: tuple[Sac, ...]
    mimics: Mimics

    @classmethod
    def of(cls, patient: PlannedPatient) -> Person:
        """All from the patient's own generators: lesions change nothing else."""
        anatomy = patient.generator(Stream.ANATOMY)
        warp = Warp.drawn(anatomy)
        vessels = Vessels.drawn(patient.generator(Stream.VESSELS), warp)
        mimics = Mimics.drawn(vessels, patient.generator(Stream.MIMICS))
        return cls(Anatomy.drawn(anatomy, warp), vessels, _sacs(patient, vessels), mimics)


def _sacs(patient: PlannedPatient, vessels: Vessels) -> tuple[Sac, ...]:
    """A sac at each location, drawn anew where it lies outside a scan of the patient or on another sac.

    It is the lesion that suits the scans, never the scans the lesion: they tell nothing of it.
    """
    generator, placed = patient.generator(Stream.LESIONS), list[Sac]()
    for location in patient.locations:
        drawn: list[tuple[bool, float, Sac]] = []
        for _ in range(_TRIES):
            sac = Sac.drawn(vessels, location, generator)
            seen = all(scan.holds(_point(sac), _IN_FIELD) for scan in patient.scans)
            drawn.append((seen, _gap(sac, placed), sac))
            if seen and drawn[-1][1] >= _APART:
                break
        placed.append(max(drawn, key=lambda one: (one[0], min(one[1], _APART)))[2])
    return tuple(placed)


def _gap(sac: Sac, others: Sequence[Sac]) -> float:
    """Mm between a sac's wall and that of its nearest neighbour; below 0 where they overlap."""
    gaps = [np.linalg.norm(sac.point - o.point) - (sac.diameter + o.diameter) / 2 for o in others]
    return float(min(gaps, default=np.inf))


def _point(sac: Sac) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in sac.point)
    return x, y, z


@lru_cache(maxsize=2)
def _person(patient: PlannedPatient) -> Person:
    """Kept for the patient's next scan."""
    return Person.of(patient)


@frozen
class SyntheticSeriesMaker:
    """Makes planned series below ``place``; called with one, in any process. What is there is not made again."""

    place: str
    _folder: Path = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_folder", Path(self.place))

    def __call__(self, planned: PlannedSeries) -> MadeSeries:
        """Raises ``OutputError`` where the disk refuses."""
        cv2.setNumThreads(1)
        goal = self._folder / SERIES / planned.uid
        if not goal.exists():
            self._write(planned, _person(planned.patient), goal)
        sacs = _person(planned.patient).sacs if planned.patient.locations else ()
        marks = marked(planned, [(sac.location, _point(sac)) for sac in sacs])
        return MadeSeries(planned.uid, marks, sum(entry.stat().st_size for entry in os.scandir(goal)))

    def _write(self, planned: PlannedSeries, person: Person, goal: Path) -> None:
        work = self._folder / f"{UNFINISHED}{planned.uid}"
        try:
            shutil.rmtree(work, ignore_errors=True)
            make_folder(work)
            write_scan(planned, rendered(planned, person), work)
            sync_files(work, (f"{uid}.dcm" for uid in planned.instances))
            sync_folder(work)
            work.rename(goal)
            sync_folder(goal.parent)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            if isinstance(error, OutputError):
                raise
            problem = refused(goal, error)
            problem.fix = "make room, and run the same command again: it goes on from here"
            raise problem from error


def rendered(planned: PlannedSeries, person: Person) -> Iterator[Array]:
    """The slices of a scan along the patient axis, int16 (rows, columns): HU in CT, 0 or more in MR."""
    geometry = planned.geometry
    grid = Grid(geometry.head_affine, geometry.shape, geometry.thickness)
    painter = Painter.of(person.vessels, person.sacs, person.mimics, grid)
    acquisition = Acquisition.drawn(planned.modality, planned.generator(Stream.SCAN))
    return iter(render(person.anatomy, painter, grid, acquisition, planned.generator(Stream.PIXELS)))


def write_scan(planned: PlannedSeries, pixels: Iterator[Array], folder: Path) -> None:
    """The files of a scan in ``folder``, named by their uids, of its slices along the patient axis.

    Raises ``OSError``.
    """
    geometry, uids = planned.geometry, planned.instances
    if geometry.multiframe:
        uids = uids * geometry.shape[0]
    header = _header(planned)
    slices = [Instance(uid, geometry.number(k), geometry.position(k)) for k, uid in enumerate(uids)]
    if geometry.multiframe:
        with (folder / f"{uids[0]}.dcm").open("wb") as stream:
            write_multi_frame(header, uids[0], slices, pixels, stream)
        return
    for uid, content in single_frame_files(header, slices, pixels):
        (folder / f"{uid}.dcm").write_bytes(content)


def _header(planned: PlannedSeries) -> ScanHeader:
    geometry = planned.geometry
    return ScanHeader(
        modality="CT" if planned.modality is Modality.CTA else "MR",
        series_uid=planned.uid,
        study_uid=planned.study,
        space_uid=planned.space,
        patient=planned.patient.identifier,
        cosines=geometry.cosines,
        spacing=(geometry.steps[1], geometry.steps[2]),
        thickness=geometry.thickness,
    )
