"""What a reader tells its user of a series, in plain words that name elements and quote no values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from neuronetra.domain.coherence import Stack
from neuronetra.domain.headers import ImageKind, Refused, SliceHeader
from neuronetra.domain.stack import TILT_DEGREES, StackGeometry

COSTLY_SPLIT = 0.05
"""A split that costs the largest stack more than this part of the slices is warned of."""


def geometry_warnings(geometry: StackGeometry) -> Iterable[str]:
    """Gaps, uneven steps, tilt, obliqueness, and what of the geometry is unknown."""
    if geometry.missing:
        yield f"gap: {geometry.missing} slice(s) missing inside the stack"
    if geometry.shifted:
        yield "geometry: slices are shifted in their plane"
    if geometry.steps is not None and not geometry.even:
        yield "spacing: the steps between slices are uneven by more than 2 %"
    if geometry.tilt_degrees > TILT_DEGREES:
        yield f"tilt: the gantry is tilted by {geometry.tilt_degrees:.1f} degrees; it is not resampled away"
    if geometry.oblique and geometry.orientation is not None:
        degrees = geometry.orientation.obliqueness
        yield f"oblique: slices lie {degrees:.1f} degrees off the {geometry.plane.value} plane, taken as such"
    if geometry.orientation is None:
        yield "orientation is unknown: plane, spacing between slices and laterality (left, right) are unknown"
    if geometry.pixel_spacing is None:
        yield "spacing: PixelSpacing (0028,0030) is missing, malformed or senseless, so it is unknown"


def lost_warnings(lost: Sequence[Refused], copies: int) -> Iterable[str]:
    """How many slices of the series could not be had, and how many of those were had from another file."""
    damaged = sum(r.frames for r in lost if r.reason.startswith(("truncated", "damaged")))
    large = sum(r.frames for r in lost if r.reason.startswith("too large"))
    unread = sum(r.frames for r in lost) - damaged - large
    if damaged:
        yield f"{damaged} slice(s) could not be read and count as missing: truncated or damaged"
    if large:
        yield f"{large} slice(s) are too large to be read and count as missing"
    if unread:
        yield f"{unread} slice(s) are in an encoding that is not read and count as missing"
    if copies:
        yield f"duplicate: {copies} file(s) that cannot be read repeat slices or positions that were read"


def lacking_warnings(chosen: Stack, others: Sequence[Stack]) -> Iterable[str]:
    """Slices that only a useless element keeps out of the stack, however few, and what was malformed."""
    for stack in others:
        lacking = " and ".join(stack.lacking(chosen))
        word = "orientation" if lacking == "orientation" else "geometry"
        count = len(stack.members)
        yield f"{word}: the {lacking} of {count} slice(s) is missing or malformed; they count as missing"
        yield from (f"{text}, left out)" for text in _told_repairs(stack.members))


def split_warning(chosen: Stack, others: Sequence[Stack]) -> Iterable[str]:
    """A split that costs much; and a chosen stack of localizers, which no model was made for."""
    if chosen.traits.kind is ImageKind.LOCALIZER:
        yield "stack: the largest stack holds localizers (scouts)"
    lost = sum(len(stack.members) for stack in others)
    total = lost + len(chosen.members)
    if lost > COSTLY_SPLIT * total:
        names = dict.fromkeys(n for stack in others for n in stack.traits.differences(chosen.traits))
        yield f"stack: {lost} of {total} slices are in other stacks, split by {', '.join(names)}"


def repair_warnings(members: Sequence[SliceHeader]) -> Iterable[str]:
    """Each repair once, with how many slices it concerns."""
    unspaced = sum(member.pixel_spacing is None for member in members)
    if 0 < unspaced < len(members):
        yield f"spacing: PixelSpacing (0028,0030) is unknown in {unspaced} slices; the others' is taken"
    yield from (f"{text})" for text in _told_repairs(members))


def _told_repairs(members: Sequence[SliceHeader]) -> Iterable[str]:
    counts = Counter(repair for member in members for repair in dict.fromkeys(member.repairs))
    for repair, count in counts.items():
        yield f"{repair} (in {count} of {len(members)} slices"
