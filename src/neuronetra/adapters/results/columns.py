"""Predictions as rows of columns: CSV and Parquet, by polars.

Columns: ``series_uid``, ``modality``, the 14 labels, then recipe, manifest hash, warnings, notice and error.
A failed series has empty probabilities and its error.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl

from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction import Prediction

_TEXT_AFTER = ("recipe", "manifest_hash", "warnings", "notice", "error")
_SCHEMA: dict[str, Any] = {
    "series_uid": pl.String,
    "modality": pl.String,
    **dict.fromkeys(LABELS, pl.Float64),
    **dict.fromkeys(_TEXT_AFTER, pl.String),
}


def _row(prediction: Prediction) -> dict[str, Any]:
    return {
        "series_uid": prediction.series_uid,
        "modality": None if prediction.modality is None else prediction.modality.value,
        **(prediction.probabilities or dict.fromkeys(LABELS)),
        "recipe": prediction.model.recipe,
        "manifest_hash": prediction.model.manifest_hash,
        "warnings": "; ".join(prediction.report.as_document()["warnings"]),
        "notice": prediction.notice,
        "error": prediction.error,
    }


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_SCHEMA)


class CsvWriter:
    """A line of names, then a line per series."""

    suffix = ".csv"

    def begin(self) -> bytes:
        return _frame([]).write_csv().encode()

    def add(self, prediction: Prediction) -> bytes:
        return _frame([_row(prediction)]).write_csv(include_header=False).encode()

    def end(self) -> bytes:
        return b""


class ParquetWriter:
    """One Parquet file, made when the last prediction has come."""

    suffix = ".parquet"

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def begin(self) -> bytes:
        self._rows = []
        return b""

    def add(self, prediction: Prediction) -> bytes:
        self._rows.append(_row(prediction))
        return b""

    def end(self) -> bytes:
        content = BytesIO()
        _frame(self._rows).write_parquet(content)
        return content.getvalue()
