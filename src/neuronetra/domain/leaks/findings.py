"""Which facts tell the label, and how surely.

Each fact's area under the curve for ``Aneurysm Present`` is cross-fitted (folds grouped by patient) and
compares series of one modality and one fold alone: over all modalities together, and once more within each that
has enough patients, since a leak is often one modality's. Its interval is widened for all these looks, and for
the learner, which chooses a direction and a shape: under chance the area exceeds a half by more than z standard
errors about as often as a vector of two standard normal numbers is longer than z, exp(-z² / 2).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.folds import grouped_folds
from neuronetra.domain.leaks.columns import Column, columns_of
from neuronetra.domain.leaks.facts import FactKey, SeriesFacts
from neuronetra.domain.leaks.learning import cross_fitted
from neuronetra.domain.leaks.ranking import StratifiedAuc, stratified_auc
from neuronetra.domain.metric.figures import NO_FIGURE, Figure

CONFIDENCE = 0.95
FOLDS = 5
SEED = 0
FEWEST_OF_A_CLASS = 5
"""Patients of either class below which nothing can be said."""
FEWEST_WITHIN = 10
"""The same of a modality that is looked at by itself."""


@frozen
class Finding:
    """One fact (several, where they say the same) and its cross-fitted area under the curve.

    ``within`` names the modality whose series alone were looked at; empty for all.
    """

    keys: tuple[FactKey, ...]
    auc: Figure
    within: str = ""

    @property
    def leaks(self) -> bool:
        """Whether the whole interval lies above one half."""
        return self.auc.low is not None and self.auc.low > 0.5

    def named(self, names: Sequence[str]) -> dict[str, Any]:
        """For a document, under the names that are shown."""
        group = self.keys[0].group
        told = {
            "fact": names[0],
            "same_as": list(names[1:]),
            "group": group.value,
            "within": self.within or None,
            "auc": self.auc.as_document(),
        }
        return {**told, "look_at": group.advice} if self.leaks else told


@frozen
class LeakReport:
    """What each fact tells, the surest first; ``together`` is all of them in one learner.

    ``quantile`` standard errors make an interval. ``reason`` says why nothing was looked at, where that is
    so.
    """

    findings: tuple[Finding, ...] = ()
    together: Figure = NO_FIGURE
    quantile: float = 0.0
    constant: int = 0
    reason: str = ""

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The facts that tell the label, each once, where it does so the most surely."""
        surest: dict[FactKey, Finding] = {}
        for finding in self.findings:
            if finding.leaks:
                surest.setdefault(finding.keys[0], finding)
        return tuple(surest.values())

    @property
    def over_all(self) -> tuple[Finding, ...]:
        """What was found over all modalities together."""
        return tuple(finding for finding in self.findings if not finding.within)

    @property
    def looks(self) -> int:
        """How often a fact was looked at, all of them together being a look too."""
        return len(self.findings) + bool(self.findings)

    @property
    def together_leaks(self) -> bool:
        """Whether all facts together tell it."""
        return self.together.low is not None and self.together.low > 0.5


def simultaneous_quantile(looks: int) -> float:
    """Standard errors by which ``looks`` intervals hold together in 95 of 100 cohorts (Bonferroni)."""
    return math.sqrt(2.0 * math.log(max(1, looks) / (1.0 - CONFIDENCE)))


def find_leaks(
    facts: Sequence[SeriesFacts],
    present: Array,
    groups: Array,
    patients: Array,
    names: Sequence[str] = (),
) -> LeakReport:
    """Look at every fact of n series.

    ``present`` (n,) truth, ``groups`` (n,) the modality and ``patients`` (n,) as whole numbers; ``names`` are
    those of the modalities, by number.
    """
    fewest = _fewest(present, patients)
    if fewest < FEWEST_OF_A_CLASS:
        least = f"fewer than {FEWEST_OF_A_CLASS} patients with an aneurysm, or without"
        return LeakReport(reason=f"too few to tell: {least}")
    patients = np.unique(patients, return_inverse=True)[1]
    folds = grouped_folds(patients, present, groups, min(FOLDS, fewest), SEED)
    cohort = _Part("", tuple(facts), present, groups, patients, folds)
    parts = [cohort, *_modalities(cohort, names)]
    looked = [(part, part.columns()) for part in parts]
    quantile = simultaneous_quantile(1 + sum(len(columns) for _, columns in looked))
    findings = [part.finding(column, quantile) for part, columns in looked for column in columns]
    every = {key for one in facts for key in (*one.numbers, *one.categories)}
    constant = len(every - {key for column in looked[0][1] for key in column.keys})
    together = cohort.together(looked[0][1], quantile)
    return LeakReport(tuple(sorted(findings, key=_surest_first)), together, quantile, constant)


def _surest_first(finding: Finding) -> tuple[float, FactKey, str]:
    low = finding.auc.low
    return (-math.inf if low is None else -low, finding.keys[0], finding.within)


def _fewest(present: Array, patients: Array) -> int:
    """Patients of the rarer class."""
    return min(len(np.unique(patients[present == value])) for value in (True, False))


@frozen(eq=False)
class _Part:
    """Series that are looked at: the whole cohort, or one modality of it."""

    name: str
    facts: tuple[SeriesFacts, ...]
    present: Array
    groups: Array
    patients: Array
    folds: Array

    def keep(self, name: str, members: Array) -> _Part:
        """Those at ``members`` (row numbers), in the folds that they are in."""
        arrays = (self.present, self.groups, self.patients, self.folds)
        kept = (array[members] for array in arrays)
        return _Part(name, tuple(self.facts[member] for member in members), *kept)

    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.facts, self.groups)

    def finding(self, column: Column, quantile: float) -> Finding:
        return Finding(column.keys, self._figure(self._scores(column), quantile), self.name)

    def together(self, columns: Sequence[Column], quantile: float) -> Figure:
        """Of the sum of what each fact's components say, which are fitted one by one."""
        if not columns:
            return NO_FIGURE
        return self._figure(np.sum([self._scores(column) for column in columns], axis=0), quantile)

    def _scores(self, column: Column) -> Float64:
        return cross_fitted(column.components, self.present, self.groups, self.folds)

    def _figure(self, scores: Float64, quantile: float) -> Figure:
        strata = self.folds * (int(self.groups.max()) + 1) + self.groups
        found: StratifiedAuc = stratified_auc(np.round(scores, 12), self.present, strata, self.patients)
        low, high = found.interval(quantile) or (None, None)
        return Figure(found.value, low, high, found.series)


def _modalities(cohort: _Part, names: Sequence[str]) -> Iterator[_Part]:
    """The parts of each modality that has enough patients, where there are several."""
    codes = np.unique(cohort.groups)
    for code in codes if len(codes) > 1 else ():
        members = np.flatnonzero(cohort.groups == code)
        if _fewest(cohort.present[members], cohort.patients[members]) >= FEWEST_WITHIN:
            yield cohort.keep(names[code] if code < len(names) else f"modality {code}", members)
