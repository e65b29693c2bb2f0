"""Who may score whom: no network is measured on a patient that it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, locked_as_given
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.training_record import TrainingRecord

Records = Mapping[str, TrainingRecord | None]
"""By member, what it was trained on; ``None`` where that is unknown."""


@frozen
class Scoring:
    """``series`` that ``members`` scored together."""

    members: tuple[str, ...]
    series: int

    def as_document(self) -> dict[str, object]:
        return {"members": list(self.members), "series": self.series}


@frozen(eq=False)
class WhoMayScore:
    """``allowed`` (series, members): whether a member's weights were fitted to no series of that series' patient."""

    members: tuple[str, ...]
    allowed: Array = field(converter=locked_as_given, repr=False)

    @classmethod
    def of(cls, records: Records, series: Sequence[LabelledSeries], key_check: str) -> WhoMayScore:
        """``key_check`` is that of the series' patient hashes.

        A patient counts as seen where the record holds the patient, by an equal key, or any series that this cohort
        says is the patient's. Members of unknown training may score all.
        """
        people = {patient: number for number, patient in enumerate(dict.fromkeys(s.patient for s in series))}
        rows = np.array([people[one.patient] for one in series], np.int64)
        seen = np.zeros((len(people), len(records)), bool)
        for column, record in enumerate(records.values()):
            if record is None:
                continue
            for one in series:
                seen[people[one.patient], column] |= record.saw(one.uid, one.patient, key_check)
        return cls(tuple(records), ~seen[rows])

    @property
    def overlap(self) -> Array:
        """(series,): where some member saw the patient."""
        return np.asarray(~self.allowed.all(axis=1))

    @property
    def left_out(self) -> Array:
        """(series,): where every member saw the patient, so that nobody is left to score it."""
        return np.asarray(~self.allowed.any(axis=1))

    @property
    def groups(self) -> Array:
        """(series,) whole numbers, equal where the same members may score; those of one patient are equal."""
        if not len(self.allowed):
            return np.zeros(0, np.int64)
        return np.unique(self.allowed, axis=0, return_inverse=True)[1].reshape(-1)

    def named(self, row: int) -> tuple[str, ...]:
        """The members that may score a series."""
        return tuple(name for name, may in zip(self.members, self.allowed[row], strict=True) if may)

    def keep(self, rows: Array) -> WhoMayScore:
        """Those of some series."""
        return WhoMayScore(self.members, self.allowed[rows])

    def scorings(self) -> tuple[Scoring, ...]:
        """How many series each group of members scores, most first."""
        groups = self.groups
        first = {int(group): row for row, group in reversed(list(enumerate(groups.tolist())))}
        found = [Scoring(self.named(row), int((groups == group).sum())) for group, row in first.items()]
        return tuple(
            sorted((one for one in found if one.members), key=lambda one: (-one.series, one.members))
        )


def warnings_of(records: Records, cohort_digest: str, key_check: str) -> tuple[str, ...]:
    """What a reader must know of how far the members' training is known, in plain sentences."""
    known = [record for record in records.values() if record is not None]
    said = []
    if len(known) < len(records):
        said.append(
            f"what {len(records) - len(known)} of {len(records)} members were trained on is unknown: they score every "
            "series, and may have seen some"
        )
    strangers = [one for one in known if one.key_check != key_check and one.cohort_digest != cohort_digest]
    if strangers:
        said.append(
            "patients cannot be held against those of training, as they are hashed by another key: only series are "
            "known again by their uids (give both cohorts the same --patient-key)"
        )
    return tuple(said)
