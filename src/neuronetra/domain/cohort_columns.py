"""The columns of a data set's tables: taken by name; what looks like one misspelt is an error."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence

from neuronetra.domain.cohort import BadRow
from neuronetra.domain.cohort_csv import Table, quoted
from neuronetra.domain.locations import LABELS
from neuronetra.errors import CohortError

UID, INSTANCE_UID, PATIENT_ID = "SeriesInstanceUID", "SOPInstanceUID", "PatientID"
AGE, SEX, MODALITY = "PatientAge", "PatientSex", "Modality"
COORDINATES, LOCATION = "coordinates", "location"
TRAIN = (UID, MODALITY, *LABELS)
TRAIN_OPTIONAL = (AGE, SEX, PATIENT_ID)
LOCALIZERS = (UID, INSTANCE_UID, COORDINATES, LOCATION)
PATIENTS = (UID, PATIENT_ID)
_LIKE_A_LOCATION = re.compile(
    r"\b(arter(y|ies)|circulation|basilar|carotid|vertebral|cerebral|[IMAP]CA|[AP]COM)\b|^(left|right)\b",
    re.IGNORECASE,
)


def require_columns(
    table: Table, required: Sequence[str], optional: Sequence[str] = ()
) -> tuple[BadRow, ...]:
    """Columns that are unknown, and ignored. Raises ``CohortError`` where one is missing or misspelt."""
    known = (*required, *optional)
    unknown = [column for column in table.header if column not in known]
    _require_all(table, required, unknown)
    for column in unknown:
        _require_stranger(table, column, known)
    return tuple(BadRow(table.name, 1, _ignored(column)) for column in unknown)


def _ignored(column: str) -> str:
    named = f"the column {quoted(column)} is unknown" if column else "a column has no name"
    return f"{named}, and ignored"


def _require_all(table: Table, required: Sequence[str], unknown: Collection[str]) -> None:
    missing = [column for column in required if column not in table.header]
    if not missing:
        return
    if len(missing) == len(required):  # a first row instead of a header, maybe: nothing of it is quoted
        columns = ", ".join(required)
        raise CohortError(
            "there is no header", where=f"{table.name}, line 1", expected=f"the columns {columns}"
        )
    wrongs = []
    for column in missing:
        near = _near(column, unknown)
        wrongs.append(f"no column {column!r}" + (f", but {quoted(near)}" if near else ""))
    near = _near(missing[0], unknown)
    fix = f"rename {quoted(near)} to {missing[0]!r}" if near else f"add it; columns are {', '.join(required)}"
    raise CohortError(
        "a column is missing or misspelt" if len(missing) == 1 else f"{len(missing)} columns are missing",
        where=f"{table.name}, line 1",
        found=wrongs[0],
        fix=fix,
        rows=tuple(f"{table.name}, line 1: {wrong}" for wrong in wrongs[1:] and wrongs),
    )


def _require_stranger(table: Table, column: str, known: Sequence[str]) -> None:
    """A column too many must not be one of ours misspelt, nor a location that no label stands for."""
    same = [name for name in known if _plain(name) == _plain(column)]
    near = same or difflib.get_close_matches(column, [name for name in known if name in LABELS], 1, 0.8)
    if near:
        raise CohortError(
            f"a column looks like {near[0]!r} misspelt",
            where=f"{table.name}, line 1",
            found=quoted(column),
            fix="rename it, or take it out",
        )
    if set(LABELS) <= set(known) and _LIKE_A_LOCATION.search(column):
        raise CohortError(
            "a column looks like a location that this program does not know",
            where=f"{table.name}, line 1",
            found=quoted(column),
            expected="the 13 locations of the RSNA data set",
            fix="take it out",
        )


def _near(name: str, columns: Collection[str]) -> str:
    """The one of ``columns`` that may be ``name`` misspelt; empty where none is near."""
    plain = {_plain(column): column for column in columns}
    found = difflib.get_close_matches(_plain(name), plain, 1, 0.75)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())
