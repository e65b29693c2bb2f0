"""Shards: the parts of a cohort that several machines prepare, disjoint and complete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from attrs import frozen

from neuronetra.errors import UsageError

T = TypeVar("T")
_MOST = 100_000


@frozen
class Shard:
    """Part ``number`` (from 1) of ``count``."""

    number: int = 1
    count: int = 1

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.number <= self.count <= _MOST:
            raise _none(f"{self.number}/{self.count}")

    @classmethod
    def named(cls, text: str) -> Shard:
        """``i/n``. Raises ``UsageError`` for anything else."""
        match = re.fullmatch(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*", text, re.ASCII)
        if match is None:
            raise _none(text[:40])
        return cls(int(match[1]), int(match[2]))

    @property
    def whole(self) -> bool:
        """Whether it is everything."""
        return self.count == 1

    def of(self, items: Sequence[T]) -> tuple[T, ...]:
        """Its share of ``items`` in their order, one of every ``count``: shares differ by one at most."""
        return tuple(items[self.number - 1 :: self.count])

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def _none(found: str) -> UsageError:
    return UsageError("no such shard", found=repr(found), expected="i/n with i from 1 to n, as 1/2 and 2/2")
