"""``neuronetra models card`` and ``neuronetra models ship``: a store that is given to others."""

from __future__ import annotations

import json
from pathlib import Path

import click

from neuronetra.errors import InputError, InputNotFoundError

_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
_LARGEST = 256 * 1024 * 1024


@click.command()
@click.argument("store")
@click.option(
    "--evaluation",
    "evaluations",
    multiple=True,
    metavar="FILE.json",
    help="What `evaluate --models STORE --format json` wrote; may be given again.",
)
@click.option("--licence", default="not stated", show_default=True, metavar="TEXT", help="Of the weights.")
@click.option(
    "--command", "commands", multiple=True, metavar="LINE", help="A command that made it; may be given again."
)
@_DEBUG
def card(store: str, evaluations: tuple[str, ...], licence: str, commands: tuple[str, ...]) -> None:
    """Write STORE/MODEL_CARD.md: what the chosen members were trained on, and their scores.

    Example: neuronetra models card STORE --evaluation out_of_fold.json --evaluation fresh.json
    """
    from neuronetra.config import Configuration
    from neuronetra.domain.model_card import CardFacts, model_card
    from neuronetra.domain.model_card_scores import MeasuredModel
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.shipping import save_card

    wiring = Wiring(Configuration())
    opened = wiring.store(store)
    ensemble = opened.ensemble()
    manifests = [opened.manifest(member.name) for member in ensemble.members]
    measured = [MeasuredModel.of(Path(path).name, _document(path), ensemble) for path in evaluations]
    text = model_card(ensemble, manifests, measured, CardFacts(licence, commands))
    click.echo(save_card(wiring, store, text))


def _document(path: str) -> object:
    try:
        place = Path(path)
        if place.stat().st_size > _LARGEST:
            raise InputError("far too large for an evaluation", where=path)
        return json.loads(place.read_bytes())
    except FileNotFoundError:
        raise InputNotFoundError("no such file", where=path) from None
    except OSError as error:
        raise InputError("cannot be read", where=path, found=error.strerror or "an error") from None
    except (ValueError, RecursionError):
        raise InputError(
            "not JSON", where=path, expected="what `neuronetra evaluate --format json` writes"
        ) from None


@click.command()
@click.argument("store")
@click.argument("out", type=click.Path())
@_DEBUG
def ship(store: str, out: str) -> None:
    """Copy the chosen members' manifests and ONNX files, and the model card, to the new folder OUT.

    Each file is verified; OUT is there whole or not at all. Example: neuronetra models ship STORE starter-1
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring
    from neuronetra.wiring.shipping import ship as ship_to

    with ProgressLine("members") as progress:
        ensemble = ship_to(Wiring(Configuration()), store, out, progress)
    click.echo(f"{out}: {len(ensemble.members)} members of recipe {ensemble.recipe.name}", err=True)
