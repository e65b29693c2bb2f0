"""The head's fields: where its parts lie, how they are read between lattice points, what differs by subject."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuronetra.adapters.phantom import landmarks as mean
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Points, box, chain, ellipsoid, melted
from neuronetra.adapters.phantom.anatomy_fields import Field
from neuronetra.adapters.phantom.anatomy_lattice import FieldLattice
from neuronetra.adapters.phantom.anatomy_map import fields_at
from neuronetra.adapters.phantom.brain_folds import folds
from neuronetra.adapters.phantom.grid import Grid
from neuronetra.adapters.phantom.warp import Warp

INSIDE = {
    "atrium": ((24.0, 50.0, 34.0), Field.VENTRICLE),
    "frontal horn": ((8.0, -13.0, 32.0), Field.VENTRICLE),
    "third ventricle": ((0.0, 20.0, 18.0), Field.VENTRICLE),
    "fourth ventricle": (mean.FOURTH_VENTRICLE, Field.VENTRICLE),
    "eye": (mean.EYE, Field.EYE),
    "maxillary sinus": (mean.MAXILLARY_SINUS, Field.AIR),
    "sphenoid sinus": ((5.0, -18.0, -14.0), Field.AIR),
    "mastoid": ((56.0, 36.0, -26.0), Field.CELLS),
    "pons": (mean.PONS, Field.STEM),
    "cerebellum": (mean.CEREBELLUM, Field.CEREBELLUM),
    "thalamus": ((10.5, 22.0, 25.0), Field.NUCLEI),
    "pituitary": (mean.SELLA, Field.GLAND),
    "petrous bone": ((30.0, 20.0, -22.0), Field.BONE),
    "clivus": ((0.0, 8.0, -22.0), Field.BONE),
    "white matter": ((28.0, -10.0, 52.0), Field.CEREBRUM),
    "tongue": ((0.0, -36.0, -84.0), Field.MUSCLE),
}


def anatomy(seed: int) -> Anatomy:
    generator = np.random.default_rng(seed)
    return Anatomy.drawn(generator, Warp.drawn(generator))


def points(*places: tuple[float, float, float]) -> Points:
    return Points.of(np.array(places))


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_parts_lie_at_their_landmarks(name: str, side: float) -> None:
    """Each part holds its landmark on both sides, in heads of several subjects."""
    (x, y, z), field = INSIDE[name]
    for seed in range(4):
        values = fields_at(points((side * x, y, z)), anatomy(seed))
        assert values[field, 0] < 0
        assert values[Field.SKIN, 0] < 0


def test_the_brain_lies_in_the_cavity_and_the_vessels_course_in_the_head() -> None:
    """Intracranial landmarks of arteries are inside the dura, those in bone and neck are not."""
    within = [
        mean.BASILAR_TIP,
        mean.CAROTID_TERMINUS,
        mean.MIDDLE_CEREBRAL_BIFURCATION,
        mean.ANTERIOR_COMMUNICATING,
        mean.VERTEBROBASILAR_JUNCTION,
        mean.VERTEBRAL_ENTRY,
    ]
    without = [mean.PETROUS_CAROTID[0], mean.CAROTID_CANAL, mean.NECK_CAROTID, mean.MAXILLARY_SINUS]
    values = fields_at(points(*within, *without), anatomy(0))[Field.CAVITY]
    assert (values[: len(within)] < 0).all()
    assert (values[len(within) :] > 0).all()


def test_the_vault_follows_the_skull_of_the_landmarks() -> None:
    """The inner table lies a skull's thickness inside the outer table that vessels are drawn on."""
    depth = mean.SKULL_THICKNESS
    x, y, z = mean.SKULL_CENTRE
    top = (x, y, z + mean.SKULL_OUTER[2] - depth)
    back = (x, y + mean.SKULL_OUTER[1] - depth, z)
    side = (mean.SKULL_OUTER[0] - depth, y, z)
    assert np.abs(fields_at(points(top, back, side), anatomy(1))[Field.CAVITY]).max() < 1.0


def test_the_lattice_reads_what_the_map_says() -> None:
    """Smooth fields read between lattice points agree with the fields computed at the pixel itself, through warp and pose."""
    subject = anatomy(3)
    c, d = np.cos(0.12), np.sin(0.12)
    turn = np.array([[c, -d, 0], [d, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -d], [0, d, c]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[0, 0, 1.5], [0, 1.5, 0], [2.0, 0, 0]])
    affine[:3, 3] = (-95.0, -85.0, 10.0)
    grid = Grid(affine, (12, 110, 130), 2.0)
    fields = FieldLattice.of(subject, grid).at(5)
    rows, columns = np.meshgrid(np.arange(110), np.arange(130), indexing="ij")
    indices = np.stack([np.full(rows.shape, 5), rows, columns], axis=-1)
    exact = fields_at(Points.of(subject.warp.to_mean(indices @ affine[:3, :3].T + affine[:3, 3])), subject)
    for field in (Field.X, Field.Y, Field.Z):
        assert np.abs(fields.read(field, fields.whole) - exact[field]).max() < 0.3
    near = np.abs(exact[Field.SKIN]) < 4
    assert np.abs(fields.read(Field.SKIN, fields.whole) - exact[Field.SKIN])[near].max() < 0.6


