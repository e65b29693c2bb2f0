"""What ``prepare`` is made of: the cohort, the folder, and the work on one series that processes share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from attrs import define, field, frozen

from neuronetra.app.loading_times import LoadingTimes, loading_times
from neuronetra.app.prepare import Preparation, Prepared, SizedStore
from neuronetra.app.preparing import Done, SeriesPreparer
from neuronetra.config import Configuration, overridden
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.prepared import Kept
from neuronetra.domain.prepared_manifest import PreparationPlan
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.shards import Shard
from neuronetra.errors import CohortError, FrameStoreError, InputError, OutputError, UsageError
from neuronetra.plugins import installed_version
from neuronetra.wiring import PREPROCESSOR, Wiring

if TYPE_CHECKING:
    from neuronetra.ports import Cohort, Executor, Progress

STORE, EXECUTOR = "png", "processes"


@define
class SeriesWork:
    """Prepares one series; what it takes is made in each process when it is first called there."""

    configuration: Configuration
    out: str
    recipe: Recipe
    kept: Kept
    made_by: str = ""
    _preparer: SeriesPreparer | None = field(default=None, init=False, eq=False, repr=False)

    def __call__(self, entry: LabelledSeries) -> Done:
        """Raises ``InputError`` or ``OutputError``; see ``SeriesPreparer``."""
        if self._preparer is None:
            from neuronetra.adapters.frame_stores.pictures import use_one_thread

            use_one_thread()
            self._preparer = self.preparer()
        return self._preparer.prepare(entry)

    def preparer(self) -> SeriesPreparer:
        """On one thread: it works beside others."""
        wiring = Wiring(overridden(self.configuration, {"threads": 1}))
        pipeline = self.recipe.pipeline
        store = _store(wiring, self.out)
        reader, preprocessor = wiring.reader(), wiring.preprocessor()
        return SeriesPreparer(reader, preprocessor, store, pipeline, self.kept, _file_size, self.made_by)

    def __getstate__(self) -> tuple[object, ...]:
        return (self.configuration, self.out, self.recipe, self.kept, self.made_by)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.configuration, self.out, self.recipe, self.kept, self.made_by = state
        self._preparer = None


@frozen
class CohortPreparation:
    """Prepares a cohort into the folder ``out`` by ``recipe``; ``patient_key`` is the cohort's, never shown."""

    wiring: Wiring
    out: str
    recipe: Recipe
    kept: Kept
    patient_key: bytes = field(repr=False)
    jobs: int | None = None

    def run(
        self,
        cohort: LabelledSet,
        shard: Shard,
        progress: Progress | None = None,
        slices: Callable[[int], None] | None = None,
    ) -> Prepared:
        """See ``Preparation``. Raises ``OutputError`` or ``WorkerError``."""
        from neuronetra.adapters.frame_stores.prepared_folder import PreparedFolder

        executor: Executor = self.wiring.plugins.make("executors", EXECUTOR, jobs=self.jobs)
        store = _store(self.wiring, self.out)
        preparation = Preparation(PreparedFolder(self.out), store, executor, self.work, self.plan.digest)
        manifest = self.plan.manifest(cohort, self.patient_key)
        return preparation.run(cohort, manifest, shard, progress, slices)

    @property
    def work(self) -> SeriesWork:
        return SeriesWork(self.wiring.configuration, self.out, self.recipe, self.kept, self.plan.digest)

    @property
    def plan(self) -> PreparationPlan:
        """All that decides the bytes of what is prepared."""
        chosen = self.wiring.configuration
        options = {**({"stack": chosen.stack} if chosen.stack else {}), **chosen.reader_options}
        preprocessing = self.recipe.pipeline.preprocessing
        return PreparationPlan(
            self.recipe.name, preprocessing, self.kept, chosen.reader, options, _versions(self.wiring)
        )

    def document(self, cohort: LabelledSet, shard: Shard, done: Prepared) -> dict[str, Any]:
        """What a run did, what lies in the folder, and how long it takes to load, as plain data."""
        totals, times = done.totals, self.loading_times(cohort.keep(done.totals.uids))
        ratio = totals.stored_bytes / totals.source_bytes if totals.source_bytes else None
        return {
            "synthetic": cohort.synthetic,
            "recipe": self.recipe.name,
            "preprocessing_sha256": self.recipe.pipeline.preprocessing.digest,
            "kept": self.kept.value,
            "shard": str(shard),
            "series": {
                "prepared": done.made,
                "there_before": done.there_before,
                "failed": len(done.failures),
                "in_folder": totals.series,
            },
            "slices": {"stored": totals.slices, "lost": totals.lost},
            "bytes": {"dicom": totals.source_bytes, "png": totals.stored_bytes, "ratio": ratio},
            "loading": None if times is None else times.as_document(),
            "failures": dict(sorted(done.failures.items())),
            "bad_rows": [str(row) for row in cohort.bad_rows],
            "notes": list(cohort.notes),
        }

    def loading_times(self, prepared: LabelledSet) -> LoadingTimes | None:
        """Measured now, in this process, on a few of these series; ``None`` where that is not to be had."""
        with suppress(InputError, FrameStoreError, MemoryError):  # what is prepared is prepared nonetheless
            return loading_times(self.work.preparer(), prepared.series, time.perf_counter)
        return None


