"""Every shipped result writer keeps the port's promises."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from io import BytesIO, StringIO
from typing import Any

import polars as pl

from neuronetra.adapters.results.columns import CsvWriter, ParquetWriter
from neuronetra.adapters.results.json import JsonLinesWriter, JsonWriter
from neuronetra.adapters.results.table import TableWriter
from neuronetra.domain.locations import LABELS
from neuronetra.ports import ResultWriter
from neuronetra.testing.writer_contract import ResultWriterContract, Row


def from_object(entry: Mapping[str, Any]) -> Row:
    return Row(entry["series_uid"], entry["probabilities"], entry["notice"], entry["error"])


def from_columns(entry: Mapping[str, Any]) -> Row:
    values = [entry[label] for label in LABELS]
    known = [value for value in values if value not in (None, "")]
    assert len(known) in (0, len(LABELS))
    probabilities = dict(zip(LABELS, map(float, known), strict=True)) if known else None
    return Row(entry["series_uid"], probabilities, entry["notice"], entry["error"] or None)


class TestJsonWriter(ResultWriterContract):
    def make_writer(self) -> ResultWriter:
        return JsonWriter()

    def read(self, document: bytes) -> list[Row]:
        return [from_object(entry) for entry in json.loads(document)]


class TestJsonLinesWriter(ResultWriterContract):
    def make_writer(self) -> ResultWriter:
        return JsonLinesWriter()

    def read(self, document: bytes) -> list[Row]:
        return [from_object(json.loads(line)) for line in document.splitlines()]


class TestCsvWriter(ResultWriterContract):
    def make_writer(self) -> ResultWriter:
        return CsvWriter()

    def read(self, document: bytes) -> list[Row]:
        reader = csv.DictReader(StringIO(document.decode()))
        assert tuple(reader.fieldnames or ())[2:16] == LABELS
        return [from_columns(entry) for entry in reader]


class TestParquetWriter(ResultWriterContract):
    def make_writer(self) -> ResultWriter:
        return ParquetWriter()

    def read(self, document: bytes) -> list[Row]:
        table = pl.read_parquet(BytesIO(document))
        assert tuple(table.columns)[2:16] == LABELS
        return [from_columns(entry) for entry in table.to_dicts()]

    def text(self, document: bytes) -> str:
        return pl.read_parquet(BytesIO(document)).write_csv()


class TestTableWriter(ResultWriterContract):
    def make_writer(self) -> ResultWriter:
        return TableWriter()

    def read(self, document: bytes) -> list[Row]:
        parts = re.split(r"^Series ", document.decode(), flags=re.MULTILINE)
        return [self.row(part) for part in parts[1:]]

    def row(self, part: str) -> Row:
        lines = part.splitlines()
        found = [re.match(r"\s*(\D+?)\s+([01]\.\d{4})", line) for line in lines]
        probabilities = {match[1]: float(match[2]) for match in found if match}
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        notice = next(line for line in reversed(lines) if line)
        return Row(lines[0], probabilities or None, notice, errors[0] if errors else None)
