from __future__ import annotations

import pytest

from neuronetra.domain.checkpoints import CheckpointName
from neuronetra.domain.ladder import PUBLISHED, SEEN, rungs_of
from neuronetra.domain.ladder_result import worth
from neuronetra.domain.metric.figures import Figure
from neuronetra.domain.views import MIRRORED, ORIGINAL, UNSWAPPED_FLIP
from neuronetra.errors import MissingMemberError
from neuronetra.testing.fakes import tiny_recipe

RECIPE = tiny_recipe()
NAMES = [
    CheckpointName(architecture.name, fold, epoch, 0.5 + epoch / 10 if epoch < 3 else 0.55)
    for architecture, fold in RECIPE.slots
    for epoch in (1, 2, 3)
]


def test_rungs_are_the_recipes() -> None:
    """v1 is one architecture in one view, v2 all of them at random, v3 the best ones with the mirror, then unswapped."""
    v1, v2, v3, unswapped = rungs_of(RECIPE, NAMES, 1)
    assert [rung.name for rung in (v1, v2, v3, unswapped)] == ["v1", "v2", "v3", "v3_unswapped"]
    assert {name.architecture for name in v1.members} == {"tiny_a"}
    assert all(name.epoch == 2 for rung in (v1, v3, unswapped) for name in rung.members)
    assert len(v2.members) == len(v3.members) == 6
    assert [rung.views for rung in (v1, v2, v3, unswapped)] == [
        (ORIGINAL,),
        (ORIGINAL,),
        (ORIGINAL, MIRRORED),
        (ORIGINAL, UNSWAPPED_FLIP),
    ]
    for rung in (v1, v2, v3, unswapped):
        assert all(SEEN[k].mirrors == view.mirrors for k, view in zip(rung.pixels, rung.views, strict=True))
    assert set(PUBLISHED) == {"v1", "v2", "v3"}


def test_v2_is_drawn_by_its_seed() -> None:
    """One seed draws one v2, and seeds differ."""
    assert rungs_of(RECIPE, NAMES, 1) == rungs_of(RECIPE, NAMES, 1)
    assert len({rungs_of(RECIPE, NAMES, seed)[1].members for seed in range(8)}) > 1


def test_v1_is_one_network() -> None:
    """Of the networks that may score a series v1 takes the first alone: fold 0's where nobody saw it."""
    v1, _, v3, _ = rungs_of(RECIPE, NAMES, 0)
    names = {str(name) for name in NAMES}
    assert [name.fold for name in v1.scoring(names)] == [0]
    assert [name.fold for name in v1.scoring({n for n in names if "fold2" in n})] == [2]
    assert len(v3.scoring(names)) == 6
    assert v1.scoring(()) == ()


def test_every_network_that_is_missing_is_named() -> None:
    """A store with some folds trained is refused by one line that names the others."""
    kept = [name for name in NAMES if (name.architecture, name.fold) not in {("tiny_a", 1), ("tiny_b", 2)}]
    with pytest.raises(MissingMemberError, match=r"tiny_a fold 1, tiny_b fold 2") as caught:
        rungs_of(RECIPE, kept, 0)
    assert "neuronetra train" in str(caught.value)


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(0.1, 0.02, 0.2, 9), "+0.100 [+0.020, +0.200], better"),
        (Figure(-0.1, -0.2, -0.02, 9), "worse"),
        (Figure(0.1, -0.02, 0.2, 9), "no difference that this cohort can tell"),
        (Figure(0.0, 0.0, 0.0, 9), "no difference"),
        (Figure(0.1, None, None, 9), "no interval"),
        (Figure(), "no interval"),
    ],
)
def test_a_step_is_worth_what_its_interval_says(figure: Figure, said: str) -> None:
    """Better or worse where the interval is clear of zero, and not otherwise."""
    assert said in worth(figure)
