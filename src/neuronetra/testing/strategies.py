"""Hypothesis strategies for the values of the domain.

Pixels and scores are drawn by a seed: examples shrink in their shapes, not in their pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from hypothesis import strategies as st

from neuronetra.domain.arrays import Array, Float64, own
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.ensemble import MemberScores
from neuronetra.domain.frames import Encoded, Frames
from neuronetra.domain.geometry import Orientation, Plane, Turn
from neuronetra.domain.locations import LABELS
from neuronetra.domain.modality import Modality, ResolvedModality
from neuronetra.domain.preprocessing import (
    ClaheStep,
    FixedWindow,
    Preprocessing,
    ResizeStep,
    StretchStep,
    WindowStep,
)
from neuronetra.domain.scores import LocationScores
from neuronetra.domain.series import LeftOut, OrderKey, Reading, Series, Slice
from neuronetra.domain.stack import StackGeometry

PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
CANONICAL_AXES: dict[Plane, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    Plane.AXIAL: ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    Plane.SAGITTAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    Plane.CORONAL: ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
}
"""For each plane, where canonical slices, rows and columns grow to, in LPS."""

_SEEDS = st.integers(0, 2**32 - 1)
_MILLIMETRES = st.floats(-300.0, 300.0)
_SPACINGS = st.floats(0.2, 6.0)


def planes() -> st.SearchStrategy[Plane]:
    """One of the three planes; never ``UNKNOWN``."""
    return st.sampled_from(PLANES)


def turns() -> st.SearchStrategy[Turn]:
    """Any of the eight ways from a stored slice to a canonical one."""
    return st.builds(Turn, st.booleans(), st.booleans(), st.booleans())


@st.composite
def rotations(draw: st.DrawFn, largest: float = 40.0) -> Float64:
    """A (3, 3) rotation about any axis by at most ``largest`` degrees; below 45 no plane changes."""
    axis = np.random.default_rng(draw(_SEEDS)).normal(size=3)
    x, y, z = axis / np.linalg.norm(axis)
    angle = np.radians(draw(st.floats(-largest, largest)))
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross))


def stored_directions(plane: Plane, turn: Turn, rotation: Float64) -> tuple[Float64, Float64]:
    """Unit vectors (along, down) of stored slices that ``turn`` makes canonical in ``plane``."""
    _, down, along = (rotation @ np.array(axis, np.float64) for axis in CANONICAL_AXES[plane])
    down = -down if turn.reverse_rows else down
    along = -along if turn.reverse_columns else along
    return (down, along) if turn.transpose else (along, down)


@st.composite
def orientations(draw: st.DrawFn, plane: Plane | None = None, largest: float = 40.0) -> Orientation:
    """Stored in any turn, rotated by at most ``largest`` degrees from ``plane`` (any of the three)."""
    chosen = draw(planes()) if plane is None else plane
    along, down = stored_directions(chosen, draw(turns()), draw(rotations(largest)))
    return Orientation(along, down)


@frozen(eq=False)
class StoredStack:
    """What headers say of slices as they are stored.

    ``shape`` (rows, columns); ``corners`` (count, 3): the LPS point of each slice's stored pixel (0, 0) in
    mm, in canonical order; ``spacing`` (between rows, between columns) in mm. ``plane`` and ``turn`` are
    what must be found out.
    """

    shape: tuple[int, int]
    orientation: Orientation
    corners: Float64
    spacing: tuple[float, float]
    plane: Plane
    turn: Turn

    @property
    def geometry(self) -> StackGeometry:
        return StackGeometry.from_stored(
            self.shape, self.orientation, self.corners, self.spacing, len(self.corners)
        )

    def point(self, index: int, row: int, column: int) -> Float64:
        """The LPS point of a stored pixel (DICOM part 3, C.7.6.2.1.1)."""
        down = row * self.spacing[0] * self.orientation.down
        along = column * self.spacing[1] * self.orientation.along
        return np.asarray(self.corners[index] + down + along)


@st.composite
def stored_stacks(draw: st.DrawFn, largest: float = 40.0, tilts: bool = True) -> StoredStack:
    """Evenly spaced slices near any plane, in any turn; with ``tilts`` sheared as by a gantry's tilt."""
    plane, turn = draw(planes()), draw(turns())
    along, down = stored_directions(plane, turn, draw(rotations(largest)))
    orientation = Orientation(along, down)
    shear = draw(st.floats(-0.3, 0.3)) if tilts else 0.0
    step = draw(_SPACINGS) * (orientation.normal + shear * down)
    first = np.array([draw(_MILLIMETRES) for _ in range(3)])
    corners = first + np.arange(draw(st.integers(1, 12)))[:, np.newaxis] * step
    shape = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    return StoredStack(shape, orientation, corners, (draw(_SPACINGS), draw(_SPACINGS)), plane, turn)


def stack_geometries() -> st.SearchStrategy[StackGeometry]:
    """Canonical geometries whose every fact is known."""
    return stored_stacks().map(lambda stack: stack.geometry)


@st.composite
def affines(draw: st.DrawFn, plane: Plane | None = None, largest: float = 40.0) -> Float64:
    """(4, 4) from (slice, row, column) to LPS mm, in any turn and either order of slices."""
    chosen = draw(planes()) if plane is None else plane
    rotation = draw(rotations(largest))
    along, down = stored_directions(chosen, draw(turns()), rotation)
    slices = rotation @ np.array(CANONICAL_AXES[chosen][0], np.float64)
    affine = np.eye(4)
    affine[:3, 0] = slices * draw(_SPACINGS) * draw(st.sampled_from((-1.0, 1.0)))
    affine[:3, 1] = down * draw(_SPACINGS)
    affine[:3, 2] = along * draw(_SPACINGS)
    affine[:3, 3] = [draw(_MILLIMETRES) for _ in range(3)]
    return affine


