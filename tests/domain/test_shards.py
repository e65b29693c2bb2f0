"""Shards are disjoint, complete and equal in size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.shards import Shard
from neuronetra.errors import UsageError


@given(st.integers(0, 200), st.integers(1, 30))
def test_every_item_is_in_one_shard(items: int, count: int) -> None:
    """All together are everything, each item once, in order; their sizes differ by one at most."""
    parts = [Shard(number, count).of(range(items)) for number in range(1, count + 1)]
    assert sorted(item for part in parts for item in part) == list(range(items))
    assert all(list(part) == sorted(part) for part in parts)
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 99_999), st.integers(1, 99_999))
def test_names_come_back(first: int, second: int) -> None:
    """A shard is read as it is written."""
    shard = Shard(min(first, second), max(first, second))
    assert Shard.named(str(shard)) == shard
    assert shard.whole == (shard.count == 1)


@pytest.mark.parametrize(
    "text", ["", "1", "0/2", "3/2", "-1/2", "1/0", "a/b", "1/2/3", "1.0/2", "١/٢", "1/9999999"]
)
def test_what_is_no_shard(text: str) -> None:
    """It is refused in words."""
    with pytest.raises(UsageError, match="1/2 and 2/2"):
        Shard.named(text)
