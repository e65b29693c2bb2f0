"""What misleads in an image: clips and coils, bright specks, motion. Drawn without knowing of lesions."""

from __future__ import annotations

import cv2
import numpy as np
from attrs import field, frozen

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.domain.arrays import Float32, Float64, locked_float64

_CLIP_RATE = 0.05
_STREAKS = 7
_MOTION_RATE = 0.3
_CLIP_SITES = (
    mean.MIDDLE_CEREBRAL_BIFURCATION,
    mean.CAROTID_TERMINUS,
    mean.ANTERIOR_COMMUNICATING,
    mean.POSTERIOR_COMMUNICATING[0],
    mean.BASILAR_TIP,
)


@frozen(eq=False)
class Clip:
    """Metal at ``place`` (3,) mm in the head: ``radius`` mm of it, streaks at ``angle`` radians."""

    place: Float64 = field(converter=locked_float64)
    radius: float
    angle: float


@frozen(eq=False)
class Specks:
    """Bright spots that are no vessels: ``places`` (k, 3) mm, ``radii`` (k,) mm, ``heights`` (k,) in the image's units."""

    places: Float64 = field(converter=locked_float64)
    radii: Float64 = field(converter=locked_float64)
    heights: Float64 = field(converter=locked_float64)


@frozen
class Motion:
    """A ghost of ``share`` of the picture, shifted both ways by ``shift`` mm along rows (1) or columns (0)."""

    share: float
    shift: float
    axis: int


def drawn_clip(generator: np.random.Generator) -> Clip | None:
    """In one series of twenty: where arteries are operated on, whether or not this head has a lesion there."""
    there = generator.random() < _CLIP_RATE
    site = np.asarray(_CLIP_SITES[generator.integers(len(_CLIP_SITES))])
    place = site * (generator.choice([-1.0, 1.0]), 1.0, 1.0) + generator.normal(0.0, 3.0, 3)
    clip = Clip(place, float(generator.uniform(1.2, 2.6)), float(generator.uniform(0.0, np.pi)))
    return clip if there else None


def drawn_specks(generator: np.random.Generator, height: float) -> Specks:
    """A few of up to ``height``, within the brain."""
    count = int(generator.poisson(2.0))
    places = generator.normal(0.0, 1.0, (count, 3)) * (26.0, 32.0, 20.0) + (0.0, 12.0, 12.0)
    return Specks(places, generator.uniform(0.7, 1.8, count), height * generator.uniform(0.25, 0.8, count))


def drawn_motion(generator: np.random.Generator, reach: tuple[float, float]) -> Motion | None:
    """In three series of ten, with a ghost between ``reach`` mm away."""
    there = generator.random() < _MOTION_RATE
    motion = Motion(
        float(generator.uniform(0.04, 0.22)), float(generator.uniform(*reach)), int(generator.integers(2))
    )
    return motion if there else None


def moved(values: Float32, motion: Motion, steps: tuple[float, float]) -> Float32:
    """The picture (rows, columns) with its ghosts; ``steps`` are a pixel's sizes in mm."""
    pixels = max(1, round(motion.shift / steps[motion.axis]))
    ghost = np.roll(values, pixels, motion.axis)
    ghost += np.roll(values, -pixels, motion.axis)
    return np.asarray(cv2.addWeighted(values, 1 - motion.share, ghost, 0.5 * motion.share, 0.0))


def speckled(values: Float32, specks: Specks, grid: Grid, position: int) -> None:
    """Adds the spots that reach slice ``position`` of the grid, in place."""
    places = grid.indices(specks.places)
    for place, radius, height in zip(places, specks.radii, specks.heights, strict=True):
        _speck(values, _offset(grid, place, position), (radius, height))


def _speck(values: Float32, offset: _Offset, speck: tuple[float, float]) -> None:
    radius, height = speck
    if abs(offset.across) > 3 * radius:
        return
    rows, columns = offset.window(values.shape, 3 * radius)
    down, right = offset.mm(rows, columns)
    square = down**2 + right**2 + offset.across**2
    values[rows, columns] += (height * np.exp(-0.5 * square / radius**2)).astype(np.float32)


def clipped(values: Float32, clip: Clip, grid: Grid, position: int, metal: float) -> None:
    """CT: the metal's value and dark and bright streaks about it, in place."""
    offset = _offset(grid, grid.indices(clip.place[None])[0], position)
    if abs(offset.across) > 2 * clip.radius + 0.5 * grid.thickness:
        return
    rows, columns = offset.window(values.shape, 60.0)
    down, right = offset.mm(rows, columns)
    distance = np.sqrt(down**2 + right**2)
    angle = np.arctan2(down, right) - clip.angle
    fade = np.exp(-distance / 14) * np.exp(-((offset.across / (1.5 * clip.radius)) ** 2))
    values[rows, columns] += (900 * fade * np.cos(_STREAKS * angle) * np.cos(2 * angle)).astype(np.float32)
    values[rows, columns][distance**2 + offset.across**2 < clip.radius**2] = metal


def void(values: Float32, clip: Clip, grid: Grid, position: int) -> None:
    """MR: no signal about the metal, heaped up at the rim, in place."""
    radius = 3.2 * clip.radius
    offset = _offset(grid, grid.indices(clip.place[None])[0], position)
    if abs(offset.across) > 1.6 * radius:
        return
    rows, columns = offset.window(values.shape, 1.8 * radius)
    down, right = offset.mm(rows, columns)
    reach = np.sqrt(down**2 + (right * 0.8) ** 2 + offset.across**2) / radius
    rim = 0.9 * np.exp(-(((reach - 1.15) / 0.13) ** 2)) * (1 + np.sin(np.arctan2(down, right))) * 0.5
    values[rows, columns] *= (np.clip((reach - 0.8) * 4, 0, 1) + rim).astype(np.float32)


@frozen
class _Offset:
    """A place as seen from a slice: ``across`` mm off it, at fractional ``row`` and ``column``."""

    across: float
    row: float
    column: float
    steps: tuple[float, float]

    def window(self, shape: tuple[int, ...], reach: float) -> tuple[slice, slice]:
        """Rows and columns within ``reach`` mm, cut at the border."""
        spans = []
        for middle, step, length in zip((self.row, self.column), self.steps, shape, strict=True):
            first = max(0, int(np.floor(middle - reach / step)))
            spans.append(slice(min(first, length), min(max(int(middle + reach / step) + 2, 0), length)))
        return spans[0], spans[1]

    def mm(self, rows: slice, columns: slice) -> tuple[Float64, Float64]:
        """Distances down (rows, 1) and right (1, columns)."""
        down = (np.arange(rows.start, rows.stop) - self.row) * self.steps[0]
        right = (np.arange(columns.start, columns.stop) - self.column) * self.steps[1]
        return down[:, None], right[None]


def _offset(grid: Grid, indices: Float64, position: int) -> _Offset:
    between, down, right = grid.steps
    return _Offset(
        float((position - indices[0]) * between), float(indices[1]), float(indices[2]), (down, right)
    )
