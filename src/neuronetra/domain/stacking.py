"""From the headers of one SeriesInstanceUID to the series: its stack in canonical order, and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from attrs import evolve

from neuronetra.domain.coherence import Stack, coherent_stacks
from neuronetra.domain.geometry import Orientation, Plane
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.domain.modality import ResolvedModality, resolve_modality
from neuronetra.domain.ordering import Places, places_of
from neuronetra.domain.reading_notes import (
    geometry_warnings,
    lacking_warnings,
    lost_warnings,
    repair_warnings,
    split_warning,
)
from neuronetra.domain.series import LeftOut, OrderKey, OtherStack, Reading, Series, Slice
from neuronetra.domain.series_files import SeriesFiles
from neuronetra.domain.stack import StackGeometry
from neuronetra.domain.twins import Digest, untwinned


def series_of(files: SeriesFiles, stray: tuple[LeftOut, ...], digest: Digest, number: int = 0) -> Series:
    """The series of stack ``number`` (0: the largest) of those files.

    ``stray``, sorted, are the files that belong to no image series; they stand in every series' report.
    ``digest`` gives a digest of an instance's pixels, asked for only where instances share a position.
    """
    return _series_of(files, len(stray), digest, number).accounted(stray)


def _series_of(files: SeriesFiles, stray: int, digest: Digest, number: int) -> Series:
    """The same with only its own files left out; ``stray`` is how many belong to no series."""
    refused = [LeftOut(r.file, r.reason) for r in files.refused]
    found = len({h.file for h in files.headers}) + len(files.refused) + stray
    reading = Reading(found, tuple(refused), warnings=files.warnings)
    if files.excess:
        left_out = tuple(LeftOut(name, "too large a series") for name in files.names)
        reading = Reading(len(files.names) + stray, left_out)
        return Series.unusable(files.uid, files.excess, reading)
    if not files.headers:
        lost = sum(r.frames for r in files.refused if r.lost)
        return Series.unusable(files.uid, _why_none(files.refused), evolve(reading, missing=lost))
    unique, repeats = _without_copies(files.headers)
    stacks, twins = _stacks(unique, digest)
    repeated = _left_out((h.file, "duplicate: repeats another file's slice") for h in (*repeats, *twins))
    if number >= len(stacks):
        reading = evolve(reading, left_out=(*reading.left_out, *_unused(files)))
        return Series.unusable(files.uid, f"there is no stack {number}, only 0 to {len(stacks) - 1}", reading)
    reading = evolve(reading, left_out=(*reading.left_out, *repeated))
    if repeated:
        note = f"duplicate: {_how_many([*repeats, *twins])} repeat a slice and are left out"
        reading = evolve(reading, warnings=(*reading.warnings, note))
    return _assembled(files.uid, stacks[number], _chosen(files, stacks, number, reading))


def _chosen(files: SeriesFiles, stacks: Sequence[Stack], number: int, reading: Reading) -> Reading:
    """What is to be said of the files that are not in stack ``number``."""
    chosen = stacks[number]
    others = _others(stacks, number)
    reasons = [(stacks[other.number], other) for other in others]
    elsewhere = [
        LeftOut(h.file, other.reason if stack.lacking(chosen) else f"stack {other.number}: {other.reason}")
        for stack, other in reasons
        for h in stack.members
    ]
    lacking = [stack for stack, _ in reasons if stack.lacking(chosen)]
    lost, read_elsewhere = _lost(files, chosen)
    warnings = (
        *reading.warnings,
        *lost_warnings(lost, read_elsewhere),
        *lacking_warnings(chosen, lacking),
        *split_warning(chosen, [stack for stack, _ in reasons]),
        *chosen.notes,
    )
    return evolve(
        reading,
        left_out=(*reading.left_out, *elsewhere),
        warnings=warnings,
        other_stacks=others,
        beyond=_beyond(lost, chosen),
        missing=sum(r.frames for r in lost) + sum(len(stack.members) for stack in lacking),
    )


def _lost(files: SeriesFiles, chosen: Stack) -> tuple[list[Refused], int]:
    """Files whose slices are lost; and how many are damaged copies of a slice that was read."""
    lost = [r for r in files.refused if r.lost]
    read = {h.instance_uid for h in files.headers} - {""}
    places = {h.position for h in chosen.members} - {None}
    missing = [r for r in lost if r.instance_uid not in read and r.position not in places]
    return missing, len(lost) - len(missing)


def _beyond(lost: Sequence[Refused], chosen: Stack) -> int:
    """How many of the lost slices lay beyond the first or the last one, where they leave no gap."""
    if chosen.traits.orientation is None or not chosen.traits.placed:
        return 0
    normal = Orientation.from_cosines(chosen.traits.orientation).normal
    places = [float(np.dot(h.position, normal)) for h in chosen.members if h.position is not None]
    known = [float(np.dot(r.position, normal)) for r in lost if r.position is not None and r.frames == 1]
    return sum(not min(places) <= place <= max(places) for place in known)


def _unused(files: SeriesFiles) -> list[LeftOut]:
    return _left_out((h.file, "not in the stack asked for") for h in files.headers)


def _left_out(reasons: Iterable[tuple[str, str]]) -> list[LeftOut]:
    """Each file once, whatever the number of its frames."""
    return [LeftOut(file, reason) for file, reason in dict.fromkeys(reasons)]


def _how_many(headers: Sequence[SliceHeader]) -> str:
    frames = sum(h.frames > 1 for h in headers)
    parts = (f"{len(headers) - frames} file(s)", f"{frames} frame(s)")
    return " and ".join(part for part in parts if not part.startswith("0 ")) or "0 file(s)"


def _why_none(refused: Sequence[Refused]) -> str:
    """One line for a series of which no file gives a slice: the commonest reason, and how common."""
    reasons = Counter(r.reason for r in refused)
    reason, count = min(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return f"no slice can be used: {reason} ({count} of {len(refused)} files)"


def _without_copies(headers: Sequence[SliceHeader]) -> tuple[list[SliceHeader], list[SliceHeader]]:
    """Slices, and copies of them: same SOPInstanceUID, and the same place (a uid may be reused falsely)."""
    first: dict[object, SliceHeader] = {}
    copies: list[SliceHeader] = []
    for header in sorted(headers, key=lambda h: (h.file, h.frame)):
        where = header.position, header.slice_location, header.instance_number
        identity = (header.instance_uid, header.frame, *where)
        if header.instance_uid and first.setdefault(identity, header) is not header:
            copies.append(header)
    dropped = set(copies)
    return [h for h in headers if h not in dropped], copies


def _stacks(headers: Sequence[SliceHeader], digest: Digest) -> tuple[list[Stack], list[SliceHeader]]:
    """All stacks, the largest first, and the instances that repeat another's pixels at its position."""
    stacks: list[Stack] = []
    repeats: list[SliceHeader] = []
    for coherent in coherent_stacks(headers):
        parted = untwinned(coherent, places_of(coherent).along, digest)
        stacks += parted.stacks
        repeats += parted.duplicates
    return sorted(stacks, key=lambda stack: stack.rank), repeats


