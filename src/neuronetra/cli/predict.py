"""``neuronetra predict``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from neuronetra.cli.destination import require_place
from neuronetra.cli.options import READING, RUNNING, configuration, options
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.domain.prediction import Prediction
    from neuronetra.ports import ResultWriter

ALL_DONE, SOME_FAILED, NONE_DONE = 0, 1, 2


@click.command()
@click.argument("path", type=click.Path())
@options(*RUNNING, *READING)
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    metavar="FORMAT",
    help="table, json, jsonl, csv, parquet or a plug-in's.",
)
@click.option("--out", metavar="FILE", help="Write there instead of to stdout; whole or not at all.")
@click.pass_context
def predict(context: click.Context, /, path: str, form: str, out: str | None, **given: Any) -> None:
    """14 probabilities for each series under PATH: a series folder, a tree of them, or one file.

    Without --models by the ensemble that is shipped, which was trained on made-up heads alone: its results say so. Exit
    code 0: every series is done; 1: some failed; 2: none is done.

    Example: neuronetra predict scans/case-7 --models STORE --format json
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.wiring import Wiring

    wiring = Wiring(configuration(**given))
    writer: ResultWriter = wiring.plugins.make("result_writers", form)
    _require_place(out, form)
    lines = ProgressLine("series"), ProgressLine("reading")
    with wiring.predictor(keep_open=False) as predictor, lines[0] as progress, lines[1] as reading:
        predictions = iter(predictor.predict_each(path, progress, reading))
        first = next(predictions)  # what is wrong with the whole input shows before anything is written
        with _destination(out) as stream:
            done, failed = _write(writer, stream, first, predictions)
    context.exit(ALL_DONE if not failed else SOME_FAILED if done else NONE_DONE)


def _write(
    writer: ResultWriter, stream: BinaryIO, first: Prediction, rest: Iterable[Prediction]
) -> tuple[int, int]:
    """Write all predictions as they come; how many are done and how many failed."""
    done = failed = 0
    stream.write(writer.begin())
    for prediction in chain([first], rest):
        stream.write(writer.add(prediction))
        stream.flush()
        if prediction.error is None:
            done += 1
        else:
            failed += 1
            click.echo(f"error: {prediction.error}", err=True)
    stream.write(writer.end())
    stream.flush()
    return done, failed


def _destination(out: str | None) -> AbstractContextManager[BinaryIO]:
    if out is None:
        return nullcontext(sys.stdout.buffer)
    from neuronetra.wiring import result_file

    return result_file(Path(out))


def _require_place(out: str | None, form: str) -> None:
    """Before any work: that the result has somewhere to go."""
    if out is None and form == "parquet" and sys.stdout.isatty():
        raise UsageError("parquet is not text", fix="name a file: --out FILE")
    require_place(out, form)