def test_a_part_of_a_slice_is_read_as_the_whole_is() -> None:
    """Within a box pixels have the whole slice's values; what is below 0 lies all within."""
    affine = np.array([[0, 0, 1.0, -70], [0, 1.0, 0, -60], [2.0, 0, 0, 20], [0, 0, 0, 1]])
    fields = FieldLattice.of(anatomy(2), Grid(affine, (4, 151, 147), 2.0)).at(1.3)
    box_of_cells = fields.where(Field.VENTRICLE, 0.5)
    assert box_of_cells is not None
    whole = fields.read(Field.VENTRICLE, fields.whole)
    assert whole.shape == (151, 147)
    part = fields.read(Field.VENTRICLE, box_of_cells)
    edge = fields.factor // 2 + 1
    inner = (slice(edge, -edge), slice(edge, -edge))
    assert np.allclose(part[inner], whole[fields.pixels(box_of_cells)][inner], atol=1e-4)
    assert np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]).min() > 0.0
    outside = np.ones(whole.shape, bool)
    outside[fields.pixels(box_of_cells)] = False
    assert whole[outside].min() > 0.0


def test_subjects_differ_and_so_do_their_sides() -> None:
    """Two subjects have other ventricles and gyri, and one subject's left is not its mirrored right."""
    first, second = anatomy(10), anatomy(11)
    assert first.ventricles[0] != first.ventricles[1]
    assert first.ventricles != second.ventricles
    left, right = (
        points((40.0, 10.0, 60.0), (24.0, 50.0, 34.0)),
        points((-40.0, 10.0, 60.0), (-24.0, 50.0, 34.0)),
    )
    assert not np.allclose(fields_at(left, first)[Field.FOLD], fields_at(right, first)[Field.FOLD])
    assert not np.allclose(fields_at(left, first)[Field.FOLD], fields_at(left, second)[Field.FOLD])
    assert fields_at(left, first)[Field.VENTRICLE, 1] != fields_at(right, first)[Field.VENTRICLE, 1]


def test_folds_are_sheets_at_even_distances() -> None:
    """Along a line the distance to the next sheet changes by at most as much as one walks, and sheets come often."""
    line = np.zeros((400, 3))
    line[:, 0] = np.linspace(0.0, 100.0, 400)
    values = folds(Points.of(line), np.eye(3), np.array([3.0, 5.0, 7.0]))
    assert np.abs(values).max() < 5.5
    assert np.abs(np.diff(values)).max() < 2.0 * 0.25
    assert 5 <= (np.diff(np.sign(values)) != 0).sum() <= 20


@given(
    radii=st.tuples(*[st.floats(2.0, 40.0)] * 3),
    direction=st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1),
)
@settings(max_examples=60, deadline=None)
def test_an_ellipsoid_is_zero_on_its_surface(
    radii: tuple[float, float, float], direction: tuple[float, ...]
) -> None:
    """Any point of the surface has distance 0, and half-way in it is inside."""
    ray = np.asarray(direction) / np.linalg.norm(direction)
    surface = ray / np.linalg.norm(ray / np.asarray(radii))
    centre = (1.0, 2.0, 3.0)
    values = ellipsoid(Points.of(np.add(np.stack([surface, surface * 0.5]), centre)), centre, radii)
    assert abs(values[0]) < 1e-3
    assert values[1] < 0


@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(-30, 30))
@settings(max_examples=60, deadline=None)
def test_a_chain_is_as_near_as_its_nearest_joint_allows(x: float, y: float, z: float) -> None:
    """A rod is hardly farther than its ends' spheres, nor nearer than the line that it is laid about.

    Of a tapered rod the distance is that to the nearest place of its line, not of its surface: to 0.2 mm here.
    """
    joints, radii = [(-10.0, 0.0, 0.0), (12.0, 3.0, 0.0)], [2.0, 4.0]
    value = float(chain(points((x, y, z)), joints, radii)[0])
    ends = [
        np.linalg.norm(np.subtract((x, y, z), joint)) - radius
        for joint, radius in zip(joints, radii, strict=True)
    ]
    assert value <= min(ends) + 0.2
    share = np.linspace(0, 1, 2001)[:, None]
    line = np.asarray(joints[0]) * (1 - share) + np.asarray(joints[1]) * share
    assert value >= np.linalg.norm(line - (x, y, z), axis=1).min() - 4.0 - 1e-3


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(1.0, 8.0))
@settings(max_examples=60, deadline=None)
def test_a_melted_union_only_adds(first: float, second: float, reach: float) -> None:
    """It is never smaller than the union, and bulges by at most a quarter of the reach."""
    value = float(melted(np.float32([first]), np.float32([second]), reach)[0])
    plain = min(first, second)
    assert plain - reach / 4 - 1e-3 <= value <= plain + 1e-3


def test_a_box_has_flat_sides() -> None:
    """Points off its faces are as far as they are off the face, and its middle is inside."""
    values = box(points((0, 0, 0), (8, 0, 0), (0, 9, 0)), (0.0, 0.0, 0.0), (5.0, 6.0, 7.0))
    assert values.tolist() == pytest.approx([-5.0, 3.0, 3.0])


def test_a_head_is_the_same_whenever_it_is_drawn() -> None:
    """One seed gives one anatomy."""
    first, second = anatomy(5), anatomy(5)
    places = points((10.0, 0.0, 50.0), (60.0, 40.0, -30.0))
    assert np.array_equal(fields_at(places, first), fields_at(places, second))
