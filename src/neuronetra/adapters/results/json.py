"""Predictions as JSON: one list, or one object a line."""

from __future__ import annotations

import json

from neuronetra.domain.prediction import Prediction


def _dumps(prediction: Prediction, indent: int | None) -> str:
    return json.dumps(prediction.as_document(), indent=indent, ensure_ascii=False, allow_nan=False)


class JsonWriter:
    """A list of objects, one per series, written as they come."""

    suffix = ".json"

    def __init__(self) -> None:
        self._count = 0

    def begin(self) -> bytes:
        self._count = 0
        return b"["

    def add(self, prediction: Prediction) -> bytes:
        separator = ",\n" if self._count else "\n"
        self._count += 1
        return (separator + _dumps(prediction, indent=1)).encode()

    def end(self) -> bytes:
        return b"\n]\n" if self._count else b"]\n"


class JsonLinesWriter:
    """One object a line."""

    suffix = ".jsonl"

    def begin(self) -> bytes:
        return b""

    def add(self, prediction: Prediction) -> bytes:
        return (_dumps(prediction, indent=None) + "\n").encode()

    def end(self) -> bytes:
        return b""
