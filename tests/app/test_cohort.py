"""Opening a cohort: bad rows are left out, or refused where that is asked for."""

from __future__ import annotations

import pytest
from attrs import evolve

from neuronetra.app.cohort import opened
from neuronetra.domain.cohort import BadRow, LabelledSeries, LabelledSet
from neuronetra.domain.modality import Modality
from neuronetra.errors import CohortError

GOOD = LabelledSet((LabelledSeries("1.2", "", "a" * 64, Modality.CTA, (False,) * 14),), "d")
BAD = (BadRow("train.csv", 3, "x"), BadRow("train.csv", 9, "y"))


class FakeCohort:
    """A cohort that reads as it is told to."""

    def __init__(self, found):
        self._found = found

    def read(self, progress=None):
        if progress is not None:
            progress(len(self._found), len(self._found))
        return self._found


def test_bad_rows_are_left_out_and_kept_in_the_list():
    """By default the rest is used, with the list of what is not."""
    found = evolve(GOOD, bad_rows=BAD)
    calls = []
    assert opened(FakeCohort(found), progress=lambda *counts: calls.append(counts)) == found
    assert calls == [(1, 1)]


def test_strict_refuses_and_lists_every_row():
    """The error holds all rows; a cohort without any passes."""
    with pytest.raises(CohortError, match="bad rows") as caught:
        opened(FakeCohort(evolve(GOOD, bad_rows=BAD)), strict=True)
    assert caught.value.rows == ("train.csv, line 3: x", "train.csv, line 9: y")
    assert "2, the first: train.csv, line 3: x" in str(caught.value)
    assert opened(FakeCohort(GOOD), strict=True) == GOOD


def test_a_cohort_of_nothing_is_an_error():
    """With no usable series there is nothing to go on with, strict or not."""
    with pytest.raises(CohortError, match="no series can be used") as caught:
        opened(FakeCohort(LabelledSet((), "d", bad_rows=BAD)))
    assert len(caught.value.rows) == 2
    with pytest.raises(CohortError, match="holds no series"):
        opened(FakeCohort(LabelledSet((), "d")))
