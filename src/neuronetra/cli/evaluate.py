"""``neuronetra evaluate``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.cohort_options import cohort_options, files_read, read_opened
from neuronetra.cli.options import SCORING, configuration, options
from neuronetra.cli.predict import ALL_DONE, SOME_FAILED
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neuronetra.domain.cohort import LabelledSet
    from neuronetra.domain.cohort_evaluation import CohortEvaluation

MOST_RESAMPLES = 100_000
SHOWN_FAILURES = 20
SETTINGS = ("models", "runtime", "device", "precision", "threads", "reader", "config_file")


@click.command()
@click.argument("cohort", type=click.Path())
@click.option("--predictions", metavar="FILE", help="CSV or Parquet, as `predict --format csv` writes it.")
@click.option(
    "--models",
    metavar="STORE",
    help="Score COHORT by the members of this store, each series by those that did not see its patient "
    "(default: starter, which is shipped).",
)
@click.option("--baselines", is_flag=True, help="No model: the baselines alone, cross-fitted.")
@click.option("--all-members", is_flag=True, help="Refuse a cohort of which a member saw a patient.")
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
@options(*SCORING)
@click.option("--hide-names", is_flag=True, help="Numbers instead of uids in the result.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def evaluate(context: click.Context, /, cohort: str, form: str, out: str | None, **given: Any) -> None:
    """The score of a model on COHORT beside that of baselines that see no pixel.

    COHORT is a folder with train.csv and series/, or one that `prepare` made. The members of a store score it, out of
    fold where they were trained on it; with --predictions a table is measured, with --baselines no model. Exit code 0: every series has a prediction; 1: some have none; 2: none has.

    Example: neuronetra evaluate cohort --models STORE --format html --out evaluation.html
    """
    from neuronetra.cli.destination import require_no_input, require_place, write_document
    from neuronetra.wiring.evaluation import rendered
    from neuronetra.wiring.places import require_writable

    _require_one(given)
    require_place(out, form)
    if out is not None:
        require_writable(out)
    require_no_input(
        out,
        files_read(cohort, given["predictions"], given["patients"], given["patient_key"], given["models"]),
    )
    found = _evaluated(cohort, given)
    write_document(out, rendered(found.as_document(given["hide_names"]), form))
    _tell(found, given["hide_names"])
    context.exit(SOME_FAILED if found.missing else ALL_DONE)


def _require_one(given: dict[str, Any]) -> None:
    ways = [f"--{name}" for name in ("models", "predictions", "baselines") if given[name]]
    if len(ways) > 1:
        raise UsageError(f"{' and '.join(ways)} exclude each other", fix="give one of them")
    if given["all_members"] and not _by_members(given):
        raise UsageError("--all-members is said of the members of a store", fix="name it: --models STORE")


def _by_members(given: dict[str, Any]) -> bool:
    """Whether the members of a store score the cohort: those of the one that is named, or of the shipped one."""
    return given["predictions"] is None and not given["baselines"]


def _evaluated(location: str, given: dict[str, Any]) -> CohortEvaluation:
    from neuronetra.app.evaluate import Evaluator
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.cohorts import cohort_at
    from neuronetra.wiring.evaluation import model_evaluator, predictions_at

    settings = {name: given[name] for name in SETTINGS}
    wiring = Wiring(configuration(**settings) if _by_members(given) else Configuration())
    table = None if given["predictions"] is None else predictions_at(given["predictions"])
    cohort = cohort_at(wiring, location, given["patients"], given["patient_key"])
    evaluator = Evaluator(given["bootstraps"], given["seed"])
    with ExitStack() as stack:
        model = None
        if _by_members(given):
            opening = model_evaluator(wiring, cohort, location, evaluator, given["all_members"])
            model = stack.enter_context(
                opening
            )  # what is wrong with the store shows before the cohort is read
        with ProgressLine("series") as reading:
            labelled = read_opened(cohort, given["strict"], reading)
        if model is not None:
            return model.evaluate(labelled, lambda what: stack.enter_context(ProgressLine(what)))
        with ProgressLine("resamples") as resampling:
            return evaluator.evaluate(labelled, table, resampling)


def _tell(found: CohortEvaluation, hide_names: bool) -> None:
    """Warnings, and which series have no prediction, on stderr."""
    if found.match is None:
        return
    left_out = dict.fromkeys(found.match.seen_by_all, "seen in training by every member: left out")
    tell_missing(found.cohort, {**left_out, **found.match.reasons}, hide_names)
    for warning in found.match.warnings:
        click.echo(f"warning: {warning}", err=True)


def tell_missing(cohort: LabelledSet, reasons: Mapping[str, str], hide_names: bool) -> None:
    """The first series without scores on stderr, a line each, and how many more there are."""
    numbers = {one.uid: f"series-{number}" for number, one in enumerate(cohort.series, start=1)}
    for uid, line in sorted(reasons.items())[:SHOWN_FAILURES]:
        name, told = numbers[uid] if hide_names else uid, line.removeprefix(f"{uid}: ")
        click.echo(f"error: {name}: {told.replace(uid, name)}", err=True)
    if len(reasons) > SHOWN_FAILURES:
        click.echo(f"and {len(reasons) - SHOWN_FAILURES} more series without scores", err=True)
