"""``neuronetra evaluate``."""

from __future__ import annotations

from typing import Any

import click

from neuronetra.cli.cohort_options import cohort_options, files_read, read_cohort
from neuronetra.cli.predict import ALL_DONE, SOME_FAILED

MOST_RESAMPLES = 100_000


@click.command()
@click.argument("cohort", type=click.Path())
@click.option("--predictions", metavar="FILE", help="CSV or Parquet, as `predict --format csv` writes it.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True
)
@click.option("--out", metavar="FILE", help="Write there instead of to stdout; whole or not at all.")
@click.option(
    "--bootstraps",
    type=click.IntRange(0, MOST_RESAMPLES),
    default=1000,
    show_default=True,
    help="Resamples of patients behind the intervals.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the resamples.")
@cohort_options
@click.option("--hide-names", is_flag=True, help="Numbers instead of uids in the result.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def evaluate(
    context: click.Context, /, cohort: str, predictions: str | None, form: str, out: str | None, **given: Any
) -> None:
    """The score of predictions on COHORT beside that of baselines that see no pixel.

    COHORT is a folder with train.csv and series/, or one that `prepare` made. Without --predictions the
    baselines alone, cross-fitted. Exit code 0: every series has a prediction; 1: some have none; 2: none has.

    Example: neuronetra evaluate cohort --predictions predictions.csv --format html --out evaluation.html
    """
    from neuronetra.app.evaluate import Evaluator
    from neuronetra.cli.destination import require_no_input, require_place, write_document
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.wiring.evaluation import predictions_at, rendered
    from neuronetra.wiring.places import require_writable

    require_place(out, form)
    if out is not None:
        require_writable(out)
    require_no_input(out, files_read(cohort, predictions, given["patients"], given["patient_key"]))
    table = None if predictions is None else predictions_at(predictions)
    with ProgressLine("series") as reading:
        how = given["patients"], given["patient_key"], given["strict"]
        labelled = read_cohort(cohort, *how, reading)
    with ProgressLine("resamples") as resampling:
        found = Evaluator(given["bootstraps"], given["seed"]).evaluate(labelled, table, resampling)
    write_document(out, rendered(found.as_document(given["hide_names"]), form))
    for warning in () if found.match is None else found.match.warnings:
        click.echo(f"warning: {warning}", err=True)
    context.exit(SOME_FAILED if found.missing else ALL_DONE)
