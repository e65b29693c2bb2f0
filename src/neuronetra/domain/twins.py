"""Instances that share a position: repeats of one slice, or slices of another echo, phase or pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Float64
from neuronetra.domain.coherence import Stack
from neuronetra.domain.headers import SliceHeader

SHARED_TOLERANCE = 0.01
"""Two slices share a position within this part of the spacing."""
THINNEST_STEP_MM = 0.05
"""Slices of a head are never closer than this; what is, is jitter."""
WHOLE_SHARE = 0.5
"""From this share of shared positions on, an attribute splits the whole stack, not the shared ones alone."""

Digest = Callable[[SliceHeader], bytes | None]
"""A digest of an instance's stored pixels; ``None`` where they cannot be read."""
Attribute = Callable[[SliceHeader], Any]
Group = list[SliceHeader]

_ATTRIBUTES: tuple[tuple[str, Attribute], ...] = (
    ("echo", lambda h: (h.echo_number, h.facts.echo_time)),
    ("temporal position", lambda h: h.temporal_position),
    ("b-value", lambda h: h.b_value),
    ("acquisition number", lambda h: h.acquisition_number),
)


@frozen
class Untwinned:
    """Stacks in which no position is shared, and the instances dropped as repeats of another."""

    stacks: tuple[Stack, ...]
    duplicates: tuple[SliceHeader, ...] = ()


def untwinned(stack: Stack, along: Float64, digest: Digest) -> Untwinned:
    """``stack`` with each position held once; ``along`` (n,) is where its members lie.

    Pixels are asked for (``digest``) of members that share a position alone. Identical ones are one
    slice. Others become stacks of their own, by echo, temporal position, b-value, acquisition, or
    instance number, whichever tells them apart first.
    """
    groups = shared_positions(stack.members, along)
    if all(len(group) == 1 for group in groups):
        return Untwinned((stack,))
    digests = {h: digest(h) or h.file.encode() for g in groups if len(g) > 1 for h in g}
    differing = [g for g in groups if len({digests[h] for h in g if len(g) > 1}) > 1]
    name, attribute = _telling(differing, digests)
    kept = [_without_repeats(g, digests, attribute) if len(g) > 1 else g for g in groups]
    single = {h for group in kept for h in group}
    duplicates = tuple(h for h in stack.members if h not in single)
    if not any(len(group) > 1 for group in kept):
        return Untwinned((Stack(stack.traits, tuple(g[0] for g in kept)),), duplicates)
    return Untwinned(tuple(_split(stack, kept, name, attribute)), duplicates)


def shared_positions(members: Sequence[SliceHeader], along: Float64) -> list[Group]:
    """Members grouped by place, in order of place and within one by number."""
    order = sorted(range(len(members)), key=lambda i: (along[i], members[i].tie_break))
    steps = np.diff(along[order])
    apart = steps > SHARED_TOLERANCE * _usual_step(steps)
    groups: list[Group] = [[members[order[0]]]]
    for index, new in zip(order[1:], apart, strict=True):
        if new:
            groups.append([members[index]])
        else:
            groups[-1].append(members[index])
    return [sorted(group, key=lambda h: h.tie_break) for group in groups]


def _usual_step(steps: Float64) -> float:
    """The median of the steps that are steps, not the jitter between instances of one position."""
    real = steps[steps > THINNEST_STEP_MM]
    return float(np.median(real)) if real.size else 1.0


def _telling(differing: list[Group], digests: dict[SliceHeader, bytes]) -> tuple[str, Attribute]:
    """The first attribute that tells all differing instances of every shared position apart."""
    together = tuple(pair for pair in _ATTRIBUTES if _varies(differing, pair[1]))
    name = " and ".join(name for name, _ in together)
    joint = (name, lambda h: tuple(attribute(h) for _, attribute in together))
    for candidate in (*_ATTRIBUTES, joint):
        if differing and all(_tells_apart(group, digests, candidate[1]) for group in differing):
            return candidate
    return "instance number", lambda _: None


def _varies(groups: list[Group], attribute: Attribute) -> bool:
    return any(len({attribute(h) for h in group}) > 1 for group in groups)


def _tells_apart(group: Group, digests: dict[SliceHeader, bytes], attribute: Attribute) -> bool:
    instances = {(attribute(h), digests[h]) for h in group}
    return len({value for value, _ in instances}) == len(instances)


def _without_repeats(group: Group, digests: dict[SliceHeader, bytes], attribute: Attribute) -> Group:
    """One instance for each state and picture: blank edges of two echoes are no repeats."""
    first: dict[Any, SliceHeader] = {}
    for header in group:
        first.setdefault((attribute(header), digests[header]), header)
    return list(first.values())


def _split(stack: Stack, groups: list[Group], name: str, attribute: Attribute) -> Iterable[Stack]:
    shared = sum(len(group) > 1 for group in groups)
    whole = shared >= WHOLE_SHARE * len(groups)
    layers = _by_rank(groups, whole) if name == "instance number" else _by_value(groups, attribute, whole)
    for number, members in enumerate(layer for layer in layers if layer):
        yield stack.split(name, str(number), members)


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


def _by_rank(groups: list[Group], whole: bool) -> list[Group]:
    """Layers by rank of instance number at each position; a lone slice joins the nearest numbers."""
    layers: list[Group] = [[] for _ in range(max(map(len, groups)))]
    for group in groups:
        if len(group) > 1:
            for rank, header in enumerate(group):
                layers[rank].append(header)
    centres = [np.median([h.tie_break[0] for h in layer]) for layer in layers]
    for group in groups:
        if len(group) == 1:
            distances = [abs(group[0].tie_break[0] - centre) for centre in centres]
            layers[int(np.argmin(distances)) if whole else 0].append(group[0])
    return layers
