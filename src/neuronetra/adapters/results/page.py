"""The self-contained HTML page that all reports share: no network, no scripts, light and dark, by Jinja2.

Everything given as plain ``str`` is escaped; what these functions return is ``Markup``, which is not escaped
again. ``svg`` and ``png_uri`` of ``pictures`` can be had from here too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from attrs import field, frozen
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from neuronetra.adapters.results.pictures import png_uri, svg
from neuronetra.domain.notices import SYNTHETIC_NOTICE
from neuronetra.domain.prediction import NOTICE

__all__ = [
    "SYNTHETIC_NOTICE",
    "Section",
    "grid",
    "heading",
    "page",
    "paragraph",
    "picture",
    "png_uri",
    "svg",
    "table",
    "tiles",
]


def _anchor(section: Section) -> str:
    """The title in small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-") or "section"


@frozen
class Section:
    """A part of a page. ``html`` is put in as it is: make it of the functions here, never of plain text.

    ``anchor`` is its id in the page, made of the title where none is given.
    """

    title: str
    html: str
    anchor: str = field()

    @anchor.default
    def _of_title(self) -> str:
        return _anchor(self)


def page(
    title: str, sections: Sequence[Section], *, notices: Sequence[str] = (), synthetic: bool = False
) -> str:
    """A whole HTML document with a table of contents and the research notice.

    ``notices`` are warnings that stand above everything. ``synthetic`` puts a banner there.
    Raises ``ValueError`` where two sections have one anchor.
    """
    anchors = [section.anchor for section in sections]
    if len(set(anchors)) != len(anchors):
        raise ValueError("two sections of a page have one anchor")
    return _template("page.html.j2").render(
        title=title,
        sections=sections,
        notices=list(notices),
        synthetic=SYNTHETIC_NOTICE if synthetic else "",
        research=NOTICE,
    )


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numeric: Collection[int] = (),
    red: Collection[int] = (),
    caption: str = "",
) -> Markup:
    """A table; the first cell of a row is its head. ``None`` is shown as a dash.

    ``numeric`` are the columns (from 0) set to the right, ``red`` the rows (from 0) that are marked.
    Raises ``ValueError`` where a row is not as long as the header.
    """
    if any(len(row) != len(header) for row in rows):
        raise ValueError(f"a row of the table has not the {len(header)} cells of its header")
    cells = [["–" if cell is None else cell for cell in row] for row in rows]
    text = _template("table.html.j2").render(
        header=header, rows=cells, numeric=set(numeric), red=set(red), caption=caption
    )
    return Markup(text)  # noqa: S704 - rendered with every cell escaped


def paragraph(text: str, kind: str = "") -> Markup:
    """A paragraph. ``kind``: "" plain, ``remark`` small, ``notice`` framed, ``notice warning`` in red."""
    return Markup('<p class="{}">{}</p>').format(kind, text) if kind else Markup("<p>{}</p>").format(text)


def heading(text: str) -> Markup:
    """A heading within a section."""
    return Markup("<h3>{}</h3>").format(text)


def tiles(figures: Sequence[tuple[str, str, str]]) -> Markup:
    """Figures to see first: each its name, its value and a remark in small print."""
    one = Markup('<div class="tile"><span>{}</span><b>{}</b><small>{}</small></div>')
    return Markup('<div class="tiles">{}</div>').format(Markup("").join(one.format(*f) for f in figures))


def grid(parts: Sequence[Markup]) -> Markup:
    """Parts side by side where there is room, each at least 320 px wide."""
    cells = Markup("").join(Markup("<div>{}</div>").format(part) for part in parts)
    return Markup('<div class="grid">{}</div>').format(cells)


def picture(source: str, alt: str, caption: str = "") -> Markup:
    """An image (``source`` is a ``png_uri``) with what it shows in words, and a caption."""
    return Markup('<figure><img src="{}" alt="{}"><figcaption>{}</figcaption></figure>').format(
        source, alt, caption
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("neuronetra.adapters.results")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def _template(name: str) -> Template:
    return _environment().get_template(name)
