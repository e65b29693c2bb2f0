"""``neuronetra prepare``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.cohort_options import SHOWN_ROWS, cohort_options, read_opened
from neuronetra.cli.options import configuration
from neuronetra.cli.predict import ALL_DONE, NONE_DONE, SOME_FAILED
from neuronetra.cli.progress import ProgressLine

if TYPE_CHECKING:
    from neuronetra.app.prepare import Prepared


@click.command()
@click.argument("cohort", type=click.Path())
@click.argument("out", type=click.Path())
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes (default: one for each core).")
@click.option("--shard", default="1/1", metavar="i/n", help="Only the i-th of n parts, for n machines.")
@click.option(
    "--slices",
    type=click.Choice(["all", "sampled"]),
    default="all",
    show_default=True,
    help="Every slice that can be read, or those that the recipe looks at.",
)
@click.option(
    "--recipe", default="v3", show_default=True, help="Whose preprocessing: v1, v2, v3, starter or FILE.toml."
)
@click.option("--reader", metavar="NAME", help="Reader: pydicom (default), simpleitk or a plug-in's.")
@cohort_options
@click.option("--config", "config_file", metavar="FILE", help="Configuration in TOML.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def prepare(context: click.Context, /, cohort: str, out: str, form: str, **given: Any) -> None:
    """COHORT's DICOM as 8-bit PNG frames in OUT, made as prediction makes them, with tables and labels.

    What was interrupted, ran out of disk or failed is taken up by the same command again. Shards may share
    OUT, or have one each to be copied together; the command without --shard then completes the tables.
    Exit code 0: every series is prepared; 1: some failed; 2: none is.

    Example: neuronetra prepare cohort frames --jobs 8
    """
    from neuronetra.domain.prepared import Kept
    from neuronetra.domain.shards import Shard
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.preparation import CohortPreparation, key_of, require_place, source_at
    from neuronetra.wiring.recipes import recipe_at

    shard, recipe = Shard.named(given["shard"]), recipe_at(given["recipe"])
    wiring = Wiring(configuration(given["config_file"], reader=given["reader"]))
    require_place(cohort, out)
    source = source_at(wiring, cohort, given["patients"], given["patient_key"])
    with ProgressLine("cohort") as reading:
        labelled = read_opened(source, given["strict"], reading)
    preparation = CohortPreparation(wiring, out, recipe, Kept(given["slices"]), key_of(source), given["jobs"])
    with _SeriesLine() as progress:
        done = preparation.run(labelled, shard, progress, progress.add)
    document = preparation.document(labelled, shard, done)
    _tell_failures(done)
    click.echo(json.dumps(document, indent=1, allow_nan=False) if form == "json" else _table(document))
    whole = document["series"]["prepared"] + document["series"]["there_before"]
    context.exit(ALL_DONE if not done.failures else SOME_FAILED if whole else NONE_DONE)


class _SeriesLine(ProgressLine):
    """Progress in series, with an estimate of the slices that are left too."""

    def __init__(self) -> None:
        super().__init__("series")
        self._slices = 0

    def add(self, slices: int) -> None:
        """Count a series of so many."""
        self._slices += slices

    def _left(self, done: int, total: int, now: float) -> str:
        text = super()._left(done, total, now)
        slices = self._slices / max(1, done) * (total - done)
        return text.replace(" left", f" and {slices:.0f} slices left") if text and self._slices else text


def _tell_failures(done: Prepared) -> None:
    """The series that failed on stderr, a line each."""
    for uid, reason in sorted(done.failures.items())[:SHOWN_ROWS]:
        click.echo(f"error: {uid}: {reason}", err=True)
    if len(done.failures) > SHOWN_ROWS:
        click.echo(f"and {len(done.failures) - SHOWN_ROWS} more series failed: see failures.csv", err=True)


def _table(document: dict[str, Any]) -> str:
    """What was done and what lies there, for a reader."""
    series, sizes, loading = document["series"], document["bytes"], document["loading"]
    rows = [("cohort", "synthetic")] if document["synthetic"] else []
    rows += [
        ("shard", document["shard"]),
        ("series prepared", f"{series['prepared']} now, {series['there_before']} before"),
        ("series failed", f"{series['failed']}"),
        ("bad rows left out", f"{len(document['bad_rows'])}"),
        ("in the folder", f"{series['in_folder']} series, {document['slices']['stored']} slices"),
        ("slices that cannot be read", f"{document['slices']['lost']}"),
        ("DICOM", f"{sizes['dicom'] / 1e6:.1f} MB"),
        ("PNG", f"{sizes['png'] / 1e6:.1f} MB{_share(sizes['ratio'])}"),
    ]
    if loading is not None:
        rows += [
            (f"loading {loading['frames']:.0f} frames, PNG", f"{loading['png_ms']:.1f} ms"),
            (
                f"loading {loading['frames']:.0f} frames, DICOM",
                f"{loading['dicom_ms']:.1f} ms ({loading['how']})",
            ),
        ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)


def _share(ratio: float | None) -> str:
    return "" if ratio is None else f", {ratio:.3f} of it"
