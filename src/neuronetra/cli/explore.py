"""``neuronetra explore``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.cohort_options import SHOWN_ROWS, cohort_options, files_read, read_opened
from neuronetra.cli.options import configuration
from neuronetra.cli.predict import ALL_DONE, NONE_DONE, SOME_FAILED

if TYPE_CHECKING:
    from neuronetra.domain.exploration import Exploration

MOST_LEAKS_IN_TABLE = 20


@click.command()
@click.argument("cohort", type=click.Path())
@click.argument("out", type=click.Path())
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes (default: one for each core).")
@click.option("--reader", metavar="NAME", help="Reader: pydicom (default), simpleitk or a plug-in's.")
@cohort_options
@click.option(
    "--fail-on-leak",
    is_flag=True,
    help="Exit code 1 where something tells the label, or cannot be looked for.",
)
@click.option("--hide-names", is_flag=True, default=None, help="Numbers for uids, no words of paths.")
@click.option("--config", "config_file", metavar="FILE", help="Configuration in TOML.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def explore(context: click.Context, /, cohort: str, out: str, form: str, **given: Any) -> None:
    """What COHORT holds, how it reads, and what in it tells the label that must not: one page, OUT.

    The page needs no network. What tells the label is named in red there, on stderr, and under "leaks" in
    --format json. Exit code 0: every series was read (leaks or not); 1: some were not, or with --fail-on-leak
    there is a leak or the cohort is too small to tell; 2: none was.

    Example: neuronetra explore cohort report.html
    """
    from neuronetra.cli.destination import require_no_input, require_place
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.cohorts import cohort_at
    from neuronetra.wiring.exploration import explored, write_page
    from neuronetra.wiring.places import require_writable

    require_place(out, "html")
    require_no_input(out, files_read(cohort, given["patients"], given["patient_key"], given["config_file"]))
    require_writable(out)
    wiring = Wiring(
        configuration(given["config_file"], reader=given["reader"], hide_names=given["hide_names"])
    )
    source = cohort_at(wiring, cohort, given["patients"], given["patient_key"])
    with ProgressLine("cohort") as reading:
        labelled = read_opened(source, given["strict"], reading)
    with ProgressLine("series") as progress:
        found = explored(wiring, cohort, source, labelled, given["jobs"], progress)
    write_page(found, out)
    document = found.as_document()
    _tell_failures(found)
    click.echo(json.dumps(document, indent=1, allow_nan=False) if form == "json" else _table(found, document))
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    context.exit(_exit_code(found, given["fail_on_leak"]))


def _exit_code(found: Exploration, fail_on_leak: bool) -> int:
    if len(found.failed) == len(found.cohort):
        return NONE_DONE
    leaks = found.leaks.leaks or found.leaks.together_leaks or found.leaks.reason
    return SOME_FAILED if found.failed or (fail_on_leak and leaks) else ALL_DONE


def _tell_failures(found: Exploration) -> None:
    """The series that could not be read on stderr, a line each."""
    for uid, reason in found.failed[:SHOWN_ROWS]:
        click.echo(f"error: {uid}: {reason}", err=True)
    if len(found.failed) > SHOWN_ROWS:
        click.echo(f"and {len(found.failed) - SHOWN_ROWS} more series failed: see the page", err=True)


def _table(found: Exploration, document: dict[str, Any]) -> str:
    """The shortest account of a cohort."""
    classes, patients = document["classes"], document["cohort"]["patients"]
    rows = [
        ("cohort", "synthetic" if found.cohort.synthetic else "as given"),
        ("series", f"{len(found.cohort)} of {patients} patient{'s' if patients > 1 else ''}"),
        ("positive", f"{classes['positive']}, {100 * classes['prevalence']['value']:.1f} %"),
        ("by modality", "; ".join(_modality(*item) for item in document["modalities"].items())),
        ("could not be read", f"{len(found.failed)} series"),
        ("bad rows left out", f"{len(found.cohort.bad_rows)}"),
        *_leak_rows(document),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {text}" for name, text in rows]
    for leak in document["leaks"][:MOST_LEAKS_IN_TABLE]:
        auc, within = leak["auc"], f", within {leak['within']}" if leak["within"] else ""
        interval = f"AUC {auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]"
        lines.append(f"  {leak['group']}: {leak['fact']}{within}  {interval}")
    return "\n".join(lines)


def _leak_rows(document: dict[str, Any]) -> list[tuple[str, str]]:
    """How many leaks there are, and among what; never a number where nothing was looked at."""
    check = document["leak_check"]
    if check["not_looked"]:
        return [("leaks", f"not looked for: {check['not_looked']}")]
    together = ", and all facts together tell the label" if check["together_leaks"] else ""
    return [
        ("facts looked at for leaks", f"{check['facts']} (and {check['constant']} that do not differ)"),
        ("leaks", f"{len(document['leaks'])}{together}"),
    ]


def _modality(name: str, counts: dict[str, Any]) -> str:
    return f"{name} {counts['series']} ({100 * counts['prevalence']['value']:.0f} % positive)"
