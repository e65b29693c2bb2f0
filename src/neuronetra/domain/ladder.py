"""The ladder of recipes v1 to v3 on a store's own networks: which of them each rung uses, and how it looks at a series."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve, field, frozen

from neuronetra.domain.checkpoints import CheckpointName, choose
from neuronetra.domain.recipes import Choice, Recipe
from neuronetra.domain.views import MIRRORED, ORIGINAL, UNSWAPPED_FLIP, View
from neuronetra.errors import MissingMemberError

PUBLISHED: Mapping[str, float] = {"v1": 0.50, "v2": 0.58, "v3": 0.6084}
"""What the founding description reports of its own ladder, on patients: not measured here."""
SEEN: tuple[View, ...] = (ORIGINAL, MIRRORED)
"""The pixels that every rung is combined of: ``UNSWAPPED_FLIP`` shows those of ``MIRRORED``."""


@frozen
class Rung:
    """``members`` see a series through ``views``; ``alone``: only the first of them that may score it."""

    name: str
    what: str
    members: tuple[CheckpointName, ...] = field(repr=False)
    views: tuple[View, ...]
    alone: bool = False

    def scoring(self, may: Collection[str]) -> tuple[CheckpointName, ...]:
        """Of the members that may score a series those that do."""
        found = tuple(name for name in self.members if str(name) in may)
        return found[:1] if self.alone else found

    @property
    def pixels(self) -> tuple[int, ...]:
        """The place in ``SEEN`` of what each view shows."""
        return tuple(1 if view.mirrors else 0 for view in self.views)


def rungs_of(recipe: Recipe, names: Sequence[CheckpointName], seed: int) -> tuple[Rung, ...]:
    """The rungs of the checkpoints ``names``; ``seed`` is of v2's random ones.

    Raises ``MissingMemberError`` that names every network that is not there.
    """
    require_networks(recipe, names)
    best = choose(names, evolve(recipe, choice=Choice.BEST), seed)
    drawn = choose(names, evolve(recipe, choice=Choice.RANDOM), seed)
    first = recipe.architectures[0].name
    return (
        Rung(
            "v1",
            f"{first} alone, the best checkpoint of one fold, one view",
            tuple(name for name in best if name.architecture == first),
            (ORIGINAL,),
            alone=True,
        ),
        Rung("v2", "all architectures, a random checkpoint of each fold, one view", drawn, (ORIGINAL,)),
        Rung("v3", "all architectures, the best checkpoint of each fold, original and mirrored", best, SEEN),
        Rung(
            "v3_unswapped",
            "as v3, left and right of the mirror not swapped back",
            best,
            (ORIGINAL, UNSWAPPED_FLIP),
        ),
    )


def require_networks(recipe: Recipe, names: Sequence[CheckpointName]) -> None:
    """Raise ``MissingMemberError`` unless there is a checkpoint of every architecture and fold."""
    there = {(name.architecture, name.fold) for name in names}
    missing = [f"{a.name} fold {k}" for a, k in recipe.slots if (a.name, k) not in there]
    if missing:
        raise MissingMemberError(
            "the ladder needs every architecture on every fold",
            found=f"no checkpoint of {', '.join(missing)}",
            expected=f"{len(recipe.slots)} networks of recipe {recipe.name}",
            fix="train what is missing: neuronetra train PREPARED STORE",
        )
