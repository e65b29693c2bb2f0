"""From the headers of one SeriesInstanceUID to the series: its stack in canonical order, and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from attrs import evolve, field, frozen

from neuronetra.domain.coherence import Stack, coherent_stacks
from neuronetra.domain.headers import Refused, SliceHeader
from neuronetra.domain.modality import ResolvedModality, resolve_modality
from neuronetra.domain.ordering import Places, places_of
from neuronetra.domain.reading_notes import geometry_warnings, lost_warnings, repair_warnings, split_warning
from neuronetra.domain.series import LeftOut, OtherStack, Reading, Series, Slice
from neuronetra.domain.stack import StackGeometry
from neuronetra.domain.twins import Digest, untwinned


@frozen(kw_only=True)
class SeriesFiles:
    """The files of one series and one patient: headers of slices, and files that gave none."""

    uid: str
    headers: tuple[SliceHeader, ...] = field(default=(), repr=False)
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()


def files_by_series(parsed: Iterable[SliceHeader | Refused]) -> tuple[list[SeriesFiles], tuple[LeftOut, ...]]:
    """Series sorted by uid, two patients never in one; and the files that belong to no image series."""
    found: dict[tuple[str, str], tuple[list[SliceHeader], list[Refused]]] = {}
    stray: list[LeftOut] = []
    for item in parsed:
        if not item.series_uid:
            stray.append(LeftOut(item.file, item.reason if isinstance(item, Refused) else ""))
            continue
        headers, refused = found.setdefault((item.series_uid, item.patient), ([], []))
        if isinstance(item, Refused):
            refused.append(item)
        else:
            headers.append(item)
    _adopt_unnamed(found)
    patients = Counter(uid for uid, _ in found)
    note = "two patients share this SeriesInstanceUID: each has a series of its own here"
    series = [
        SeriesFiles(
            uid=key[0],
            headers=tuple(found[key][0]),
            refused=tuple(found[key][1]),
            warnings=(note,) if patients[key[0]] > 1 else (),
        )
        for key in sorted(found)
    ]
    return series, tuple(sorted(stray))


def _adopt_unnamed(found: dict[tuple[str, str], tuple[list[SliceHeader], list[Refused]]]) -> None:
    """Files without a patient join the one patient of their series, where there is just one."""
    for uid in [uid for uid, patient in found if not patient]:
        named = [key for key in found if key[0] == uid and key[1]]
        if len(named) == 1:
            headers, refused = found.pop((uid, ""))
            found[named[0]][0].extend(headers)
            found[named[0]][1].extend(refused)


def series_of(files: SeriesFiles, stray: Sequence[LeftOut], digest: Digest, number: int = 0) -> Series:
    """The series of stack ``number`` (0: the largest) of those files.

    ``stray`` are the files that belong to no image series; they stand in every series' report.
    ``digest`` gives a digest of an instance's pixels, asked for only where instances share a position.
    """
    refused = [LeftOut(r.file, r.reason) for r in files.refused]
    found = len(files.headers) + len(files.refused) + len(stray)
    reading = Reading(found, tuple(sorted([*refused, *stray])), warnings=files.warnings)
    if not files.headers:
        return Series.unusable(files.uid, _why_none(files.refused), reading)
    unique, repeats = _without_copies(files.headers)
    stacks, twins = _stacks(unique, digest)
    repeated = [LeftOut(h.file, "duplicate: repeats another file's slice") for h in (*repeats, *twins)]
    if number >= len(stacks):
        reading = evolve(reading, left_out=tuple(sorted([*reading.left_out, *_unused(files)])))
        return Series.unusable(files.uid, f"there is no stack {number}, only 0 to {len(stacks) - 1}", reading)
    chosen = stacks[number]
    others = _others(stacks, number)
    elsewhere = [
        LeftOut(h.file, f"stack {other.number}: {other.reason}")
        for other in others
        for h in stacks[other.number].members
    ]
    warnings = [*files.warnings, *lost_warnings(files.refused)]
    if repeated:
        warnings.append(f"duplicate: {len(repeated)} file(s) repeat a slice and are left out")
    warnings += split_warning(chosen, [(stacks[o.number], o.reason) for o in others])
    reading = evolve(
        reading,
        left_out=tuple(sorted([*reading.left_out, *repeated, *elsewhere])),
        warnings=tuple(warnings),
        other_stacks=others,
        missing=sum(r.lost for r in files.refused),
    )
    return _assembled(files.uid, chosen, reading)


def _unused(files: SeriesFiles) -> list[LeftOut]:
    return [LeftOut(h.file, "not in the stack asked for") for h in files.headers]


def _why_none(refused: Sequence[Refused]) -> str:
    """One line for a series of which no file gives a slice: the commonest reason, and how common."""
    reasons = Counter(r.reason for r in refused)
    reason, count = min(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return f"no slice can be used: {reason} ({count} of {len(refused)} files)"


def _without_copies(headers: Sequence[SliceHeader]) -> tuple[list[SliceHeader], list[SliceHeader]]:
    """Slices, and copies of them: same SOPInstanceUID, and the same place (a uid may be reused falsely)."""
    first: dict[object, SliceHeader] = {}
    copies: list[SliceHeader] = []
    for header in sorted(headers, key=lambda h: h.file):
        identity = (header.instance_uid, header.position, header.slice_location, header.instance_number)
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
    chosen = stacks[number].traits
    return tuple(
        OtherStack(
            other,
            len(stack.members),
            stack.traits.shape[0],
            stack.traits.shape[1],
            ", ".join(stack.traits.differences(chosen)) + " differs from the stack used",
        )
        for other, stack in enumerate(stacks)
        if other != number
    )


def _assembled(uid: str, stack: Stack, reading: Reading) -> Series:
    """The series of a stack: ordered, with its geometry, modality and every warning."""
    places = places_of(stack)
    order = sorted(range(len(stack.members)), key=lambda i: (places.along[i], stack.members[i].tie_break))
    members = [stack.members[i] for i in order]
    geometry = _geometry(stack, places, order)
    modality = _modality(members)
    known = places.orientation is not None
    warnings = (
        *reading.warnings,
        *places.warnings,
        *geometry_warnings(geometry),
        *repair_warnings(members),
    )
    reading = evolve(
        reading,
        order_key=places.key,
        warnings=tuple(dict.fromkeys(warnings)),
        plane_source="ImageOrientationPatient (0020,0037)" if known else "unknown: no usable orientation",
    )
    if modality is None:
        return Series.unusable(uid, "modality is not CT or MR", reading)
    slices = tuple(Slice(h.source, h.file, h.instance_uid) for h in members)
    return Series(uid, slices, geometry, modality, reading)


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


def _modality(members: Sequence[SliceHeader]) -> ResolvedModality | None:
    """What most of the slices tell; among equals the first."""
    facts = Counter(h.facts for h in members)
    return resolve_modality(max(facts, key=lambda f: facts[f]))
