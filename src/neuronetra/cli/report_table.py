"""A series' report as a table for a person to read, by rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDTH = 100
_NAMED = 10
"""Files left out for one reason that are named; the JSON names all."""


def report_table(report: Mapping[str, Any]) -> str:
    """The facts of ``SeriesReport.as_document()``, one a row."""
    table = Table(
        box=box.SIMPLE, show_header=False, title=f"Series {report['series_uid']}", title_justify="left"
    )
    table.add_column("what", no_wrap=True)
    table.add_column("value")
    for what, value in _rows(report):
        table.add_row(what, escape(value))
    text = StringIO()
    Console(file=text, width=_WIDTH, color_system=None, force_terminal=False).print(table)
    return text.getvalue()


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if report["error"] is not None:
        yield "error", report["error"]
    if report["frame_count"]:
        yield from _stack_rows(report)
    yield "files", f"{report['files_found']} found, {report['files_used']} used"
    yield from _left_out(report["left_out"])
    for stack in report["other_stacks"]:
        yield "other stack", f"--stack {stack['number']}: {stack['slices']} slices, {stack['reason']}"
    for warning in report["warnings"]:
        yield "warning", warning


def _stack_rows(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What there is to be said of slices."""
    yield "modality", f"{report['modality'] or 'unknown'} ({report['modality_source'] or 'unknown'})"
    yield "plane", f"{report['plane']} ({report['plane_source'] or 'unknown'})"
    yield "left and right", "known" if report["laterality_known"] else "unknown"
    yield (
        "geometry",
        "stated by each slice" if report["geometry_verified"] else "unverified, see the warnings",
    )
    if report["plausibility"] is not None:
        yield "a head", _plausibility(report["plausibility"])
    yield (
        "slices",
        f"{report['frame_count']}, {report['missing_slices']} missing, ordered by {report['order_key']}",
    )
    yield "looked at", ", ".join(str(position) for position in report["slices_used"]) or "none"
    yield "spacing", _spacing(report["spacing_mm"], report["uniform"])
    yield "encoding", ", ".join(report["transfer_syntaxes"]) or "unknown"


def _left_out(items: list[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Each file with its reason; of many for one reason a few, and how many more."""
    reasons: dict[str, list[str]] = {}
    for item in items:
        reasons.setdefault(item["reason"], []).append(item["file"])
    for reason, files in reasons.items():
        for file in files[:_NAMED]:
            yield "left out", f"{file}: {reason}"
        if len(files) > _NAMED:
            yield "left out", f"and {len(files) - _NAMED} more: {reason}"


_VERDICTS = {"head": "looks like one", "doubtful": "doubtful, see the warning", "unknown": "cannot be told"}


def _plausibility(found: Mapping[str, Any]) -> str:
    parts = [_VERDICTS[found["verdict"]], *(found["reasons"] if found["verdict"] == "unknown" else ())]
    if any(length is not None for length in found["body_mm"]):
        lengths = " x ".join("unknown" if length is None else str(length) for length in found["body_mm"])
        parts.append(f"{lengths} mm (left-right x front-back x head-foot)")
    return "; ".join(parts)


def _spacing(spacing: list[float | None], uniform: bool) -> str:
    parts = ["unknown" if value is None else f"{value:.4g}" for value in spacing]
    steps = "steps unknown" if spacing[0] is None else "even steps" if uniform else "uneven steps"
    return f"{' x '.join(parts)} mm (slice x row x column), {steps}"
