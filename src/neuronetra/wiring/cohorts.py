"""Which kind of cohort lies at a place."""

from __future__ import annotations

from pathlib import Path

from neuronetra.errors import CohortError
from neuronetra.plugins import Registry
from neuronetra.ports import Cohort
from neuronetra.wiring import Wiring

_PREPARED = ("manifest.json", "cohort.csv")
_RSNA = ("train.csv",)


def cohort_at(
    plugins: Registry | Wiring, location: str, patients: str | None = None, patient_key: str | None = None
) -> Cohort:
    """The cohort at ``location``: prepared, of the RSNA layout, or ``kind:location`` of a plug-in.

    ``patients`` and ``patient_key`` are files; see ``RsnaCohort``. A folder whose name looks like the latter
    is ``./kind:location``. Raises ``CohortError`` where there is none, or ``PluginError``.
    """
    registry = plugins.plugins if isinstance(plugins, Wiring) else plugins
    kind, _, rest = location.partition(":")
    if not rest or kind not in registry.names("cohorts"):
        kind, rest = _kind(location), location
    cohort: Cohort = registry.make("cohorts", kind, location=rest, patients=patients, patient_key=patient_key)
    return cohort


def _kind(location: str) -> str:
    """The shipped kind whose files lie there."""
    try:
        folder = Path(location) if location else None
        if folder is not None and folder.is_dir():
            if all((folder / name).is_file() for name in _PREPARED):
                return "prepared"
            if all((folder / name).is_file() for name in _RSNA):
                return "rsna"
            found = "a folder with neither"
        else:
            found = "no such folder"
    except OSError as error:
        found = error.strerror or "an error"
    except ValueError:
        found = "no such folder"
    raise CohortError(
        "no cohort here",
        where=location[:200] or "an empty path",
        found=found,
        expected="train.csv beside series/, or manifest.json with cohort.csv of a prepared cohort",
        fix="give the folder of train.csv; without data: neuronetra synthesize OUT --series 120 --seed 1",
    )
