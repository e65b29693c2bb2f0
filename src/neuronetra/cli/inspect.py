"""``neuronetra inspect``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.options import READING, configuration, options
from neuronetra.cli.predict import ALL_DONE, NONE_DONE, SOME_FAILED
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.app.inspect import Inspection


@click.command()
@click.argument("path", type=click.Path())
@options(*READING)
@click.option("--volume", is_flag=True, help="Also write every slice: volume.npy, float32, canonical.")
@click.option("--out", metavar="DIR", help="Write DIR/<series_uid>/ with report, pictures and arrays.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def inspect(
    context: click.Context, /, path: str, volume: bool, out: str | None, form: str, **given: Any
) -> None:
    """How each series under PATH is read, and what a network would see of it. No model is needed.

    Example: neuronetra inspect scans/case-7 --out seen
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.wiring import Wiring

    if volume and out is None:
        raise UsageError("--volume writes a file", fix="say where: --out DIR")
    inspector = Wiring(configuration(**given)).inspector()
    documents: list[dict[str, Any]] = []
    with ProgressLine("series") as progress, ProgressLine("reading") as reading:
        for inspection in inspector.inspect_each(path, volume, progress, reading):
            document = inspection.report.as_document()
            documents.append(document)
            part = sum(document["series_uid"] == other["series_uid"] for other in documents)
            _written(inspection, out, part)
            if document["error"] is not None:
                click.echo(f"error: {document['error']}", err=True)
    _print(documents, form)
    failed = sum(document["error"] is not None for document in documents)
    context.exit(ALL_DONE if not failed else SOME_FAILED if failed < len(documents) else NONE_DONE)


def _written(inspection: Inspection, out: str | None, part: int) -> None:
    if out is None:
        return
    from neuronetra.wiring import write_inspection

    folder = write_inspection(out, inspection, part)
    click.echo(f"written: {folder}", err=True)


def _print(documents: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(documents, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from neuronetra.cli.report_table import report_table

    for document in documents:
        click.echo(report_table(document))
