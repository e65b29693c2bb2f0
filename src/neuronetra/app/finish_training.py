"""Choosing the members of a store, each with its portable file before it is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from neuronetra.app.choose_members import choose_members, chosen_members, unexported
from neuronetra.app.make_members import MemberMaker
from neuronetra.domain.checkpoints import Ensemble
from neuronetra.domain.recipes import Recipe
from neuronetra.ports import Progress


@frozen
class Chosen:
    """The ensemble, and of each member exported now the largest difference to its original."""

    ensemble: Ensemble
    exported: Mapping[str, float] = field(factory=dict)


def export_and_choose(
    maker: MemberMaker, recipe: Recipe, seed: int, progress: Progress | None = None
) -> Chosen:
    """Choose by ``recipe``; what is chosen and not exported is exported first, and each export verified.

    Raises ``MissingMemberError`` for an empty slot, ``ExportError`` where an export disagrees: the choice before
    then stands.
    """
    names = [manifest.name for manifest in chosen_members(maker.store, recipe, seed)]
    exported = maker.export(unexported(maker.store, names, maker.exported.weights), progress)
    return Chosen(choose_members(maker.store, recipe, seed), exported)
