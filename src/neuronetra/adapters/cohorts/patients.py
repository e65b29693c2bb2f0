"""Where it is written which series are one patient's: a table of its own, or the images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import nsmallest
from pathlib import Path

from attrs import field, frozen

from neuronetra.adapters.cohorts.tables import TableFile
from neuronetra.adapters.dicom.files import FoundFile, find_files
from neuronetra.adapters.dicom.header import read_headers
from neuronetra.domain import cohort_cells as cells
from neuronetra.domain import cohort_columns as columns
from neuronetra.domain.cohort import BadRow
from neuronetra.domain.cohort_csv import Row, Table
from neuronetra.domain.cohort_patients import (
    SHORTEST_SECRET,
    digest_of,
    digest_or_nobody,
    key_from_secret,
)
from neuronetra.domain.headers import Refused
from neuronetra.errors import InputNotFoundError, UsageError

_FIRST_FILES = 8
"""Files by name in which a series' PatientID is looked for, before all of them are listed."""
_MOST_FILES = 64
_LARGEST_SECRET = 1 << 16


def secret_key(path: str) -> bytes:
    """The key that a file's secret makes. Raises ``InputNotFoundError`` or ``UsageError``."""
    try:
        with Path(path).open("rb") as stream:
            secret = stream.read(_LARGEST_SECRET + 1)
        if len(secret) > _LARGEST_SECRET:
            raise UsageError(
                "the patient key is too long", where=path, expected=f"{_LARGEST_SECRET} bytes at most"
            )
        return key_from_secret(secret)
    except OSError as error:
        raise InputNotFoundError(
            "the patient key cannot be read", where=path, found=error.strerror or "an error"
        ) from None
    except ValueError as error:
        if isinstance(error, UsageError):
            raise
        expected = f"{SHORTEST_SECRET} bytes or more"
        raise UsageError(
            "the patient key is too short", where=path, found=str(error), expected=expected
        ) from None


@frozen
class PatientTable:
    """A table of patients: digests by series uid, and the series for which it names two patients."""

    digests: Mapping[str, str] = field(repr=False)
    contested: frozenset[str]
    bad: tuple[BadRow, ...]
    notes: tuple[str, ...]

    @classmethod
    def read(cls, file: TableFile) -> PatientTable:
        """The table of a file. Raises ``CohortError``."""
        table = file.table(columns.PATIENTS)
        bad = list(columns.require_columns(table, columns.PATIENTS))
        found: dict[str, tuple[str, int]] = {}
        contested: set[str] = set()
        for row in table.rows:
            try:
                uid, digest = _patient_row(table, row)
            except ValueError as error:
                bad.append(BadRow(table.name, row.line, str(error)))
                continue
            first, line = found.setdefault(uid, (digest, row.line))
            if digest != first:
                contested.add(uid)
                why = f"another patient than in line {line} for the same series, which is left out"
                bad.append(BadRow(table.name, row.line, why))
        digests = {uid: digest for uid, (digest, _) in found.items()}
        return cls(digests, frozenset(contested), tuple(bad), table.notes)


def _patient_row(table: Table, row: Row) -> tuple[str, str]:
    told = table.cells(row)
    return cells.uid_of(told[columns.UID]), digest_of(told[columns.PATIENT_ID])


def patient_in_images(folder: str, uid: str) -> str:
    """The digest of PatientID (0010,0020) in the first image of a series by name; empty without one."""
    for file in _candidates(folder):
        found = read_headers(file)
        header = found if isinstance(found, Refused) else found[0]
        if header.series_uid == uid:
            return digest_or_nobody(header.patient.identifier)
    return ""


def _candidates(folder: str) -> Iterator[FoundFile]:
    """The first files by name that lie in the folder itself, then those below it."""
    try:
        paths = nsmallest(_FIRST_FILES, Path(folder).iterdir())
    except OSError:
        return
    yield from (FoundFile(str(path), path.name) for path in paths)
    files, _ = find_files(folder)
    yield from files[:_MOST_FILES]
