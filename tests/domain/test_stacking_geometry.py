"""Order and geometry of stacks: rules 7 to 13 and 20, on header values alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.domain.geometry import Plane
from neuronetra.domain.prediction import SeriesReport
from neuronetra.domain.series import OrderKey, Series
from neuronetra.testing.header_builder import header_stack, series_from, slice_header, warned


def places(found: Series) -> list[float]:
    assert found.geometry is not None
    assert found.geometry.offsets is not None
    return [float(v) for v in found.geometry.offsets]


def test_rule_07_position_orders_and_nothing_else() -> None:
    """Numbers, locations and file names that say otherwise are not heard."""
    lying = [
        evolve(h, instance_number=9 - i, slice_location=-float(i), file=f"z{9 - i}")
        for i, h in enumerate(header_stack())
    ]
    assert places(series_from(lying)) == [2.0 * i for i in range(10)]


def test_rule_08_gap_is_reported_and_spacing_is_the_median() -> None:
    """A missing slice leaves the spacing as it is."""
    found = series_from([h for h in header_stack() if h.instance_number not in (4, 5)])
    assert found.geometry is not None
    assert found.geometry.slice_spacing == 2.0
    assert found.geometry.missing == 2
    assert warned(found, "gap")


def test_rule_08_a_large_gap_does_not_make_near_slices_share_a_position() -> None:
    """Two ends of a volume with nothing between them are one stack."""
    found = series_from([h for h in header_stack(200) if h.instance_number in (1, 198, 199, 200)])
    assert found.frame_count == 4
    assert warned(found, "gap")


def test_rule_08_uneven_steps_are_kept_and_reported() -> None:
    """Steps that vary by more than 2 % are said."""
    found = series_from(
        [evolve(h, position=(0.0, 0.0, i * (2 + 0.05 * i))) for i, h in enumerate(header_stack())]
    )
    assert warned(found, "spacing")
    assert found.geometry is not None
    assert not found.geometry.uniform


def test_rule_09_oblique_is_said() -> None:
    """Over 20 degrees off is oblique, and taken as the nearest plane."""
    c, s = float(np.cos(np.radians(30))), float(np.sin(np.radians(30)))
    turned = [
        slice_header(i, orientation=(1.0, 0.0, 0.0, 0.0, c, s), position=(0.0, -s * 2 * i, c * 2 * i))
        for i in range(10)
    ]
    found = series_from(turned)
    assert found.geometry is not None
    assert found.geometry.plane is Plane.AXIAL
    assert warned(found, "oblique")


def test_rule_10_tilt_is_said() -> None:
    """In-plane offsets that grow with the normal are the gantry's tilt."""
    found = series_from([evolve(h, position=(0.0, 0.6 * i, 2.0 * i)) for i, h in enumerate(header_stack())])
    assert warned(found, "tilt")


def test_rule_12_without_orientation_laterality_is_unknown() -> None:
    """Left and right come from the orientation alone."""
    found = series_from(header_stack(orientation=None))
    assert not found.laterality_known
    assert found.geometry is not None
    assert found.geometry.plane is Plane.UNKNOWN
    assert warned(found, "orientation", "laterality")
    assert places(found) == [2.0 * i for i in range(10)]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({}, OrderKey.SLICE_LOCATION),
        ({"slice_location": None}, OrderKey.INSTANCE_NUMBER),
        ({"slice_location": None, "instance_number": None}, OrderKey.FRAME),
    ],
)
@pytest.mark.parametrize("position", [None, (0.0, 0.0, 0.0)])
def test_rule_13_fallbacks_are_warned_of(change: dict[str, Any], key: OrderKey, position: Any) -> None:
    """Without usable positions: SliceLocation, InstanceNumber, frame; each said, none believed."""
    found = series_from([evolve(h, position=position, **change) for h in reversed(header_stack())])
    assert found.reading.order_key is key
    assert [item.file for item in found.slices] == [f"f{i}" for i in range(10)]
    assert warned(found, "geometry")
    assert found.geometry is not None
    assert found.geometry.positions is None
    assert (found.geometry.offsets is not None) is (key is OrderKey.SLICE_LOCATION)


SAGITTAL, CORONAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0), (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def test_rule_13_default_geometry_does_not_tell_left_from_right() -> None:
    """All zero positions beside a default orientation are defaults."""
    assert not series_from(header_stack(position=(0.0, 0.0, 0.0))).laterality_known


def test_rule_12_sagittal_slices_without_positions_may_be_left_or_right() -> None:
    """In other planes the orientation shows both sides in each slice; here the order alone tells them."""
    sagittal = series_from(header_stack(position=None, orientation=SAGITTAL))
    assert not sagittal.laterality_known
    assert warned(sagittal, "geometry", "left and right are unknown")
    coronal = series_from(header_stack(position=None, orientation=CORONAL))
    assert coronal.laterality_known
    assert not warned(coronal, "left and right")
    placed = [
        slice_header(i, orientation=SAGITTAL, position=(2.0 * i, 0.0, 0.0), slice_location=None)
        for i in range(10)
    ]
    assert series_from(placed).laterality_known


def test_rule_08_slices_shifted_in_their_plane_are_not_uniform() -> None:
    """Half of a stack moved sideways lies on no line, and is no tilt."""
    shifted = [slice_header(i, position=(5.0 * (i > 4), 0.0, 2.0 * i)) for i in range(10)]
    found = series_from(shifted)
    assert found.geometry is not None
    assert not found.geometry.uniform
    assert warned(found, "geometry: slices are shifted in their plane")
    assert not warned(found, "tilt")
    assert not warned(found, "uneven")


def test_rule_10_a_gap_under_tilt_is_no_shift() -> None:
    """What is linear in the normal stays on the line of the tilt."""
    tilted = [slice_header(i, position=(0.0, 0.6 * i, 2.0 * i)) for i in range(10) if i != 4]
    found = series_from(tilted)
    assert warned(found, "tilt")
    assert warned(found, "gap: 1")
    assert not warned(found, "shifted")


def test_rule_08_spacing_is_unknown_without_orientation() -> None:
    """Steps of positions along an axis are not the spacing of slices that may lie oblique to it."""
    found = series_from([h for h in header_stack(orientation=None) if h.instance_number != 4])
    document = SeriesReport(found).as_document()
    assert document["spacing_mm"] == [None, 0.5, 0.5]
    assert document["uniform"] is False
    assert warned(found, "gap: 1")


def test_rule_26_malformed_positions_are_not_called_missing_alone() -> None:
    """The user sees that there is something to mend."""
    found = series_from(header_stack(position=None))
    assert warned(found, "geometry: ImagePositionPatient (0020,0032) is missing or malformed")


def test_rule_20_missing_pixel_spacing_is_unknown() -> None:
    """Not one, and said."""
    found = series_from(header_stack(pixel_spacing=None))
    assert found.geometry is not None
    assert found.geometry.pixel_spacing is None
    assert found.geometry.affine is None
    assert warned(found, "spacing")
