"""The report of one prediction: what it says, in which order, and that nothing in it comes from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from neuronetra.adapters.results.report_markdown import markdown_html
from neuronetra.adapters.results.report_page import report_page
from neuronetra.domain.demo import DrawnLesion, DrawnStudy
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import LABELS, Location
from neuronetra.domain.notices import SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE
from neuronetra.domain.prediction import NOTICE, UNTRAINED_NOTICE, ModelIdentity, Prediction
from neuronetra.domain.scores import LocationScores
from neuronetra.testing.fakes import fake_series
from neuronetra.testing.writer_contract import TRAINED, failed, good

POSITIONS = (2, 4, 6, 8, 10, 12, 14, 16)
VOID = {"meta", "img", "br"}


class Shown(HTMLParser):
    """Texts, attributes and tags in order; every element must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style" and data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.words)


def _frames(plane: Plane = Plane.AXIAL) -> Frames:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 16, 16)).astype(np.uint8)
    return Frames(pixels, POSITIONS, plane)


def _drawn(*lesions: DrawnLesion) -> DrawnStudy:
    return DrawnStudy("1.2.3", 5, 20, lesions or (DrawnLesion(Location.LEFT_MCA, 7.5, (9, 11)),))


def test_every_probability_stands_once_beside_its_place() -> None:
    """All 14 values are shown with three digits, the patient's right before the left."""
    values = np.round(np.arange(1, 15) / 20.0, 3)
    shown = Shown(report_page(evolve(good(), scores=LocationScores(values))))
    assert sorted(word for word in shown.words if re.fullmatch(r"0\.\d{3}", word)) == sorted(
        f"{value:.3f}" for value in values
    )
    words, by_name = shown.words, dict(zip(LABELS, values, strict=True))
    row = words.index("Middle Cerebral Artery")
    assert words[row - 1] == f"{by_name['Right Middle Cerebral Artery']:.3f}"
    assert words[row + 1] == f"{by_name['Left Middle Cerebral Artery']:.3f}"
    assert words[words.index("Basilar Tip") + 1] == f"{by_name['Basilar Tip']:.3f}"
    first, last = words.index("Aneurysm Present"), words.index("Anterior Communicating Artery")
    assert words[first + 1] == f"{by_name['Aneurysm Present']:.3f}"
    assert first < last
    right, left = words.index("Patient's right"), words.index("Patient's left")
    assert right < left


def test_bars_are_as_long_as_their_probabilities() -> None:
    """A bar on the patient's right grows to the left, one on the left to the right, from the middle."""
    values = np.zeros(14)
    values[Location.RIGHT_MCA.index], values[Location.LEFT_MCA.index] = 0.25, 0.75
    page = report_page(evolve(good(), scores=LocationScores(values)))
    bars = re.findall(r'class="fill" x="([\d.]+)" width="([\d.]+)"', page)
    found = [(float(x), float(width)) for x, width in bars if float(width)]
    assert found == [(75.0, 25.0), (0.0, 75.0)]


def test_nothing_is_fetched_and_nothing_runs() -> None:
    """No script, no address, no picture but those in the page; colours follow the reader's choice."""
    card = "[a](https://example.org) ![p](https://example.org/x.png) <script>alert(1)</script> <b>x</b>"
    page = report_page(good(), _frames(), card, _drawn())
    shown = Shown(page)
    assert not {"script", "link", "iframe", "object", "form"} & set(shown.tags)
    addressed = [value for _, name, value in shown.attributes if name in {"href", "src"}]
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in addressed)
    assert not [name for _, name, _ in shown.attributes if name.startswith("on")]
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_notices_come_first() -> None:
    """What the probabilities are worth is read before any of them."""
    model = ModelIdentity("tiny", (), "0" * 64, untrained=True, synthetic=True)
    shown = Shown(report_page(good(model=model), None, "", _drawn()))
    result = shown.words.index("Result")
    for said in (NOTICE, UNTRAINED_NOTICE, SYNTHETIC_MODEL_NOTICE, SYNTHETIC_NOTICE):
        assert shown.words.index(said) < result


