from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from markupsafe import Markup

from neuronetra.adapters.results.page import (
    SYNTHETIC_NOTICE,
    Section,
    page,
    paragraph,
    picture,
    png_uri,
    svg,
    table,
    tiles,
)
from neuronetra.adapters.results.pictures import ALARM, INK, ONE, canvas, label, legend
from neuronetra.domain.prediction import NOTICE

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """What a browser would see: ids, links, what is fetched, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.without_words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag in {"img", "svg"} and not (given.get("alt") or given.get("aria-label")):
            self.without_words.append(tag)
        self.links += [given[name] for name in ("href", "xlink:href") if name in given]
        self.sources += [
            given[name] for name in ("src", "srcset", "data", "action", "poster") if name in given
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def plot(title: str = "A <title> & more", y: float = 0.8) -> Markup:
    figure, (axes,) = canvas(360, 320)
    axes.plot([0, 0.2, 1], [0, y, 1], color=ONE, marker="o", label="curve <1>")
    axes.axvline(0.5, color=ALARM)
    label(axes, title, "x", "y")
    legend(axes)
    return svg(figure, f"A curve: {title}")


def whole(**options: bool) -> str:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    return page(
        "Report <1>",
        [
            Section("Plots", plot() + plot("another", 0.7)),
            Section(
                "Pictures & more", picture(png_uri(pixels), "a <scan>", "caption") + paragraph("<i>no</i>")
            ),
            Section("Tables", table(["a", "b"], [["<x>", 1], ["y", None]], numeric=[1], red=[1]), anchor="t"),
        ],
        notices=["be <careful>"],
        **options,
    )


def test_page_fetches_nothing() -> None:
    """No address, script, frame or form stands in a page; pictures are in it; a policy forbids the rest."""
    text = whole(synthetic=True)
    seen = Page(text)
    assert not re.search(r"(?i)https?:|//[a-z]|@import|url\((?!#)", text)
    assert all(link.startswith("#") for link in seen.links)
    assert all(source.startswith("data:image/png;base64,") for source in seen.sources)
    assert not {"script", "link", "iframe", "form", "object", "base"} & set(seen.tags)
    assert "default-src 'none'" in text


def test_every_link_meets_one_place() -> None:
    """Ids are unique though two plots were drawn alike, and every reference is to one of them."""
    text = whole()
    seen = Page(text)
    assert len(seen.ids) == len(set(seen.ids))
    referred = {link[1:] for link in seen.links} | set(re.findall(r"url\(#([^)]+)\)", text))
    assert referred <= set(seen.ids)
    assert {"plots", "pictures-more", "t"} <= set(seen.ids)


def test_pictures_have_words() -> None:
    """Each plot and each image says in words what it shows."""
    assert Page(whole()).without_words == []


def test_plain_text_is_escaped() -> None:
    """Titles, cells, captions and notices from outside cannot become elements."""
    text = whole()
    assert "Report &lt;1&gt;" in text
    assert "be &lt;careful&gt;" in text
    assert "&lt;i&gt;no&lt;/i&gt;" in text
    assert "&lt;x&gt;" in text
    assert "A &lt;title&gt; &amp; more" in text
    assert not {"i", "x", "scan", "careful"} & set(Page(text).tags)


@pytest.mark.parametrize("synthetic", [True, False])
def test_page_says_what_it_rests_on(synthetic: bool) -> None:
    """The research notice stands in every page, the banner in those of made-up cohorts alone."""
    text = whole(synthetic=synthetic)
    assert NOTICE in text
    assert (SYNTHETIC_NOTICE in text) == synthetic


def test_same_plot_same_bytes() -> None:
    """A plot drawn twice is the same text: no date, no random names."""
    assert plot() == plot()
    assert plot() != plot(y=0.81)


def test_plots_take_the_colours_of_the_page() -> None:
    """Colours are the style sheet's variables, so that a plot can be read on dark paper too."""
    drawn = plot()
    assert "var(--one)" in drawn
    assert "var(--alarm)" in drawn
    assert "var(--ink)" in drawn
    assert not re.search(r"#0[0-9a-f]0\w0\w\b", drawn)
    assert INK not in drawn


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_png_uri_holds_the_pixels(shape: tuple[int, ...]) -> None:
    """The image behind the address is the array, red first."""
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    coded = base64.b64decode(png_uri(pixels).removeprefix("data:image/png;base64,"))
    read = cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read if len(shape) == 2 else read[:, :, ::-1], pixels)


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros(4, np.uint8)])
def test_png_uri_refuses_other_arrays(pixels: np.ndarray) -> None:
    """What is no picture of bytes is refused rather than cast."""
    with pytest.raises(ValueError, match="uint8"):
        png_uri(pixels)


def test_table_marks_rows_and_sets_numbers_right() -> None:
    """A red row is marked as one, numbers have their class, and nothing at all is a dash."""
    text = table(["name", "n"], [["a", 1], ["b", None]], numeric=[1], red=[1], caption="A caption")
    assert text.count('<tr class="red">') == 1
    assert text.index('<tr class="red">') > text.index(">a<")
    assert '<td class="number">–</td>' in text
    assert "<caption>A caption</caption>" in text


def test_uneven_table_is_refused() -> None:
    """A row that is longer or shorter than the header is a mistake of the caller."""
    with pytest.raises(ValueError, match="header"):
        table(["a", "b"], [["only one"]])


def test_two_sections_of_one_anchor_are_refused() -> None:
    """A link cannot mean two places."""
    with pytest.raises(ValueError, match="anchor"):
        page("t", [Section("Same", ""), Section("same", "")])


def test_tiles_hold_name_value_and_remark() -> None:
    """Each figure of the first row is shown with its three texts."""
    text = tiles([("Score", "0.61", "0.58 to 0.64")])
    assert all(part in text for part in ("Score", "0.61", "0.58 to 0.64"))
