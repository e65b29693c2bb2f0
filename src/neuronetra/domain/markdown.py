"""Plain values as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LONGEST = 1000
"""Characters: a warning that names all 14 labels is not cut."""


def cell(value: object) -> str:
    """A value as one line of text in which nothing is markup; a dash where it is ``None``."""
    text = "–" if value is None else " ".join(str(value).split())
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return "".join(f"\\{letter}" if letter in r"\|`*[]<>#" else letter for letter in text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; its cells are Markdown already."""
    return [_row(header), _row(["---"] * len(header)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def bulleted(lines: Iterable[str]) -> list[str]:
    """A list, with the empty line that it begins after; nothing where there are no lines."""
    found = [f"- {line}" for line in lines]
    return ["", *found] if found else []
