"""Members of a store, an ensemble's or others, opened as they are needed and run side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock

import numpy as np
from attrs import define, field, frozen

from neuronetra.domain.arrays import Float32
from neuronetra.domain.checkpoints import Checkpoint, EnsembleMember
from neuronetra.domain.locations import LABELS
from neuronetra.domain.prediction import ModelIdentity
from neuronetra.domain.preprocessing import Preprocessing
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.scores import Batch
from neuronetra.errors import ManifestError, ScoringError, UsageError
from neuronetra.ports import CheckpointStore, Closing, ModelRuntime, Scorer

MOST_TOGETHER = 32
"""Images that a network is given at once."""


@frozen
class Member:
    """A chosen member and its checkpoint."""

    chosen: EnsembleMember
    checkpoint: Checkpoint


@define(eq=False)
class _Slot:
    """A member's open scorer, if any, and the lock under which it is opened."""

    lock: Lock = field(factory=Lock)
    scorer: Scorer | None = None


class OpenMembers(Closing):
    """Members of one recipe ready to be run: verified before use, spread over ``runtime.workers``.

    ``keep_open`` keeps the networks in memory between calls; otherwise each is opened, run and freed
    in turn, unless a call says that more is to come. Manifests are checked when this is made, weights
    when they are opened.
    """

    def __init__(
        self,
        store: CheckpointStore,
        runtime: ModelRuntime,
        recipe: Recipe,
        chosen: Sequence[EnsembleMember],
        keep_open: bool = True,
    ) -> None:
        self.recipe = recipe
        self._store, self._runtime, self._keep_open = store, runtime, keep_open
        self.members = tuple(self._member(one) for one in chosen)
        self._slots = {str(member.chosen.name): _Slot() for member in self.members}
        self._pool = ThreadPoolExecutor(max(1, runtime.workers), thread_name_prefix="neuronetra-member")
        self._closed = False

    def _member(self, chosen: EnsembleMember) -> Member:
        checkpoint = self._store.load(chosen.name, self._runtime.weights)
        _require_same_input(checkpoint, self.recipe)
        return Member(chosen, checkpoint)

    def scores(
        self, given: Callable[[Member], Batch | None], more_to_come: bool = False
    ) -> tuple[Float32, ...]:
        """Each member's probabilities (n, 14) of the batch ``given`` for it, in the members' order.

        Of a member that is given ``None`` there are none, (0, 14). Members run side by side, the largest first; kept
        ones with each image apart, which leaves no core idle at the end. At an error what has not begun is given up.
        Raises ``UsageError`` once closed.
        """
        if self._closed:
            raise UsageError("the predictor is closed", fix="open it anew")
        keep = self._keep_open or more_to_come
        apart = keep and self._runtime.workers > 1
        tasks = [
            (member, batch)
            for member in sorted(self.members, key=lambda member: -member.checkpoint.size)
            for batch in _parts(given(member), apart)
        ]
        futures = [self._pool.submit(self._score, member, batch, keep) for member, batch in tasks]
        try:
            parts = [(m.chosen.name, f.result()) for (m, _), f in zip(tasks, futures, strict=True)]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        none = np.empty((0, len(LABELS)), np.float32)
        return tuple(
            np.concatenate([none, *(part for name, part in parts if name == member.chosen.name)])
            for member in self.members
        )

    def _score(self, member: Member, batch: Batch, keep: bool) -> Float32:
        try:
            if keep:
                return self._kept(member).score(batch).probabilities
            with self._opened(member, once=True) as scorer:
                return scorer.score(batch).probabilities
        except ScoringError as error:
            error.where = error.where or str(member.chosen.name)
            raise

    def _kept(self, member: Member) -> Scorer:
        slot = self._slots[str(member.chosen.name)]
        with slot.lock:
            if slot.scorer is None:
                slot.scorer = self._opened(member)
            return slot.scorer

    def _opened(self, member: Member, once: bool = False) -> Scorer:
        self._store.verify(member.checkpoint)
        return self._runtime.open(member.checkpoint, once)

    def warm(self) -> None:
        """Open every member now, so that the first prediction does not wait for it."""
        list(self._pool.map(self._kept, self.members))

    def close(self) -> None:
        """Free the networks and the threads; a second call does nothing."""
        self._closed = True
        self._pool.shutdown(cancel_futures=True)
        with ExitStack() as closing:
            for slot in self._slots.values():
                if slot.scorer is not None:
                    closing.callback(slot.scorer.close)
                    slot.scorer = None


class OpenEnsemble(OpenMembers):
    """The chosen members of a store, as an ensemble: see ``OpenMembers``."""

    def __init__(self, store: CheckpointStore, runtime: ModelRuntime, keep_open: bool = True) -> None:
        self.ensemble = store.ensemble()
        super().__init__(store, runtime, self.ensemble.recipe, self.ensemble.members, keep_open)

    @property
    def identity(self) -> ModelIdentity:
        """What a result says of this model."""
        manifests = [member.checkpoint.manifest for member in self.members]
        return ModelIdentity(
            self.ensemble.recipe.name,
            tuple(str(member.chosen.name) for member in self.members),
            self.ensemble.digest,
            untrained=any(manifest.untrained for manifest in manifests),
            synthetic=any(
                manifest.record is not None and manifest.record.synthetic for manifest in manifests
            ),
        )


def _parts(batch: Batch | None, apart: bool) -> tuple[Batch, ...]:
    """Each image apart, or as many together as memory is sure to hold."""
    if batch is None:
        return ()
    return batch.parts(1 if apart else MOST_TOGETHER)


def _require_same_input(checkpoint: Checkpoint, recipe: Recipe) -> None:
    """The members of a recipe are all made for the input that it names."""
    expected, found = recipe.pipeline, checkpoint.manifest.pipeline
    for what in ("preprocessing", "sampler", "encoder"):
        if getattr(found, what) != getattr(expected, what):
            raise ManifestError(
                f"the member's {what} is not the recipe's",
                where=str(checkpoint.name),
                found=_short(getattr(found, what)),
                expected=f"{_short(getattr(expected, what))} of recipe {recipe.name}",
                fix="choose members made with one input: `neuronetra models choose`",
            )


def _short(part: object) -> str:
    """Preprocessing by its sha256, anything else as it is."""
    return part.digest[:12] if isinstance(part, Preprocessing) else str(part)
