"""Values in Markdown: nothing in them is markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from neuronetra.domain.markdown import bulleted, cell, table


@given(st.text(max_size=60))
def test_a_cell_is_one_cell_of_plain_text(text: str) -> None:
    """Whatever a value holds, its table keeps two columns and two rows, and no element comes of it."""
    lines = table(["a", "b"], [[cell(text), "x"]])
    assert all("\n" not in line for line in lines)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render("\n".join(lines))
    assert html.count("<td") == 2
    assert html.count("<tr") == 2
    assert all(f"<{tag}" not in html for tag in ("a ", "img", "em", "strong", "script", "code"))


def test_nothing_is_a_dash_and_long_text_is_cut() -> None:
    """A value that is not there is seen to be missing, and one without end does not flood a page."""
    assert cell(None) == "–"
    assert len(cell("x" * 10_000)) <= 1000
    assert cell("\ud800") == "?"
    assert bulleted([]) == []
