"""Functional groups of enhanced images: what each frame says, over what all share (part 3, C.7.6.16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from neuronetra.adapters.dicom.elements import UNDEFINED, Elements, HeaderBytes, items
from neuronetra.adapters.dicom.values import Values

SHARED_GROUPS, FRAME_GROUPS, DIMENSIONS = 0x52009229, 0x52009230, 0x00209222
FRAME_TYPE, COMPLEX_COMPONENT = 0x00089007, 0x00089208
ACQUISITION_CONTRAST = 0x00089209
EFFECTIVE_ECHO_TIME, REPETITION_TIME, B_VALUE = 0x00189082, 0x00180080, 0x00189087
POSITION, ORIENTATION, SPACING = 0x00200032, 0x00200037, 0x00280030
INTERCEPT, SLOPE = 0x00281052, 0x00281053
STACK_ID, IN_STACK_POSITION, TEMPORAL_INDEX, INDEX_VALUES = 0x00209056, 0x00209057, 0x00209128, 0x00209157
ACQUISITION_NUMBER = 0x00209156
POINTER = 0x00209165
GROUP_TAGS = frozenset({SHARED_GROUPS, FRAME_GROUPS, DIMENSIONS})

_IN_GROUP: Mapping[int, frozenset[int]] = {
    0x00209113: frozenset({POSITION}),
    0x00209116: frozenset({ORIENTATION}),
    0x00289110: frozenset({SPACING}),
    0x00289145: frozenset({INTERCEPT, SLOPE}),
    0x00209111: frozenset({STACK_ID, IN_STACK_POSITION, TEMPORAL_INDEX, INDEX_VALUES, ACQUISITION_NUMBER}),
    0x00189114: frozenset({EFFECTIVE_ECHO_TIME}),
    0x00189112: frozenset({REPETITION_TIME}),
    0x00189117: frozenset({B_VALUE}),
    0x00189226: frozenset({FRAME_TYPE, COMPLEX_COMPONENT, ACQUISITION_CONTRAST}),
    0x00189329: frozenset({FRAME_TYPE}),
}
"""The macros that are read, and what of each."""
STEPS_A_FRAME, MOST_FRAME_STEPS = 600, 3_000_000
"""Steps that the groups of a frame may take beyond those of the header."""
_SEQUENCES = frozenset(_IN_GROUP)
_PLACE_POINTERS = frozenset({POSITION, IN_STACK_POSITION, STACK_ID, 0x00209113, 0x00200013, 0x00201041})
"""Dimensions that only say where a frame lies: position, place in its stack, and the stack itself."""


@frozen
class FrameGroups:
    """The elements of one frame: ``own`` from the per-frame groups over those of the shared group.

    ``state`` holds the dimension indices other than those of its place: echo, phase, b-value; none where
    there are not as many as dimensions. ``placed``: its own group states a position.
    """

    own: Mapping[int, bytes] = field(factory=dict, repr=False)
    state: tuple[int, ...] | None = ()
    placed: bool = False

    @property
    def broken(self) -> tuple[int, ...]:
        """The macros that are there, but hold nothing that can be read."""
        return tuple(tag for tag in self.own if tag in _SEQUENCES)

    def __bool__(self) -> bool:
        return bool(self.own)


def frame_groups(
    data: HeaderBytes, elements: Elements, values: Values, count: int
) -> tuple[FrameGroups, ...]:
    """What each of ``count`` frames says, in the order of frames; nothing where there are no groups.

    Raises ``ValueError`` where there are groups per frame, but not as many as frames, or damaged ones.
    """
    data.steps += min(STEPS_A_FRAME * count, MOST_FRAME_STEPS)
    shared = _shared(data, elements)
    pointers = _pointers(data, elements, values.big)
    found: list[FrameGroups] = []
    for item in _items(data, elements, FRAME_GROUPS, _SEQUENCES):
        _require_whole(item)
        its = _flattened(data, item)
        own = {**shared, **its}
        found.append(FrameGroups(own, _state(own, pointers, values.big), POSITION in its))
        if len(found) > count:
            break
    if data.steps <= 0:
        raise ValueError("too large: more elements in its functional groups than any image has")
    if not found:  # de-identified: the sequence is not there, or is empty
        if elements.offsets.get(FRAME_GROUPS, (0, 0))[1] not in (0, UNDEFINED):
            raise ValueError("damaged: the functional groups per frame (5200,9230)")
        return (FrameGroups(shared),) * count
    if len(found) != count:
        raise ValueError("damaged: the functional groups per frame (5200,9230) are not as many as the frames")
    return tuple(found)


def _require_whole(group: Elements) -> None:
    if group.broken or group.truncated:
        raise ValueError("damaged: the functional groups")


def _items(data: HeaderBytes, elements: Elements, tag: int, wanted: frozenset[int]) -> Iterator[Elements]:
    place = elements.offsets.get(tag)
    return iter(()) if place is None else items(data, place, elements.encoding, wanted)


def _shared(data: HeaderBytes, elements: Elements) -> dict[int, bytes]:
    first = next(_items(data, elements, SHARED_GROUPS, _SEQUENCES), None)
    if first is None:
        return {}
    _require_whole(first)
    return _flattened(data, first)


def _flattened(data: HeaderBytes, group: Elements) -> dict[int, bytes]:
    """The elements of the first item of each macro in a group, by their own tags."""
    found: dict[int, bytes] = {}
    for sequence, wanted in _IN_GROUP.items():
        place = group.offsets.get(sequence)
        if place is None:
            continue
        first = next(iter(items(data, place, group.encoding, wanted)), None)
        if first is not None and not first.broken and not first.truncated:
            found.update(first.values)
        elif place[1]:
            found[sequence] = b"?"  # a macro that is none, to be told of
    return found


def _pointers(data: HeaderBytes, elements: Elements, big: bool) -> tuple[int, ...]:
    """What each dimension index points to, as tags."""
    order = "big" if big else "little"
    raw = [item.values.get(POINTER, b"") for item in _items(data, elements, DIMENSIONS, frozenset({POINTER}))]
    return tuple(
        int.from_bytes(tag[:2], order) << 16 | int.from_bytes(tag[2:4], order)  # type: ignore[arg-type]
        for tag in raw
    )


def _state(own: Mapping[int, bytes], pointers: tuple[int, ...], big: bool) -> tuple[int, ...] | None:
    """The index values of dimensions that are no place; ``None`` where pointers and values do not fit."""
    raw = own.get(INDEX_VALUES, b"")
    order = "big" if big else "little"
    indices = [int.from_bytes(raw[i : i + 4], order) for i in range(0, len(raw), 4)]  # type: ignore[arg-type]
    if len(indices) != len(pointers):
        return None if raw and pointers else ()
    return tuple(index for index, tag in zip(indices, pointers, strict=True) if tag not in _PLACE_POINTERS)
