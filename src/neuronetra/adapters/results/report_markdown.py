"""Markdown of a model card as HTML for a page, by markdown-it-py: no raw HTML, no addresses, no pictures."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_DEEPER = 2
_DEEPEST = 6


def markdown_html(text: str) -> Markup:
    """``text`` in the page's own elements; its first level of headings becomes the third.

    Raw HTML, links and pictures stay the text that they are: a card may come from anyone.
    """
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + _DEEPER, _DEEPEST)}"
    html = parser.renderer.render(_scrolling(tokens), parser.options, {})
    return Markup('<div class="card">{}</div>').format(Markup(html))  # noqa: S704 - rendered with raw HTML off


def _scrolling(tokens: list[Token]) -> list[Token]:
    """Wide tables scroll by themselves, and can be reached by the keyboard."""
    found: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            box = Token("scroll_open", "div", 1, attrs={"class": "scroll", "tabindex": 0}, block=True)
            found += [box, token]
        elif token.type == "table_close":
            found += [token, Token("scroll_close", "div", -1, block=True)]
        else:
            found.append(token)
    return found


@cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False, "linkify": False})
        .enable("table")
        .disable(["link", "image", "autolink", "reference"])
    )
