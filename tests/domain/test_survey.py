"""The small record that is kept of each series."""

from __future__ import annotations

import pickle

from attrs import evolve

from neuronetra.domain.geometry import Plane
from neuronetra.domain.leaks.facts import SeriesFacts
from neuronetra.domain.leaks.folder import FolderListing
from neuronetra.domain.leaks.reading import reading_facts
from neuronetra.domain.modality import Modality
from neuronetra.domain.series import LeftOut, Reading, Series
from neuronetra.domain.survey import SurveyedSeries, anonymous
from neuronetra.testing.fakes import fake_series

SERIES = fake_series("1.2.3", 7)


def test_geometry_is_told() -> None:
    """Plane, slices, shape, spacing and modality as the series has them."""
    seen = SurveyedSeries.of(SERIES, SeriesFacts())
    assert (seen.plane, seen.slices, seen.shape) == (Plane.AXIAL, 7, (10, 12))
    assert seen.spacing == (0.9, 0.6, 3.0)
    assert seen.modality is Modality.CTA
    assert seen.error is None


def test_reasons_count_without_names_or_numbers() -> None:
    """Files left out for one reason are counted together, whatever they are called."""
    left_out = tuple(LeftOut(f"DOE-{i}.dcm", f"duplicate of DOE-{i + 1}.dcm, {i} bytes") for i in range(5))
    series = evolve(
        SERIES, reading=evolve(SERIES.reading, left_out=left_out, warnings=("3 slices are missing",))
    )
    seen = SurveyedSeries.of(series, SeriesFacts())
    assert seen.left_out == {"duplicate of another file, … bytes": 4, "duplicate of DOE-….dcm, … bytes": 1}
    assert seen.warnings == {"… slices are missing": 1}
    assert anonymous("2.5 mm, file-12 and file-3") == "… mm, another file and another file"


def test_a_failed_series_keeps_its_reason() -> None:
    """Of a series without slices the error and the facts stay; geometry is unknown."""
    series = Series.unusable("1.2.3", "no slice can be read", Reading(files_found=3))
    seen = SurveyedSeries.of(series, reading_facts(series))
    assert seen.error == "no slice can be read"
    assert (seen.plane, seen.slices, seen.shape) == (Plane.UNKNOWN, 0, None)
    assert "False" in {text for key, text in seen.facts.categories.items() if key.name == "could be read"}


def test_a_record_stays_small_however_long_the_series() -> None:
    """Ten times the slices and files make the record no larger: memory grows with series alone."""
    sizes = []
    for count in (40, 400):
        series = fake_series("1.2.3", count)
        names = tuple(f"1.2.{i}.{i * 7919}.dcm" for i in range(count))
        listing = FolderListing(names, (1000,) * count, (0.0,) * count, ("series", "1.2.3"))
        facts = reading_facts(series).with_more(listing.facts("1.2.3"))
        sizes.append(len(pickle.dumps(SurveyedSeries.of(series, facts))))
    assert sizes[1] < 1.02 * sizes[0]
    assert sizes[1] < 6000
