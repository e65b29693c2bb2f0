"""An evaluation as tables for a person to read, by rich."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from neuronetra.adapters.results.evaluation_text import (
    CHOICE_HEADER,
    CHOICE_REMARK,
    CHOICE_TITLE,
    FIGURES,
    Document,
    choice_rows,
    fit,
    header,
    model_notices,
    remarks,
    rows,
    scope,
    who_scored,
)
from neuronetra.domain.notices import SYNTHETIC_NOTICE

WIDTH = 200
"""Wide enough that no figure is folded."""


def evaluation_table(document: Document) -> str:
    """What ``CohortEvaluation.as_document`` says: figures, by location and by modality, and remarks."""
    text = StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, force_terminal=False)
    synthetic = [SYNTHETIC_NOTICE] if document["synthetic"] else []
    for line in (*synthetic, *model_notices(document), scope(document), *who_scored(document), fit(document)):
        console.print(escape(line), highlight=False, soft_wrap=True)
    for title, lines in _tables(document):
        if lines:
            console.print(figures_table(header(document, title), lines))
    if choice := choice_rows(document):
        for line in (f"{CHOICE_TITLE}. {document['epoch_choice']['sentence']}", CHOICE_REMARK):
            console.print(escape(line), highlight=False, soft_wrap=True)
        console.print(figures_table(CHOICE_HEADER, choice))
    for line in (*remarks(document), document["notice"]):
        console.print(escape(line), highlight=False, soft_wrap=True)
    return text.getvalue()


def _tables(document: Document) -> list[tuple[str, list[list[str]]]]:
    """Title and rows of each table; the score stands on top of all of them, with the baselines' beside it."""
    score = rows(document, {"score": FIGURES["score"]})
    parts = {
        "AUC by location": ("per_location", names(document, "per_location")),
        "Score by modality": ("per_modality", names(document, "per_modality")),
        "AUC of Aneurysm Present by modality": (
            "per_modality_present",
            names(document, "per_modality_present"),
        ),
    }
    found = [("Figure", rows(document, FIGURES))]
    for title, (key, known) in parts.items():
        lines = rows(document, known, key)
        found.append((title, [*lines, *score] if lines else []))
    return found


def names(document: Document, key: str) -> dict[str, str]:
    """The names in an object of figures, the model's or else a baseline's, each as its own title."""
    model = list(document.get(key) or ())
    details = document.get("baselines_detail", {}).values()
    return {name: name for name in (model or [name for one in details for name in one.get(key) or ()])}


def figures_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    """Cells under their heads, the first to the left, none folded."""
    table = Table(box=box.SIMPLE_HEAD)
    for place, title in enumerate(head):
        table.add_column(title, justify="left" if place == 0 else "right", no_wrap=True)
    for line in lines:
        table.add_row(*map(escape, line))
    return table