def source_at(wiring: Wiring, location: str, patients: str | None, patient_key: str | None) -> Cohort:
    """The cohort to prepare. Raises ``CohortError`` where it is prepared already, or none.

    ``UsageError`` where the configuration names one modality for all: frames are those of each series' own.
    """
    from neuronetra.adapters.cohorts.prepared import PreparedCohort
    from neuronetra.wiring.cohorts import cohort_at

    if wiring.configuration.modality is not None:
        raise UsageError(
            "series are prepared by the modality that their headers tell",
            where="configuration: modality",
            found=wiring.configuration.modality,
            fix="leave it out of the configuration that prepares",
        )
    cohort = cohort_at(wiring, location, patients, patient_key)
    if isinstance(cohort, PreparedCohort):
        raise CohortError(
            "is prepared already", where=location, fix="give the cohort of DICOM that it was made of"
        )
    return cohort


def require_place(cohort: str, out: str) -> None:
    """Before any work: refuse an ``out`` inside the cohort's folder or around it, or with other things in it.

    Raises ``OutputError``.
    """
    from neuronetra.adapters.frame_stores.prepared_folder import PreparedFolder

    try:
        place, given = Path(out).resolve(), Path(cohort).resolve()
    except (OSError, ValueError, RuntimeError):
        raise OutputError("not a folder's name", where=repr(out[:80])) from None
    if not out or place == given or place in given.parents or given in place.parents:
        raise OutputError(
            "prepared frames lie apart from the cohort they are made of",
            where=out[:200] or "an empty path",
            fix="name a folder beside the cohort's",
        )
    PreparedFolder(out).require_ours()


def key_of(cohort: object) -> bytes:
    """The key of a cohort's patient hashes: 32 bytes; zeros for a plug-in's cohort that keeps none."""
    key = getattr(cohort, "key", None)
    return bytes(32) if key is None else cast("bytes", key())


def _store(wiring: Wiring, out: str) -> SizedStore:
    store: SizedStore = wiring.plugins.make("frame_stores", STORE, location=out)
    return store


def _file_size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a string it is
    except OSError as error:
        raise InputError("a file is gone", found=error.strerror or "an error") from None


def _versions(wiring: Wiring) -> Mapping[str, str]:
    """Versions of the package and of the libraries that read, decode, prepare and write.

    Of the decoders those that are there: which of them takes a lossy image decides its pixels.
    """
    from neuronetra.adapters.dicom.decoders.table import packages
    from neuronetra.adapters.dicom.syntaxes import ENCAPSULATED

    used = (
        ("series_readers", wiring.configuration.reader),
        ("preprocessors", PREPROCESSOR),
        ("frame_stores", STORE),
    )
    found = {name: version(name) for name in ("neuronetra", "numpy")}
    for kind, name in used:
        for need in wiring.plugins.named(kind, name).needs:
            found[need.split("|")[0]] = installed_version(need) or "unknown"
    for decoder in {package for syntax in ENCAPSULATED for package in packages(syntax)}:
        if there := installed_version(decoder):
            found[decoder] = there
    return dict(sorted(found.items()))
