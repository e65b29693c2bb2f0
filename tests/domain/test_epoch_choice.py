from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neuronetra.domain.arrays import Float64
from neuronetra.domain.checkpoints import choose
from neuronetra.domain.epoch_choice import ALL, WAYS, chosen_on_other_folds, epoch_choice
from neuronetra.domain.metric.bootstrap import Resampling
from neuronetra.testing.fakes import tiny_recipe
from neuronetra.testing.scored_cohort import Folds, labelled

QUICK = Resampling(30)
SCORES = hnp.arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(2, 6)), elements=st.floats(0, 1))


@given(SCORES, st.data())
def test_a_fold_never_chooses_its_own_epoch(scores: Float64, data: st.DataObject) -> None:
    """Whatever a fold's own scores become, the epoch that the other folds choose for it stays."""
    fold = data.draw(st.integers(0, len(scores) - 1))
    changed = scores.copy()
    changed[fold] = data.draw(hnp.arrays(np.float64, scores.shape[1], elements=st.floats(0, 1)))
    assert chosen_on_other_folds(changed)[fold] == chosen_on_other_folds(scores)[fold]


@given(SCORES)
def test_the_other_folds_choose_their_best(scores: Float64) -> None:
    """No epoch has a higher mean over the other folds than the one chosen."""
    for fold, epoch in enumerate(chosen_on_other_folds(scores)):
        others = np.delete(scores, fold, axis=0).mean(axis=0)
        assert others[epoch] == others.max()


def test_rows_are_those_of_the_manifests() -> None:
    """Best epochs are those of the members' choice, last is last, and the score is the mean of the folds' own."""
    recipe = tiny_recipe()
    folds = Folds(recipe, labelled(240))
    manifests = folds.manifests((1, 2, 3))
    found = epoch_choice(manifests, folds.cohort, QUICK)
    assert found is not None
    assert [row.architecture for row in found.rows] == ["tiny_a", "tiny_b", ALL]
    chosen = choose([manifest.name for manifest in manifests], recipe, 0)
    for row in found.rows[:2]:
        mine = [name for name in chosen if name.architecture == row.architecture]
        assert row.epochs["best"] == tuple(name.epoch for name in mine)
        assert row.epochs["last"] == (3, 3, 3)
        assert row.scores["best"].value == pytest.approx(np.mean([name.score for name in mine]), abs=1e-6)
        for way in WAYS[1:]:
            lead = row.scores[way].value - row.scores["best"].value  # type: ignore[operator]
            assert row.differences[way].value == pytest.approx(lead)
            assert lead <= 1e-9
    document = found.as_document()
    assert set(document) == {"sentence", "folds", "networks"}
    assert "other folds" in found.sentence


def test_no_choice_is_told_of_as_none() -> None:
    """One epoch, one fold, another cohort, members of unknown training, or folds that share series: nothing is said."""
    folds = Folds(tiny_recipe(), labelled(60))
    manifests = folds.manifests((1, 2))
    assert epoch_choice(folds.manifests((2,)), folds.cohort, QUICK) is None
    assert epoch_choice(manifests, labelled(60, digest="other"), QUICK) is None
    assert epoch_choice([evolve(one, training={}) for one in manifests], folds.cohort, QUICK) is None
    assert epoch_choice([one for one in manifests if one.name.fold == 0], folds.cohort, QUICK) is None
    assert epoch_choice([], folds.cohort, QUICK) is None


def test_an_architecture_that_lacks_a_fold_is_left_out() -> None:
    """What one fold alone was trained of is not compared with what all were."""
    folds = Folds(tiny_recipe(), labelled(60))
    manifests = [
        one for one in folds.manifests((1, 2)) if (one.name.architecture, one.name.fold) != ("tiny_b", 2)
    ]
    found = epoch_choice(manifests, folds.cohort, QUICK)
    assert found is not None
    assert [row.architecture for row in found.rows] == ["tiny_a"]


def test_series_that_were_not_trained_on_play_no_part() -> None:
    """A cohort of which some series had no frames gives the figures of the others."""
    folds = Folds(tiny_recipe(), labelled(60))
    more = labelled(70)
    left, right = (epoch_choice(folds.manifests((1, 2)), cohort, QUICK) for cohort in (folds.cohort, more))
    assert left is not None
    assert right is not None
    assert left.rows[0].scores["best"].n == right.rows[0].scores["best"].n == 60
    assert left.rows[0].scores["best"].value == right.rows[0].scores["best"].value
