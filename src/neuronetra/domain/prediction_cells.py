"""Columns and cells of a table of predictions: what is one probability, what is none, and of which series."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import frozen

from neuronetra.domain.locations import LABELS
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE
from neuronetra.domain.prediction import UNTRAINED_NOTICE
from neuronetra.errors import InputError

UID_COLUMNS = ("series_uid", "SeriesInstanceUID")
ERROR, LATERALITY, NOTICE, RECIPE, MANIFEST = "error", "laterality_known", "notice", "recipe", "manifest_hash"
OPTIONAL = (ERROR, LATERALITY, NOTICE, RECIPE, MANIFEST)
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_LONGEST_CELL = 20
LONGEST_UID = 64
"""Characters (DICOM part 5, 9.1)."""

Cell = object
"""What a table holds in one place: text, a number, true or false, or ``None``."""


@frozen
class TableModel:
    """Which model a table says that it comes from, as far as its columns tell; else empty."""

    recipe: str = ""
    manifest_hash: str = ""


class PredictionRow:
    """One row taken apart; ``problems`` are (line, what) and empty where it is sound."""

    def __init__(self, line: int, cells: Mapping[str, Cell]) -> None:
        self.line = line
        self.problems: list[tuple[int, str]] = []
        uid = next((cells[column] for column in UID_COLUMNS if column in cells), None)
        self.uid = "" if _empty(uid) else str(uid).strip()
        if not self.uid or len(self.uid) > LONGEST_UID:
            self.problems.append((line, "the series has no uid"))
            self.uid = ""
        given = [cells[label] for label in LABELS]
        self.failed = not _empty(cells.get(ERROR)) or all(map(_empty, given))
        self.values = [] if self.failed else list(self._probabilities(given))
        self.laterality = self._flag(cells.get(LATERALITY))
        self.untrained = UNTRAINED_NOTICE in str(cells.get(NOTICE))
        self.synthetic = SYNTHETIC_MODEL_NOTICE in str(cells.get(NOTICE))
        self.model = TableModel(_name(cells.get(RECIPE)), _name(cells.get(MANIFEST)))

    def _probabilities(self, given: Sequence[Cell]) -> Iterator[float]:
        for label, cell in zip(LABELS, given, strict=True):
            try:
                yield probability_of(cell)
            except ValueError as error:
                self.problems.append((self.line, f"{label}: {error}"))
                yield math.nan

    def _flag(self, cell: Cell) -> bool | None:
        word = "" if _empty(cell) else str(cell).strip().lower()
        if word and word not in _TRUE | _FALSE:
            self.problems.append((self.line, f"{LATERALITY}: {_quoted(cell)} is neither true nor false"))
        return word in _TRUE if word else None


def probability_of(cell: Cell) -> float:
    """A number, or text that is one, in [0, 1]. Raises ``ValueError`` in words for anything else."""
    if _empty(cell):
        raise ValueError("is empty, while others of its row are not")
    text = str(cell).strip()
    if isinstance(cell, bool) or not _NUMBER.fullmatch(text):
        raise ValueError(f"{_quoted(cell)} is no probability")
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{_quoted(cell)} is not between 0 and 1")
    return value


def wanted_columns(name: str, header: Collection[str]) -> tuple[str, ...]:
    """The columns of a table that are read: the uid's, the 14 labels, and what is there of ``OPTIONAL``.

    Columns count by name, wherever they stand; others are ignored. Raises ``InputError`` that names what is
    missing, and the column that may be it misspelt.
    """
    uid = [column for column in UID_COLUMNS if column in header]
    if len(uid) == 2:
        raise InputError("two columns of uids", where=name, found=" and ".join(uid), expected="one of them")
    missing = [label for label in LABELS if label not in header]
    if not uid:
        missing.insert(0, UID_COLUMNS[0])
    if missing:
        raise _missing(name, missing, header)
    return (*uid, *LABELS, *(column for column in OPTIONAL if column in header))


def _missing(name: str, missing: Sequence[str], header: Collection[str]) -> InputError:
    strangers = {column.lower(): column for column in header if column not in (*LABELS, *UID_COLUMNS)}
    near = difflib.get_close_matches(missing[0].lower(), strangers, 1, 0.75)
    more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    return InputError(
        "a column is missing or misspelt" if not more else f"{len(missing)} columns are missing",
        where=name,
        found=f"no column '{missing[0]}'{more}"
        + (f", but {_quoted(strangers[near[0]], 60)}" if near else ""),
        expected="series_uid and the 14 labels, as `neuronetra predict --format csv` writes them",
    )


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _quoted(cell: Cell, longest: int = _LONGEST_CELL) -> str:
    text = str(cell)
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")


def _name(cell: Cell) -> str:
    """A recipe's or a manifest's name; what could be anything else is not repeated."""
    text = "" if _empty(cell) else str(cell).strip()
    return text if _NAME.fullmatch(text) else ""
