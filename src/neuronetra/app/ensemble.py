"""The members of an ensemble, opened as they are needed and run side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock

import numpy as np
from attrs import define, field, frozen

from neuronetra.domain.arrays import Float32
from neuronetra.domain.checkpoints import Checkpoint, Ensemble, EnsembleMember
from neuronetra.domain.prediction import ModelIdentity
from neuronetra.domain.preprocessing import Preprocessing
from neuronetra.domain.scores import Batch
from neuronetra.errors import ManifestError, ScoringError, UsageError
from neuronetra.ports import CheckpointStore, Closing, ModelRuntime, Scorer


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


class OpenEnsemble(Closing):
    """An ensemble ready to be run: verified before use, members spread over ``runtime.workers``.

    ``keep_open`` keeps the networks in memory between calls; otherwise each is opened, run and freed
    in turn, unless a call says that more is to come. Manifests are checked when this is made, weights
    when they are opened.
    """

    def __init__(self, store: CheckpointStore, runtime: ModelRuntime, keep_open: bool = True) -> None:
        self.ensemble = store.ensemble()
        self._store, self._runtime, self._keep_open = store, runtime, keep_open
        self.members = tuple(self._member(chosen) for chosen in self.ensemble.members)
        self._slots = {str(member.chosen.name): _Slot() for member in self.members}
        self._pool = ThreadPoolExecutor(max(1, runtime.workers), thread_name_prefix="neuronetra-member")
        self._closed = False

    def _member(self, chosen: EnsembleMember) -> Member:
        checkpoint = self._store.load(chosen.name, self._runtime.weights)
        _require_same_input(checkpoint, self.ensemble)
        return Member(chosen, checkpoint)

    @property
    def identity(self) -> ModelIdentity:
        """What a result says of this model."""
        untrained = any(member.checkpoint.manifest.untrained for member in self.members)
        names = tuple(str(member.chosen.name) for member in self.members)
        return ModelIdentity(self.ensemble.recipe.name, names, self.ensemble.digest, untrained)

    def scores(self, given: Callable[[Member], Batch], more_to_come: bool = False) -> tuple[Float32, ...]:
        """Each member's probabilities (n, 14) of the batch ``given`` for it, in the members' order.

        Members run side by side, the largest first; kept ones with each image apart, which leaves no
        core idle at the end. At an error what has not begun is given up. Raises ``UsageError`` once closed.
        """
        if self._closed:
            raise UsageError("the predictor is closed", fix="open it anew")
        keep = self._keep_open or more_to_come
        apart = keep and self._runtime.workers > 1
        tasks = [
            (member, batch)
            for member in sorted(self.members, key=lambda member: -member.checkpoint.size)
            for batch in (given(member).singles() if apart else (given(member),))
        ]
        futures = [self._pool.submit(self._score, member, batch, keep) for member, batch in tasks]
        try:
            parts = [(m.chosen.name, f.result()) for (m, _), f in zip(tasks, futures, strict=True)]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return tuple(
            np.concatenate([part for name, part in parts if name == member.chosen.name])
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


def _require_same_input(checkpoint: Checkpoint, ensemble: Ensemble) -> None:
    """An ensemble's members are all made for the input that its recipe names."""
    expected, found = ensemble.recipe.pipeline, checkpoint.manifest.pipeline
    for what in ("preprocessing", "sampler", "encoder"):
        if getattr(found, what) != getattr(expected, what):
            raise ManifestError(
                f"the member's {what} is not the recipe's",
                where=str(checkpoint.name),
                found=_short(getattr(found, what)),
                expected=f"{_short(getattr(expected, what))} of recipe {ensemble.recipe.name}",
                fix="choose members made with one input: `neuronetra models choose`",
            )


def _short(part: object) -> str:
    """Preprocessing by its sha256, anything else as it is."""
    return part.digest[:12] if isinstance(part, Preprocessing) else str(part)
