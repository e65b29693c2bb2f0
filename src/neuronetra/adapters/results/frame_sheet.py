"""The sampled frames as one picture, left and right marked, by OpenCV."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from neuronetra.domain.arrays import UInt8
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.errors import OutputError

_COLUMNS = 4
_SIDE = 336
_STRIP = 26
_FONT = cv2.FONT_HERSHEY_SIMPLEX

EDGES: dict[Plane, tuple[str, str, str, str]] = {
    Plane.AXIAL: ("R", "L", "A", "P"),
    Plane.CORONAL: ("R", "L", "H", "F"),
    Plane.SAGITTAL: ("A", "P", "H", "F"),
    Plane.UNKNOWN: ("?", "?", "?", "?"),
}
"""What lies at the left, right, upper and lower edge of a canonical frame."""

ORDER: dict[Plane, str] = {
    Plane.AXIAL: "axial, feet to head; the patient's left is on the right of the picture",
    Plane.CORONAL: "coronal, front to back; the patient's left is on the right of the picture",
    Plane.SAGITTAL: "sagittal, the patient's right to left; the face looks to the left of the picture",
    Plane.UNKNOWN: "orientation unknown: left and right cannot be told apart",
}


def frame_sheet(
    frames: Frames, slice_count: int, positions_mm: Sequence[Sequence[float]] | None, known: bool = True
) -> bytes:
    """A PNG of uint8 ``frames`` (k, H, W) in rows of four, in order, each with its slice and patient axes.

    ``positions_mm`` are the LPS points of all ``slice_count`` slices, or ``None``; ``known`` says whether left
    and right can be told: where they cannot, no edge bears a letter.
    """
    tiles = [
        _tile(
            frame,
            EDGES[frames.plane if known else Plane.UNKNOWN],
            slice_caption(frames.plane, position, slice_count, positions_mm),
        )
        for frame, position in zip(frames.pixels, frames.positions, strict=True)
    ]
    blank = np.zeros_like(tiles[0])
    tiles += [blank] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    title = np.zeros((_STRIP + 6, rows[0].shape[1]), np.uint8)
    _write(title, order(frames.plane, known), (8, 20), 0.55)
    written, png = cv2.imencode(".png", np.vstack([title, *rows]))
    if not written:
        raise OutputError("the picture of the frames could not be encoded")
    return bytes(png)


def order(plane: Plane, known: bool = True) -> str:
    """How the frames follow each other and which side is where, in words."""
    if known or plane is Plane.UNKNOWN:
        return ORDER[plane]
    return f"taken as {plane.value}, unverified: left and right cannot be told apart"


def slice_caption(
    plane: Plane, position: int, slice_count: int, positions_mm: Sequence[Sequence[float]] | None
) -> str:
    """Which of the slices a frame is, from 0, and where it lies along the patient axis."""
    text = f"slice {position} of 0..{slice_count - 1}"
    if positions_mm is None or plane.axis is None:
        return text
    return f"{text}   {'xyz'[plane.axis]} = {positions_mm[position][plane.axis]:.1f} mm"


def _tile(frame: UInt8, edges: tuple[str, str, str, str], caption: str) -> UInt8:
    image = cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    left, right, upper, lower = edges
    middle = _SIDE // 2
    for letter, place in (
        (left, (6, middle)),
        (right, (_SIDE - 22, middle)),
        (upper, (middle - 8, 20)),
        (lower, (middle - 8, _SIDE - 8)),
    ):
        _write(image, letter, place, 0.7)
    strip = np.zeros((_STRIP, _SIDE), np.uint8)
    _write(strip, caption, (8, 18), 0.45)
    framed = np.vstack([strip, image])
    framed[:, -1] = 90
    return framed


def _write(image: UInt8, text: str, place: tuple[int, int], size: float) -> None:
    """White letters with a black edge: readable on any anatomy."""
    cv2.putText(image, text, place, _FONT, size, 0, 4, cv2.LINE_AA)
    cv2.putText(image, text, place, _FONT, size, 255, 1, cv2.LINE_AA)
