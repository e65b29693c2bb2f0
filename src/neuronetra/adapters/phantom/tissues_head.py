"""What lies outside the brain, painted: skin, fat, muscle, bone, air, eyes."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.tissues import Brush, Tissue, blend
from neuronetra.domain.arrays import Float32

_SKIN = 1.3
_FASCIA = 0.55
_REST, _REST_NARROW, _REST_FROM = 129.0, 1.3, 72.0
_TABLE = 1.7
_ORBIT_WALL = 1.5
_RIM_Y = 57.0
_CELL = 5.2
_CELL_WALL = 0.55


def paint_head(brush: Brush, anatomy: Anatomy) -> None:
    """All but what the cavity holds, from the outside in."""
    if brush.palette[Tissue.HOLDER] > brush.palette[Tissue.AIR]:
        _rest(brush)
    _soft(brush)
    _bone(brush)
    _eyes(brush)
    _air(brush, anatomy)


def _rest(brush: Brush) -> None:
    """The table's shell for the head, open to the front: what a CT scan cannot help showing."""
    if brush.fields.cells[Field.Y].max() < _REST_FROM:
        return
    box = brush.fields.whole
    x, y = brush.read(Field.X, box), brush.read(Field.Y, box)
    ring = np.sqrt((x * np.float32(_REST_NARROW)) ** 2 + y * y) - np.float32(_REST)
    brush.lay(box, brush.sheet(ring, 1.5) * brush.share(np.float32(_REST_FROM) - y), Tissue.HOLDER)


def _soft(brush: Brush) -> None:
    box = brush.fields.where(Field.SKIN, brush.reach)
    if box is None:
        return
    skin = brush.read(Field.SKIN, box)
    values = np.full(skin.shape, brush.palette[Tissue.FAT], np.float32)
    brush.lay(box, brush.share(skin), values)
    inner = brush.fields.where(Field.MUSCLE, brush.reach)
    if inner is not None:
        muscle = brush.share(np.maximum(brush.read(Field.MUSCLE, inner), brush.read(Field.SKIN, inner) + 4))
        muscle *= 1 - brush.sheet(brush.read(Field.FOLD, inner), _FASCIA)
        brush.lay(inner, muscle, Tissue.MUSCLE)
    brush.lay(box, brush.sheet(skin + np.float32(_SKIN), _SKIN), Tissue.SKIN)


def _bone(brush: Brush) -> None:
    box = brush.fields.where(Field.CAVITY, 14.0)
    if box is not None:
        cavity, thick = brush.read(Field.CAVITY, box), brush.read(Field.THICKNESS, box)
        _lay_bone(brush, box, np.maximum(cavity - thick, -cavity))
    box = brush.fields.where(Field.BONE, brush.reach)
    if box is not None:
        _lay_bone(brush, box, brush.read(Field.BONE, box))
    brush.lay_body(Field.DENSE, Tissue.DENSE_BONE)


def _lay_bone(brush: Brush, box: tuple[slice, slice], bone: Float32) -> None:
    """Compact outside, marrow where it is thick enough."""
    brush.lay(box, brush.share(bone), Tissue.BONE)
    brush.lay(box, brush.share(bone + np.float32(_TABLE)), Tissue.MARROW)


def _air(brush: Brush, anatomy: Anatomy) -> None:
    box = brush.fields.where(Field.AIR, brush.reach + anatomy.mucosa)
    if box is not None:
        air = brush.read(Field.AIR, box)
        brush.lay(box, brush.share(air - np.float32(anatomy.mucosa)), Tissue.MUCOSA)
        brush.lay(box, brush.share(air), Tissue.AIR)
    box = brush.fields.where(Field.CELLS, brush.reach)
    if box is not None:
        _cells(brush, box)


def _cells(brush: Brush, box: tuple[slice, slice]) -> None:
    """Small rooms with walls of bone: the bulges of three waves that run askew, so that no two are alike."""
    region = brush.read(Field.CELLS, box)
    x, y, z = (brush.read(field, box) for field in (Field.X, Field.Y, Field.Z))
    pace = np.float32(2 * np.pi / _CELL)
    wave = np.sin(pace * (x + np.float32(0.4) * y + np.float32(1.3) * np.sin(z * np.float32(0.5))))
    wave += np.sin(
        pace * (np.float32(0.8) * y - np.float32(0.5) * z + np.float32(1.1) * np.sin(x * np.float32(0.7)))
    )
    wave += np.sin(
        pace * (np.float32(0.9) * z + np.float32(0.3) * x + np.float32(0.9) * np.sin(y * np.float32(0.6)))
    )
    values = np.full(region.shape, brush.palette[Tissue.AIR], np.float32)
    blend(values, brush.share(np.float32(_CELL_WALL) + wave), brush.palette[Tissue.BONE])
    brush.lay(box, brush.share(region), values)


def _eyes(brush: Brush) -> None:
    box = brush.fields.where(Field.ORBIT, brush.reach + _ORBIT_WALL)
    if box is not None:
        orbit = brush.read(Field.ORBIT, box)
        behind = brush.share(np.float32(-_RIM_Y) - brush.read(Field.Y, box))
        brush.lay(box, behind * brush.share(orbit - np.float32(_ORBIT_WALL)), Tissue.BONE)
        brush.lay(box, brush.share(orbit), Tissue.FAT)
    box = brush.fields.where(Field.EYE, brush.reach + 1)
    if box is None:
        return
    eye = brush.read(Field.EYE, box)
    brush.lay(box, brush.share(eye - np.float32(0.9)), Tissue.MUSCLE)
    brush.lay(box, brush.share(eye), Tissue.VITREOUS)
    x, y, z = (brush.read(field, box) for field in (Field.X, Field.Y, Field.Z))
    away = (np.abs(x) - 32) ** 2 + (z + 6) ** 2
    lens = np.sqrt(away + (y + np.float32(66.8)) ** 2 * 5) - np.float32(4.6)
    brush.lay(box, brush.share(lens), Tissue.LENS)


def paint_cords(brush: Brush) -> None:
    """Optic nerves and eye muscles, which lie over what the orbit and the cistern hold."""
    brush.lay_body(Field.CORD, Tissue.NERVE)
