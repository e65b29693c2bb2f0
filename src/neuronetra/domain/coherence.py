"""Coherent stacks: the slices of one series that share class, size, kind, orientation and spacing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from attrs import evolve, field, frozen

from neuronetra.domain.headers import Cosines, ImageKind, SliceHeader, TieBreak

ORIENTATION_TOLERANCE = 1e-3
SPACING_TOLERANCE = 0.01
MOST_CLUSTERS = 64
"""Different orientations or spacings that others are compared with; a series has a handful."""

Numbers = TypeVar("Numbers", bound=tuple[float, ...])


@frozen(kw_only=True)
class Traits:
    """What all slices of a stack share; ``split`` names an attribute by which twins were told apart."""

    family: str = ""
    shape: tuple[int, int] = (0, 0)
    kind: ImageKind = ImageKind.IMAGE
    stack_id: str = ""
    placed: bool = True
    orientation: Cosines | None = None
    pixel_spacing: tuple[float, float] | None = None
    split: tuple[str, str] | None = None

    def differences(self, other: Traits) -> tuple[str, ...]:
        """Plain names of the attributes in which two stacks differ."""
        pairs = (
            ("SOP class", self.family != other.family),
            ("image type", self.kind is not other.kind),
            ("rows and columns", self.shape != other.shape),
            ("stack", self.stack_id != other.stack_id),
            ("orientation", self.orientation != other.orientation),
            ("pixel spacing", self.pixel_spacing != other.pixel_spacing),
            ("geometry (position stated or not)", self.placed != other.placed),
        )
        named = tuple(name for name, differs in pairs if differs)
        if named or self.split == other.split:
            return named
        split = self.split or other.split
        return (split[0],) if split else ()


@frozen
class Stack:
    """Slices that may be one volume, in no order yet; ``notes`` are what is to be said of the choice."""

    traits: Traits
    members: tuple[SliceHeader, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def split(self, attribute: str, value: str, members: Iterable[SliceHeader]) -> Stack:
        """Some of the members, told apart from the others by ``attribute``."""
        return evolve(self, traits=evolve(self.traits, split=(attribute, value)), members=tuple(members))

    def lacking(self, chosen: Stack) -> tuple[str, ...]:
        """Which elements stand in the way of these slices being part of ``chosen``, if only those do."""
        mine, theirs = self.traits, chosen.traits
        alike = (mine.family, mine.shape, mine.kind, mine.stack_id) == (
            theirs.family,
            theirs.shape,
            theirs.kind,
            theirs.stack_id,
        )
        turned = mine.orientation is None and theirs.orientation is not None
        loose = not mine.placed and theirs.placed
        if not alike or (not turned and mine.orientation != theirs.orientation):
            return ()
        return tuple(name for name, lacks in (("orientation", turned), ("position", loose)) if lacks)

    @property
    def rank(self) -> tuple[int, bool, TieBreak]:
        """Sort key: the largest stack first, then images before localizers, then the lowest numbers."""
        first = min(member.tie_break for member in self.members)
        return -len(self.members), self.traits.kind is ImageKind.LOCALIZER, first


def coherent_stacks(headers: Sequence[SliceHeader]) -> list[Stack]:
    """The stacks of one series, of one patient, in no order. A missing pixel spacing takes the others'."""
    orientations = _clusters((h.orientation for h in headers), _same_orientation)
    spacings = _clusters((h.pixel_spacing for h in headers), _same_spacing)
    groups: dict[Traits, list[SliceHeader]] = {}
    for header in headers:
        traits = Traits(
            family=header.family,
            shape=header.shape,
            kind=header.kind,
            stack_id=header.stack_id,
            placed=header.position is not None,
            orientation=None if header.orientation is None else orientations[header.orientation],
            pixel_spacing=None if header.pixel_spacing is None else spacings[header.pixel_spacing],
        )
        groups.setdefault(traits, []).append(header)
    return [Stack(traits, tuple(members)) for traits, members in _with_unspaced(groups).items()]


def _clusters(
    values: Iterable[Numbers | None], agree: Callable[[Numbers, Numbers], bool]
) -> dict[Numbers, Numbers]:
    """Each value's representative: the commonest that agrees with it, whatever order they come in."""
    counts = Counter(value for value in values if value is not None)
    representatives: list[Numbers] = []
    cluster: dict[Numbers, Numbers] = {}
    for value in sorted(counts, key=lambda v: (-counts[v], v)):
        found = next((r for r in representatives[:MOST_CLUSTERS] if agree(r, value)), None)
        if found is None:
            representatives.append(value)
        cluster[value] = value if found is None else found
    return cluster


def _same_orientation(left: Cosines, right: Cosines) -> bool:
    return all(abs(a - b) <= ORIENTATION_TOLERANCE for a, b in zip(left, right, strict=True))


def _same_spacing(left: tuple[float, float], right: tuple[float, float]) -> bool:
    return all(abs(a - b) <= SPACING_TOLERANCE * a for a, b in zip(left, right, strict=True))


def _with_unspaced(groups: dict[Traits, list[SliceHeader]]) -> dict[Traits, list[SliceHeader]]:
    """Slices that only lack a pixel spacing join the largest stack that is otherwise theirs."""
    homes: dict[Traits, Traits] = {}
    for spaced in sorted(groups, key=lambda t: (-len(groups[t]), t.pixel_spacing or (0.0, 0.0))):
        if spaced.pixel_spacing is not None:
            homes.setdefault(evolve(spaced, pixel_spacing=None), spaced)
    for bare in [traits for traits in groups if traits.pixel_spacing is None and traits in homes]:
        groups[homes[bare]] += groups.pop(bare)
    return groups
