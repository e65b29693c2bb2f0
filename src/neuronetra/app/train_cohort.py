"""The part of a cohort that can be trained on: the series that have the frames a recipe looks at."""

from __future__ import annotations

from attrs import field, frozen

from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import CohortError, FrameStoreError
from neuronetra.ports import FrameStore, Progress


@frozen
class TrainableCohort:
    """The series with frames, what each was prepared as, and how many have none."""

    cohort: LabelledSet
    resolved: dict[str, Modality] = field(repr=False)
    left_out: int = 0

    @classmethod
    def of(
        cls,
        cohort: LabelledSet,
        frames: FrameStore,
        recipe: Recipe,
        called: str,
        progress: Progress | None = None,
    ) -> TrainableCohort:
        """For ``recipe``, which ``prepare`` knows as ``called``.

        Raises ``CohortError`` where no series has frames, ``FrameStoreError`` where one lacks slices.
        """
        whole = set(frames.uids())
        uids = [series.uid for series in cohort.series if series.uid in whole]
        if not uids:
            raise CohortError(
                "no series has prepared frames",
                found=f"{len(cohort)} series without",
                fix=f"prepare them: neuronetra prepare COHORT OUT --recipe {called}",
            )
        resolved = {}
        for done, uid in enumerate(uids):
            if progress is not None:
                progress(done, len(uids))
            prepared = frames.series(uid)
            _require_slices(prepared, recipe, called)
            resolved[uid] = prepared.modality
        return cls(cohort.keep(uids), resolved, len(cohort) - len(uids))


def _require_slices(prepared: PreparedSeries, recipe: Recipe, called: str) -> None:
    """Refuse frames that were kept for a recipe which looks at other slices."""
    wanted = set(prepared.chosen(recipe.pipeline.sampler))
    missing = sorted(wanted - set(prepared.indices))
    if missing:
        raise FrameStoreError(
            "slices that the recipe looks at are not prepared",
            where=prepared.uid,
            found=f"{len(missing)} of {len(wanted)} missing, the first: slice {missing[0]}",
            fix=f"prepare the cohort anew into another folder with --recipe {called}, or with --slices all",
        )
