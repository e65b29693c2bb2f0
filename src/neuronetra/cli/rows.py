"""Rows of plain values as a table, by rich."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDTH = 400
"""Wide enough that nothing is folded: a command to copy stays one line."""


def table_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with the keys of the first row as its head; "(none)" without rows."""
    if not rows:
        return "(none)"
    table = Table(box=box.SIMPLE_HEAD)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row.values()))
    text = StringIO()
    Console(file=text, width=_WIDTH, color_system=None, force_terminal=False).print(table)
    return text.getvalue().rstrip()


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(str(item) for item in value)
        case float():
            return f"{value:.6f}"
        case _:
            return str(value)
