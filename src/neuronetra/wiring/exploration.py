"""What ``explore`` is made of: the work on one series that processes share, and the page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from attrs import define, field

from neuronetra.app.evaluate import Evaluator
from neuronetra.app.explore import Explorer
from neuronetra.app.survey import ExampleMaker, Surveyor
from neuronetra.app.survey_prepared import PreparedExampleMaker, PreparedSurveyor
from neuronetra.config import Configuration, overridden
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.example import Example
from neuronetra.domain.exploration import Exploration
from neuronetra.domain.recipes import V3
from neuronetra.domain.survey import SurveyedSeries
from neuronetra.ports import Cohort, Executor, FrameStore, Progress
from neuronetra.wiring import Wiring

STORE, EXECUTOR = "png", "processes"


@define
class _Work(ABC):
    """What it takes is made in each process when it is first called there, on one thread."""

    configuration: Configuration
    root: str
    prepared: bool = False
    _made: Any = field(default=None, init=False, eq=False, repr=False)

    def made(self) -> Any:
        if self._made is None:
            self._made = self.make(Wiring(overridden(self.configuration, {"threads": 1})))
        return self._made

    @abstractmethod
    def make(self, wiring: Wiring) -> Any:
        """What the work takes, on one thread."""

    def __getstate__(self) -> tuple[object, ...]:
        return (self.configuration, self.root, self.prepared)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.configuration, self.root, self.prepared = state
        self._made = None


class SurveyWork(_Work):
    """Looks at one series; see ``Surveyor``."""

    def make(self, wiring: Wiring) -> Surveyor | PreparedSurveyor:
        from neuronetra.adapters.dicom.technical import technical_facts
        from neuronetra.adapters.disk.folder_listing import FolderLister

        lister = FolderLister(self.root)
        if self.prepared:
            return PreparedSurveyor(_store(wiring, self.root), lister)
        return Surveyor(wiring.reader(), lister, technical_facts)

    def __call__(self, one: LabelledSeries) -> SurveyedSeries:
        surveyed: SurveyedSeries = self.made()(one)
        return surveyed


class ExampleWork(_Work):
    """Makes a picture of one series; see ``ExampleMaker``."""

    def make(self, wiring: Wiring) -> ExampleMaker | PreparedExampleMaker:
        if self.prepared:
            return PreparedExampleMaker(_store(wiring, self.root))
        return ExampleMaker(wiring.reader(), wiring.preprocessor(), V3.pipeline.preprocessing)

    def __call__(self, one: LabelledSeries) -> Example:
        example: Example = self.made()(one)
        return example


def explored(
    wiring: Wiring,
    location: str,
    source: Cohort,
    cohort: LabelledSet,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """The cohort at ``location`` looked at by ``jobs`` processes; ``source`` gave the labelled ``cohort``.

    Raises ``PluginError`` where there is no such reader, ``WorkerError`` where no process can start.
    """
    from neuronetra.adapters.cohorts.prepared import PreparedCohort
    from neuronetra.adapters.cohorts.row_order import row_order

    executor: Executor = wiring.plugins.make("executors", EXECUTOR, jobs=jobs)
    chosen = wiring.configuration
    root = _folder(wiring, location)
    prepared = isinstance(source, PreparedCohort)
    if not prepared:
        wiring.reader()  # what is wrong with it is wrong with every series
    survey, examples = SurveyWork(chosen, root, prepared), ExampleWork(chosen, root, prepared)
    explorer = Explorer(executor, survey, examples, Evaluator(), chosen.hide_names)
    return explorer.explore(cohort, row_order(root), progress)


def _store(wiring: Wiring, root: str) -> FrameStore:
    store: FrameStore = wiring.plugins.make("frame_stores", STORE, location=root)
    return store


def _folder(wiring: Wiring, location: str) -> str:
    """Where the cohort lies, without the kind that a plug-in's has before it."""
    kind, _, rest = location.partition(":")
    return rest if rest and kind in wiring.plugins.names("cohorts") else location


def write_page(exploration: Exploration, place: str) -> None:
    """Write the page, whole or not at all. Raises ``OutputError``."""
    from neuronetra.adapters.results.exploration_page import exploration_page
    from neuronetra.wiring import result_file

    content = exploration_page(exploration).encode()
    with result_file(Path(place)) as stream:
        stream.write(content)
