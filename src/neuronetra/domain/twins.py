"""Instances that share a position: repeats of one slice, or slices of another echo, phase or pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from neuronetra.domain.arrays import Float64
from neuronetra.domain.coherence import Stack
from neuronetra.domain.headers import SliceHeader
from neuronetra.domain.layers import Group, Number, layers_by_number, separable

SHARED_TOLERANCE = 0.01
"""Two slices share a position within this part of the spacing."""
THINNEST_STEP_MM = 0.05
"""Slices of a head are never closer than this; what is, is jitter."""
NEARLY_MM = 0.15
"""Pairs this close, with ten times as much between them, are two acquisitions and not one stack."""
NEARLY_SHARE = 0.3
"""Only where this part of the steps is so small."""
SAMPLED_POSITIONS = 8
"""Of more shared positions than these, some are enough to know that their instances are no repeats."""
WHOLE_SHARE = 0.5
"""From this share of shared positions on, an attribute splits the whole stack, not the shared ones alone."""

Digest = Callable[[SliceHeader], bytes | None]
"""A digest of an instance's stored pixels; ``None`` where they cannot be read."""
Attribute = Callable[[SliceHeader], Any]

_ATTRIBUTES: tuple[tuple[str, Attribute], ...] = (
    ("echo", lambda h: (h.echo_number, h.facts.echo_time)),
    ("temporal position", lambda h: h.temporal_position),
    ("b-value", lambda h: h.b_value),
    ("acquisition number", lambda h: h.acquisition_number),
)
_NUMBERS: tuple[tuple[str, Callable[[SliceHeader], float | None]], ...] = (
    ("instance number", lambda h: h.instance_number),
    ("trigger time", lambda h: h.times.trigger),
    ("acquisition time", lambda h: h.times.acquisition),
    ("content time", lambda h: h.times.content),
)
"""What grows from pass to pass, but is another for each slice of one."""
NEARLY = "stack: two acquisitions at nearly the same positions"
MIXED = "stack: instances at one position cannot be told apart; slices may be mixed"


@frozen
class Telling:
    """What tells twins apart: an ``attribute`` by its value, or else a ``number`` that orders them."""

    name: str
    attribute: Attribute = lambda _: None
    number: Number | None = None
    note: str = ""


@frozen
class Untwinned:
    """Stacks in which no position is shared, and the instances dropped as repeats of another."""

    stacks: tuple[Stack, ...]
    duplicates: tuple[SliceHeader, ...] = ()


def untwinned(stack: Stack, along: Float64, digest: Digest) -> Untwinned:
    """``stack`` with each position held once; ``along`` (n,) is where its members lie.

    Pixels are asked for (``digest``) of members that share a position alone. Identical ones are one
    slice. Others become stacks of their own, by echo, temporal position, b-value, acquisition, instance
    number or time, whichever tells them apart first.
    """
    groups, nearly = shared_positions(stack.members, along)
    if len(groups) == len(stack.members):
        return Untwinned((stack,))
    if nearly:
        stack = evolve(stack, notes=(*stack.notes, NEARLY))
    if (told := _told_apart(groups, digest)) is not None:
        return Untwinned(tuple(_split(stack, groups, told)))
    digests = {h: digest(h) or _own_digest(h) for g in groups if len(g) > 1 for h in g}
    differing = [g for g in groups if len({digests[h] for h in g if len(g) > 1}) > 1]
    telling = _telling(differing, digests)
    kept = [_without_repeats(g, digests, telling.attribute) if len(g) > 1 else g for g in groups]
    single = {h for group in kept for h in group}
    duplicates = tuple(h for h in stack.members if h not in single)
    if not any(len(group) > 1 for group in kept):
        return Untwinned((evolve(stack, members=tuple(g[0] for g in kept)),), duplicates)
    return Untwinned(tuple(_split(stack, kept, telling)), duplicates)


def _own_digest(header: SliceHeader) -> bytes:
    """What stands for the pixels of an instance that cannot be read: equal to no other's."""
    return f"{header.file}:{header.frame}".encode()


def _told_apart(groups: list[Group], digest: Digest) -> Telling | None:
    """The first attribute that varies, if it is another in each instance at every shared position.

    Where many positions are shared, as in a series of many phases, the pixels of a few of them are enough
    to know that the instances are no repeats. ``None``: all pixels must be looked at.
    """
    shared = [group for group in groups if len(group) > 1]
    if len(shared) <= SAMPLED_POSITIONS:
        return None
    varying = [pair for pair in _attributes(shared) if _varies(shared, pair[1])]
    if not varying:
        return None
    name, attribute = varying[0]
    apart = all(len({attribute(h) for h in group}) == len(group) for group in shared)
    if not apart or not _few_values(shared, attribute):
        return None
    sampled = [shared[int(i)] for i in np.linspace(0, len(shared) - 1, SAMPLED_POSITIONS)]
    differ = any(_all_unlike([digest(h) or _own_digest(h) for h in group]) for group in sampled)
    return Telling(name, attribute) if differ else None


