"""Series drawn small: slices, thick slabs and projections side by side, as a person looks them over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float32, UInt8, locked_as_given, own
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.projections import Place, Spot, projections

ACROSS, DOWN = 6, 4
SIDE = 128
"""Pixels that one slice takes on a sheet at least; finer ones are averaged to below twice that."""
SLAB_MM = 15.0


@frozen
class Look:
    """How values are shown: ``window`` from black to white; ``wide``, that of projections through the whole head.

    ``dark``: vessels are the dark ones, so that slabs show the least value along each ray.
    """

    window: tuple[float, float]
    wide: tuple[float, float]
    dark: bool = False


@frozen(eq=False)
class Sheet:
    """A picture uint8 (h, w); where lesions are, a ``marked`` copy uint8 (h, w, 3)."""

    caption: str
    pixels: UInt8 = field(converter=locked_as_given)
    marked: UInt8 | None = None


@frozen
class Seen:
    """A series drawn; ``lesions`` are the names of its locations, ``spacing`` that of its frames in mm."""

    modality: Modality
    uid: str
    lesions: tuple[str, ...]
    slices: int
    spacing: tuple[float, float, float]
    plane: str
    sheets: tuple[Sheet, ...]


def sheets_of(
    frames: Float32,
    spacing: tuple[float, float, float],
    plane: Plane,
    look: Look,
    lesions: Sequence[Place],
) -> tuple[Sheet, ...]:
    """Of canonical frames (k, H, W) with ``spacing`` in mm between slices, rows and columns."""
    grey = _grey(frames, look.window)
    wide = grey if look.wide == look.window else _grey(frames, look.wide)
    kind = "least" if look.dark else "greatest"
    return (
        _slices(grey, lesions),
        _slabs(grey, spacing[0], look.dark, lesions, f"Slabs of about {SLAB_MM:.0f} mm, the {kind} value"),
        _sheet(
            "Greatest value from above, from the front and from the side",
            *projections(wide, spacing, plane, lesions),
        ),
    )


def _grey(frames: Float32, window: tuple[float, float]) -> UInt8:
    low, high = window
    scale = np.float32(255.0 / max(high - low, 1e-6))
    shown = np.empty(frames.shape, np.uint8)
    for index, frame in enumerate(frames):  # so that a whole volume is not doubled in memory
        shown[index] = np.clip(np.rint((frame - np.float32(low)) * scale), 0, 255)
    return own(shown)


def _slices(grey: UInt8, lesions: Sequence[Place]) -> Sheet:
    chosen = np.array(_chosen(len(grey), [place[0] for place in lesions]))
    spots = [(int(np.argmin(np.abs(chosen - place[0]))), place[1], place[2]) for place in lesions]
    return _tiled("Slices", grey[chosen], spots)


def _chosen(count: int, wanted: Sequence[float]) -> list[int]:
    """Evenly spread slices, the nearest of which make room for those that hold a lesion."""
    spread = np.unique(np.rint(np.linspace(0, count - 1, min(count, ACROSS * DOWN))).astype(int))
    for index in sorted({min(max(round(at), 0), count - 1) for at in wanted}):
        spread[int(np.argmin(np.abs(spread - index)))] = index
    return sorted({int(index) for index in spread})


def _slabs(grey: UInt8, step: float, dark: bool, lesions: Sequence[Place], caption: str) -> Sheet:
    """The least or the greatest value along each ray through neighbouring slices."""
    each = max(1, round(SLAB_MM / step))
    starts = np.arange(0, len(grey), each)
    tiles = (np.minimum if dark else np.maximum).reduceat(grey, starts, axis=0)
    last = len(tiles) - 1
    spots = [(min(max(int((place[0] + 0.5) // each), 0), last), place[1], place[2]) for place in lesions]
    return _tiled(caption, tiles, spots)


def _tiled(caption: str, tiles: UInt8, spots: Sequence[tuple[int, float, float]]) -> Sheet:
    """Tiles in rows of six; ``spots`` are (tile, row, column)."""
    thin = max(1, min(tiles.shape[1:]) // SIDE)
    small = _thinned(tiles, thin)
    count, rows, columns = small.shape
    sheet = np.zeros((-(-count // ACROSS) * rows, min(count, ACROSS) * columns), np.uint8)
    for number, tile in enumerate(small):
        top, left = number // ACROSS * rows, number % ACROSS * columns
        sheet[top : top + rows, left : left + columns] = tile
    centres = [
        (
            tile // ACROSS * rows + (row + 0.5) / thin - 0.5,
            tile % ACROSS * columns + (column + 0.5) / thin - 0.5,
        )
        for tile, row, column in spots
    ]
    return _sheet(caption, own(sheet), centres)


def _thinned(tiles: UInt8, thin: int) -> UInt8:
    """The mean of squares of so many pixels a side."""
    if thin == 1:
        return tiles
    count, rows, columns = tiles.shape[0], tiles.shape[1] // thin, tiles.shape[2] // thin
    squares = tiles[:, : rows * thin, : columns * thin].reshape(count, rows, thin, columns, thin)
    return own(np.rint(squares.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8))


def _sheet(caption: str, pixels: UInt8, centres: Sequence[Spot]) -> Sheet:
    return Sheet(caption, pixels, _rings(pixels, centres, 8) if centres else None)


def _rings(image: UInt8, centres: Sequence[Spot], radius: int) -> UInt8:
    """A copy in colour with a ring about each centre."""
    coloured = np.repeat(image[:, :, np.newaxis], 3, axis=2)
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    for row, column in centres:
        away = np.hypot(rows - row, columns - column)
        coloured[np.abs(away - radius) < 0.8] = (255, 170, 0)
    return own(coloured)
