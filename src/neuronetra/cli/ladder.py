"""``neuronetra ladder``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.cohort_options import cohort_options, files_read, read_opened
from neuronetra.cli.evaluate import MOST_RESAMPLES, tell_missing
from neuronetra.cli.options import SCORING, configuration, options
from neuronetra.cli.predict import ALL_DONE, SOME_FAILED

if TYPE_CHECKING:
    from neuronetra.domain.ladder_result import LadderResult

SETTINGS = ("runtime", "device", "precision", "threads", "reader", "config_file")


@click.command()
@click.argument("cohort", type=click.Path())
@click.argument("store")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of v2's random checkpoints and of the resamples.",
)
@click.option(
    "--bootstraps",
    type=click.IntRange(0, MOST_RESAMPLES),
    default=1000,
    show_default=True,
    help="Resamples of patients behind the intervals.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True
)
@click.option("--out", metavar="FILE", help="Write there instead of to stdout; whole or not at all.")
@click.option(
    "--cache",
    metavar="DIR",
    help="Keep what networks gave there, so that a ladder that was ended goes on (default: in the store's folder).",
)
@cohort_options
@options(*SCORING)
@click.option("--hide-names", is_flag=True, help="Numbers instead of uids in the result.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def ladder(
    context: click.Context, /, cohort: str, store: str, form: str, out: str | None, **given: Any
) -> None:
    """What each recipe from v1 to v3 reaches on COHORT with the networks of STORE, and what each step is worth.

    On the cohort that STORE was trained on all is out of fold; on a new one all networks score every series. v1: one
    network, one view; v2: all architectures, a random checkpoint of each fold; v3: the best of each fold, original and
    mirrored; and v3 with the mirror's left and right not swapped back. Exit code 0: every series is scored; 1: some not.

    Example: neuronetra ladder frames models --format html --out ladder.html
    """
    from neuronetra.cli.destination import require_no_input, require_place, write_document
    from neuronetra.wiring.ladder import rendered
    from neuronetra.wiring.places import require_writable

    require_place(out, form)
    if out is not None:
        require_writable(out)
    require_no_input(out, files_read(cohort, given["patients"], given["patient_key"], store))
    found = _climbed(cohort, store, given)
    write_document(out, rendered(found.as_document(given["hide_names"]), form))
    left_out = dict.fromkeys(found.seen_by_all, "seen in training by every member: left out")
    tell_missing(found.cohort, {**left_out, **found.failed}, given["hide_names"])
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    context.exit(SOME_FAILED if found.missing else ALL_DONE)


def _climbed(location: str, store: str, given: dict[str, Any]) -> LadderResult:
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.cohorts import cohort_at
    from neuronetra.wiring.ladder import Asked, Climber

    wiring = Wiring(configuration(**{name: given[name] for name in SETTINGS}))
    cohort = cohort_at(wiring, location, given["patients"], given["patient_key"])
    asked = Asked(store, given["seed"], given["bootstraps"], given["cache"])
    climber = Climber.at(wiring, cohort, location, asked)  # what is wrong with the store shows first
    with ProgressLine("series") as reading:
        labelled = read_opened(cohort, given["strict"], reading)
    with ExitStack() as stack:
        return climber.climb(labelled, lambda what: stack.enter_context(ProgressLine(what)))
