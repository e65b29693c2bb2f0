"""``neuronetra demo``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from neuronetra.domain.demo import DemoResult

MOST_SEED = 2**63 - 1


@click.command()
@click.option(
    "--out",
    default="neuronetra-demo",
    show_default=True,
    metavar="DIR",
    help="The folder to write; an earlier demonstration there is made anew.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, MOST_SEED),
    default=1,
    show_default=True,
    help="Another seed, another made-up head.",
)
@click.option("--models", metavar="STORE", help="The model store (default: starter, which is shipped).")
@click.option("--threads", type=click.IntRange(1), help="Cores to use (default: all).")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def demo(out: str, seed: int, models: str | None, threads: int | None, form: str) -> None:
    """Try it without any data: a made-up study, its 14 probabilities, and a report to open in a browser.

    The study and the shipped model are synthetic: the result shows that the software works, and nothing else.
    What was drawn into the study stands beside what the model said.

    Example: neuronetra demo --out demo
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.errors import UsageError
    from neuronetra.wiring.demo import demo as demonstrate

    if not out:
        raise UsageError("an empty name", where="--out", expected="a folder's name")
    with ProgressLine("demonstration") as progress:
        result = demonstrate(out, seed, models, threads, progress)
    if form == "json":
        document = {"out": out, **result.as_document()}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(_text(out, result))


def _text(out: str, result: DemoResult) -> str:
    from neuronetra.cli.rows import table_of

    prediction, drawn = result.prediction, result.drawn
    rows: list[dict[str, Any]] = [
        {
            "Location": name,
            "Probability": f"{probability:.4f}",
            "Drawn in": "yes" if name in {location.value for location in drawn.locations} else "no",
        }
        for name, probability in (prediction.probabilities or {}).items()
    ]
    model = prediction.model
    lines = [
        f"A made-up head (seed {drawn.seed}), so the truth is known:",
        table_of(rows),
        *drawn.sentences(prediction.report.slices_used),
        f"model: recipe {model.recipe}, {len(model.members)} members, manifest {model.manifest_hash[:12]}",
        result.notice,
        f"report: {Path(out) / result.report}",
        f"study: {Path(out) / result.study}",
    ]
    return "\n".join(lines)
