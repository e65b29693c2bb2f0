"""Order and geometry of stacks: rules 7 to 13 and 20, on header values alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.domain.geometry import Plane
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


def test_rule_13_default_geometry_does_not_tell_left_from_right() -> None:
    """All zero positions beside a default orientation are defaults."""
    assert not series_from(header_stack(position=(0.0, 0.0, 0.0))).laterality_known
    sagittal = header_stack(position=(0.0, 0.0, 0.0), orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))
    assert series_from(sagittal).laterality_known


def test_rule_20_missing_pixel_spacing_is_unknown() -> None:
    """Not one, and said."""
    found = series_from(header_stack(pixel_spacing=None))
    assert found.geometry is not None
    assert found.geometry.pixel_spacing is None
    assert found.geometry.affine is None
    assert warned(found, "spacing")
