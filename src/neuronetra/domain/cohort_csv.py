"""Tables of a data set as text: separated values in, numbered rows out."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from io import StringIO

from attrs import field, frozen

from neuronetra.errors import CohortError

BOM = "\ufeff"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LONGEST_QUOTE = 40
"""Characters of a cell or a name that a message may hold."""


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
        cells = row.cells
        while len(cells) > len(self.header) and not cells[-1]:
            cells = cells[:-1]
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
    it is no table, or holds no row at all.
    """
    bom, text = text.startswith(BOM), text.removeprefix(BOM)
    if "\0" in text:
        raise CohortError("not a table", where=name, found="a zero byte", expected="CSV, in UTF-8")
    separator = _separator(text, known)
    try:
        records = list(_records(text, separator))
    except csv.Error as error:
        raise CohortError("not a table", where=name, found=str(error), expected="CSV, in UTF-8") from None
    if not records:
        raise CohortError("the table is empty", where=name, expected="a header and a row for each series")
    first, *rows = records
    header = _trimmed(first.cells)
    _require_single(header, name)
    return Table(name, header, tuple(rows), separator, bom)


def _separator(text: str, known: Collection[str]) -> str:
    """The separator under which most names of the first record are known; a comma where none is better."""

    def recognised(separator: str) -> int:
        try:
            first = next(_records(text, separator), None)
        except csv.Error:
            return 0
        return len(set(first.cells) & set(known)) if first else 0

    return max(SEPARATORS, key=recognised)


def _records(text: str, separator: str) -> Iterator[Row]:
    """Records with the lines on which they begin. Raises ``csv.Error``."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    for cells in reader:
        stripped = tuple(cell.strip() for cell in cells)
        if any(stripped):
            yield Row(line, stripped)
        line = reader.line_num + 1


def _trimmed(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header without the empty names that separators at the end of the line make."""
    while header and not header[-1]:
        header = header[:-1]
    return header


def _require_single(header: tuple[str, ...], name: str) -> None:
    twice = [column for column in dict.fromkeys(header) if header.count(column) > 1]
    if twice:
        found = ", ".join(map(quoted, twice[:3]))
        raise CohortError("two columns have one name", where=f"{name}, line 1", found=found)
