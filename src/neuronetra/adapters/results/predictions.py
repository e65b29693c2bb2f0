"""Tables of predictions read again: CSV and Parquet as the writers here make them, or anyone's like it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from neuronetra.domain.cohort_csv import parsed_table
from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction_cells import OPTIONAL, UID_COLUMNS, Cell, wanted_columns
from neuronetra.domain.prediction_table import PredictionTable
from neuronetra.errors import CohortError, InputError, InputNotFoundError

LARGEST = 256 << 20
"""Bytes: a million series."""
MOST_ROWS = 2_000_000
_PARQUET = b"PAR1"
_OTHERS = {b"[": "JSON", b"{": "JSON", b"PK": "a zip file or a workbook", b"<": "HTML or XML"}
_KNOWN = (*UID_COLUMNS, *LABELS, *OPTIONAL)


def read_predictions(path: str) -> PredictionTable:
    """The table at ``path``, CSV (UTF-8; commas, semicolons or tabs; byte-order mark or not) or Parquet.

    Which of the two is told by content. Raises ``InputNotFoundError`` or ``InputError``.
    """
    content = _content(path)
    name = Path(path).name
    rows = _parquet_rows(name, content) if content.startswith(_PARQUET) else _csv_rows(name, content)
    return PredictionTable.from_rows(name, rows)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - what is no path at all is an error here too
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputNotFoundError("no such file", where=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file's name"
        raise InputError("the predictions cannot be read", where=path, found=reason) from None
    if len(content) > LARGEST:
        found = f"{max(size, len(content)) >> 20} MB"
        raise InputError(
            "too large for predictions", where=path, found=found, expected=f"{LARGEST >> 20} MB at most"
        )
    return content


def _csv_rows(name: str, content: bytes) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """Rows with the lines that they begin on, so that an error can name them."""
    try:
        table = parsed_table(_text(name, content), name, _KNOWN)
    except CohortError as error:
        raise InputError(
            error.problem, where=error.where, found=error.found, expected=error.expected
        ) from None
    columns = wanted_columns(name, table.header)
    for row in table.rows:
        try:
            cells = table.cells(row)
        except ValueError as error:
            raise InputError(str(error), where=f"{name}, line {row.line}", expected="CSV") from None
        yield row.line, {column: _point(column, cells[column], table.separator) for column in columns}


def _point(column: str, cell: str, separator: str) -> str:
    """A decimal comma, which stands only where commas do not separate, as a point."""
    return cell.replace(",", ".") if separator != "," and column in LABELS else cell


def _text(name: str, content: bytes) -> str:
    other = next((kind for start, kind in _OTHERS.items() if content.lstrip().startswith(start)), "")
    try:
        text = "" if other else content.decode("utf-8")
    except UnicodeDecodeError as error:
        other = f"bytes that are not UTF-8, the first at {error.start}"
    if other or "\0" in text:
        raise InputError(
            "neither CSV nor Parquet",
            where=name,
            found=other or "binary content",
            expected="what `neuronetra predict --format csv` or `--format parquet` writes",
        )
    return text


def _parquet_rows(name: str, content: bytes) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """Rows counted like the lines of a CSV file: the first is line 2."""
    try:
        columns = wanted_columns(name, tuple(pl.read_parquet_schema(content)))
        frame = pl.read_parquet(content, columns=list(columns), n_rows=MOST_ROWS + 1)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise InputError(
            "a damaged Parquet file", where=name, expected="what `neuronetra predict --format parquet` writes"
        ) from None
    if frame.height > MOST_ROWS:
        raise InputError("too many rows for predictions", where=name, expected=f"{MOST_ROWS} at most")
    yield from enumerate(frame.iter_rows(named=True), start=2)