def _attributes(shared: list[Group]) -> tuple[tuple[str, Attribute], ...]:
    """What may tell instances apart: first those dimension indices that count states, not places."""
    count = max((len(h.state) for group in shared for h in group), default=0)

    def one(index: int) -> Attribute:
        return lambda h: h.state[index : index + 1]  # empty where a frame's indices are malformed

    kept = [i for i in range(count) if _varies(shared, one(i)) and _few_values(shared, one(i))]
    dimensions = ("dimension index", lambda h: tuple(h.state[i : i + 1] for i in kept))
    return (dimensions, *_ATTRIBUTES) if kept else _ATTRIBUTES


def _all_unlike(digests: Sequence[bytes]) -> bool:
    return len(set(digests)) == len(digests)


def shared_positions(members: Sequence[SliceHeader], along: Float64) -> tuple[list[Group], bool]:
    """Members grouped by place, in order of place and within one by number; and whether only nearly so."""
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    tolerance = SHARED_TOLERANCE * _usual_step(steps)
    nearly = _nearly_shared(steps, tolerance)
    groups: list[Group] = [[members[order[0]]]]
    for index, new in zip(order[1:], steps > (NEARLY_MM if nearly else tolerance), strict=True):
        if new:
            groups.append([members[index]])
        else:
            groups[-1].append(members[index])
    return [sorted(group, key=lambda h: h.tie_break) if len(group) > 1 else group for group in groups], nearly


def _nearly_shared(steps: Float64, tolerance: float) -> bool:
    """Whether slices lie in pairs so close that they are two acquisitions rather than neighbours."""
    small = steps <= NEARLY_MM
    if not (small & (steps > tolerance)).any() or small.mean() < NEARLY_SHARE or small.all():
        return False
    return bool(np.median(steps[~small]) > 10.0 * steps[small].max())


def _usual_step(steps: Float64) -> float:
    """The median of the steps that are steps, not the jitter between instances of one position."""
    real = steps[steps > THINNEST_STEP_MM]
    return float(np.median(real)) if real.size else 1.0


def _telling(differing: list[Group], digests: dict[SliceHeader, bytes]) -> Telling:
    """The first attribute that tells all differing instances of every shared position apart."""
    known = _attributes(differing)
    together = tuple(pair for pair in known if _varies(differing, pair[1]))
    name = " and ".join(name for name, _ in together)
    joint = (name, lambda h: tuple(attribute(h) for _, attribute in together))
    for candidate in (*known, joint):
        apart = differing and all(_tells_apart(group, digests, candidate[1]) for group in differing)
        if apart and _few_values(differing, candidate[1]):
            return Telling(*candidate)
    return _number_telling(differing, digests)


def _number_telling(differing: list[Group], digests: dict[SliceHeader, bytes]) -> Telling:
    """The first number that parts whole passes; or that tells twins apart; or only an order of UIDs."""
    usable = [
        Telling(name, number=lambda h, number=number: number(h) or 0.0)  # type: ignore[misc]
        for name, number in _NUMBERS
        if differing
        and all(_tells_apart(group, digests, number) for group in differing)
        and all(number(h) is not None for group in differing for h in group)
    ]
    if not usable:
        return Telling("instance number", number=lambda h: float(h.tie_break[0]), note=MIXED)
    return next((t for t in usable if t.number and separable(differing, t.number)), usable[0])


def _varies(groups: list[Group], attribute: Attribute) -> bool:
    return any(len({attribute(h) for h in group}) > 1 for group in groups)


def _few_values(groups: list[Group], attribute: Attribute) -> bool:
    """Whether an attribute names states of the series, not each instance by itself."""
    most = max(len(group) for group in groups)
    return len({attribute(h) for group in groups for h in group}) <= 2 * most


def _tells_apart(group: Group, digests: dict[SliceHeader, bytes], attribute: Attribute) -> bool:
    instances = {(attribute(h), digests[h]) for h in group}
    return len({value for value, _ in instances}) == len(instances)


def _without_repeats(group: Group, digests: dict[SliceHeader, bytes], attribute: Attribute) -> Group:
    """One instance for each state and picture: blank edges of two echoes are no repeats."""
    first: dict[Any, SliceHeader] = {}
    for header in group:
        first.setdefault((attribute(header), digests[header]), header)
    return list(first.values())


def _split(stack: Stack, groups: list[Group], telling: Telling) -> Iterable[Stack]:
    shared = sum(len(group) > 1 for group in groups)
    whole = shared >= WHOLE_SHARE * len(groups)
    if telling.note:
        stack = evolve(stack, notes=(*stack.notes, telling.note))
    if telling.number is None:
        layers = _by_value(groups, telling.attribute, whole)
    else:
        number = telling.number
        ranked = [sorted(group, key=lambda h: (number(h), h.tie_break)) for group in groups]
        layers = layers_by_number(ranked, number, whole)
    for value, members in enumerate(layer for layer in layers if layer):
        yield stack.split(telling.name, str(value), members)


def _by_value(groups: list[Group], attribute: Attribute, whole: bool) -> list[Group]:
    """One layer per value; or, where few positions are shared, all in the first but the rarer twins."""
    counts = Counter(attribute(h) for group in groups for h in group)
    values = sorted(counts, key=lambda v: (-counts[v], repr(v)))
    layers: dict[Any, Group] = {value: [] for value in values}
    first: Group = []
    for group in groups:
        ranked = sorted(group, key=lambda h: values.index(attribute(h)))
        if not whole:
            first.append(ranked.pop(0))
        for header in ranked:
            layers[attribute(header)].append(header)
    return [first, *layers.values()]
