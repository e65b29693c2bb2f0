"""One reading of a cohort in the RSNA layout: its tables, its folders, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define, field, frozen

from neuronetra.adapters.cohorts.folders import SeriesFolders
from neuronetra.adapters.cohorts.localizers import Instances
from neuronetra.adapters.cohorts.patients import PatientTable, patient_in_images
from neuronetra.adapters.cohorts.tables import TableFile
from neuronetra.adapters.dicom.scanning import SHARE_THREADS
from neuronetra.adapters.dicom.side_by_side import side_by_side
from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort import BadRow, LabelledSeries, LabelledSet, LesionPoint, PatientSource
from neuronetra.domain.cohort_labels import LabelRow, label_rows, rows_by_uid
from neuronetra.domain.cohort_patients import KnownPatients, known_patients, tables_digest
from neuronetra.domain.cohort_points import Mark, disagreement, marks, require_agreement
from neuronetra.errors import CohortError
from neuronetra.ports import Progress

TRAIN, LOCALIZERS, PATIENTS = "train.csv", "train_localizers.csv", "the table of patients"
SYNTHETIC = "synthetic.json"
"""What marks a folder as one of made-up images."""


@frozen
class _Examined:
    """What the disk tells of one row of labels."""

    row: LabelRow
    folder: str = field(repr=False)
    patient: str = field(repr=False)
    points: tuple[LesionPoint, ...] = ()
    bad: tuple[BadRow, ...] = ()


@define
class RsnaReading:
    """One reading of a cohort; what is wrong with it gathers in ``bad`` and ``notes``."""

    root: Path
    tables: Mapping[str, TableFile]
    key: bytes = field(repr=False)
    bad: list[BadRow] = field(factory=list)
    notes: list[str] = field(factory=list)

    def labelled(self, progress: Progress | None) -> LabelledSet:
        """All usable series, with what is wrong with the others. Raises ``CohortError``."""
        table = self.tables[TRAIN].table((*columns.TRAIN, *columns.TRAIN_OPTIONAL))
        self.notes += table.notes
        rows, bad = label_rows(table)
        self.bad += bad
        marked = self._marks(rows)
        source, digests, contested = self._stated_patients(rows)
        rows = tuple(row for row in rows if row.uid not in contested)
        found = list(self._examined(rows, marked, source, progress))
        unplaced = sum(point.point is None for one in found for point in one.points)
        if unplaced:
            self.notes.append(f"{unplaced} lesion points have no place in mm: their images do not tell it")
        known = known_patients(
            {one.row.uid: digests.get(one.row.uid) or one.patient for one in found}, source, self.key
        )
        self.notes += known.notes
        return LabelledSet(
            tuple(sorted((_series(one, known) for one in found), key=lambda series: series.uid)),
            tables_digest((name, file.content) for name, file in sorted(self.tables.items())),
            known.source,
            tuple(sorted(self.bad)),
            tuple(self.notes),
            (self.root / SYNTHETIC).is_file(),
        )

    def _marks(self, rows: Sequence[LabelRow]) -> Mapping[str, list[Mark]]:
        """The usable rows of lesion points by series."""
        if LOCALIZERS not in self.tables:
            self.notes.append(f"there is no {LOCALIZERS}: where lesions lie is unknown")
            return {}
        table = self.tables[LOCALIZERS].table(columns.LOCALIZERS)
        self.notes += table.notes
        found, bad = marks(table)
        self.bad += bad
        by_uid = rows_by_uid(rows)
        require_agreement(found, by_uid, LOCALIZERS)
        usable: dict[str, list[Mark]] = {}
        for mark in found:
            if why := disagreement(mark, by_uid):
                self.bad.append(BadRow(LOCALIZERS, mark.line, why))
            else:
                usable.setdefault(mark.uid, []).append(mark)
        return usable

    def _stated_patients(
        self, rows: Sequence[LabelRow]
    ) -> tuple[PatientSource, Mapping[str, str], frozenset[str]]:
        """What tells patients apart, digests by series that a table has, and series with two patients."""
        if PATIENTS in self.tables:
            found = PatientTable.read(self.tables[PATIENTS])
            self.bad += found.bad
            self.notes += found.notes
            _require_same_series(found, rows)
            return PatientSource.TABLE, found.digests, found.contested
        told = {row.uid: row.patient for row in rows if row.patient}
        return PatientSource.COLUMN if told else PatientSource.DICOM, told, frozenset()

    def _examined(
        self,
        rows: Sequence[LabelRow],
        marked: Mapping[str, list[Mark]],
        source: PatientSource,
        progress: Progress | None,
    ) -> Iterator[_Examined]:
        """The rows whose folders are there, in order; a slow share is asked for many at once."""
        folders = SeriesFolders(self.root, {row.uid for row in rows})

        def examine(placed: tuple[LabelRow, str]) -> _Examined:
            row, folder = placed
            patient = patient_in_images(folder, row.uid) if source is PatientSource.DICOM else ""
            points, bad = _points(folder, row.uid, marked.get(row.uid, ()))
            return _Examined(row, folder, patient, points, bad)

        placed = list(self._placed(rows, folders))
        self._leave_out_marks(marked, {row.uid for row, _ in placed})
        for done, one in enumerate(side_by_side(examine, placed, SHARE_THREADS, sample=8), start=1):
            self.bad += one.bad
            yield one
            if progress is not None:
                progress(done, len(placed))

    def _leave_out_marks(self, marked: Mapping[str, list[Mark]], placed: Collection[str]) -> None:
        """Points of series that were left out since their rows were read."""
        lost = (mark for uid, held in marked.items() if uid not in placed for mark in held)
        self.bad += [BadRow(LOCALIZERS, mark.line, "its series is left out") for mark in lost]

    def _placed(self, rows: Sequence[LabelRow], folders: SeriesFolders) -> Iterator[tuple[LabelRow, str]]:
        for row in rows:
            try:
                yield row, folders.find(row.uid)
            except ValueError as error:
                self.bad.append(BadRow(TRAIN, row.line, str(error)))
        if folders.renamed:
            what = "do not lie at series/<SeriesInstanceUID>, and were found by the uid in their names"
            self.notes.append(f"{folders.renamed} series folders {what}")


def _require_same_series(found: PatientTable, rows: Sequence[LabelRow]) -> None:
    """A table that was given tells something: else every series would count as a patient of its own."""
    if rows and not any(row.uid in found.digests for row in rows):
        raise CohortError(
            "it names none of the cohort's series",
            where=PATIENTS,
            found=f"{len(found.digests)} series there, {len(rows)} in {TRAIN}, none in both",
            fix=f"compare the columns {columns.UID}",
        )


def _points(
    folder: str, uid: str, marked: Sequence[Mark]
) -> tuple[tuple[LesionPoint, ...], tuple[BadRow, ...]]:
    """The lesion points of one series, and the rows that give none."""
    instances, points, bad = Instances(folder, uid), [], []
    for mark in marked:
        try:
            points.append(instances.place(mark))
        except ValueError as error:
            bad.append(BadRow(LOCALIZERS, mark.line, str(error)))
    return tuple(points), tuple(bad)


def _series(one: _Examined, known: KnownPatients) -> LabelledSeries:
    row = one.row
    patient = known.hashes[row.uid]
    return LabelledSeries(
        row.uid, one.folder, patient, row.modality, row.labels, row.age, row.sex, one.points
    )
