"""From one file's header to that of each of its frames (part 3, C.7.6.16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from neuronetra.adapters.dicom import functional_groups as groups
from neuronetra.adapters.dicom.functional_groups import FrameGroups
from neuronetra.adapters.dicom.pixel_facts import rescale_of
from neuronetra.adapters.dicom.placing import orientation_of, pixel_spacing_of, position_of
from neuronetra.adapters.dicom.values import Values
from neuronetra.domain.headers import ImageKind, PixelPlace, SliceHeader

_COMPONENTS = {
    "PHASE": ImageKind.PHASE,
    "REAL": ImageKind.REAL,
    "IMAGINARY": ImageKind.IMAGINARY,
}


def frame_headers(
    header: SliceHeader, places: Sequence[PixelPlace], found: Sequence[FrameGroups], big: bool
) -> tuple[SliceHeader, ...]:
    """The header of each frame: its own groups over the shared ones over the file's."""
    count = len(places)
    placed = count == 1 or any(own.placed for own in found)
    if count > 1:  # what the file says of its place would be that of one frame
        header = evolve(header, position=None, slice_location=None)
    header = evolve(header, frames=count, unverified=not placed)
    frames = [evolve(header, frame=i, place=place) for i, place in enumerate(places)]
    told = [_with_own(frame, own, big) if own else frame for frame, own in zip(frames, found, strict=True)]
    if placed or _at_one_place(told):
        return tuple(evolve(frame, unverified=False) if frame.unverified else frame for frame in told)
    return tuple(evolve(frame, position=None) for frame in told)


def _at_one_place(frames: Sequence[SliceHeader]) -> bool:
    """Whether the position that all share is meant: each frame is another echo, time or state of one slice."""
    if any(frame.position is None for frame in frames):
        return False
    states = {(f.state, f.temporal_position, f.b_value, f.facts.echo_time) for f in frames}
    return len(states) == len(frames)


def _with_own(header: SliceHeader, own: FrameGroups, big: bool) -> SliceHeader:
    values = Values(own.own, big)
    for tag in own.broken:
        values.malformed(tag)
    if own.state is None:
        values.malformed(groups.INDEX_VALUES)
    said: dict[str, Any] = {
        "position": position_of(values),
        "orientation": orientation_of(values),
        "pixel_spacing": pixel_spacing_of(values),
        "stack_id": values.text(groups.STACK_ID),
        "temporal_position": values.long(groups.TEMPORAL_INDEX),
        "acquisition_number": values.short(groups.ACQUISITION_NUMBER),
        "b_value": values.real(groups.B_VALUE, "d"),
        "state": own.state,
        "kind": _kind(values),
        "facts": _facts(header, values),
    }
    changes = {name: value for name, value in said.items() if value not in (None, "", ())}
    if values.raw.keys() & {groups.SLOPE, groups.INTERCEPT}:
        slope, intercept = rescale_of(values)
        changes["pixels"] = evolve(header.pixels, slope=slope, intercept=intercept, lut=None)
    if values.repairs:
        changes["repairs"] = (*header.repairs, *values.repairs)
    return evolve(header, **changes)


def _kind(values: Values) -> ImageKind | None:
    """What the frame shows, where it says so itself."""
    component = values.text(groups.COMPLEX_COMPONENT).upper()
    if component in _COMPONENTS:
        return _COMPONENTS[component]
    words = tuple(word.strip().upper() for word in values.words(groups.FRAME_TYPE))
    return ImageKind.of(words) if words else None


def _facts(header: SliceHeader, values: Values) -> Any:
    """The file's facts with the frame's own times and contrast; the same object where it adds none."""
    changes: dict[str, Any] = {
        "echo_time": values.real(groups.EFFECTIVE_ECHO_TIME, "d"),
        "repetition_time": values.number(groups.REPETITION_TIME),
        "acquisition_contrast": values.text(groups.ACQUISITION_CONTRAST),
    }
    told = {name: value for name, value in changes.items() if value not in (None, "")}
    return evolve(header.facts, **told) if told else None
