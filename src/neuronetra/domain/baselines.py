"""Baselines that see no pixels: prevalence by modality, and by modality, age and sex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, own, require_shape
from neuronetra.domain.metric.score import checked_labels

AGE_BANDS = (40.0, 50.0, 60.0, 70.0, 80.0)
"""Years at which a new band begins."""
SHRINKAGE = 20.0
"""A cell of age and sex counts as if it held so many more series of its modality's prevalence."""


Count = tuple[int, str, int, float, tuple[float, ...]]
"""Of a cell: modality code, sex ("" where unknown), age band (-1 where unknown), series, and positives (14)."""


class Kind(Enum):
    """What a baseline knows of a series; the value is its key in documents."""

    MODALITY = "modality"
    MODALITY_AGE_SEX = "modality_age_sex"


@frozen(eq=False)
class Covariates:
    """What is known of series without their pixels.

    Codes of ``Modality`` (n,), ages in years (n,), NaN where unknown, and sexes (n,) as words, empty where unknown.
    """

    modality: Array
    age: Float64
    sex: Array

    @classmethod
    def of(
        cls, modality: npt.ArrayLike, age: npt.ArrayLike | None = None, sex: npt.ArrayLike | None = None
    ) -> Covariates:
        codes = np.asarray(modality, np.int64)
        years = np.full(len(codes), np.nan) if age is None else np.asarray(age, np.float64)
        words = np.full(len(codes), "") if sex is None else np.asarray(sex, np.str_)
        for name, column in (("age", years), ("sex", words)):
            require_shape(name, column, (len(codes) or None,))
        return cls(codes, years, words)

    def keep(self, rows: Array) -> Covariates:
        """Those of some series."""
        return Covariates(self.modality[rows], self.age[rows], self.sex[rows])

    def cells(self, kind: Kind) -> list[tuple[int, str, int] | None]:
        """The cell (modality, sex, age band) of each series; ``None`` where its modality is all there is."""
        if kind is Kind.MODALITY:
            return [None] * len(self.modality)
        bands = np.where(np.isnan(self.age), -1, np.searchsorted(AGE_BANDS, self.age, "right"))
        known = zip(self.modality.tolist(), self.sex.tolist(), bands.tolist(), strict=True)
        return [None if not sex and band < 0 else (code, sex, band) for code, sex, band in known]


@frozen(eq=False)
class PrevalenceBaseline:
    """The share of series with each label (14,), by modality and, where ``kind`` says so, by age and sex.

    With k positives of n series in a cell of modality, sex and age band, and the modality's share q, the cell's is
    (k + 20 q) / (n + 20), as most hold few series. A series of unknown sex is given the share of its modality and
    band whatever the sex, one of unknown age that of its modality and sex, one of neither the modality's. A modality
    that was not seen has the prevalence of all.
    """

    kind: Kind
    overall: Float64
    by_modality: Mapping[int, Float64] = field(repr=False)
    by_cell: Mapping[tuple[int, str, int], Float64] = field(factory=dict, repr=False)

    @classmethod
    def fit(cls, kind: Kind, labels: npt.ArrayLike, known: Covariates) -> PrevalenceBaseline:
        """Fitted on labels (n, 14)."""
        truth = checked_labels(labels)
        codes = np.unique(known.modality).tolist()
        shares = {code: own(truth[known.modality == code].mean(axis=0)) for code in codes}
        held: dict[tuple[int, str, int], list[int]] = {}
        for row, cell in enumerate(known.cells(kind)):
            for wider in _with_wider(cell):
                held.setdefault(wider, []).append(row)
        cells = {
            cell: _shrunk(len(rows), truth[rows].sum(axis=0), shares[cell[0]]) for cell, rows in held.items()
        }
        return cls(kind, own(truth.mean(axis=0)), shares, cells)

    @classmethod
    def from_counts(cls, kind: Kind, counts: Iterable[Count]) -> PrevalenceBaseline:
        """The same of the finest cells that there are, each series being counted in one.

        Raises ``ValueError`` without series.
        """
        entries = [(code, sex, band, n, np.asarray(hits, np.float64)) for code, sex, band, n, hits in counts]
        total, positives = _sum((n, hits) for *_, n, hits in entries)
        if not total > 0:
            raise ValueError("there is no prevalence without series")
        codes = sorted({code for code, *_ in entries})
        shares = {}
        for code in codes:
            held, found = _sum((n, hits) for other, _, _, n, hits in entries if other == code)
            shares[code] = own(found / held)
        wider: dict[tuple[int, str, int], list[tuple[float, Float64]]] = {}
        for code, sex, band, n, hits in entries if kind is Kind.MODALITY_AGE_SEX else ():
            for cell in _with_wider((code, sex, band) if sex or band >= 0 else None):
                wider.setdefault(cell, []).append((n, hits))
        cells = {cell: _shrunk(*_sum(parts), shares[cell[0]]) for cell, parts in wider.items()}
        return cls(kind, own(positives / total), shares, cells)

    def predict(self, known: Covariates) -> Float64:
        """Probabilities (n, 14)."""
        rows = [
            self.by_cell.get(cell, self._of_modality(code)) if cell is not None else self._of_modality(code)
            for code, cell in zip(known.modality.tolist(), known.cells(self.kind), strict=True)
        ]
        return own(np.array(rows, np.float64).reshape(len(rows), -1))

    def _of_modality(self, code: int) -> Float64:
        return self.by_modality.get(code, self.overall)


def _shrunk(n: float, positives: Array, share: Float64) -> Float64:
    """The share of a cell of ``n`` series, drawn to its modality's."""
    return own((positives + SHRINKAGE * share) / (n + SHRINKAGE))


def _sum(parts: Iterable[tuple[float, Float64]]) -> tuple[float, Float64]:
    """Series and positives of several cells together."""
    held = list(parts)
    return sum(n for n, _ in held), np.sum([hits for _, hits in held], axis=0)


def _with_wider(cell: tuple[int, str, int] | None) -> Iterator[tuple[int, str, int]]:
    """The cells that a series counts in: its own, and those that forget its sex or its age band."""
    if cell is None:
        return
    yield cell
    code, sex, band = cell
    if sex and band >= 0:
        yield code, "", band
        yield code, sex, -1


def cross_fitted(kind: Kind, labels: npt.ArrayLike, known: Covariates, fold: Array) -> Float64:
    """Probabilities (n, 14): those of a fold (n,) are fitted on all other folds.

    They are constants of their fold: compare them within it alone (``FoldAreas``).
    """
    truth = checked_labels(labels)
    found = np.empty(truth.shape)
    for k in np.unique(fold):
        inside = fold == k
        fitted = PrevalenceBaseline.fit(kind, truth[~inside], known.keep(~inside))
        found[inside] = fitted.predict(known.keep(inside))
    return own(found)
