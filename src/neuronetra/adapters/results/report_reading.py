"""How a series was read, as a part of a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from neuronetra.adapters.results.page import heading, paragraph, table
from neuronetra.domain.prediction import SeriesReport

_MOST_ROWS = 200


def reading_html(report: SeriesReport) -> Markup:
    """Warnings first, then the facts, then every file left out and why."""
    document = report.as_document()
    parts = [paragraph(f"Warning: {text}", "notice warning") for text in document["warnings"]]
    parts.append(table(["What", "Found"], list(_facts(document))))
    parts += _left_out(document["left_out"])
    for title, lines in (("Mended", document["repaired"]), ("Assumed", document["assumed"])):
        if lines:
            parts += [heading(title), *(paragraph(line) for line in lines)]
    if document["other_stacks"]:
        parts.append(heading("Other stacks of this series"))
        parts += [paragraph(_stack(stack)) for stack in document["other_stacks"]]
    return Markup("").join(parts)


def _facts(document: dict[str, Any]) -> Iterable[tuple[str, object]]:
    looked = document["slices_used"]
    yield "Modality", _with(document["modality"], document["modality_source"])
    yield "Plane", _with(document["plane"], document["plane_source"])
    yield "Slices", document["frame_count"]
    yield "Slices looked at, from 0", ", ".join(map(str, looked)) or None
    yield "Slices missing", document["missing_slices"]
    yield "Files", f"{document['files_used']} used of {document['files_found']} found"
    yield "Files left out", len(document["left_out"])
    yield "Spacing, mm", _spacing(document["spacing_mm"])
    yield "Slices ordered by", document["order_key"].replace("_", " ")
    yield "Left and right", "known" if document["laterality_known"] else "cannot be told apart"
    plausible = document["plausibility"]
    yield "Looks like a head", None if plausible is None else _verdict(plausible)


def _verdict(plausible: dict[str, Any]) -> str:
    words = {"head": "yes", "doubtful": "doubtful"}.get(plausible["verdict"], "cannot be told")
    return f"{words}: {'; '.join(plausible['reasons'])}" if plausible["reasons"] else words


def _with(value: str | None, source: str | None) -> str | None:
    return value if value is None or not source else f"{value} (from: {source})"


def _spacing(lengths: list[float | None]) -> str:
    slices, rows, columns = ("unknown" if length is None else f"{length:.2f}" for length in lengths)
    return f"{slices} between slices, pixels of {rows} x {columns}"


def _left_out(items: list[dict[str, str]]) -> list[Markup]:
    if not items:
        return []
    rows = [(item["file"], item["reason"]) for item in items[:_MOST_ROWS]]
    more = len(items) - _MOST_ROWS
    shown = [heading("Left out"), table(["File", "Why"], rows)]
    return [*shown, paragraph(f"and {more} more", "remark")] if more > 0 else shown


def _stack(stack: dict[str, Any]) -> str:
    size = f"{stack['slices']} slices of {stack['rows']} x {stack['columns']}"
    return f"Stack {stack['number']}: {size}; {stack['reason']}."
