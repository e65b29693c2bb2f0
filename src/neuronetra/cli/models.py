"""``neuronetra models``: the store of checkpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.app.make_members import MemberMaker
    from neuronetra.domain.recipes import Recipe

_RECIPE = click.option("--recipe", default="v3", show_default=True, help="v1, v2 or v3.")
_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


@click.group()
def models() -> None:
    """Make, look at and check stores of checkpoints."""


@models.command()
@click.argument("store", type=click.Path())
@_RECIPE
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--untrained", is_flag=True, help="Random weights: for trying the software only.")
@_DEBUG
def init(store: str, recipe: str, seed: int, untrained: bool) -> None:
    """Make a store with a member for each architecture and fold of a recipe.

    Needs the extra `train`. Example: neuronetra models init STORE --recipe v3 --seed 1 --untrained
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.domain.recipes import recipe_named

    if not untrained:
        raise UsageError(
            "only untrained members can be made without data",
            fix="add --untrained, or import trained weights",
        )
    chosen = recipe_named(recipe)
    with _maker(store, new=True) as maker, ProgressLine("members") as progress:
        ensemble = maker.initialise(chosen, seed, progress)
    click.echo(f"{store}: {len(ensemble.members)} untrained members of recipe {recipe}", err=True)


@models.command("list")
@click.argument("store")
@_FORMAT
@_DEBUG
def list_members(store: str, form: str) -> None:
    """The members of a store, and which of them are chosen."""
    from neuronetra.config import Configuration
    from neuronetra.errors import StoreNotFoundError
    from neuronetra.wiring import Wiring

    opened = Wiring(Configuration()).store(store)
    names = opened.names()
    try:
        chosen = {member.name for member in opened.ensemble().members}
    except StoreNotFoundError:
        chosen = set()
    rows: list[dict[str, Any]] = []
    for name in names:
        manifest = opened.manifest(name)
        rows.append(
            {
                "name": str(name),
                "chosen": name in chosen,
                "untrained": manifest.untrained,
                "score": manifest.score,
                "weights": sorted(manifest.sha256),
            }
        )
    _print(rows, form)


@models.command()
@click.argument("store")
@_FORMAT
@_DEBUG
@click.pass_context
def verify(context: click.Context, store: str, form: str) -> None:
    """Read every file of a store and hold it against its manifest. Exit code 1 where one disagrees."""
    from neuronetra.app.verify_store import verify_store
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring

    checks = list(verify_store(Wiring(Configuration()).store(store)))
    rows = [{"what": check.what, "ok": not check.problem, "problem": check.problem} for check in checks]
    _print(rows, form)
    context.exit(1 if any(check.problem for check in checks) else 0)


@models.command()
@click.argument("store", type=click.Path())
@click.option("--all", "everything", is_flag=True, help="Every member, not only those chosen that lack it.")
@_DEBUG
def export(store: str, everything: bool) -> None:
    """Write the ONNX file of members, each checked against its original. Needs the extra `train`."""
    from neuronetra.app.choose_members import unexported
    from neuronetra.cli.progress import ProgressLine

    with _maker(store) as maker, ProgressLine("members") as progress:
        opened = maker.store
        names = opened.names()
        if not everything:
            chosen = tuple(member.name for member in opened.ensemble().members)
            names = unexported(opened, chosen, maker.exported.weights)
        differences = maker.export(names, progress)
    for name, difference in differences.items():
        click.echo(f"{name}: largest difference {difference:.1e}")
    if not names:
        click.echo("every chosen member is exported", err=True)


@models.command("import")
@click.argument("store", type=click.Path())
@click.argument("weights", nargs=-1, required=True, type=click.Path())
@_RECIPE
@_DEBUG
def import_weights(store: str, weights: tuple[str, ...], recipe: str) -> None:
    """Bring state dictionaries (.pth or .safetensors) named architecture_fold0_epoch8_score0.608421.

    Nothing is unpickled. Needs the extra `train`.
    """
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.domain.checkpoints import CheckpointName
    from neuronetra.domain.recipes import recipe_named

    chosen = recipe_named(recipe)
    names = [CheckpointName.parse(Path(path).stem) for path in weights]
    with _maker(store, new=True) as maker, ProgressLine("weights") as progress:
        for done, (name, path) in enumerate(zip(names, weights, strict=True)):
            progress(done, len(weights))
            maker.bring(name, chosen, path)
            click.echo(f"imported: {name}")
    click.echo(f"choose members with: neuronetra models choose {store} --recipe {recipe}", err=True)


@models.command()
@click.argument("store", type=click.Path())
@_RECIPE
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="For a random choice.")
@click.option("--policy", help="mean, weighted_mean, logit_mean or rank_mean (default: the recipe's).")
@_DEBUG
def choose(store: str, recipe: str, seed: int, policy: str | None) -> None:
    """Rewrite which members the ensemble uses; `predict` loads exactly those.

    Example: neuronetra models choose STORE --recipe v2 --seed 3
    """
    from neuronetra.app.choose_members import choose_members, unexported
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring

    opened = Wiring(Configuration()).store(store)
    ensemble = choose_members(opened, _recipe(recipe, policy), seed)
    names = tuple(member.name for member in ensemble.members)
    for name in names:
        click.echo(str(name))
    missing = unexported(opened, names, "onnx")
    if missing:
        click.echo(f"{len(missing)} without ONNX file: neuronetra models export {store}", err=True)


def _recipe(name: str, policy: str | None) -> Recipe:
    from attrs import evolve

    from neuronetra.domain.ensemble import EnsemblePolicy
    from neuronetra.domain.recipes import recipe_named

    recipe = recipe_named(name)
    if policy is None:
        return recipe
    known = [entry.value for entry in EnsemblePolicy]
    if policy not in known:
        raise UsageError("unknown policy", found=repr(policy), expected=f"one of {', '.join(known)}")
    return evolve(recipe, policy=EnsemblePolicy(policy))


@contextmanager
def _maker(store: str, *, new: bool = False) -> Iterator[MemberMaker]:
    """What makes members; a ``new`` store's folder is made, and worked in: files need not be copied."""
    from neuronetra.app.make_members import MemberMaker
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring, working_folder

    wiring = Wiring(Configuration())
    opened, exporter = wiring.store(store), wiring.exporter()
    original, exported = wiring.runtime("torch"), wiring.runtime("onnx")
    with working_folder(store if new else None) as folder:
        yield MemberMaker(opened, exporter, original, exported, folder)


def _print(rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(rows, indent=1))
        return
    from neuronetra.cli.rows import table_of

    click.echo(table_of(rows))
