"""Scoring the series of a cohort by members of a store, each by those that may score it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, field, frozen

from neuronetra.app.ensemble import Member, OpenMembers
from neuronetra.app.looking import Look
from neuronetra.app.score_members_looks import Looks
from neuronetra.app.score_members_parts import Kept, Meter, NothingKept, added
from neuronetra.app.score_members_reading import ReadAhead, Shown
from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.locations import LABELS
from neuronetra.domain.out_of_fold_rows import Part
from neuronetra.domain.scores import Batch
from neuronetra.errors import ScoringError
from neuronetra.ports import Progress


@define(eq=False)
class Scored:
    """What members gave: ``rows`` (series, views, 14) of each by name, NaN where it was not asked or failed.

    ``failed`` maps the uids of series that could not be scored to one line; ``laterality_known`` (series,);
    ``seconds`` as of ``Part``.
    """

    rows: dict[str, Float64] = field(repr=False)
    laterality_known: Array = field(repr=False)
    failed: dict[str, str] = field(factory=dict)
    seconds: dict[str, tuple[float, int]] = field(factory=dict)


@frozen(eq=False)
class MemberScorer:
    """Scores series by ``members``, each of which sees many series at once; ``kept`` keeps what is done."""

    looks: Looks
    members: OpenMembers
    kept: Kept = field(factory=NothingKept)
    meter: Meter | None = None

    def score(
        self, series: Sequence[LabelledSeries], wanted: Array, progress: Progress | None = None
    ) -> Scored:
        """``wanted`` (series, members) says who scores what; ``progress`` counts series.

        A series that cannot be used, or for which a network gives no valid scores, is in ``failed``. Raises
        ``StoreError``, ``CohortError`` and ``OutputError``.
        """
        shape = (len(series), len(self.members.recipe.views), len(LABELS))
        found = Scored({name: np.full(shape, np.nan) for name in self.names}, np.ones(len(series), bool))
        places = {one.uid: row for row, one in enumerate(series)}
        for part in self.kept.parts():
            self._take(found, places, part)
        left = wanted & np.stack([np.isnan(rows).all(axis=(1, 2)) for rows in found.rows.values()], axis=1)
        specs = [member.checkpoint.spec for member in self.members.members]
        asked = [
            (row, series[row], tuple(one for one, may in zip(specs, left[row], strict=True) if may))
            for row in np.flatnonzero(left.any(axis=1)).tolist()
        ]
        done = len(series) - len(asked)
        with ReadAhead(self.looks, self.members.recipe, self.meter).reading(asked) as batches:
            for shown in batches:
                _tell(progress, done, len(series))
                self._do(found, places, left, shown)
                done += len(shown)
        _tell(progress, len(series), len(series))
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Of the members."""
        return tuple(str(member.chosen.name) for member in self.members.members)

    def _do(self, found: Scored, places: Mapping[str, int], wanted: Array, shown: Sequence[Shown]) -> None:
        found.failed.update({one.uid: str(one.error) for one in shown if one.look is None})
        there = [one for one in shown if one.look is not None]
        part, failed = self._scored(there, wanted)
        found.failed.update(failed)
        if part is not None:
            self.kept.add(part)
            self._take(found, places, part)

    def _take(self, found: Scored, places: Mapping[str, int], part: Part) -> None:
        """Put a part in its place; what is of other series or members is left."""
        mine = [number for number, uid in enumerate(part.uids) if uid in places]
        rows = [places[part.uids[number]] for number in mine]
        found.laterality_known[rows] = part.laterality_known[mine]
        for member in self.members.members:
            given = part.rows.get(_key(member))
            if given is not None:
                held = found.rows[str(member.chosen.name)]
                held[rows] = np.where(np.isnan(given[mine]), held[rows], given[mine])
        for what, (seconds, count) in part.seconds.items():
            found.seconds[what] = added(found.seconds.get(what), seconds, count)

    def _scored(self, shown: Sequence[Shown], wanted: Array) -> tuple[Part | None, dict[str, str]]:
        """All together; where a network gives no valid scores, one by one to see of which series."""
        if not shown:
            return None, {}
        try:
            rows, failed = self._rows(shown, wanted), {}
        except ScoringError as error:
            if len(shown) == 1:
                return None, {shown[0].uid: str(error)}
            alone = [self._scored([one], wanted) for one in shown]
            failed = {uid: line for _, lines in alone for uid, line in lines.items()}
            parts = [part for part, _ in alone if part is not None]
            shown = [one for one in shown if one.uid not in failed]
            if not parts:
                return None, failed
            rows = {key: np.concatenate([part.rows[key] for part in parts]) for key in parts[0].rows}
        sides = [one.look is not None and one.look.laterality_known for one in shown]
        seconds = {} if self.meter is None else self.meter.drained()
        return Part(tuple(one.uid for one in shown), rows, np.array(sides, bool), seconds), failed

    def _rows(self, shown: Sequence[Shown], wanted: Array) -> dict[str, Array]:
        """Each member's rows (series, views, 14) by its key, NaN where it is not asked."""
        looks = [one.look for one in shown if one.look is not None]
        asked = wanted[[one.row for one in shown]]
        columns = {name: asked[:, k] for k, name in enumerate(self.names)}

        def given(member: Member) -> Batch | None:
            mine = zip(looks, columns[str(member.chosen.name)], strict=True)
            return _joined([look for look, may in mine if may], member)

        views, found = len(self.members.recipe.views), {}
        per_member = self.members.scores(given, more_to_come=True)
        for member, scores in zip(self.members.members, per_member, strict=True):
            rows = np.full((len(looks), views, len(LABELS)), np.nan)
            rows[columns[str(member.chosen.name)]] = scores.reshape(-1, views, len(LABELS))
            found[_key(member)] = rows
        return found


def _key(member: Member) -> str:
    """By what a member's rows are known again: other weights are another key."""
    return f"{member.chosen.name} {member.checkpoint.sha256}"


def _joined(looks: Sequence[Look], member: Member) -> Batch | None:
    """What a member takes of these series, as one batch."""
    batches = [look.given(member.checkpoint.spec) for look in looks]
    if not batches:
        return None
    images = np.concatenate([one.images for one in batches])
    return Batch(images, np.concatenate([one.modality for one in batches]))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