def pixels(seed: int, shape: tuple[int, ...], dtype: type[np.float32 | np.uint8] = np.uint8) -> Array:
    """Seeded noise: uint8 over its whole range, or float32 like CT's Hounsfield units."""
    generator = np.random.default_rng(seed)
    if dtype is np.uint8:
        return generator.integers(0, 256, shape, dtype=np.uint8)
    return (generator.random(shape) * 4000.0 - 1000.0).astype(np.float32)


@st.composite
def frames(
    draw: st.DrawFn,
    plane: Plane | None = None,
    dtype: type[np.float32 | np.uint8] = np.uint8,
    count: int | None = None,
) -> Frames:
    """1 to 12 frames, or ``count``, of up to 9 x 9 pixels; sorted positions that may repeat."""
    number = draw(st.integers(1, 12)) if count is None else count
    shape = (number, draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    positions = sorted(draw(st.lists(st.integers(0, 400), min_size=number, max_size=number)))
    chosen = draw(planes()) if plane is None else plane
    return Frames(own(pixels(draw(_SEEDS), shape, dtype)), tuple(positions), chosen)


@st.composite
def encoded(draw: st.DrawFn) -> Encoded:
    """Images (3, H, W) of up to 9 x 9 pixels."""
    shape = (3, draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    return Encoded(pixels(draw(_SEEDS), shape))


@st.composite
def probabilities(draw: st.DrawFn) -> Float64:
    """(14,) in [0, 1]: drawn one by one, so that 0, 1, ties and tiny values come up."""
    unit = st.floats(0.0, 1.0)
    return np.array(draw(st.lists(unit, min_size=len(LABELS), max_size=len(LABELS))))


def location_scores() -> st.SearchStrategy[LocationScores]:
    """The scores of one series."""
    return probabilities().map(LocationScores)


@st.composite
def member_scores(draw: st.DrawFn, smallest: int = 1, largest: int = 9) -> list[MemberScores]:
    """Members with weights above 0 and out-of-fold references, so that every policy takes them."""
    members = []
    for number in range(draw(st.integers(smallest, largest))):
        seen = np.random.default_rng(draw(_SEEDS)).random((draw(st.integers(1, 20)), len(LABELS)))
        weight = draw(st.floats(0.01, 1.0))
        members.append(MemberScores(f"member{number}", draw(probabilities()), weight, seen.round(1)))
    return members


@st.composite
def checkpoint_names(draw: st.DrawFn, architectures: Sequence[str] = ()) -> CheckpointName:
    """Names of ``architectures``, or of any that is spelt as one must be."""
    words = st.text("abcxyz0123456789", min_size=1, max_size=6)
    spelt = st.lists(words, min_size=1, max_size=3).map("_".join)
    architecture = draw(st.sampled_from(list(architectures)) if architectures else spelt)
    counts = st.integers(0, 999_999)
    return CheckpointName(architecture, draw(counts), draw(counts), draw(st.floats(0.0, 1.0)))


@st.composite
def preprocessings(draw: st.DrawFn) -> Preprocessing:
    """A window, then any of the other steps in any number and order, then a resize.

    Numbers may be whole or not: 2 and 2.0 are the same preprocessing.
    """
    lows = st.one_of(st.integers(0, 40), st.floats(0.0, 40.0))
    highs = st.one_of(st.integers(60, 100), st.floats(60.0, 100.0))
    widths = st.one_of(st.integers(1, 4000), st.floats(1.0, 4000.0))
    windows = st.dictionaries(
        st.sampled_from(Modality), st.builds(FixedWindow, st.integers(-500, 900), widths)
    )
    limits = st.fixed_dictionaries(dict.fromkeys(Modality, st.one_of(st.integers(1, 9), st.floats(0.5, 9.0))))
    clahe = st.builds(ClaheStep, limits.map(lambda entries: tuple(entries.items())), st.integers(1, 16))
    middle = st.lists(st.one_of(clahe, st.builds(StretchStep, lows, highs)), max_size=3)
    first = WindowStep(tuple(draw(windows).items()), draw(lows), draw(highs))
    last = ResizeStep(draw(st.integers(1, 300)), draw(st.integers(1, 300)))
    return Preprocessing((first, *draw(middle), last))


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Usable series with a few words of how they were read."""
    geometry = draw(stack_geometries())
    uid = "1.2." + ".".join(str(n) for n in draw(st.lists(st.integers(0, 99), min_size=1, max_size=4)))
    slices = tuple(
        Slice(f"/scans/{uid}/{i:03}.dcm", f"{i:03}.dcm", f"{uid}.{i + 1}") for i in range(geometry.count)
    )
    left_out = tuple(LeftOut(f"note-{i}.txt", "not DICOM") for i in range(draw(st.integers(0, 2))))
    reading = Reading(len(slices) + len(left_out), left_out, draw(st.sampled_from(OrderKey)))
    modality = ResolvedModality(draw(st.sampled_from(Modality)), "stated")
    return Series(uid, slices, geometry, modality, reading)
