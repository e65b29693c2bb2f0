"""``neuronetra models``: the store of checkpoints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neuronetra.cli.model_card import card, ship
from neuronetra.errors import UsageError

if TYPE_CHECKING:
    from neuronetra.domain.checkpoints import CheckpointName
    from neuronetra.domain.recipes import Recipe
    from neuronetra.ports import CheckpointStore

_RECIPE = click.option(
    "--recipe", default="v3", show_default=True, help="v1, v2, v3, starter, or a file in TOML."
)
_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


@click.group()
def models() -> None:
    """Make, look at and check stores of checkpoints."""


for command in (card, ship):
    models.add_command(command)


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
    from neuronetra.wiring.members import maker_in
    from neuronetra.wiring.recipes import recipe_at

    if not untrained:
        raise UsageError(
            "only untrained members can be made without data",
            fix="add --untrained, or import trained weights",
        )
    chosen = recipe_at(recipe)
    with maker_in(store, inside=True) as maker, ProgressLine("members") as progress:
        ensemble = maker.initialise(chosen, seed, progress)
    click.echo(f"{store}: {len(ensemble.members)} untrained members of recipe {chosen.name}", err=True)


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
                "synthetic": manifest.record is not None and manifest.record.synthetic,
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
    from neuronetra.wiring.members import maker_in

    with maker_in(store) as maker, ProgressLine("members") as progress:
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
    from neuronetra.wiring.members import maker_in
    from neuronetra.wiring.recipes import recipe_at

    chosen = recipe_at(recipe)
    names = [CheckpointName.parse(Path(path).stem) for path in weights]
    with maker_in(store, inside=True) as maker, ProgressLine("weights") as progress:
        for done, (name, path) in enumerate(zip(names, weights, strict=True)):
            progress(done, len(weights))
            maker.bring(name, chosen, path)
            click.echo(f"imported: {name}")
    click.echo(f"choose members with: neuronetra models choose {store} --recipe {recipe}", err=True)


@models.command()
@click.argument("store", type=click.Path())
@click.option("--recipe", help="v1, v2, v3, starter, or a file in TOML (default: the store's own, else v3).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="For a random choice.")
@click.option("--policy", help="mean, weighted_mean, logit_mean or rank_mean (default: the recipe's).")
@click.option(
    "--export/--no-export", "export_new", default=True, help="Export what is new (the default), or not."
)
@_DEBUG
def choose(store: str, recipe: str | None, seed: int, policy: str | None, export_new: bool) -> None:
    """Rewrite which members the ensemble uses; `predict` loads exactly those.

    Those without ONNX file are exported first, each checked against its original, where the extra `train` is there.

    Example: neuronetra models choose STORE --recipe v2 --seed 3
    """
    from neuronetra.app.choose_members import choose_members, chosen_members, unexported
    from neuronetra.config import Configuration
    from neuronetra.wiring import Wiring

    opened = Wiring(Configuration()).store(store)
    wanted = _recipe(opened, recipe, policy)
    names = [manifest.name for manifest in chosen_members(opened, wanted, seed)]
    missing = unexported(opened, names, "onnx")
    hint = _exported(store, missing) if export_new and missing else ""
    ensemble = choose_members(opened, wanted, seed)
    for member in ensemble.members:
        click.echo(str(member.name))
    if missing := unexported(opened, [member.name for member in ensemble.members], "onnx"):
        click.echo(f"{len(missing)} without ONNX file: {hint}neuronetra models export {store}", err=True)


def _exported(store: str, names: Sequence[CheckpointName]) -> str:
    """Export these members; what must be done before that where it cannot be."""
    from neuronetra.cli.progress import ProgressLine
    from neuronetra.errors import MissingDependencyError
    from neuronetra.wiring.members import maker_in

    try:
        with maker_in(store) as maker, ProgressLine("exports") as progress:
            maker.export(names, progress)
    except MissingDependencyError as error:
        return f"{error.fix}, then "
    return ""


def _recipe(store: CheckpointStore, name: str | None, policy: str | None) -> Recipe:
    """The one asked for, or the store's own, with another policy where one is named."""
    from attrs import evolve

    from neuronetra.domain.ensemble import EnsemblePolicy
    from neuronetra.wiring.recipes import recipe_at

    recipe = _own_recipe(store) if name is None else recipe_at(name)
    if policy is None:
        return recipe
    known = [entry.value for entry in EnsemblePolicy]
    if policy not in known:
        raise UsageError("unknown policy", found=repr(policy), expected=f"one of {', '.join(known)}")
    return evolve(recipe, policy=EnsemblePolicy(policy))


def _own_recipe(store: CheckpointStore) -> Recipe:
    """The recipe of the members that were chosen last; v3 where none were, or are no longer whole."""
    from neuronetra.domain.recipes import V3
    from neuronetra.errors import StoreError

    try:
        return store.ensemble().recipe
    except StoreError:
        return V3


def _print(rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(rows, indent=1))
        return
    from neuronetra.cli.rows import table_of

    click.echo(table_of(rows))
