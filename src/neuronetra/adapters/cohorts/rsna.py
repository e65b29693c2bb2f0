"""A labelled data set in the layout of the RSNA challenge: labels, lesion points, series folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from neuronetra.adapters.cohorts.patients import secret_key
from neuronetra.adapters.cohorts.rsna_reading import LOCALIZERS, PATIENTS, TRAIN, RsnaReading
from neuronetra.adapters.cohorts.tables import TableFile, cohort_folder
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_patients import key_from_tables
from neuronetra.ports import Progress


class RsnaCohort:
    """A ``Cohort``: ``train.csv``, ``series/<SeriesInstanceUID>`` and perhaps ``train_localizers.csv``.

    Patients come from ``patients``, a table of SeriesInstanceUID and PatientID, else from the column
    PatientID of train.csv, else from the images. They are kept as hashes by a key: that of the secret in
    the file ``patient_key``, so that a patient is recognised in other cohorts read with it, else that of the
    tables' own bytes, so that the cohort's hashes agree wherever it is read.
    """

    def __init__(self, location: str, patients: str | None = None, patient_key: str | None = None) -> None:
        self._location, self._patients, self._patient_key = location, patients, patient_key

    def read(self, progress: Progress | None = None) -> LabelledSet:
        """All usable series; see ``Cohort``."""
        return RsnaReading(cohort_folder(self._location), self._tables(), self.key()).labelled(progress)

    def key(self) -> bytes:
        """The key of the patients' hashes, 32 bytes: kept with what is made of the cohort, never shown."""
        if self._patient_key is not None:
            return secret_key(self._patient_key)
        tables = self._tables()
        return key_from_tables([tables[name].content for name in (TRAIN, PATIENTS) if name in tables])

    def _tables(self) -> Mapping[str, TableFile]:
        """The tables that there are, by their names."""
        root = cohort_folder(self._location)
        tables = {TRAIN: TableFile.read(root / TRAIN, TRAIN, root)}
        if os.path.lexists(root / LOCALIZERS):
            tables[LOCALIZERS] = TableFile.read(root / LOCALIZERS, LOCALIZERS, root)
        if self._patients is not None:
            tables[PATIENTS] = TableFile.read(Path(self._patients), PATIENTS)
        return tables
