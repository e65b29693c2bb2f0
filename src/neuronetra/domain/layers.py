"""Passes over the same positions told apart by a number that grows from pass to pass.

A position that one pass lacks says by its numbers alone which pass that is: its slices go where their
numbers fit the neighbouring complete positions, and the pass that lacks one keeps a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from neuronetra.domain.arrays import Float64
from neuronetra.domain.headers import SliceHeader

MOST_PASSES = 64
"""More passes than these are not told apart by what their numbers cost."""
Group = list[SliceHeader]
Number = Callable[[SliceHeader], float]


def layers_by_number(groups: Sequence[Group], number: Number, whole: bool) -> list[Group]:
    """One layer per pass, no two of its slices at one position; ``groups`` in order of place.

    Members of a group stand in the order of their passes. Unless the ``whole`` stack is parted, slices
    that share no position are all in the first layer.
    """
    usual = Counter(len(group) for group in groups if len(group) > 1)
    count = max(usual, key=lambda size: (usual[size], size))
    layers: list[Group] = [[] for _ in range(max(map(len, groups)))]
    numbers = [np.array([number(h) for h in group], dtype=np.float64) for group in groups]
    complete = [place for place, group in enumerate(groups) if len(group) == count]
    table = np.array([numbers[place] for place in complete])
    for place, group in enumerate(groups):
        chosen: Sequence[int] = range(len(group))
        if len(group) == 1 and not whole:
            chosen = (0,)
        elif len(group) != count and len(layers) <= MOST_PASSES:
            chosen = _fitting(_costs(numbers[place], place, complete, table), len(layers))
        for layer, header in zip(chosen, group, strict=True):
            layers[layer].append(header)
    return layers


def separable(groups: Sequence[Group], number: Number) -> bool:
    """Whether one pass's numbers end before the next one's begin, at the positions that all hold."""
    count = max(map(len, groups))
    table = np.array([sorted(map(number, group)) for group in groups if len(group) == count])
    return bool(np.all(table.max(axis=0)[:-1] < table.min(axis=0)[1:]))


def _costs(numbers: Float64, place: int, complete: Sequence[int], table: Float64) -> Float64:
    """(members, layers): how far each number is from what each layer would have at ``place``.

    Within the numbers of one layer that overlaps no other it is nought: slices of a pass may have been
    taken in any order.
    """
    costs = np.abs(numbers[:, np.newaxis] - _expected(place, complete, table))
    low, high = table.min(axis=0), table.max(axis=0)
    if np.all(high[:-1] < low[1:]):
        inside = (numbers[:, np.newaxis] >= low) & (numbers[:, np.newaxis] <= high)
        costs[inside] = 0.0
    return np.asarray(costs)


def _expected(place: int, complete: Sequence[int], table: Float64) -> Float64:
    """Each layer's number at ``place``, on the line through the two nearest complete positions."""
    nearest = sorted(range(len(complete)), key=lambda i: (abs(complete[i] - place), i))[:2]
    first = table[nearest[0]]
    if len(nearest) == 1:
        return np.asarray(first)
    run = complete[nearest[1]] - complete[nearest[0]]
    return np.asarray(first + (table[nearest[1]] - first) * (place - complete[nearest[0]]) / run)


def _fitting(costs: Float64, layers: int) -> list[int]:
    """A layer for each member, in order, at the least cost; members too many go to further layers."""
    if len(costs) > costs.shape[1]:
        kept = _matched(costs.T)
        spare = iter(range(costs.shape[1], layers))
        return [kept.index(member) if member in kept else next(spare) for member in range(len(costs))]
    return _matched(costs)


def _matched(costs: Float64) -> list[int]:
    """For each row a column, growing, with the least sum: (rows, columns), rows <= columns."""
    rows, columns = costs.shape
    best = np.full((rows + 1, columns + 1), np.inf)
    best[0] = 0.0
    for row in range(rows):
        for column in range(row, columns - rows + row + 1):
            taken = best[row, column] + costs[row, column]
            best[row + 1, column + 1] = min(best[row + 1, column], taken)
    found, column = [0] * rows, columns
    for row in range(rows, 0, -1):
        while best[row, column - 1] == best[row, column]:
            column -= 1
        column -= 1
        found[row - 1] = column
    return found
