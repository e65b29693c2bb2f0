"""What ``synthesize`` is made of."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from neuronetra.plugins import installed_version
from neuronetra.wiring import PREPROCESSOR, Wiring

if TYPE_CHECKING:
    from neuronetra.app.preview import Preview
    from neuronetra.app.synthesize import Synthesis
    from neuronetra.ports import Executor


def synthesis(wiring: Wiring, out: str, jobs: int | None = None) -> Synthesis:
    """Makes synthetic cohorts in the folder ``out`` on ``jobs`` processes."""
    from neuronetra.adapters.cohorts.synthetic import SyntheticSeriesMaker
    from neuronetra.adapters.cohorts.synthetic_folder import SyntheticFolder
    from neuronetra.app.synthesize import Synthesis

    executor: Executor = wiring.plugins.make("executors", "processes", jobs=jobs)
    return Synthesis(SyntheticFolder(out), SyntheticSeriesMaker(out), executor, _versions(wiring))


def _versions(wiring: Wiring) -> dict[str, str]:
    """Of the package and the libraries that draw, write and number."""
    found = {name: version(name) for name in ("neuronetra", "numpy", "pydicom")}
    for need in wiring.plugins.named("preprocessors", PREPROCESSOR).needs:
        found[need.split("|")[0]] = installed_version(need) or "unknown"
    return found


def previewer(wiring: Wiring) -> Preview:
    """Draws contact sheets of a cohort through the configured reader."""
    from neuronetra.app.preview import Preview

    return Preview(wiring.reader())


def preview_page() -> Callable[..., str]:
    """What makes a page of a preview."""
    from neuronetra.adapters.results.preview_page import preview_page

    return preview_page
