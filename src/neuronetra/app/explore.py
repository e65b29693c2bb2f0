"""Looking at a whole cohort: what it holds, how it reads, what tells the label that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from neuronetra.app.evaluate import Evaluator
from neuronetra.app.survey import plainly
from neuronetra.domain.cohort import LabelledSeries, LabelledSet
from neuronetra.domain.example import Example
from neuronetra.domain.exploration import Exploration
from neuronetra.domain.headers import uid_order
from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, numbers
from neuronetra.domain.leaks.findings import find_leaks
from neuronetra.domain.leaks.reading import failed_facts
from neuronetra.domain.metric.evaluation import Evaluation
from neuronetra.domain.modality import Modality
from neuronetra.domain.survey import SurveyedSeries
from neuronetra.errors import NeuronetraError
from neuronetra.ports import Executor, Progress

EXAMPLES = 2
"""Pictures of each modality and class."""
SPARE = 2
"""Series that may stand in for one of them that gives no picture."""


@frozen
class Explorer:
    """Looks at every series by ``surveyor``, makes pictures of a few by ``examples``, side by side."""

    executor: Executor
    surveyor: Callable[[LabelledSeries], SurveyedSeries]
    examples: Callable[[LabelledSeries], Example]
    evaluator: Evaluator
    hide_names: bool = False

    def explore(
        self, cohort: LabelledSet, rows: Mapping[str, int], progress: Progress | None = None
    ) -> Exploration:
        """All that is to be known of ``cohort``; ``rows`` are the known rows of its table by uid.

        ``progress`` counts series. A series that cannot be read, or at which a process dies, has failed.
        """
        surveyed, facts = [], []
        outcomes = self.executor.map(self.surveyor, cohort.series, progress)
        for outcome, order in zip(outcomes, _orders(cohort, rows), strict=True):
            seen = outcome.value or SurveyedSeries.failed(_reason(outcome.error), failed_facts())
            facts.append(seen.facts.with_more(order))
            surveyed.append(seen.without_facts())
        names = [modality.value for modality in Modality]
        return Exploration(
            cohort,
            tuple(surveyed),
            find_leaks(facts, cohort.labels[:, -1], cohort.modalities, cohort.patients, names),
            self._baselines(cohort),
            tuple(self._examples(cohort)),
            self.hide_names,
        )

    def _baselines(self, cohort: LabelledSet) -> Evaluation | None:
        """The baselines that see no pixel; ``None`` where the cohort is too small to fit any."""
        try:
            return self.evaluator.evaluate(cohort).evaluation
        except NeuronetraError:
            return None

    def _examples(self, cohort: LabelledSet) -> Iterator[Example]:
        """Pictures of each modality and class, as many as there should be and can be had."""
        groups = list(_example_groups(cohort))
        chosen = [one for group in groups for one in group]
        outcomes = iter(list(self.executor.map(self.examples, chosen)))
        for group in groups:
            made = [outcome.value for outcome in (next(outcomes) for _ in group)]
            yield from [picture for picture in made if picture is not None][:EXAMPLES]


def _reason(error: NeuronetraError | None) -> str:
    return plainly(error) if error is not None else "nothing came back"


def _orders(cohort: LabelledSet, rows: Mapping[str, int]) -> list[SeriesFacts]:
    """Where each series stands: in the table, and among all uids."""
    by_uid = sorted((one.uid for one in cohort.series), key=uid_order)
    ranks = {uid: rank for rank, uid in enumerate(by_uid)}
    return [
        numbers(
            FactGroup.ORDER, [("row of the table", rows.get(one.uid)), ("rank of the uid", ranks[one.uid])]
        )
        for one in cohort.series
    ]


def _example_groups(cohort: LabelledSet) -> Iterator[Sequence[LabelledSeries]]:
    """Candidates of each modality and class: positives with a point first."""
    kinds = sorted({(one.modality.code, not one.present) for one in cohort.series})
    for code, negative in kinds:
        members = [one for one in cohort.series if (one.modality.code, not one.present) == (code, negative)]
        yield sorted(members, key=lambda one: not one.points)[: EXAMPLES + SPARE]
