"""One folder read by several readers, and compared.

What happened is plain JSON, so that a process of its own can find it out and tell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
from attrs import frozen

from neuronetra.domain.series import Series
from neuronetra.ports import SeriesReader
from neuronetra.testing.fuzzing.attempts import Attempt, Problem, attempt

UNTOLD = frozenset({"untyped error", "memory"})
"""Problems after which there is nothing to compare."""


@frozen
class Examination:
    """What the first reader made of a folder, whether the others did the same, what must not be."""

    outcome: str
    slices: Mapping[str, str]
    digests: Mapping[str, str]
    seconds: float
    problems: tuple[Problem, ...]


def examine(folder: str, readers: Mapping[str, SeriesReader]) -> Examination:
    """Scan a folder and load everything in it, by each reader, and compare."""
    attempts = {name: attempt(reader, folder) for name, reader in readers.items()}
    first = next(iter(attempts.values()))
    problems = [problem for one in attempts.values() for problem in one.problems]
    for name, other in list(attempts.items())[1:]:
        problems += _differences(first, other, name)
    return Examination(
        first.outcome,
        first.slices,
        {name: one.digest for name, one in attempts.items()},
        max(one.seconds for one in attempts.values()),
        tuple(problems),
    )


def _differences(first: Attempt, other: Attempt, name: str) -> Iterable[Problem]:
    if any(one.kind in UNTOLD for one in (*first.problems, *other.problems)):
        return
    for what in ("error", "failures"):
        one, two = getattr(first, what), getattr(other, what)
        if one != two:
            yield Problem("errors differ", f"{what} {name}", f"{one}\n{two}")
    if len(first.series) != len(other.series) or len(first.used) != len(other.used):
        yield Problem("series differ", f"number {name}", f"{len(first.series)}\n{len(other.series)}")
        return
    for one, two in zip(first.series, other.series, strict=True):
        yield from _unequal_fields(one, two, name)
    for one, two in zip(first.used, other.used, strict=True):
        if first.series == other.series and one != two:
            yield Problem("series differ", f"without slices {name}", f"{one}\n{two}")
    for mine, theirs in zip(first.frames, other.frames, strict=True):
        if first.failures == other.failures and first.series == other.series and mine != theirs:
            yield Problem("pixels differ", name, f"{mine}\n{theirs}")


def _unequal_fields(one: Series, two: Series, name: str) -> Iterable[Problem]:
    for part in attrs.fields(Series):
        mine, theirs = getattr(one, part.name), getattr(two, part.name)
        if mine != theirs:
            yield Problem("series differ", f"{part.name} {name}", f"{mine}\n{theirs}")
