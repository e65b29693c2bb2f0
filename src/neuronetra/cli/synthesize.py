"""``neuronetra synthesize``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.progress import ProgressLine
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.domain.contact_sheet import Seen
    from neuronetra.domain.synthesis import SynthesisPlan
    from neuronetra.domain.synthesis_tables import MadeSeries

MOST_SEED = 2**63 - 1


@click.command()
@click.argument("out", type=click.Path())
@click.option("--series", type=click.IntRange(1), required=True, metavar="N", help="How many series.")
@click.option(
    "--seed",
    type=click.IntRange(0, MOST_SEED),
    required=True,
    metavar="S",
    help="The same seed gives the same bytes.",
)
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "full"]),
    default="small",
    show_default=True,
    help="128 x 128 and one slice in four, 256 x 256 and one in two, or as in life.",
)
@click.option(
    "--modality-mix", "mix", metavar="A=x,B=y", help="Shares of CTA, MRA, T2, T1post (default: as in life)."
)
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes (default: one for each core).")
@click.option("--preview", metavar="FILE.html", help="Also draw contact sheets and projections.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def synthesize(  # noqa: PLR0913, PLR0917 - one argument an option
    out: str,
    series: int,
    seed: int,
    size: str,
    mix: str | None,
    jobs: int | None,
    preview: str | None,
    form: str,
) -> None:
    """A synthetic cohort in OUT: made-up heads as real DICOM, with labels and lesion points.

    It serves to try the software: a score on it says nothing of patients. An interrupted run is taken up by the
    same command again.

    Example: neuronetra synthesize cohort --series 120 --seed 1 --preview cohort.html
    """
    from neuronetra.config import Configuration
    from neuronetra.domain.synthesis import Size, parse_mix
    from neuronetra.domain.synthesis_plan import plan_cohort
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.synthesis import synthesis

    _require_places(out, preview)
    plan = plan_cohort(series, seed, Size(size), None if mix is None else parse_mix(mix))
    wiring = Wiring(Configuration())
    with ProgressLine("series") as progress:
        made = synthesis(wiring, out, jobs).run(plan, progress)
    document = _document(plan, made)
    click.echo(json.dumps(document, indent=1, allow_nan=False) if form == "json" else _table(document))
    if preview is not None:
        _draw(out, preview)


def _require_places(out: str, preview: str | None) -> None:
    """Before any work: OUT has a name, and the page can be written and is no part of the cohort.

    Raises ``UsageError`` or ``OutputError``.
    """
    from neuronetra.cli.destination import require_place
    from neuronetra.wiring.places import require_writable

    if not out:
        raise UsageError("an empty name", where="OUT", expected="a folder that is new or empty")
    if preview is None:
        return
    try:
        folder, page = Path(out).resolve(), Path(preview).resolve()
    except (OSError, ValueError, RuntimeError):
        raise UsageError("not a file's name", where="--preview", found=repr(preview[:80])) from None
    if folder in {page, *page.parents}:
        raise UsageError("lies inside the cohort's folder", where="--preview", fix="name a file beside it")
    if page.parent.exists() or page.parent not in folder.parents:  # else it is made with the cohort's
        require_place(preview, "html")
        require_writable(preview)


def _draw(out: str, preview: str) -> None:
    from neuronetra.cli.cohort_options import read_cohort
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring, result_file
    from neuronetra.wiring.synthesis import preview_page, previewer

    with ProgressLine("cohort") as reading:
        cohort = read_cohort(out, progress=reading)
    drawn = previewer(Wiring(Configuration())).each(cohort)
    kinds = len({(one.modality, one.present) for one in cohort.series})
    with ProgressLine("drawings") as progress:
        text = preview_page()(_counted(drawn, kinds, progress), synthetic=cohort.synthetic)
    with result_file(Path(preview)) as stream:
        stream.write(text.encode())
    click.echo(f"written: {preview}", err=True)


def _counted(drawn: Iterable[Seen], total: int, progress: ProgressLine) -> Iterator[Seen]:
    """The same, told of as they come."""
    progress(0, total)
    for number, seen in enumerate(drawn, 1):
        progress(number, total)
        yield seen


def _document(plan: SynthesisPlan, made: tuple[MadeSeries, ...]) -> dict[str, Any]:
    """What was made, as plain data."""
    positive = [one for one in plan.series if one.patient.locations]
    by_modality = {
        modality.value: {
            "series": sum(one.modality is modality for one in plan.series),
            "positive": sum(one.modality is modality for one in positive),
        }
        for modality in plan.mix
    }
    return {
        "synthetic": True,
        **plan.as_document(),
        "patients": len({one.patient.number for one in plan.series}),
        "positive": len(positive),
        "lesions": sum(len(one.marks) for one in made),
        "by_modality": by_modality,
        "bytes": sum(one.size for one in made),
    }


def _table(document: dict[str, Any]) -> str:
    patients = document["patients"]
    plural = "s" if patients > 1 else ""
    rows = [
        ("synthetic cohort", f"{document['series']} series of {patients} made-up patient{plural}"),
        ("seed, size", f"{document['seed']}, {document['size']}"),
        ("with an aneurysm", f"{document['positive']} series, {document['lesions']} lesions marked"),
        *(
            (name, f"{counts['series']} series, {counts['positive']} with an aneurysm")
            for name, counts in document["by_modality"].items()
        ),
        ("DICOM", f"{document['bytes'] / 1e6:.1f} MB"),
        ("notice", document["notice"]),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)
