"""What ``ladder`` is made of: a store's networks, what shows them series, and the folder that keeps what they gave."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from neuronetra.app.choose_members import unexported
from neuronetra.app.ensemble import OpenMembers
from neuronetra.app.evaluate_models import Told, choice_on
from neuronetra.app.ladder import Ladder, members_of
from neuronetra.app.score_members import MemberScorer
from neuronetra.app.score_members_parts import Kept, Meter, NothingKept
from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.cohort import LabelledSet
from neuronetra.domain.ladder import SEEN, Rung, require_networks, rungs_of
from neuronetra.domain.ladder_result import LadderResult
from neuronetra.domain.metric.bootstrap import Resampling
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.training_record import key_check
from neuronetra.errors import MissingDependencyError, StoreNotFoundError, UsageError
from neuronetra.ports import CheckpointStore, Cohort, ModelRuntime
from neuronetra.wiring import SHIPPED, Wiring
from neuronetra.wiring.evaluation import frames_digest, looks_at
from neuronetra.wiring.members import maker_in
from neuronetra.wiring.preparation import key_of

TRAINING, RUN = "training", "run.json"


@frozen
class Asked:
    """What a user asks: ``seed`` of v2's random checkpoints and of the resamples, and where to keep what was scored."""

    store: str
    seed: int = 0
    bootstraps: int = 1000
    cache: str | None = None


@frozen
class Climber:
    """A ladder on a store that is there, whole."""

    wiring: Wiring
    cohort: Cohort
    location: str
    asked: Asked
    store: CheckpointStore
    recipe: Recipe
    rungs: tuple[Rung, ...]

    @classmethod
    def at(cls, wiring: Wiring, cohort: Cohort, location: str, asked: Asked) -> Climber:
        """Raises ``StoreError``; ``MissingMemberError`` names all networks that were not trained."""
        store = wiring.store(asked.store)
        recipe = _recipe(store, asked.store)
        return cls(
            wiring, cohort, location, asked, store, recipe, rungs_of(recipe, store.names(), asked.seed)
        )

    @property
    def names(self) -> tuple[CheckpointName, ...]:
        """Of all networks of the rungs."""
        return tuple(dict.fromkeys(name for rung in self.rungs for name in rung.members))

    def climb(self, labelled: LabelledSet, told: Told) -> LadderResult:
        """See ``Ladder``. Networks that the runtime cannot open yet are exported first."""
        runtime = self.wiring.runtime(precision=self.recipe.precision)
        self._export(unexported(self.store, self.names, runtime.weights), runtime.weights, told)
        with self._opened(labelled, runtime) as ladder:
            found = ladder.climb(labelled, told)
        records = {str(name): self.store.manifest(name).record for name in self.names}
        drawn = Resampling(self.asked.bootstraps, self.asked.seed)
        choice = choice_on(labelled, self.store, self.recipe, records, drawn, told("epochs"))
        return evolve(found, epoch_choice=choice)

    @contextmanager
    def _opened(self, labelled: LabelledSet, runtime: ModelRuntime) -> Iterator[Ladder]:
        recipe = evolve(self.recipe, views=SEEN)
        looks = looks_at(self.wiring, self.cohort, self.location, recipe)
        manifests = {name: self.store.manifest(name) for name in self.names}
        chosen = members_of(self.recipe, self.rungs, manifests)
        meter = Meter(time.perf_counter)
        kept = self._kept(labelled, type(looks).__name__)
        with OpenMembers(self.store, meter.metered(runtime), recipe, chosen) as members:
            scorer = MemberScorer(looks, members, kept, meter)
            check, asked = key_check(key_of(self.cohort)), self.asked
            one_epoch = len(self.store.names()) == len(self.recipe.slots)
            yield Ladder(self.recipe, self.rungs, scorer, check, asked.seed, asked.bootstraps, one_epoch)

    def _export(self, names: Sequence[CheckpointName], weights: str, told: Told) -> None:
        """v2's random checkpoints are seldom chosen, and only what is chosen is exported."""
        if not names or weights != "onnx":
            return
        try:
            with maker_in(self.asked.store, inside=True) as maker:
                maker.export(names, told("exports"))
        except MissingDependencyError as error:
            raise UsageError(
                f"v2's random checkpoints are not exported to ONNX yet ({len(names)} of them), and that needs Torch",
                where=self.asked.store,
                found=error.problem,
                fix=error.fix or "pip install 'neuronetra[train]'",
            ) from None

    def _kept(self, labelled: LabelledSet, looks: str) -> Kept:
        """A folder for this cohort, store and way of scoring: in the one that was named, or in the store's."""
        from neuronetra.adapters.results.ladder_cache import LadderCache

        place = self.asked.cache
        if place is None and self.asked.store not in SHIPPED and os.access(self.asked.store, os.W_OK):
            place = str(Path(self.asked.store, TRAINING))
        return (
            NothingKept()
            if place is None
            else LadderCache(str(Path(place, f"ladder-{self._digest(labelled, looks)}")))
        )

    def _digest(self, labelled: LabelledSet, looks: str) -> str:
        """Of all that decides what a network gives for a series."""
        from neuronetra.adapters.cohorts.prepared import PreparedCohort

        chosen = self.wiring.configuration
        told: dict[str, Any] = {
            "cohort": labelled.digest,
            "looks": looks,
            "frames": frames_digest(self.location) if isinstance(self.cohort, PreparedCohort) else None,
            "pipeline": self.recipe.pipeline.as_document(),
            "precision": self.recipe.precision,
            "views": [view.name for view in SEEN],
            "runtime": [chosen.runtime, chosen.device, chosen.precision, dict(chosen.runtime_options)],
            "reader": [chosen.reader, chosen.stack, dict(chosen.reader_options)],
            "versions": dict(self.wiring.versions()),
        }
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _recipe(store: CheckpointStore, location: str) -> Recipe:
    """Of the chosen members; where none are chosen as the training is not done, an error says what is missing."""
    try:
        return store.ensemble().recipe
    except StoreNotFoundError:
        begun = _begun(location)
        if begun is None:
            raise
        require_networks(begun, store.names())
        raise


def _begun(location: str) -> Recipe | None:
    """The recipe of the run of training in that store; ``None`` where there is none to be read."""
    try:
        return Recipe.from_document(json.loads(Path(location, TRAINING, RUN).read_bytes())["recipe"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def rendered(document: dict[str, Any], form: str) -> bytes:
    """``LadderResult.as_document`` as ``table``, ``json`` or ``html``, UTF-8."""
    if form == "json":
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    elif form == "html":
        from neuronetra.adapters.results.ladder_page import ladder_page

        text = ladder_page(document)
    else:
        from neuronetra.adapters.results.ladder_table import ladder_table

        text = ladder_table(document)
    return text.encode()
