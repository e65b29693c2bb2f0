"""A prepared cohort: labels beside prepared frames, as ``neuronetra prepare`` leaves them."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import evolve

from neuronetra.adapters.cohorts.tables import TableFile, cohort_folder
from neuronetra.domain import cohort_manifest, cohort_table
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_manifest import CohortEntries, from_manifest
from neuronetra.domain.cohort_table import from_csv
from neuronetra.errors import CohortError, UsageError
from neuronetra.ports import Progress

FRAMES = "frames"


class PreparedCohort:
    """A ``Cohort``: ``cohort.csv``, ``manifest.json`` and ``frames/<SeriesInstanceUID>``.

    A series' path is the folder of its frames. Who the patients are is settled: ``patients`` and
    ``patient_key`` are refused with ``UsageError``.
    """

    def __init__(self, location: str, patients: str | None = None, patient_key: str | None = None) -> None:
        if patients is not None or patient_key is not None:
            raise UsageError(
                "the patients of a prepared cohort are known already",
                where=location,
                found="a table of patients" if patients is not None else "a patient key",
                fix="give it when the cohort is prepared",
            )
        self._location = location

    def read(self, progress: Progress | None = None) -> LabelledSet:
        """All series, those that failed to be prepared too; see ``Cohort``."""
        root = cohort_folder(self._location)
        entries = self._entries(root)
        content = TableFile.read(root / cohort_table.NAME, cohort_table.NAME, root).text()
        series = tuple(evolve(one, path=str(root / FRAMES / one.uid)) for one in from_csv(content))
        if progress is not None:
            progress(len(series), len(series))
        missing = sum(not Path(one.path).is_dir() for one in series)
        notes = [f"{missing} of {len(series)} series have no prepared frames"] if missing else []
        return entries.cohort(series, *notes)

    def key(self) -> bytes:
        """The key of the patients' hashes, as it was when the cohort was prepared: 32 bytes, never shown."""
        return self._entries(cohort_folder(self._location)).patient_key

    def _entries(self, root: Path) -> CohortEntries:
        name = cohort_manifest.NAME
        content = TableFile.read(root / name, name, root).text()
        try:
            return from_manifest(json.loads(content))
        except (json.JSONDecodeError, RecursionError):
            raise CohortError("not JSON", where=name, fix="prepare the cohort again") from None
