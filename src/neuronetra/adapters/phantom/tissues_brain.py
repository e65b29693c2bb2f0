"""What the cavity holds, painted: dura, fluid, grey and white matter in their folds, ventricles."""

from __future__ import annotations

import numpy as np

from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_lattice import Box
from neuronetra.adapters.phantom.tissues import Brush, Tissue, blend
from neuronetra.domain.arrays import Float32

_CORTEX = 2.5
"""Thickness of the cortical grey matter in mm."""
_FISSURE = 1.5
_FALX = 0.7
_NOTCH, _NOTCH_END = 16.0, 45.0
"""The tentorium's opening round the midbrain: to each side, and how far back, in mm of the mean head."""
_FOLIA = 4.4
_FOLIA_CORTEX = 1.3


def paint_brain(brush: Brush, anatomy: Anatomy) -> None:
    """All inside the dura, laid at once over what the skull left open."""
    box = brush.fields.where(Field.CAVITY, brush.reach)
    if box is None:
        return
    cavity = brush.read(Field.CAVITY, box)
    inner = Brush(np.full(brush.canvas.shape, brush.palette[Tissue.FLUID], np.float32), brush.fields,
                  brush.palette, brush.width)  # fmt: skip
    _cerebrum(inner, anatomy)
    _cerebellum(inner)
    inner.lay_body(Field.STEM, Tissue.STEM)
    inner.lay_body(Field.VENTRICLE, Tissue.FLUID)
    inner.lay_body(Field.CHOROID, Tissue.CHOROID)
    inner.lay_body(Field.GLAND, Tissue.GLAND)
    if anatomy.pineal > 0:
        inner.lay_body(Field.PINEAL, Tissue.CALCIUM, anatomy.pineal)
    _sheets(inner, box, cavity)
    brush.lay(box, brush.share(cavity), inner.canvas[brush.fields.pixels(box)])


def _cerebrum(brush: Brush, anatomy: Anatomy) -> None:
    box = brush.fields.where(Field.CEREBRUM, brush.reach)
    if box is None:
        return
    body, fold = brush.read(Field.CEREBRUM, box), np.abs(brush.read(Field.FOLD, box))
    fissure = np.minimum(np.abs(brush.read(Field.X, box)) - np.float32(_FISSURE), 20)
    joined = brush.read(Field.BRIDGE, box)
    rind = np.maximum(body, np.minimum(-fissure, 4 * joined))
    body = np.maximum(body, np.minimum(-fissure, joined))
    deep = np.float32(1 / anatomy.depth) * body + 1
    past = np.maximum(np.maximum(-body - np.float32(anatomy.depth), 3 - joined), 0)
    half = np.float32(anatomy.sulci) * np.clip(np.minimum(deep, joined * np.float32(0.3)), 0, 1)
    bank = fold - half + past
    grey = brush.share(np.minimum(-rind, bank) - np.float32(_CORTEX))
    values = np.full(body.shape, brush.palette[Tissue.WHITE], np.float32)
    blend(values, grey, brush.palette[Tissue.GREY])
    _nuclei(brush, box, values)
    filled = brush.share(body)
    filled *= 1 - brush.sheet(fold, half)
    brush.lay(box, filled, values)


def _nuclei(brush: Brush, box: Box, values: Float32) -> None:
    small = brush.fields.where(Field.NUCLEI, brush.reach)
    if small is None:
        return
    outer, inner = brush.fields.pixels(box), brush.fields.pixels(small)
    rows, columns = (_overlap(a, b) for a, b in zip(inner, outer, strict=True))
    part = brush.share(brush.read(Field.NUCLEI, small))
    cut = part[
        rows.start - inner[0].start : rows.stop - inner[0].start,
        columns.start - inner[1].start : columns.stop - inner[1].start,
    ]
    target = values[
        rows.start - outer[0].start : rows.stop - outer[0].start,
        columns.start - outer[1].start : columns.stop - outer[1].start,
    ]
    blend(target, cut, brush.palette[Tissue.NUCLEI])


def _overlap(first: slice, second: slice) -> slice:
    start = max(first.start, second.start)
    return slice(start, max(start, min(first.stop, second.stop)))


def _cerebellum(brush: Brush) -> None:
    box = brush.fields.where(Field.CEREBELLUM, brush.reach)
    if box is None:
        return
    body, arcs = brush.read(Field.CEREBELLUM, box), brush.read(Field.FOLIA, box)
    arcs += np.float32(0.55) * brush.read(Field.FOLD, box)
    phase = np.mod(arcs, np.float32(_FOLIA)) - np.float32(_FOLIA / 2)
    depth = np.clip(body * np.float32(1 / 10) + 1, 0, 1)
    grey = brush.sheet(phase, _FOLIA_CORTEX * depth)
    grey = np.maximum(grey, brush.share(-body - np.float32(1.6)))
    values = np.full(body.shape, brush.palette[Tissue.WHITE], np.float32)
    blend(values, grey, brush.palette[Tissue.GREY])
    filled = brush.share(body)
    filled *= 1 - brush.sheet(phase, np.float32(0.25) * depth)
    nuclei = brush.read(Field.NUCLEI, box)
    blend(values, brush.share(nuclei), brush.palette[Tissue.NUCLEI])
    brush.lay(box, filled, values)


def _sheets(brush: Brush, box: Box, cavity: Float32) -> None:
    """Dura under the bone, falx in the gap between the hemispheres, tentorium."""
    x, joined = brush.read(Field.X, box), brush.read(Field.BRIDGE, box)
    tentorium = brush.read(Field.TENTORIUM, box)
    falx = brush.sheet(x, _FALX) * brush.share(3 - np.minimum(joined, tentorium + 4))
    notch = np.maximum(np.abs(x) - np.float32(_NOTCH), brush.read(Field.Y, box) - np.float32(_NOTCH_END))
    tent = brush.sheet(tentorium, _FALX) * brush.share(-notch)
    dura = brush.sheet(cavity + np.float32(0.5), 0.5)
    brush.lay(box, np.maximum(np.maximum(falx, tent), dura), Tissue.DURA)
