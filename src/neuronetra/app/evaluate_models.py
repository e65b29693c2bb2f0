"""Measuring the members of a store on a cohort, out of fold: each series by those that did not see its patient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from neuronetra.app.ensemble import OpenEnsemble, OpenMembers
from neuronetra.app.evaluate import Evaluator, covariates
from neuronetra.app.looking import combined
from neuronetra.app.make_members import names_of
from neuronetra.app.score_members import MemberScorer, Scored
from neuronetra.app.score_members_looks import Looks
from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.cohort_evaluation import CohortEvaluation, Match
from neuronetra.domain.epoch_choice import EpochChoice, epoch_choice
from neuronetra.domain.metric.bootstrap import Resampling
from neuronetra.domain.out_of_fold import Records, WhoMayScore, warnings_of
from neuronetra.domain.out_of_fold_baselines import training_sources
from neuronetra.domain.prediction_cells import TableModel
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import InputError, UsageError
from neuronetra.ports import CheckpointStore, Progress

Told = Callable[[str], Progress | None]
"""The progress of a piece of work by its name: ``series``, ``resamples`` or ``epochs`` (resamples of these)."""


def silent(_: str) -> Progress | None:
    """Nobody is told."""
    return None


@frozen(eq=False)
class ModelEvaluator:
    """Measures the chosen ``members`` of ``store``.

    ``key_check`` is that of the cohort's patient hashes. ``all_members`` demands all members for every series.
    """

    evaluator: Evaluator
    store: CheckpointStore
    members: OpenEnsemble
    looks: Looks
    key_check: str
    all_members: bool = False

    def evaluate(self, cohort: LabelledSet, told: Told = silent) -> CohortEvaluation:
        """The figures of what members give of series whose patients they did not see.

        Raises ``UsageError`` where all members are demanded and one saw a patient, ``InputError`` where no series can be
        scored, ``CohortError`` for frames of another recipe, and ``StoreError``.
        """
        records = records_of(self.members)
        who = WhoMayScore.of(records, cohort.series, self.key_check)
        if self.all_members:
            require_no_overlap(who, cohort)
        scored = MemberScorer(self.looks, self.members).score(cohort.series, who.allowed, told("series"))
        done = done_rows(who, scored, cohort)
        kept, mine = cohort.keep(uids_of(cohort, done)), who.keep(done)
        baselines = training_sources(mine, records, covariates(kept))
        measured = self.evaluator.measured(
            kept,
            self._probabilities(scored, who, done),
            scored.laterality_known[done],
            baselines,
            told("resamples"),
        )
        match = self._match(cohort, who, scored, records, done)
        return CohortEvaluation(measured, cohort, match, self._choice(cohort, records, told("epochs")))

    def _probabilities(self, scored: Scored, who: WhoMayScore, done: Array) -> Float64:
        """(n, 14) of the series that are done."""
        ensemble = self.members.ensemble
        pairs = [(member.chosen, member.checkpoint.manifest) for member in self.members.members]
        found = []
        for row in np.flatnonzero(done).tolist():
            mine = np.flatnonzero(who.allowed[row]).tolist()
            rows = [scored.rows[who.members[k]][row] for k in mine]
            members = [pairs[k] for k in mine]
            views = ensemble.recipe.views
            scores = combined(ensemble.recipe.policy, views, members, rows, ensemble.temperatures)
            found.append(scores.values)
        return np.stack(found)

    def _match(
        self, cohort: LabelledSet, who: WhoMayScore, scored: Scored, records: Records, done: Array
    ) -> Match:
        identity = self.members.identity
        return Match(
            series=int(done.sum()),
            missing=uids_of(cohort, ~done),
            failed=tuple(sorted(scored.failed)),
            laterality_told=True,
            models=(TableModel(identity.recipe, identity.manifest_hash),),
            untrained=identity.untrained,
            synthetic=identity.synthetic,
            seen_by_all=uids_of(cohort, who.left_out),
            members=who.keep(done).scorings(),
            remarks=warnings_of(records, cohort.digest, self.key_check),
            reasons=dict(scored.failed),
        )

    def _choice(self, cohort: LabelledSet, records: Records, progress: Progress | None) -> EpochChoice | None:
        resampling = Resampling(self.evaluator.bootstraps, self.evaluator.seed)
        return choice_on(cohort, self.store, self.members.recipe, records, resampling, progress)


def choice_on(
    cohort: LabelledSet,
    store: CheckpointStore,
    recipe: Recipe,
    records: Records,
    resampling: Resampling,
    progress: Progress | None = None,
) -> EpochChoice | None:
    """Where members of ``records`` were trained on this cohort: what choosing the epochs of the recipe's is worth."""
    if not any(record is not None and record.cohort_digest == cohort.digest for record in records.values()):
        return None
    slots = {(architecture.name, fold) for architecture, fold in recipe.slots}
    names = [name for name in names_of(store) if (name.architecture, name.fold) in slots]
    return epoch_choice((store.manifest(name) for name in names), cohort, resampling, progress)


def records_of(members: OpenMembers) -> Records:
    """What each of them was trained on, by name."""
    return {str(member.chosen.name): member.checkpoint.manifest.record for member in members.members}


def require_no_overlap(who: WhoMayScore, cohort: LabelledSet) -> None:
    """Raise ``UsageError`` where a member was trained on a patient of the cohort."""
    seen = who.overlap
    if not seen.any():
        return
    people = len(np.unique(cohort.patients[seen]))
    patients = "1 patient" if people == 1 else f"{people} patients"
    raise UsageError(
        "members were trained on patients of this cohort",
        found=f"{int(seen.sum())} series of {patients}",
        expected="with --all-members a cohort that no member saw",
        fix="leave out --all-members: each series is then scored by members that did not see its patient",
    )


def done_rows(who: WhoMayScore, scored: Scored, cohort: LabelledSet) -> Array:
    """(series,): which have scores of all members that may give one."""
    failed = np.array([one.uid in scored.failed for one in cohort.series], bool)
    done = np.asarray(~who.left_out & ~failed)
    if done.any():
        return done
    first = next(iter(scored.failed.values()), "")
    raise InputError(
        "no series of the cohort can be scored",
        found=f"{int(who.left_out.sum())} seen in training by every member, {len(scored.failed)} failed"
        + (f", the first: {first}" if first else ""),
    )


def uids_of(cohort: LabelledSet, rows: Array) -> tuple[str, ...]:
    """Of the series at ``rows`` (series,), truth values."""
    return tuple(one.uid for one, chosen in zip(cohort.series, rows, strict=True) if chosen)
