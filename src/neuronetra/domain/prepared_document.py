"""A prepared series as plain data: what ``series.json`` holds beside the pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from neuronetra.domain.documents import exactly, number, several, text, whole
from neuronetra.domain.geometry import Plane
from neuronetra.domain.headers import Point
from neuronetra.domain.modality import Modality
from neuronetra.domain.prepared import PreparedSeries, StoredFrame

SCHEMA = 1
_CHECKSUM = re.compile(r"[0-9a-f]{8}")
_MOST_BYTES = 1 << 50
_FRAME = ("index", "point_mm", "instance_uid", "frame", "bytes", "crc32")
_SERIES = (
    "schema",
    "series_uid",
    "modality",
    "plane",
    "slices",
    "lost",
    "missing",
    "source_bytes",
    "made_by",
    "warnings",
    "frames",
)


@frozen
class Picture:
    """The file of one frame: its size in bytes and its CRC-32, by which damage shows."""

    size: int
    crc32: str


def series_document(prepared: PreparedSeries, pictures: Sequence[Picture]) -> dict[str, Any]:
    """Plain data of a series and of its frames' files, in the order of its frames."""
    frames = [_frame(*pair) for pair in zip(prepared.frames, pictures, strict=True)]
    return {
        "schema": SCHEMA,
        "series_uid": prepared.uid,
        "modality": prepared.modality.value,
        "plane": prepared.plane.value,
        "slices": prepared.slices,
        "lost": list(prepared.lost),
        "missing": prepared.missing,
        "source_bytes": prepared.source_bytes,
        "made_by": prepared.made_by,
        "warnings": list(prepared.warnings),
        "frames": frames,
    }


def _frame(stored: StoredFrame, picture: Picture) -> dict[str, Any]:
    return {
        "index": stored.index,
        "point_mm": None if stored.point is None else [float(value) for value in stored.point],
        "instance_uid": stored.instance_uid,
        "frame": stored.frame,
        "bytes": picture.size,
        "crc32": picture.crc32,
    }


def series_from(document: object) -> tuple[PreparedSeries, tuple[Picture, ...]]:
    """The reverse. Raises ``ValueError`` for anything else."""
    known = exactly(document, *_SERIES)
    if known["schema"] != SCHEMA:
        raise ValueError("another schema")
    entries = [exactly(entry, *_FRAME) for entry in several(known["frames"])]
    prepared = PreparedSeries(
        text(known["series_uid"]),
        Modality(text(known["modality"])),
        Plane(text(known["plane"])),
        whole(known["slices"]),
        tuple(map(_stored, entries)),
        tuple(map(text, several(known["warnings"]))),
        tuple(map(whole, several(known["lost"]))),
        _size(known["source_bytes"]),
        whole(known["missing"]),
        text(known["made_by"]),
    )
    return prepared, tuple(Picture(_size(entry["bytes"]), _checksum(entry["crc32"])) for entry in entries)


def _stored(entry: Mapping[str, Any]) -> StoredFrame:
    frame = None if entry["frame"] is None else whole(entry["frame"])
    return StoredFrame(whole(entry["index"]), _point(entry["point_mm"]), text(entry["instance_uid"]), frame)


def _point(value: object) -> Point | None:
    if value is None:
        return None
    x, y, z = map(number, several(value, 3))
    return x, y, z


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST_BYTES:
        raise ValueError("no size of a file")
    return value


def _checksum(value: object) -> str:
    if not _CHECKSUM.fullmatch(text(value)):
        raise ValueError("no CRC-32")
    return text(value)
