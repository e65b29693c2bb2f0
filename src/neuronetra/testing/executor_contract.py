"""What every ``Executor`` must do, as tests that an adapter's own test class inherits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

from neuronetra.errors import CohortError, SliceError, WorkerError
from neuronetra.ports import Executor


def doubled(number: int) -> int:
    """Twice the item."""
    return 2 * number


def scaled(number: int, factor: int) -> int:
    """The item times a setting."""
    return factor * number


def fussy(number: int) -> int:
    """Fails on purpose for 1 and 2, by accident for 3 and 4, and out of memory for 5."""
    if number == 1:
        raise CohortError("no good", where="here", found="this", fix="that", rows=("a row",))
    if number == 2:
        raise SliceError({"a.dcm": "damaged"})
    if number == 3:
        raise KeyError("DOE^JANE")
    if number == 4:
        raise SystemExit(9)
    if number == 5:
        raise MemoryError
    return number


class ExecutorContract:
    """Subclass it and give ``make``."""

    def make(self) -> Executor:
        """A fresh executor."""
        raise NotImplementedError

    def test_outcomes_stand_in_the_order_of_the_items(self) -> None:
        """Each item has one outcome, in the place of the item."""
        items = list(range(30, 0, -1))
        values = [outcome.value for outcome in self.make().map(doubled, items)]
        assert values == [2 * item for item in items]

    def test_no_items(self) -> None:
        """Nothing to do is done at once."""
        assert list(self.make().map(doubled, [])) == []

    def test_a_function_with_settings(self) -> None:
        """A partial function takes its settings along."""
        assert [one.value for one in self.make().map(partial(scaled, factor=5), [1, 2])] == [5, 10]

    def test_errors_are_outcomes_and_whole(self) -> None:
        """An error on purpose keeps all its fields, and the items after it are done."""
        first, second, third, last = self.make().map(fussy, [0, 1, 2, 6])
        assert (first.value, last.value) == (0, 6)
        assert isinstance(second.error, CohortError)
        assert (second.error.where, second.error.rows) == ("here", ("a row",))
        assert str(second.error) == "here: no good; found this; fix: that"
        assert isinstance(third.error, SliceError)
        assert third.error.reasons == {"a.dcm": "damaged"}

    def test_accidents_are_told_by_their_type_alone(self) -> None:
        """Another exception becomes a ``WorkerError`` that does not quote what it says."""
        accident, end, memory, after = self.make().map(fussy, [3, 4, 5, 6])
        for outcome, word in ((accident, "KeyError"), (end, "SystemExit"), (memory, "memory")):
            assert isinstance(outcome.error, WorkerError)
            assert word in str(outcome.error)
            assert "DOE" not in str(outcome.error)
        assert after.value == 6

    def test_progress_counts_items(self) -> None:
        """It begins at none, ends at all and never goes back."""
        told: list[tuple[int, int]] = []
        list(self.make().map(doubled, [1, 2, 3], lambda *counts: told.append(counts)))
        assert told[0] == (0, 3)
        assert told[-1] == (3, 3)
        assert told == sorted(told)

    def test_an_iterator_closed_early_is_over(self) -> None:
        """A caller who has seen enough may go."""
        outcomes = self.make().map(doubled, list(range(1000)))
        assert next(outcomes).value == 0
        close: Callable[[], Any] = getattr(outcomes, "close")  # noqa: B009 - iterators need not have it
        close()
        assert list(outcomes) == []

    def test_what_cannot_be_pickled_is_refused_or_done(self) -> None:
        """It never hangs: either it works (in one process) or the caller sees why not."""
        try:
            outcomes = list(self.make().map(str, [Lock()]))
        except TypeError:
            return
        assert [outcome.error for outcome in outcomes] == [None]
