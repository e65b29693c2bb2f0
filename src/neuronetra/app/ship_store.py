"""A store to give away: the chosen members alone, with one kind of weights and the model card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attrs import evolve

from neuronetra.domain.checkpoints import Ensemble
from neuronetra.ports import CheckpointStore, Progress


class CardKeeper(Protocol):
    """A store whose model card can be written."""

    def save_card(self, card: str) -> str:
        """Put Markdown in the place of the model card; gives where. Raises ``OutputError``."""
        ...


class NewStore(CheckpointStore, CardKeeper, Protocol):
    """A store that is still empty."""


def ship_store(
    source: CheckpointStore,
    target: NewStore,
    copied: Callable[[str], str],
    weights: str = "onnx",
    progress: Progress | None = None,
) -> Ensemble:
    """Copy the chosen members of ``source``, their card and nothing else to ``target``; gives its ensemble.

    ``copied`` makes a copy of a file that the target may take over. Each file is verified in the source and
    again in the target; a manifest names no other weights than ``weights``, so that every file it names is
    there. Raises ``StoreError`` or ``OutputError``.
    """
    ensemble = source.ensemble()
    for done, member in enumerate(ensemble.members):
        if progress is not None:
            progress(done, len(ensemble.members))
        checkpoint = source.load(member.name, weights)
        source.verify(checkpoint)
        alone = evolve(checkpoint.manifest, sha256={})
        target.save(alone, {weights: copied(checkpoint.path)})
        taken = target.load(member.name, weights)
        target.verify(evolve(taken, manifest=checkpoint.manifest))
    target.save_ensemble(ensemble)
    if card := source.card():
        target.save_card(card)
    return target.ensemble()
