"""Where the slices of a stack lie: by position, or by the next best key that the headers leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float64
from neuronetra.domain.coherence import Stack
from neuronetra.domain.geometry import Orientation
from neuronetra.domain.headers import SliceHeader
from neuronetra.domain.series import OrderKey

SAME_POINT_MM = 1e-4
DEFAULT_ORIENTATION = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


_UNVERIFIED = (
    "geometry: a multi-frame image without a position per frame: the order of frames is taken for that of "
    "slices; plane, left and right are unverified"
)


@frozen(eq=False)
class Places:
    """What orders a stack: ``along`` (n,) grows in the order of its slices, one value per member.

    In mm for positions and slice locations, a plain number otherwise. ``orientation`` and ``positioned``
    say which part of the geometry can be believed; ``warnings`` say why the rest cannot.
    """

    key: OrderKey
    along: Float64
    orientation: Orientation | None
    positioned: bool
    warnings: tuple[str, ...] = field(default=())

    @property
    def in_mm(self) -> bool:
        return self.key in (OrderKey.POSITION, OrderKey.SLICE_LOCATION)


def places_of(stack: Stack) -> Places:
    """The best order key of the stack and each member's place by it (DICOM part 3, C.7.6.2)."""
    members = stack.members
    stated = stack.traits.orientation
    orientation = None if stated is None else Orientation.from_cosines(stated)
    if stack.traits.placed and not false_positions(members):
        return _by_position(members, orientation)
    warning = "geometry: ImagePositionPatient (0020,0032) is missing or malformed"
    if stack.traits.placed:
        warning = "geometry: all slices state one position, which is a default and not believed"
        if stated == DEFAULT_ORIENTATION and _all_zero(members):
            orientation = None
            warning += "; the orientation beside it is a default too, so left and right are unknown"
    key, along, note = _fallback(members)
    if any(m.unverified for m in members):
        return Places(key, along, orientation, False, (_UNVERIFIED, note))
    return Places(key, along, orientation, False, (warning, note))


def false_positions(members: Sequence[SliceHeader]) -> bool:
    """Whether several slices state one position that cannot be theirs all.

    It cannot where it is the origin, where slice locations differ, or where more than two slices have
    neither echo, phase, b-value nor acquisition that would tell repeats of one slice apart.
    """
    if len(members) < 2:
        return False
    points = _points(members)
    if np.abs(points - points[0]).max() > SAME_POINT_MM:
        return False
    if _all_zero(members) or len({m.slice_location for m in members} - {None}) > 1:
        return True
    states = {(m.state, m.echo_number, m.facts.echo_time, m.temporal_position, m.b_value) for m in members}
    acquisitions = {m.acquisition_number for m in members}
    return len(members) > 2 and len(states) == 1 and len(acquisitions) == 1


def _points(members: Sequence[SliceHeader]) -> Float64:
    return np.array([m.position for m in members], dtype=np.float64).reshape(len(members), 3)


def _all_zero(members: Sequence[SliceHeader]) -> bool:
    return bool(np.abs(_points(members)).max() <= SAME_POINT_MM)


def _by_position(members: Sequence[SliceHeader], orientation: Orientation | None) -> Places:
    points = _points(members)
    if orientation is not None:
        return Places(OrderKey.POSITION, points @ orientation.normal, orientation, True)
    axis = int(np.argmax(np.ptp(points, axis=0)))
    name = ("right to left", "front to back", "feet to head")[axis]
    warning = f"orientation is missing or malformed: ordered {name}, along which the positions spread most"
    return Places(OrderKey.POSITION, points[:, axis].copy(), None, True, (warning,))


def _fallback(members: Sequence[SliceHeader]) -> tuple[OrderKey, Float64, str]:
    """SliceLocation, then InstanceNumber, then the order of files."""
    assumed = "assumed to grow feet to head, right to left or front to back"
    if any(m.frames > 1 for m in members):  # which share the number and location of their file
        order = sorted(members, key=lambda m: (m.tie_break[0], m.part, m.tie_break))
        note = f"geometry: ordered by frame, {assumed}; spacing between slices is unknown"
        return OrderKey.FRAME, _ranks(order, members), note
    locations = [m.slice_location for m in members if m.slice_location is not None]
    if len(locations) == len(members) and (len(members) == 1 or len(set(locations)) > 1):
        note = f"geometry: ordered by SliceLocation (0020,1041), {assumed}"
        return OrderKey.SLICE_LOCATION, np.array(locations, dtype=np.float64), note
    numbers = [m.instance_number for m in members if m.instance_number is not None]
    if len(numbers) == len(members) and (len(members) == 1 or len(set(numbers)) > 1):
        note = f"geometry: ordered by InstanceNumber (0020,0013), {assumed}; spacing is unknown"
        return OrderKey.INSTANCE_NUMBER, np.array(numbers, dtype=np.float64), note
    note = "geometry: nothing in the headers orders the slices; they stand as their files are named"
    order = sorted(members, key=lambda m: (m.file, m.tie_break))
    return OrderKey.FRAME, _ranks(order, members), note


def _ranks(order: Sequence[SliceHeader], members: Sequence[SliceHeader]) -> Float64:
    """For each member its number in ``order``."""
    ranks = {m: i for i, m in enumerate(order)}
    return np.array([ranks[m] for m in members], dtype=np.float64)
