"""A ladder as tables for a person to read, by rich."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.markup import escape

from neuronetra.adapters.results.evaluation_table import WIDTH, figures_table
from neuronetra.adapters.results.evaluation_text import CHOICE_HEADER, CHOICE_REMARK, choice_rows
from neuronetra.adapters.results.ladder_text import (
    COST,
    COST_HEADER,
    Document,
    cost_rows,
    explained,
    fit,
    head,
    notices,
    rows,
    scope,
)


def ladder_table(document: Document) -> str:
    """What ``LadderResult.as_document`` says."""
    text = StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, force_terminal=False)

    def say(*lines: str) -> None:
        for line in lines:
            console.print(escape(line), highlight=False, soft_wrap=True)

    say(*notices(document), scope(document), *explained(document))
    console.print(figures_table(head(), rows(document)))
    say(*document["sentences"], fit(document))
    if choice := choice_rows(document):
        say(CHOICE_REMARK)
        console.print(figures_table(CHOICE_HEADER, choice))
    console.print(figures_table(COST_HEADER, cost_rows(document)))
    say(COST, *(f"warning: {warning}" for warning in document["warnings"]), document["notice"])
    return text.getvalue()
