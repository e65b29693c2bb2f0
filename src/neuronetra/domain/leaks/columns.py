"""The facts of all series side by side, each as components that a learner can use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, own
from neuronetra.domain.leaks.facts import FactKey, SeriesFacts
from neuronetra.domain.leaks.learning import level_components, rank_components, within

MOST_WORDS = 200
"""Words that are looked at, those that part a cohort most evenly first."""
FEWEST_UNLIKE = 3
REPEATED = 0.05
"""A value that this share of the series has is looked at by itself, too."""


@frozen(eq=False)
class Column:
    """A fact as ``components`` (n, c) float64, centred within each modality; ``known`` series have a value.

    ``keys`` are the facts that say the same of every series: one look serves them all.
    """

    keys: tuple[FactKey, ...]
    components: Float64 = field(repr=False)
    known: int

    @property
    def key(self) -> FactKey:
        return self.keys[0]


def columns_of(facts: Sequence[SeriesFacts], groups: Array) -> tuple[Column, ...]:
    """All facts that differ within a modality (``groups`` (n,) whole numbers), in order of their names.

    Facts in which only one or two series are unlike the others of their modality are left out: nothing can be
    learnt from them. Facts that say the same of every series become one.
    """
    found: dict[bytes, Column] = {}
    for key, components, known in _each(facts, groups):
        varied = components[:, _unlike(components, groups) >= FEWEST_UNLIKE]
        if not varied.shape[1]:
            continue
        centred = own(np.ascontiguousarray(within(varied, groups)))
        mark = _sign_free(centred).tobytes()
        earlier = found.get(mark)
        keys = (key,) if earlier is None else (*earlier.keys, key)
        found[mark] = Column(keys, centred if earlier is None else earlier.components, known)
    return tuple(found.values())


def _unlike(components: Float64, groups: Array) -> Array:
    """(c,) how many series have another value than most of their modality."""
    unlike = np.zeros(components.shape[1], np.int64)
    for group in np.unique(groups):
        members = np.sort(np.round(components[groups == group], 9), axis=0)
        for place, column in enumerate(members.T):
            edges = np.flatnonzero(np.diff(column, prepend=np.nan, append=np.nan) != 0.0)
            unlike[place] += len(column) - int(np.diff(edges).max())
    return unlike


def _sign_free(components: Float64) -> Float64:
    """Rounded, and turned so that each begins above 0: what grows as another shrinks says the same."""
    rounded = np.round(components, 9)
    first = rounded[np.argmax(rounded != 0.0, axis=0), np.arange(rounded.shape[1])]
    return np.ascontiguousarray(rounded * np.where(first < 0.0, -1.0, 1.0) + 0.0)


def _each(facts: Sequence[SeriesFacts], groups: Array) -> Iterator[tuple[FactKey, Float64, int]]:
    for key in sorted({key for one in facts for key in one.numbers}):
        values = np.array([one.numbers.get(key, np.nan) for one in facts], np.float64)
        yield key, _of_number(values, groups), int(np.isfinite(values).sum())
    for key in sorted({key for one in facts for key in one.categories}):
        texts = [one.categories.get(key) for one in facts]
        yield key, level_components(_codes(texts)), sum(text is not None for text in texts)
    for key, holders in _words(facts):
        yield key, holders[:, np.newaxis].astype(np.float64), int(holders.sum())


def _of_number(values: Float64, groups: Array) -> Float64:
    """Rank, squared rank and gaps; and each common value: a number may be a category in disguise."""
    repeated, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    common = np.isfinite(repeated) & (counts >= max(2.0, REPEATED * len(values)))
    levels = np.where(common[codes], codes, -1)
    return np.concatenate([rank_components(values, groups), level_components(levels)], axis=1)


def _codes(texts: Sequence[str | None]) -> Array:
    """Whole numbers for texts; a series without one is of a kind of its own."""
    numbered = {
        text: code for code, text in enumerate(sorted({text for text in texts if text is not None}), 1)
    }
    return np.array([0 if text is None else numbered[text] for text in texts], np.int64)


def _words(facts: Sequence[SeriesFacts]) -> list[tuple[FactKey, Array]]:
    """Which series hold each word that several hold, but not all."""
    holders: dict[FactKey, list[int]] = {}
    for index, one in enumerate(facts):
        for key in one.words:
            holders.setdefault(key, []).append(index)
    few = {k: v for k, v in holders.items() if FEWEST_UNLIKE <= len(v) < len(facts)}
    even = sorted(few, key=lambda key: (abs(len(few[key]) - len(facts) / 2), key))[:MOST_WORDS]
    found = []
    for key in sorted(even):
        held = np.zeros(len(facts), bool)
        held[few[key]] = True
        found.append((key, held))
    return found
