"""``neuronetra doctor``: what is missing, and the exact command that mends it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from neuronetra.plugins import Registry

OK, MISSING, CONFLICT, BROKEN = "ok", "missing", "conflict", "broken"
"""What is missing belongs to an extra; what is broken should be there."""


@click.command()
@click.option("--models", metavar="STORE", help="Verify this store too.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def doctor(context: click.Context, models: str | None, form: str) -> None:
    """What is installed, what is missing, and the command that mends it.

    Exit code 0 where all of the base install is well, 1 otherwise.
    """
    from neuronetra.cli.rows import table_of
    from neuronetra.wiring import registry

    found = registry()
    rows = [*_packages(found), *_runtimes(found), *_conflicts(), *_broken(found), *_store(models)]
    click.echo(json.dumps(rows, indent=1) if form == "json" else table_of(rows))
    context.exit(1 if any(row["state"] in {CONFLICT, BROKEN} for row in rows) else 0)


_OPENCV_BUILDS = tuple(
    f"opencv-{contrib}python{headless}" for contrib in ("", "contrib-") for headless in ("", "-headless")
)


def _row(what: str, state: str, found: str, fix: str = "") -> dict[str, Any]:
    return {"what": what, "state": state, "found": found, "fix": fix}


def _packages(found: Registry) -> Iterator[dict[str, Any]]:
    """Each distribution that a plug-in needs, once."""
    from neuronetra.plugins import installed_version

    yield _row("python", OK, sys.version.split()[0])
    seen = set()
    for offer in found.offers:
        for need in offer.plugin.needs:
            if need in seen:
                continue
            seen.add(need)
            version, name = installed_version(need), need.split("|")[0]
            fix = "" if version else offer.plugin.install or f"pip install {name}"
            state = OK if version else MISSING if offer.plugin.install else BROKEN
            yield _row(f"{name} (for {offer.plugin.name})", state, version or "-", fix)


def _runtimes(found: Registry) -> Iterator[dict[str, Any]]:
    """Where each installed runtime would run."""
    from neuronetra.errors import NeuronetraError

    for name in found.names("model_runtimes"):
        try:
            runtime = found.make("model_runtimes", name)
        except NeuronetraError as error:
            yield _row(f"runtime {name}", MISSING, error.problem, error.fix)
        except Exception as error:  # noqa: BLE001 - a plug-in's, or a library that does not load
            yield _row(f"runtime {name}", BROKEN, type(error).__name__)
        else:
            yield _row(f"runtime {name}", OK, f"runs on {runtime.device}, {runtime.workers} at once")


def _conflicts() -> Iterator[dict[str, Any]]:
    """Distributions that put their files in one place: the later install breaks the earlier."""
    from neuronetra.plugins import installed_version

    cpu, gpu = installed_version("onnxruntime"), installed_version("onnxruntime-gpu")
    if cpu and gpu:
        fix = "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu"
        yield _row("onnxruntime", CONFLICT, "onnxruntime and onnxruntime-gpu", fix)
    elif cpu:
        fix = "for CUDA: pip uninstall -y onnxruntime && pip install onnxruntime-gpu"
        yield _row("onnxruntime's kind", OK, "the CPU build", fix)
    elif gpu:
        yield _row("onnxruntime's kind", OK, "the GPU build")
    builds = [name for name in _OPENCV_BUILDS if installed_version(name)]
    if len(builds) > 1:
        fix = f"pip uninstall -y {' '.join(builds)} && pip install opencv-python-headless"
        yield _row("OpenCV", CONFLICT, " and ".join(builds), fix)


def _broken(found: Registry) -> Iterator[dict[str, Any]]:
    for problem in found.problems:
        yield _row(f"plug-in of {problem.owner}", BROKEN, problem.reason, f"pip uninstall {problem.owner}")


def _store(models: str | None) -> Iterator[dict[str, Any]]:
    if models is None:
        return
    from neuronetra.app.verify_store import verify_store
    from neuronetra.config import Configuration
    from neuronetra.errors import NeuronetraError
    from neuronetra.wiring import Wiring

    try:
        checks = list(verify_store(Wiring(Configuration()).store(models)))
    except NeuronetraError as error:
        yield _row(f"store {models}", BROKEN, error.problem, error.fix)
        return
    for check in checks:
        yield _row(check.what, BROKEN if check.problem else OK, check.problem or "sha256 agrees")
