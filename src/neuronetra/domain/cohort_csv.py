"""Tables of a data set as text: separated values in, numbered rows out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import StringIO

from attrs import field, frozen

from neuronetra.errors import CohortError

BOM = "\ufeff"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LONGEST_QUOTE = 40
"""Characters of a cell or a name that a message may hold."""
MOST_ROWS, MOST_COLUMNS = 1_000_000, 1_000
"""Of a table, beyond which it is none of ours: the public data set has 4,348 rows of 18."""


@frozen
class Row:
    """One record: ``line`` is the one that it begins on, from 1, the header's being 1; its stripped cells."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


@frozen
class Table:
    """A header and the records below it; ``separator`` stood between cells, ``bom`` before all."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    separator: str = ","
    bom: bool = False

    def cells(self, row: Row) -> Mapping[str, str]:
        """A row's cells by the names of their columns. Raises ``ValueError`` unless there is one for each."""
        cells = (*row.cells[: len(self.header)], *_trimmed(row.cells[len(self.header) :]))
        if len(cells) != len(self.header):
            raise ValueError(f"{len(cells)} cells where the header has {len(self.header)}")
        return dict(zip(self.header, cells, strict=True))

    @property
    def notes(self) -> tuple[str, ...]:
        """What of its form had to be seen through."""
        said = [f"{self.name} begins with a byte-order mark"] if self.bom else []
        if self.separator != ",":
            said.append(f"{self.name} is separated by {SEPARATORS[self.separator]}")
        return tuple(said)


def quoted(cell: str) -> str:
    """A cell for a message: its first characters, in quotation marks, nothing unprintable."""
    return repr(cell if len(cell) <= LONGEST_QUOTE else cell[: LONGEST_QUOTE - 1] + "…")


def parsed_table(text: str, name: str, known: Collection[str]) -> Table:
    """``text`` as a table: commas, semicolons or tabs, whichever makes most ``known`` names of its header.

    Quoted cells may hold line ends. Blank lines count as lines and are no rows. Raises ``CohortError`` where
    it is no table, holds no row at all, or more than ``MOST_ROWS`` or ``MOST_COLUMNS``.
    """
    bom, text = text.startswith(BOM), text.removeprefix(BOM)
    if "\0" in text:
        raise CohortError("not a table", where=name, found="a zero byte", expected="CSV, in UTF-8")
    separator = _separator(text, known)
    first, *rows = _bounded(text, name, separator)
    header = _trimmed(first.cells)
    _require_few(name, "columns", len(header), MOST_COLUMNS)
    _require_single(header, name, known)
    return Table(name, header, tuple(rows), separator, bom)


def _bounded(text: str, name: str, separator: str) -> Sequence[Row]:
    """All records, at least one. Raises ``CohortError``."""
    records: list[Row] = []
    try:
        for record in _records(text, separator):
            _require_few(name, "rows", len(records), MOST_ROWS)
            records.append(record)
    except _BrokenError as error:
        where = f"{name}, line {error.line}"
        raise CohortError("not a table", where=where, found=str(error), expected="CSV, in UTF-8") from None
    if not records:
        raise CohortError("the table is empty", where=name, expected="a header and a row for each series")
    return records


class _BrokenError(ValueError):
    """A record that is none; ``line`` is the one that it begins on."""

    def __init__(self, line: int, error: csv.Error) -> None:
        super().__init__(next((ours for theirs, ours in _WRONG.items() if theirs in str(error)), str(error)))
        self.line = line


_WRONG = {
    "field larger than field limit": "a cell without end",
    "unexpected end of data": "a quotation mark that is never closed",
}
"""What the csv module says, in the words of a person who looks at the file."""


def _require_few(name: str, what: str, count: int, most: int) -> None:
    if count > most:
        raise CohortError(f"more {what} than a table of series has", where=name, expected=f"{most} at most")


def _separator(text: str, known: Collection[str]) -> str:
    """The separator under which most names of the first record are known; a comma where none is better."""

    def recognised(separator: str) -> int:
        try:
            first = next(_records(text, separator), None)
        except _BrokenError:
            return 0
        return len(set(first.cells) & set(known)) if first else 0

    return max(SEPARATORS, key=recognised)


def _records(text: str, separator: str) -> Iterator[Row]:
    """Records with the lines on which they begin. Raises ``_BrokenError``."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                yield Row(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _BrokenError(line, error) from None


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Cells without the empty ones that separators at the end of the line make."""
    kept = len(cells)
    while kept and not cells[kept - 1]:
        kept -= 1
    return cells[:kept]


def _require_single(header: tuple[str, ...], name: str, known: Collection[str]) -> None:
    """Of a name that is not ``known`` the columns are told: it may be a patient's, where a header is missing."""
    twice = [column for column, count in Counter(header).items() if count > 1]
    if twice:
        places = [str(place) for place, column in enumerate(header, start=1) if column == twice[0]]
        found = quoted(twice[0]) if twice[0] in known else f"columns {' and '.join(places[:2])}"
        raise CohortError("two columns have one name", where=f"{name}, line 1", found=found)
