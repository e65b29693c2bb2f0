"""Opening a cohort: what to do about its bad rows."""

from __future__ import annotations

from neuronetra.domain.cohort import LabelledSet
from neuronetra.errors import CohortError
from neuronetra.ports import Cohort, Progress


def opened(cohort: Cohort, strict: bool = False, progress: Progress | None = None) -> LabelledSet:
    """The labelled series of a cohort; bad rows are left out and listed in it, or with ``strict`` refused.

    Raises ``CohortError``, with every bad row in its ``rows``, where it is strict and there are any, or where
    nothing is left.
    """
    found = cohort.read(progress)
    rows = tuple(map(str, found.bad_rows))
    if rows and (strict or not len(found)):
        first = f"{len(rows)}, the first: {rows[0]}"
        problem = "there are bad rows" if len(found) else "no series can be used"
        raise CohortError(problem, found=first, fix=_FIX if len(found) else "", rows=rows)
    if not len(found):
        raise CohortError("the cohort holds no series", expected="a row for each labelled series")
    return found


_FIX = "mend them, or leave out --strict to go on without them"
