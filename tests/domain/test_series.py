"""Series, and what becomes of them when slices are lost."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.geometry import Plane
from neuronetra.domain.series import LeftOut, Series, Slice
from neuronetra.testing import strategies
from neuronetra.testing.fakes import fake_series


@given(strategies.series(), st.data())
def test_lost_slices_are_left_out_and_counted(series: Series, data: st.DataObject) -> None:
    """What cannot be read leaves, with its reason; the rest keep order and place; none is lost in silence."""
    lost = data.draw(st.sets(st.sampled_from([item.file for item in series.slices]), min_size=1))
    left = series.without(dict.fromkeys(lost, "truncated"))
    assert left.reading.missing == series.reading.missing + len(lost)
    assert {item.file for item in left.reading.left_out} >= lost
    assert any("could not be read" in warning for warning in left.reading.warnings)
    kept = tuple(item for item in series.slices if item.file not in lost)
    assert left.slices == kept
    assert (left.error is None) == bool(kept)
    if kept:
        assert left.geometry is not None
        assert left.geometry.count == len(kept)


def test_the_right_positions_are_kept() -> None:
    """The points of the slices that stay are their own, not those of the first ones."""
    series = fake_series("1.2", 5)
    left = series.without({"001.dcm": "truncated"})
    assert left.geometry is not None
    assert left.geometry.positions is not None
    assert [point[2] for point in left.geometry.positions] == [-30.0, -24.0, -21.0, -18.0]
    assert left.geometry.missing == 1


def test_files_of_another_series() -> None:
    """To lose files that the series does not have is a mistake, not an endless search."""
    with pytest.raises(ValueError, match="none of the slices"):
        fake_series("1.2", 3).without({"999.dcm": "truncated"})


def test_a_series_has_slices_or_an_error() -> None:
    """Never both, never neither, and as many slices as its geometry."""
    good = fake_series("1.2", 3)
    for changes in ({"slices": ()}, {"error": "no"}, {"slices": good.slices[:2]}, {"geometry": None}):
        with pytest.raises(ValueError, match="slices"):
            evolve(good, **changes)
    unusable = Series.unusable("1.2", "two\n lines")
    assert (unusable.error, unusable.frame_count, unusable.laterality_known) == ("two lines", 0, False)


def test_warnings_are_said_once() -> None:
    """The same warning twice is one, in the order in which they came."""
    series = fake_series("1.2", 3).warned("b", "a").warned("b", "c")
    assert series.reading.warnings == ("b", "a", "c")


def test_laterality_is_known_by_orientation_alone() -> None:
    """Without orientation left and right cannot be told."""
    assert fake_series("1.2", 3).laterality_known
    assert not fake_series("1.2", 3, plane=Plane.UNKNOWN).laterality_known


def test_a_path_is_never_shown() -> None:
    """The repr of a slice keeps the full path, which may name a patient, to itself."""
    assert "DOE" not in repr(Slice("/scans/DOE^JANE/1.dcm", "1.dcm"))
    assert min(LeftOut("b", "x"), LeftOut("a", "y")).file == "a"


def test_losses_add_up() -> None:
    """Two rounds of damaged slices: one warning with their sum, and the sum in the error of a series without any."""
    series = fake_series("1.2", 9)
    twice = series.without({"000.dcm": "truncated: a"}).without({"003.dcm": "truncated: a", "004.dcm": "b"})
    assert twice.missing_slices >= 3
    assert [text for text in twice.reading.warnings if "when they were loaded" in text] == [
        "3 slice(s) could not be read when they were loaded, and count as missing: truncated or damaged"
    ]
    none = twice.without({item.name: "truncated: a" for item in twice.slices})
    assert none.error is not None
    assert "(9 of 9 slices)" in none.error
