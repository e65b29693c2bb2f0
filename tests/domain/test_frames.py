"""Values that hold arrays: checked, copied, locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuronetra.domain.arrays import locked, own
from neuronetra.domain.checkpoints import Manifest
from neuronetra.domain.ensemble import MemberScores
from neuronetra.domain.frames import Encoded, Frames
from neuronetra.domain.geometry import Orientation, Plane
from neuronetra.domain.scores import Batch, LocationScores, Scores
from neuronetra.domain.stack import StackGeometry
from neuronetra.testing.recipes import tiny_manifest, tiny_recipe

Array = np.ndarray[Any, Any]


def frames(pixels: Array) -> Array:
    return Frames(pixels, tuple(range(len(pixels))), Plane.AXIAL).pixels


def manifest(seen: Array) -> Array:
    given = tiny_manifest(tiny_recipe())
    made = Manifest(given.name, given.spec, given.pipeline, out_of_fold=seen)
    assert made.out_of_fold is not None
    return made.out_of_fold


HOLDERS: list[tuple[str, Array, Callable[[Array], Any]]] = [
    ("frames, uint8", np.ones((2, 3, 4), np.uint8), frames),
    ("frames, float32", np.ones((2, 3, 4), np.float32), frames),
    ("encoded", np.ones((3, 4, 5), np.uint8), lambda a: Encoded(a).image),
    ("images", np.ones((1, 3, 4, 5), np.uint8), lambda a: Batch(a, np.zeros(1, np.int64)).images),
    ("codes", np.ones(1, np.int64), lambda a: Batch(np.ones((1, 3, 4, 5), np.uint8), a).modality),
    ("probabilities", np.ones((2, 14), np.float32), lambda a: Scores(a).probabilities),
    ("maps", np.ones((1, 13, 2, 2), np.float32), lambda a: Scores(np.ones((1, 14), np.float32), a).maps),
    ("location scores", np.ones(14), lambda a: LocationScores(a).values),
    ("member scores", np.ones(14), lambda a: MemberScores("m", a).scores),
    ("reference", np.ones((3, 14)), lambda a: MemberScores("m", np.ones(14), 1.0, a).reference),
    ("out of fold", np.ones((3, 14)), manifest),
    ("along", np.array([1.0, 0, 0]), lambda a: Orientation(a, np.array([0, 1.0, 0])).along),
    ("positions", np.ones((2, 3)), lambda a: StackGeometry(2, (4, 4), None, a).positions),
    ("offsets", np.ones(2), lambda a: StackGeometry(2, (4, 4), None, None, a).offsets),
]


@pytest.mark.parametrize(("source", "held"), [h[1:] for h in HOLDERS], ids=[h[0] for h in HOLDERS])
def test_arrays_are_copied_and_locked(source: Array, held: Callable[[Array], Any]) -> None:
    """What is done to the source afterwards changes nothing, and the value itself cannot be changed."""
    given = source.copy()
    inside = held(given)
    given[...] = 0
    assert np.array_equal(inside, source)
    with pytest.raises(ValueError, match="read-only"):
        inside[...] = 0


@pytest.mark.parametrize(("source", "held"), [h[1:] for h in HOLDERS], ids=[h[0] for h in HOLDERS])
def test_read_only_views_of_writable_arrays_are_copied(source: Array, held: Callable[[Array], Any]) -> None:
    """A locked view does not protect: what it looks at may still be written to."""
    given = source.copy()
    view = given[:]
    view.flags.writeable = False
    inside = held(view)
    given[...] = 0
    assert np.array_equal(inside, source)


def test_own_takes_an_array_without_a_copy() -> None:
    """An array that its maker gives away is locked, not copied; frames then share it."""
    given = np.ones((2, 3, 4), np.uint8)
    assert own(given) is given
    assert not given.flags.writeable
    assert frames(given) is given
    assert locked(given) is given
    assert own(np.ones((4, 6))[::2, ::3]).base is None


@pytest.mark.parametrize(
    ("pixels", "positions"),
    [
        (np.ones((2, 3, 4), np.uint8), (0,)),
        (np.ones((3, 4), np.uint8), (0, 1, 2)),
        (np.ones((0, 3, 4), np.uint8), ()),
        (np.ones((1, 0, 4), np.uint8), (0,)),
        (np.ones((1, 3, 4), np.uint8), (-1,)),
        (np.full((1, 3, 4), np.nan, np.float32), (0,)),
        (np.full((1, 3, 4), np.inf, np.float32), (0,)),
    ],
)
def test_frames_of_another_form(pixels: Array, positions: tuple[int, ...]) -> None:
    """Frames are finite, (k, H, W), and as many as their positions, which count from 0."""
    with pytest.raises(ValueError, match=r"\w"):
        Frames(pixels, positions, Plane.AXIAL)


@pytest.mark.parametrize("dtype", [np.float64, np.int16, np.uint16, bool])
def test_frames_of_another_kind(dtype: type[np.generic]) -> None:
    """Frames are float32 or uint8; nothing is cast in silence."""
    with pytest.raises(TypeError, match="expected float32 or uint8"):
        Frames(np.ones((1, 3, 4), dtype), (0,), Plane.AXIAL)


@pytest.mark.parametrize("shape", [(2, 4, 4), (3, 4), (3, 0, 4), (1, 3, 4, 4)])
def test_encodings_of_another_form(shape: tuple[int, ...]) -> None:
    """An encoding is (3, H, W)."""
    with pytest.raises(ValueError, match="shape"):
        Encoded(np.ones(shape, np.uint8))


def test_frames_compare_by_value_and_show_no_pixels() -> None:
    """Equal pixels of the same slices are equal; a repr tells shape and dtype alone."""
    one, other = (Frames(np.ones((1, 30, 40), np.uint8), (5,), Plane.AXIAL) for _ in range(2))
    assert one == other
    assert one != Frames(np.ones((1, 30, 40), np.uint8), (6,), Plane.AXIAL)
    assert one != Frames(np.zeros((1, 30, 40), np.uint8), (5,), Plane.AXIAL)
    assert one != Frames(np.ones((1, 30, 40), np.uint8), (5,), Plane.CORONAL)
    assert "uint8 (1, 30, 40)" in repr(one)
    assert len(repr(one)) < 150