def _others(stacks: Sequence[Stack], number: int) -> tuple[OtherStack, ...]:
    chosen = stacks[number]
    return tuple(
        OtherStack(
            other,
            len(stack.members),
            stack.traits.shape[0],
            stack.traits.shape[1],
            _why_other(stack, chosen),
        )
        for other, stack in enumerate(stacks)
        if other != number
    )


def _why_other(stack: Stack, chosen: Stack) -> str:
    lacking = stack.lacking(chosen)
    if lacking:
        return ", ".join(f"{name} is missing or malformed" for name in lacking)
    return ", ".join(stack.traits.differences(chosen.traits)) + " differs from the stack used"


def _assembled(uid: str, stack: Stack, reading: Reading) -> Series:
    """The series of a stack: ordered, with its geometry, modality and every warning."""
    places = places_of(stack)
    order = np.argsort(places.along, kind="stable").tolist()
    members = [stack.members[i] for i in order]
    geometry = _geometry(stack, places, order)
    modality = _modality(members)
    known, unverified = places.orientation is not None, any(h.unverified for h in members)
    repaired = tuple(repair_warnings(members))
    warnings = (
        *reading.warnings,
        *places.warnings,
        *geometry_warnings(geometry),
        *repaired,
        *_side_warnings(geometry, places.key),
    )
    assumed = (modality.source,) if modality is not None and modality.assumed else ()
    reading = evolve(
        reading,
        order_key=places.key,
        warnings=tuple(dict.fromkeys(warnings)),
        plane_source=_plane_source(known, unverified),
        unverified=unverified,
        repaired=repaired,
        assumed=(*places.warnings, *assumed),
        transfer_syntaxes=tuple(sorted({h.transfer_syntax for h in members} - {""})),
    )
    if modality is None:
        note = "modality: neither Modality (0008,0060) nor the SOP class tells CT or MR"
        reading = evolve(reading, warnings=(*reading.warnings, note))
    slices = tuple(Slice(h.source, h.file, h.instance_uid, h.frame, h.frames) for h in members)
    return Series(uid, slices, geometry, modality, reading)


def _plane_source(known: bool, unverified: bool) -> str:
    if not known:
        return "unknown: no usable orientation"
    stated = "ImageOrientationPatient (0020,0037)"
    return f"{stated} of the whole file, unverified" if unverified else stated


def _geometry(stack: Stack, places: Places, order: Sequence[int]) -> StackGeometry:
    positions = None
    if places.positioned:
        positions = np.array([stack.members[i].position for i in order], dtype=np.float64)
    geometry = StackGeometry.from_stored(
        stack.traits.shape, places.orientation, positions, stack.traits.pixel_spacing, len(order)
    )
    if geometry.offsets is None and places.in_mm:
        return evolve(geometry, offsets=places.along[list(order)])
    return geometry


def _side_warnings(geometry: StackGeometry, key: OrderKey) -> tuple[str, ...]:
    if geometry.plane is not Plane.SAGITTAL or key is OrderKey.POSITION:
        return ()
    return ("geometry: sagittal slices are not ordered by position, so left and right are unknown",)


def _modality(members: Sequence[SliceHeader]) -> ResolvedModality | None:
    """What most of the slices tell; among equals the first."""
    votes: Counter[ResolvedModality] = Counter()
    for facts, count in Counter(h.facts for h in members).items():
        if (resolved := resolve_modality(facts)) is not None:
            votes[resolved] += count
    return max(votes, key=lambda modality: votes[modality]) if votes else None