def test_only_a_made_up_series_is_called_so() -> None:
    """The page of a real series, by a model of real heads, says nothing of synthetic."""
    page = report_page(good(model=TRAINED), _frames())
    assert "synthetic" not in Shown(page).text.lower()
    assert "drawn in" not in Shown(page).text


def test_the_truth_stands_beside_the_prediction() -> None:
    """Labels that are true are marked, where the model is sure of them and where it is not."""
    for probability in (0.0, 1.0):
        scores = LocationScores(np.full(14, probability))
        shown = Shown(report_page(evolve(good(), scores=scores), _frames(), "", _drawn()))
        assert shown.words.count("drawn in") == 2  # Left MCA, and Aneurysm Present
        assert "in slices 9 to 11 of 0 to 19" in shown.text
        assert "shows in: 10" in shown.text
        assert "drawn in here: Left Middle Cerebral Artery" in shown.text


@pytest.mark.parametrize(
    ("plane", "letters"),
    [(Plane.AXIAL, "RLAP"), (Plane.CORONAL, "RLHF"), (Plane.SAGITTAL, "APHF"), (Plane.UNKNOWN, "????")],
)
def test_frames_bear_their_slice_and_sides(plane: Plane, letters: str) -> None:
    """Eight pictures with words, each with its slice's number and the letters of its edges."""
    series = fake_series("1.2.3", 20, plane=plane)
    prediction = evolve(good(), report=evolve(good().report, series=series))
    shown = Shown(report_page(prediction, _frames(plane)))
    alts = [value for tag, name, value in shown.attributes if (tag, name) == ("img", "alt")]
    assert [re.search(r"slice (\d+)", alt)[1] for alt in alts] == [str(p) for p in POSITIONS]  # type: ignore[index]
    edges = [word for word in shown.words if word in {"R", "L", "A", "P", "H", "F", "?"}]
    assert "".join(edges) == letters * 8


def test_what_was_left_out_is_said_and_why() -> None:
    """Files left out, warnings, slices looked at and missing stand in the page, escaped."""
    shown = Shown(report_page(good()))
    for wanted in (
        "notes.txt",
        "not DICOM",
        "Warning: a gap, [red]",
        "Warning: prepared as MR",
        "2, 4, 6, 8, 10, 12, 14, 16",
        "0123456789ab",
    ):
        assert wanted in shown.text
    assert "DOE" not in shown.text


def test_a_failed_series_has_no_bars() -> None:
    """Where there is no prediction the page says why, and shows nothing that could be taken for one."""
    page = report_page(failed())
    assert "no slice of the series can be read" in Shown(page).text
    assert 'class="fill"' not in page


def test_names_in_a_page_are_escaped() -> None:
    """What a file is called never becomes part of the page."""
    prediction: Prediction = evolve(good(), series_uid="<script>1")
    assert "<script" not in report_page(prediction, None, "# <img src=x onerror=y>")


def test_a_card_keeps_its_form() -> None:
    """Headings go below the page's own, tables scroll, code is code."""
    html = str(markdown_html("# A\n\n## B\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```sh\nx <y>\n```\n"))
    assert "<h3>A</h3>" in html
    assert "<h4>B</h4>" in html
    assert re.search(r'<div class="scroll" tabindex="0">\s*<table>', html)
    assert "x &lt;y&gt;" in html


@pytest.mark.parametrize("card", ["", "  \n"])
def test_a_store_without_a_card_is_said_to_have_none(card: str) -> None:
    """An empty card is told of, not shown as nothing."""
    assert "no model card" in Shown(report_page(good(), None, card)).text


def test_hidden_names_stay_hidden() -> None:
    """The page names a series as its prediction does: numbered where names are hidden."""
    series: Any = fake_series("series-1", 20)
    hidden = evolve(good("series-1"), report=evolve(good().report, series=series))
    page = report_page(hidden, _frames())
    assert "Series series-1" in page
    assert "1.2.3" not in page
