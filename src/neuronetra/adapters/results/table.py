"""Predictions as tables for a person to read, by rich."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from neuronetra.domain.prediction import Prediction

_WIDTH = 100
_BAR = 20


class TableWriter:
    """A table per series: a label, its probability and a bar; then warnings and the notice."""

    suffix = ".txt"

    def begin(self) -> bytes:
        return b""

    def add(self, prediction: Prediction) -> bytes:
        text = StringIO()
        console = Console(file=text, width=_WIDTH, color_system=None, force_terminal=False)
        console.print(f"Series {escape(prediction.series_uid)}", highlight=False, soft_wrap=True)
        if prediction.probabilities is None:
            console.print(f"error: {escape(prediction.error or '')}", highlight=False, soft_wrap=True)
        else:
            console.print(_table(prediction, prediction.probabilities))
        for line in _remarks(prediction):
            console.print(escape(line), highlight=False, soft_wrap=True)
        return text.getvalue().encode() + b"\n"

    def end(self) -> bytes:
        return b""


def _table(prediction: Prediction, probabilities: dict[str, float]) -> Table:
    report = prediction.report.as_document()
    slices = f"{len(set(report['slices_used']))} of {report['frame_count']} slices looked at"
    table = Table(
        box=box.SIMPLE_HEAD, title=f"{report['modality']}, {report['plane']}, {slices}", title_justify="left"
    )
    table.add_column("Location")
    table.add_column("Probability", justify="right")
    table.add_column("0" + " " * (_BAR - 2) + "1")
    for name, probability in probabilities.items():
        table.add_row(name, f"{probability:.4f}", "█" * round(probability * _BAR))
    return table


def _remarks(prediction: Prediction) -> list[str]:
    report, model = prediction.report.as_document(), prediction.model
    lines = [f"left out: {item['file']}: {item['reason']}" for item in report["left_out"]]
    lines += [f"warning: {warning}" for warning in report["warnings"]]
    members = f"{len(model.members)} member{'s' if len(model.members) != 1 else ''}"
    lines.append(f"model: recipe {model.recipe}, {members}, manifest {model.manifest_hash[:12]}")
    return [*lines, prediction.notice]
