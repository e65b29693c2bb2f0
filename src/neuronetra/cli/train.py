"""``neuronetra train``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.options import configuration
from neuronetra.cli.progress import ProgressLine
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.app.finish_training import Chosen
    from neuronetra.app.train import Training
    from neuronetra.wiring.training import Asked

STOPPED = 130


@click.command()
@click.argument("prepared", type=click.Path())
@click.argument("store", type=click.Path())
@click.option("--recipe", default="v3", show_default=True, help="v1, v2, v3, starter, or a file in TOML.")
@click.option("--folds", metavar="K,…", help="Only these folds, from 0, such as 0,2 (default: all).")
@click.option(
    "--architecture", "architectures", multiple=True, metavar="NAME", help="Only this one; again for more."
)
@click.option(
    "--pretrained",
    default="auto",
    show_default=True,
    metavar="auto|none|FILE",
    help="First weights: fetched in timm's own way, random, or a local file (.safetensors or .pth).",
)
@click.option("--epochs", type=click.IntRange(1, 999_999), help="In place of the recipe's.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to train.",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "float16", "bfloat16"]),
    default="auto",
    show_default=True,
    help="auto: mixed precision where the device has it.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Of folds, weights and order.",
)
@click.option(
    "--workers", type=click.IntRange(0), help="Processes that read frames (default: one less than cores)."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def train(context: click.Context, /, prepared: str, store: str, form: str, **given: Any) -> None:
    """Train the networks of a recipe on PREPARED frames: one for each architecture and fold, into STORE.

    Every epoch's weights stay in STORE. When all networks are trained the recipe chooses the members that `predict` uses,
    and these are exported. Ctrl-C stops after the step and keeps it; the same command goes on. Needs the extra `train`.
    STORE/training holds the log and a page with curves.

    Example: neuronetra train frames models --recipe v3 --pretrained auto
    """
    from neuronetra.cli.training_progress import Stopping, TrainingLine
    from neuronetra.wiring.training import document_of

    asked, wiring = _asked(given), _wiring()
    training, left_out = _training(wiring, prepared, store, asked, given)
    leads = training.trainer.leads
    chosen = None
    with Stopping(leads) as stop, training.opened():
        _tell_before(training, left_out, asked)
        with TrainingLine(leads) as line:
            done = training.train(asked.slots(), line, stop) and not stop()
        stop.let_go()
        if done and leads:
            chosen = _finished(training, store, given["device"])
    if not done:
        if leads:
            click.echo("stopped: all is kept; to go on run the same command again", err=True)
        context.exit(STOPPED)
    if leads:
        names = [] if chosen is None else [str(member.name) for member in chosen.ensemble.members]
        document = document_of(training, left_out, names, None if chosen is None else chosen.exported)
        document = {"store": store, **document}
        click.echo(json.dumps(document, indent=1, allow_nan=False) if form == "json" else _table(document))


def _asked(given: dict[str, Any]) -> Asked:
    from neuronetra.wiring.recipes import recipe_at
    from neuronetra.wiring.training import Asked, lengthened

    recipe = lengthened(recipe_at(given["recipe"]), given["epochs"])
    folds, architectures = _folds(given["folds"]), given["architectures"] or None
    asked = Asked(recipe, given["seed"], given["pretrained"], folds, architectures, given["recipe"])
    asked.given()
    return asked


def _folds(text: str | None) -> tuple[int, ...] | None:
    """The numbers in ``0,2``. Raises ``UsageError``."""
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        raise UsageError(
            "folds are numbers from 0", where="--folds", found=repr(text[:40]), expected="such as 0,2"
        )
    return tuple(map(int, words))


def _wiring() -> Any:
    from neuronetra.wiring import Wiring

    return Wiring(configuration(None))


def _training(
    wiring: Any, prepared: str, store: str, asked: Asked, given: dict[str, Any]
) -> tuple[Training, int]:
    from neuronetra.cli.cohort_options import read_opened
    from neuronetra.wiring.training import Source, require_place, source_at, trainer_of, training_of

    require_place(prepared, store, wiring)
    cohort = source_at(wiring, prepared, asked)
    trainer = trainer_of(wiring, given["device"], given["precision"], given["workers"])
    labelled = read_opened(cohort) if trainer.leads else cohort.read()
    with ProgressLine("series") as reading:
        progress = reading if trainer.leads else None
        source = Source(prepared, cohort, labelled)
        return training_of(wiring, source, store, asked, trainer, progress)


def _tell_before(training: Training, left_out: int, asked: Asked) -> None:
    """What a run is of, and what it lacks, on stderr."""
    from neuronetra.domain.notices import SYNTHETIC_NOTICE
    from neuronetra.domain.training_checks import warnings

    if not training.trainer.leads:
        return
    if training.setup.cohort.synthetic:
        click.echo(f"note: {SYNTHETIC_NOTICE}", err=True)
    if left_out:
        click.echo(f"warning: {left_out} series without prepared frames, left out", err=True)
    for warning in warnings(training.setup, tuple(sorted({fold for _, fold in asked.slots()}))):
        click.echo(f"warning: {warning}", err=True)


def _finished(training: Training, store: str, device: str) -> Chosen | None:
    """The members chosen and exported, where every network of the recipe is trained."""
    from neuronetra.app.finish_training import export_and_choose
    from neuronetra.wiring.members import maker_in

    states = training.states()
    for state in states:
        if state.absent:
            epochs = ", ".join(map(str, state.absent))
            click.echo(
                f"warning: {state.name}: not in the store, so not chosen from: epochs {epochs}", err=True
            )
    if missing := [state.name for state in states if not state.done]:
        click.echo(f"not trained yet: {', '.join(missing)}: members are chosen when all are", err=True)
        return None
    setup = training.setup
    with (
        maker_in(store, inside=True, device=device, trained_there=True) as maker,
        ProgressLine("exports") as progress,
    ):
        return export_and_choose(maker, setup.recipe, setup.given.seed, progress)


def _table(document: dict[str, Any]) -> str:
    """What a run has given, for a reader."""
    from neuronetra.cli.rows import table_of
    from neuronetra.domain.notices import SYNTHETIC_NOTICE

    keys = ("job", "epochs", "best", "score", "last_score", "baseline")
    lines = [SYNTHETIC_NOTICE] if document["synthetic"] else []
    lines.append(
        f"recipe {document['recipe']}, seed {document['seed']}: {document['series']} series of "
        f"{document['patients']} patients ({document['patient_source']})"
    )
    lines.append(table_of([{key: job[key] for key in keys} for job in document["jobs"]]))
    if document["chosen"]:
        lines.append(f"{len(document['chosen'])} members chosen in {document['store']}")
    lines.append(document["caution"])
    return "\n".join(lines)
