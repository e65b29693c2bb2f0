"""``neuronetra plugins``."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def plugins(form: str) -> None:
    """What is installed: readers, runtimes, stores and writers, whose they are, and what is broken."""
    from neuronetra.cli.rows import table_of
    from neuronetra.plugins import installed_version
    from neuronetra.wiring import registry

    found = registry()
    offers = []
    for offer in found.offers:
        missing = [need for need in offer.plugin.needs if installed_version(need) is None]
        state = f"needs {', '.join(missing)}: {offer.plugin.install}" if missing else "ready"
        offers.append({"kind": offer.kind, "name": offer.plugin.name, "from": offer.owner, "state": state})
    problems = [{"from": problem.owner, "problem": problem.reason} for problem in found.problems]
    if form == "json":
        click.echo(json.dumps({"plugins": offers, "problems": problems}, indent=1))
        return
    click.echo(table_of(offers))
    for problem in problems:
        click.echo(f"broken: {problem['from']}: {problem['problem']}")
