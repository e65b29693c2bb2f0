"""Signs that a body is no head, or that it cannot be told: each a weight and a plain sentence.

The limits leave room for newborns, head rests, skull-stripped brains, slabs, fields of view of 160 mm,
shoulders below a neck, bright contrast and noise; what they let pass is what looks like a head.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neuronetra.domain.arrays import Array
from neuronetra.domain.body import Body
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.outline import Outline, surrounded
from neuronetra.domain.texture import relatedness, repetition, smoothed, unevenness

Sign = tuple[str, str]
HEAD, DOUBTFUL, UNKNOWN = "head", "doubtful", "unknown"

FEWEST_PIXELS = 32
NOISE = 0.1
GRID = 0.8
HOMOGENEOUS = 0.05
"""Bottles vary by 0.003 to 0.041, heads by 0.08 or more, mostly by 0.2 to 0.4."""
SHORTEST_MM = 100.0
"""A newborn's head is about 115 mm long."""
LONGEST_MM = 290.0
"""A head with its nose and its rest is less long in an axial slice; a trunk is wider."""
HEAD_AND_NECK_MM = 500.0
"""No plane shows more of a head and its neck."""
HEAD_LENGTH_MM = (110.0, LONGEST_MM)
HEAD_WIDTH_MM = (80.0, 230.0)
HEAD_FILL = 0.45
CIRCLE = 0.02
"""Standard deviation of radii as a share of their mean: phantoms 0.009 to 0.025, heads 0.053 or more."""
HEAD_CUT = 2

AIR_HU = -300.0
BONE_HU = 200.0
BRAIN_HU = (-20.0, 120.0)
LEAST_BONE = 0.02
LEAST_BRAIN, HEAD_BRAIN = 0.2, 0.25
LEAST_SKULL, HEAD_SKULL = 0.5, 0.8
"""In which share of directions bone stands around the middle: a vault 1.0, a chest 0.65, an ankle 0.36."""
SKULL_FIELD_MM = 150.0
"""A smaller field of view may lie within the skull and show little of it; a mask may have taken it away."""
AIR_FIELD_MM = 200.0
"""A smaller field of view may lie within the head and show no air."""
_FEWEST_CELLS = 30


def emptiness(pixels: Array) -> Iterator[Sign]:
    """Of ``pixels`` (k, H, W) that show nothing: too few of them, one value, noise."""
    if min(pixels.shape[1:]) < FEWEST_PIXELS:
        yield UNKNOWN, "the pictures have too few pixels"
        return
    related = relatedness(pixels)
    if related is None:
        yield DOUBTFUL, "every slice is of one value"
    elif related < NOISE:
        yield DOUBTFUL, "neighbouring pixels are unrelated, as in noise"


def pattern(body: Body) -> Iterator[Sign]:
    """Of a grid, of bars, of line pairs."""
    if repetition(body.values) > GRID:
        yield DOUBTFUL, "a pattern repeats itself, as in a grid"


def structure(body: Body, modality: Modality | None) -> Iterator[Sign]:
    """Of a bottle in MR; a brain has folds, ventricles and white matter."""
    if modality is None:
        yield UNKNOWN, "the modality is unknown"
        return
    found = [unevenness(*pair) for pair in zip(smoothed(body.values), body.inner, strict=True)]
    varies = max((one for one in found if one is not None), default=None)
    if varies is not None and varies < HOMOGENEOUS:
        share = f"{100.0 * varies:.0f} %"
        yield (
            DOUBTFUL,
            f"homogeneous inside, as a bottle: brightness varies by {share} about a smooth surface",
        )


def size_of(body: Body, plane: Plane) -> Iterator[Sign]:
    """Of a body or a field of view of another size than a head's; lengths in mm."""
    if max(body.extent) < SHORTEST_MM:
        shown = f"{body.extent[1]:.0f} x {body.extent[0]:.0f} mm"
        yield DOUBTFUL, f"the field of view, {shown}, is too small for a head"
        return
    if not body.solid or not body.shown:
        yield UNKNOWN, "no solid body stands out of the background"
        return
    longest = [one.longest for one in body.shown]
    limit = LONGEST_MM if plane is Plane.AXIAL else HEAD_AND_NECK_MM
    if max(longest) < SHORTEST_MM and not any(one.cut for one in body.shown):
        yield DOUBTFUL, f"the body is {max(longest):.0f} mm long at most, too small for a head"
    elif min(longest) > limit:
        yield DOUBTFUL, f"the body is {min(longest):.0f} mm long at least, too large for a head"
    elif _round(body):
        yield DOUBTFUL, "the outline is a circle, as of a phantom"
    elif not any(_of_a_head(one) for one in body.shown):
        yield UNKNOWN, "no slice shows the whole outline of a head"


def _round(body: Body) -> bool:
    """Whether most outlines are circles; a mask of that shape would make one of any body."""
    spreads = [one.spread for one in body.shown if not one.cut]
    return 2 * len(spreads) > len(body.outlines) and not body.masked and float(np.median(spreads)) < CIRCLE


def _of_a_head(found: Outline) -> bool:
    return (
        HEAD_LENGTH_MM[0] <= found.longest <= HEAD_LENGTH_MM[1]
        and HEAD_WIDTH_MM[0] <= found.shortest <= HEAD_WIDTH_MM[1]
        and found.fill >= HEAD_FILL
        and found.cut <= HEAD_CUT
    )


def skull_and_brain(body: Body) -> Iterator[Sign]:
    """Of CT numbers that are not those of brain within a skull."""
    shown = [pair for pair in zip(body.values, body.whole, strict=True) if pair[1].sum() >= _FEWEST_CELLS]
    if not shown:
        yield DOUBTFUL, "nothing is denser than air"
        return
    bone = max(float((values[whole] > BONE_HU).mean()) for values, whole in shown)
    low, high = BRAIN_HU
    brain = max(float(((values > low) & (values < high))[whole].mean()) for values, whole in shown)
    skull = max(surrounded((values > BONE_HU) & whole, whole, body.size) for values, whole in shown)
    if max(body.extent) >= AIR_FIELD_MM and not (body.values < AIR_HU).any():
        yield DOUBTFUL, "no CT number is that of air"
    whole_head = min(body.extent) >= SKULL_FIELD_MM and not body.masked
    if whole_head and bone < LEAST_BONE:
        yield DOUBTFUL, f"hardly any bone: {100.0 * bone:.1f} % of the body at most"
    elif whole_head and skull < LEAST_SKULL:
        yield DOUBTFUL, f"no skull: there is bone in {100.0 * skull:.0f} % of directions at most"
    if brain < LEAST_BRAIN:
        yield DOUBTFUL, f"hardly any brain: its CT numbers in {100.0 * brain:.0f} % of the body at most"
    if skull < HEAD_SKULL or brain < HEAD_BRAIN:
        yield UNKNOWN, "no slice shows brain within a skull"
