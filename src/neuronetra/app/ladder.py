"""Climbing the ladder: every network sees every series it may once, and all rungs are combined of that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from neuronetra.app.evaluate import covariates
from neuronetra.app.evaluate_models import Told, done_rows, records_of, silent, uids_of
from neuronetra.app.looking import combined
from neuronetra.app.score_members import MemberScorer, Scored
from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.baselines import Kind
from neuronetra.domain.checkpoints import CheckpointName, EnsembleMember, Manifest
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.ladder import Rung
from neuronetra.domain.ladder_result import Cost, LadderResult, Reached
from neuronetra.domain.metric.bootstrap import Resampling
from neuronetra.domain.metric.sources import Evaluated, Measured, Source
from neuronetra.domain.out_of_fold import Records, WhoMayScore, warnings_of
from neuronetra.domain.out_of_fold_baselines import training_sources
from neuronetra.domain.out_of_fold_rows import READING
from neuronetra.domain.recipes import Recipe

Values = Mapping[str, Float64]


def members_of(
    recipe: Recipe, rungs: tuple[Rung, ...], manifests: Mapping[CheckpointName, Manifest]
) -> tuple[EnsembleMember, ...]:
    """All networks of the rungs, each once, weighted by their score where the recipe's policy asks for weights."""
    weighted = recipe.policy is EnsemblePolicy.WEIGHTED_MEAN
    names = dict.fromkeys(name for rung in reversed(rungs) for name in rung.members)
    return tuple(
        EnsembleMember(name, "", (manifests[name].score or None) if weighted else None) for name in names
    )


@frozen(eq=False)
class Ladder:
    """``scorer`` runs the networks of ``rungs`` on the views ``SEEN``; ``recipe`` is the store's own.

    ``key_check`` is that of the cohort's patient hashes, ``seed`` of v2's random checkpoints and of the resamples.
    """

    recipe: Recipe
    rungs: tuple[Rung, ...]
    scorer: MemberScorer
    key_check: str
    seed: int = 0
    bootstraps: int = 1000
    one_epoch: bool = field(default=False)

    def climb(self, cohort: LabelledSet, told: Told = silent) -> LadderResult:
        """Raises ``InputError`` where no series can be scored, ``CohortError``, ``StoreError`` and ``OutputError``."""
        records = records_of(self.scorer.members)
        who = WhoMayScore.of(records, cohort.series, self.key_check)
        scored = self.scorer.score(cohort.series, who.allowed, told("series"))
        done = done_rows(who, scored, cohort)
        kept, mine = cohort.keep(uids_of(cohort, done)), who.keep(done)
        sources, costs = self._sources(scored, who, done)
        baselines, fit = self._baselines(kept, mine, records)
        series = _evaluated(kept, scored.laterality_known[done])
        resampling = Resampling(self.bootstraps, self.seed)
        everything = {**sources, **{kind.value: one for kind, one in baselines.items()}}
        measured = Measured.of(series, everything, resampling, told("resamples"))
        figures = {name: one.figures(measured.values[name]) for name, one in measured.measures.items()}
        return LadderResult(
            self._reached(measured, costs),
            {kind: figures[kind.value] for kind in baselines},
            fit,
            cohort,
            len(kept),
            series.persons,
            int(kept.labels[:, -1].sum()),
            int(mine.overlap.sum()),
            self.bootstraps,
            self.seed,
            self.recipe.name,
            mine.scorings(),
            self.one_epoch,
            any(member.checkpoint.manifest.untrained for member in self.scorer.members.members),
            any(record is not None and record.synthetic for record in records.values()),
            dict(scored.failed),
            uids_of(cohort, who.left_out),
            warnings_of(records, cohort.digest, self.key_check),
        )

    def _sources(
        self, scored: Scored, who: WhoMayScore, done: Array
    ) -> tuple[dict[str, Source], dict[str, Cost]]:
        """Each rung's probabilities of the series that are done, and what they cost."""
        rows = np.flatnonzero(done).tolist()
        sources, costs = {}, {}
        for rung in self.rungs:
            scoring = [rung.scoring(who.named(row)) for row in rows]
            given = [
                self._combined(rung, names, scored, row) for names, row in zip(scoring, rows, strict=True)
            ]
            sources[rung.name] = Source(np.stack(given))
            costs[rung.name] = _cost(rung, scoring, scored)
        return sources, costs

    def _combined(self, rung: Rung, names: tuple[CheckpointName, ...], scored: Scored, row: int) -> Float64:
        known = {member.chosen.name: member for member in self.scorer.members.members}
        members = [(known[name].chosen, known[name].checkpoint.manifest) for name in names]
        given = [scored.rows[str(name)][row][list(rung.pixels)] for name in names]
        return combined(self.recipe.policy, rung.views, members, given).values

    def _baselines(
        self, kept: LabelledSet, who: WhoMayScore, records: Records
    ) -> tuple[dict[Kind, Source], str]:
        found = training_sources(who, records, covariates(kept))
        return _evaluated(kept).fitted(found)

    def _reached(self, measured: Measured, costs: Mapping[str, Cost]) -> tuple[Reached, ...]:
        found: list[Reached] = []
        for place, rung in enumerate(self.rungs):
            below = self.rungs[place - 1].name if place else ""
            found.append(
                Reached(
                    rung,
                    measured.measures[rung.name].figures(measured.values[rung.name]),
                    below,
                    measured.lead(rung.name, below),
                    measured.lead(rung.name, Kind.MODALITY.value),
                    costs[rung.name],
                    measured.score_within(rung.name),
                )
            )
        return tuple(found)


def _evaluated(kept: LabelledSet, sides: Array | None = None) -> Evaluated:
    return Evaluated.of(kept.labels, kept.patients, covariates(kept), sides)


def _cost(rung: Rung, scoring: list[tuple[CheckpointName, ...]], scored: Scored) -> Cost:
    """Averages over series; seconds as they were measured, networks one after the other."""
    members = sum(map(len, scoring)) / len(scoring)
    each = {name: _each(scored, str(name)) for names in scoring for name in names}
    used = tuple(str(name) for name in rung.members if name in each)
    reading, predictions = _each(scored, READING), members * len(rung.views)
    if any(one is None for one in each.values()):
        return Cost(members, predictions, used=used)
    spent = [sum(each[name] or 0.0 for name in names) * len(rung.views) for names in scoring]
    networks = float(np.mean(spent))
    return Cost(members, predictions, networks, None if reading is None else networks + reading, used)


def _each(scored: Scored, what: str) -> float | None:
    seconds, count = scored.seconds.get(what, (0.0, 0))
    return seconds / count if count else None
