"""What members gave of some series, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from neuronetra.domain.arrays import Array, locked_as_given

READING = "reading"

Seconds = Mapping[str, tuple[float, int]]
"""What took them to (seconds, how many): ``reading`` to series, and members' names to images."""


@frozen(eq=False)
class Part:
    """``rows`` (series, views, 14) of each member by its key, NaN where it was not asked.

    ``laterality_known`` (series,) says whose left and right can be told.
    """

    uids: tuple[str, ...]
    rows: Mapping[str, Array] = field(repr=False)
    laterality_known: Array = field(converter=locked_as_given, repr=False)
    seconds: Seconds = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if any(len(given) != len(self.uids) for given in (self.laterality_known, *self.rows.values())):
            raise ValueError("a row for each series")
