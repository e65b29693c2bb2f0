"""The page of an exploration."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.results.exploration_page import exploration_page
from neuronetra.domain.cohort import BadRow, LabelledSeries, LabelledSet
from neuronetra.domain.example import Example
from neuronetra.domain.exploration import Exploration
from neuronetra.domain.geometry import Plane
from neuronetra.domain.leaks.facts import FactGroup, FactKey, SeriesFacts
from neuronetra.domain.leaks.findings import Finding, LeakReport
from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.modality import Modality
from neuronetra.domain.survey import SurveyedSeries

WORD = "<b>pos</b>"


def _cohort(count: int = 6, synthetic: bool = False) -> LabelledSet:
    labels = [tuple(place in {k, 13} and k % 2 == 0 for place in range(14)) for k in range(count)]
    series = tuple(
        LabelledSeries(f"1.2.{k}", "/secret/path", f"{k:064x}", Modality.CTA, labels[k], 40.0 + k)
        for k in range(count)
    )
    bad = (BadRow("train.csv", 3, "label is not 0 or 1: '<i>'"),)
    return LabelledSet(series, "d", bad_rows=bad, notes=("a note",), synthetic=synthetic)


LEAK = Finding((FactKey(FactGroup.PATH, f"folder word: {WORD}", secret=True),), Figure(0.9, 0.7, 1.0, 6))
NONE = Finding(
    (FactKey(FactGroup.FILES, "files"), FactKey(FactGroup.HEADER, "slices")), Figure(0.4, 0.2, 0.6, 6)
)


def _exploration(**changed: object) -> Exploration:
    cohort = _cohort()
    seen = SurveyedSeries(SeriesFacts(), Modality.CTA, Plane.AXIAL, 9, (8, 8), (0.5, 0.5, 1.0))
    failed = SurveyedSeries.failed("no <slice> can be read", SeriesFacts())
    pixels = np.zeros((224, 224), np.uint8)
    mark = ((Location.LEFT_MCA, 30.0, 190.0),)
    example = Example(Modality.CTA, True, (Location.LEFT_MCA,), Plane.AXIAL, pixels, mark, at_lesion=True)
    found = Exploration(
        cohort,
        (failed, *[seen] * (len(cohort) - 1)),
        LeakReport((LEAK, NONE), Figure(0.6, 0.4, 0.8, 6), 3.2, 4),
        examples=(example, evolve(example, present=False, lesions=(), marks=(), plane=Plane.SAGITTAL)),
    )
    return evolve(found, **changed)  # type: ignore[arg-type]


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or "" for name, value in attrs if name in {"src", "href", "srcset", "data", "action"}
        ]


def test_page_fetches_nothing() -> None:
    """No reference leads out of the page, and there is no script."""
    text = exploration_page(_exploration())
    for link in _Links(text).found:
        assert link.startswith(("#", "data:image/png;base64,")), link[:60]
    assert "<script" not in text
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_every_part_is_there() -> None:
    """The page has a section for each thing that a cohort is asked for."""
    text = exploration_page(_exploration())
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
    assert headings == [
        "Overview",
        "Leaks",
        "Labels",
        "Modalities",
        "Age and sex",
        "Images",
        "Examples",
        "Reading",
        "No-pixel baselines",
    ]


def test_leaks_stand_in_red() -> None:
    """A leak is a red row with its interval and what to look at; what does not leak is not red."""
    text = exploration_page(_exploration())
    red = re.findall(r'<tr class="red">(.*?)</tr>', text, re.DOTALL)
    assert len(red) == 2
    for row in red:
        assert "folder word" in row
        assert "0.700 to 1.000" in row
    assert FactGroup.PATH.advice in text
    assert "1 of 2 facts tell the label" in text


def test_without_leaks_nothing_is_red() -> None:
    """Where nothing leaks the page says so, and no row is red."""
    text = exploration_page(_exploration(leaks=LeakReport((NONE,), Figure(0.5, 0.3, 0.7, 6), 3.0)))
    assert '<tr class="red">' not in text
    assert "no interval stays above 0.5" in text
    unlooked = exploration_page(_exploration(leaks=LeakReport(reason="too few to tell")))
    assert "too few to tell" in unlooked


def test_texts_of_the_data_are_escaped() -> None:
    """Words of paths, errors and bad rows may hold anything."""
    text = exploration_page(_exploration())
    assert WORD not in text
    assert "&lt;b&gt;pos&lt;/b&gt;" in text
    assert "<slice>" not in text
    assert "&#39;&lt;i&gt;&#39;" in text
    assert "/secret/path" not in text


def test_hidden_names() -> None:
    """With names hidden neither uids nor words of paths stand in the page."""
    text = exploration_page(_exploration(hide_names=True))
    assert "1.2.0" not in text
    assert "pos&lt;" not in text
    assert "folder word: (hidden)" in text


def test_sides_and_lesions_are_marked() -> None:
    """An axial picture has R left and L right, a sagittal one A and P; the ring is on its pixel."""
    text = exploration_page(_exploration())
    letters = re.findall(r'paint-order="stroke">(.)</text>', text)
    assert letters == ["R", "L", "A", "P"]
    assert set(re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', text)) == {("190.5", "30.5")}


@pytest.mark.parametrize("synthetic", [True, False])
def test_synthetic_is_said(synthetic: bool) -> None:
    """A made-up cohort's page says so, another's does not."""
    text = exploration_page(_exploration(cohort=_cohort(synthetic=synthetic)))
    assert ("Synthetic cohort" in text) is synthetic


def test_same_exploration_same_page() -> None:
    """The same bytes for the same exploration."""
    assert exploration_page(_exploration()) == exploration_page(_exploration())


def test_a_cohort_without_anything_to_show() -> None:
    """No age, no point, no example, all series failed: the page still stands."""
    cohort = LabelledSet(
        tuple(evolve(one, age=None, labels=(False,) * len(LABELS)) for one in _cohort().series), "d"
    )
    failed = (SurveyedSeries.failed("nothing", SeriesFacts()),) * len(cohort)
    text = exploration_page(Exploration(cohort, failed, LeakReport(reason="too few to tell")))
    assert "6 series could not be read" in text
