"""Facts of all series side by side: which are worth a look."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.leaks.columns import columns_of
from neuronetra.domain.leaks.facts import FactGroup, FactKey, SeriesFacts

N = 24
GROUPS = np.arange(N) % 2


def _key(name: str) -> FactKey:
    return FactKey(FactGroup.HEADER, name)


def _numbers(**columns: object) -> list[SeriesFacts]:
    tables = {_key(name): np.asarray(values, float) for name, values in columns.items()}
    return [
        SeriesFacts({key: float(values[i]) for key, values in tables.items() if np.isfinite(values[i])})
        for i in range(N)
    ]


def _names(facts: list[SeriesFacts]) -> list[tuple[str, ...]]:
    return [tuple(key.name for key in column.keys) for column in columns_of(facts, GROUPS)]


def test_facts_that_do_not_differ_within_a_modality_are_left_out() -> None:
    """A constant, and what only modality decides, cost no look."""
    rising = np.arange(N)
    assert _names(_numbers(rising=rising, constant=np.ones(N), modality=GROUPS)) == [("rising",)]


def test_facts_that_say_the_same_are_one_look() -> None:
    """Equal order, turned or not, is one column with all their names."""
    values = np.random.default_rng(0).permutation(N).astype(float)
    facts = _numbers(a=values, b=values**3, c=-values, d=np.roll(values, 1))
    assert _names(facts) == [("a", "b", "c"), ("d",)]


def test_a_gap_is_told_from_a_value() -> None:
    """A number that some series lack has a component for that, and counts those that have it."""
    values = np.where(np.arange(N) < 6, np.nan, 3.0)
    (column,) = columns_of(_numbers(gappy=values), GROUPS)
    assert column.known == N - 6
    assert column.components.shape[0] == N


def test_common_values_are_looked_at_by_themselves() -> None:
    """A number with few values has a component for each, beside its rank."""
    (few,) = columns_of(_numbers(few=np.arange(N) // 2 % 4), GROUPS)
    (many,) = columns_of(_numbers(many=np.arange(N)), GROUPS)
    assert few.components.shape[1] == 2 + 4
    assert many.components.shape[1] == 2


def test_words_of_one_series_or_of_all_are_no_look() -> None:
    """Only words that some series share, and some lack, are looked at; complements are one."""
    words = [
        frozenset(_key(word) for word in ("all", f"own{i}", "pos" if i % 3 else "neg")) for i in range(N)
    ]
    assert _names([SeriesFacts(words=held) for held in words]) == [("neg", "pos")]


def test_a_category_that_some_lack_has_a_kind_for_that() -> None:
    """Series without a category are told from those that have one."""
    facts = [SeriesFacts(categories={_key("maker"): "a"} if i % 3 else {}) for i in range(N)]
    (column,) = columns_of(facts, GROUPS)
    assert column.known == sum(bool(i % 3) for i in range(N))


def test_categories_of_one_series_each_are_no_look() -> None:
    """An identifier, which no two series share, tells nothing of others."""
    assert _names([SeriesFacts(categories={_key("id"): f"{i}"}) for i in range(N)]) == []
