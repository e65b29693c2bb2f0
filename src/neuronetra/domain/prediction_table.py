"""Predictions of many series as one table: what is measured against a cohort's labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked_float64, locked_if_given, require_shape
from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction_cells import Cell, PredictionRow, TableModel
from neuronetra.errors import InputError


@frozen(eq=False)
class PredictionTable:
    """Probabilities (n, 14) in the order of ``LABELS`` of the series ``uids``, sorted, each once.

    ``failed`` are the series whose row says that they have none. ``laterality_known`` (n,) says of which
    left and right can be told, ``None`` where the table does not. ``models`` are those that it names;
    ``untrained`` and ``synthetic`` as any of its notices says of the model.
    """

    uids: tuple[str, ...] = field(repr=False)
    probabilities: Float64 = field(converter=locked_float64, repr=False)
    failed: tuple[str, ...] = field(default=(), repr=False)
    laterality_known: Array | None = field(default=None, converter=locked_if_given, repr=False)
    models: tuple[TableModel, ...] = ()
    untrained: bool = False
    synthetic: bool = False

    def __attrs_post_init__(self) -> None:
        if list(self.uids) != sorted(set(self.uids)) or set(self.uids) & set(self.failed):
            raise ValueError("series are sorted by uid, each once")
        if self.probabilities.shape != (len(self.uids), len(LABELS)):
            raise ValueError(f"probabilities {self.probabilities.shape} of {len(self.uids)} series")
        if not bool(np.all((self.probabilities >= 0.0) & (self.probabilities <= 1.0))):
            raise ValueError("probabilities are in [0, 1]")
        if self.laterality_known is not None:
            require_shape("laterality_known", self.laterality_known, self.probabilities.shape[:1])

    @property
    def series(self) -> frozenset[str]:
        """All series of the table, predicted or failed."""
        return frozenset((*self.uids, *self.failed))

    def rows(self, uids: Sequence[str]) -> Array:
        """The row of each of ``uids``, -1 where it has no probabilities."""
        places = {uid: row for row, uid in enumerate(self.uids)}
        return np.array([places.get(uid, -1) for uid in uids], np.int64)

    @classmethod
    def from_rows(cls, name: str, rows: Iterable[tuple[int, Mapping[str, Cell]]]) -> PredictionTable:
        """Of rows as (line, cells by column name), the columns being those that ``wanted_columns`` found.

        A row with an ``error``, or without any probability, is a failed series. Raises ``InputError`` with
        file, line and column where a cell is no probability, a uid is missing or a series stands there twice;
        the first, and how many more there are. Uids are not quoted.
        """
        read = [PredictionRow(line, cells) for line, cells in rows]
        if not read:
            raise InputError("the table holds no row", where=name, expected="a row for each series")
        problems = [problem for row in read for problem in row.problems]
        problems += _repeated(read)
        if problems:
            raise _wrong(name, sorted(problems, key=lambda problem: problem[0]))
        kept = sorted((row for row in read if not row.failed), key=lambda row: row.uid)
        return cls(
            tuple(row.uid for row in kept),
            np.array([row.values for row in kept]).reshape(-1, len(LABELS)),
            tuple(sorted(row.uid for row in read if row.failed)),
            _laterality(kept),
            tuple(dict.fromkeys(row.model for row in kept if row.model != TableModel())),
            any(row.untrained for row in read),
            any(row.synthetic for row in read),
        )


def _repeated(rows: Sequence[PredictionRow]) -> list[tuple[int, str]]:
    first: dict[str, int] = {}
    return [
        (row.line, f"the series stands in line {first[row.uid]} too")
        for row in rows
        if row.uid and first.setdefault(row.uid, row.line) != row.line
    ]


def _wrong(name: str, problems: Sequence[tuple[int, str]]) -> InputError:
    line, what = problems[0]
    lines = len({number for number, _ in problems}) - 1
    more = f" (and {lines} more line{'s' if lines > 1 else ''})" if lines else ""
    return InputError(
        what + more,
        where=f"{name}, line {line}",
        expected="one row for each series, 14 values between 0 and 1",
    )


def _laterality(rows: Sequence[PredictionRow]) -> Array | None:
    """Where some rows say nothing of it, left and right count as known there."""
    told = [row.laterality for row in rows]
    return None if all(known is None for known in told) else np.array([k is not False for k in told])
