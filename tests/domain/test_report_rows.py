"""The order of a report's locations."""

from __future__ import annotations

from neuronetra.domain.locations import ARTERIES
from neuronetra.domain.report_rows import ROWS


def test_every_location_is_shown_once() -> None:
    """Five pairs and three places of the midline hold the 13."""
    shown = [location for row in ROWS for location in row.locations]
    assert sorted(shown, key=lambda one: one.index) == list(ARTERIES)
    assert sum(row.is_pair for row in ROWS) == 5


def test_the_patients_right_comes_first() -> None:
    """As a radiologist sees a head: of each pair the right side stands on the left."""
    for row in ROWS:
        if row.is_pair:
            assert [one.value.split()[0] for one in row.locations] == ["Right", "Left"]
            assert {one.value.partition(" ")[2] for one in row.locations} == {row.name}
        else:
            assert row.name == row.locations[0].value
