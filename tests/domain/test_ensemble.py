"""Members combined into one set of scores."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.ensemble import (
    EnsemblePolicy,
    MemberScores,
    average,
    logit,
    quantiles,
    sigmoid,
    tempered,
)
from neuronetra.domain.scores import LocationScores
from neuronetra.errors import UsageError
from neuronetra.testing import strategies

POLICIES = st.sampled_from(EnsemblePolicy)
Members = list[MemberScores]


@given(POLICIES, strategies.member_scores(), st.randoms(use_true_random=False))
def test_order_plays_no_part(policy: EnsemblePolicy, members: Members, chance: Random) -> None:
    """Members in another order, weights and names moving along, give the same scores to the bit."""
    turned = list(members)
    chance.shuffle(turned)
    assert policy.combine(turned) == policy.combine(members)


@given(POLICIES, strategies.member_scores())
def test_scores_stay_probabilities(policy: EnsemblePolicy, members: Members) -> None:
    """Whatever the members say, the result is in [0, 1]."""
    values = policy.combine(members).values
    assert np.all((values >= 0.0) & (values <= 1.0))


@given(st.sampled_from((EnsemblePolicy.MEAN, EnsemblePolicy.WEIGHTED_MEAN)), strategies.member_scores())
def test_means_lie_between_the_members(policy: EnsemblePolicy, members: Members) -> None:
    """No mean is above the highest or below the lowest member; one member alone is itself."""
    rows = np.stack([member.scores for member in members])
    values = policy.combine(members).values
    assert np.all((values >= rows.min(axis=0)) & (values <= rows.max(axis=0)))
    assert np.array_equal(policy.combine(members[:1]).values, members[0].scores)


@given(strategies.member_scores())
def test_policies_by_hand(members: Members) -> None:
    """Each policy is what its name says, by plain numpy."""
    rows = np.stack([member.scores for member in members])
    weights = np.array([member.weight for member in members])
    close = {"rtol": 0, "atol": 1e-9}
    np.testing.assert_allclose(EnsemblePolicy.MEAN.combine(members).values, rows.mean(0), **close)
    weighted = EnsemblePolicy.WEIGHTED_MEAN.combine(members).values
    np.testing.assert_allclose(weighted, np.average(rows, axis=0, weights=weights), **close)
    kept = np.clip(rows, 1e-7, 1 - 1e-7)
    mean_logit = np.log(kept / (1 - kept)).mean(0)
    found = EnsemblePolicy.LOGIT_MEAN.combine(members).values
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-mean_logit)), **close)
    ranks = []
    for member in members:
        assert member.reference is not None
        below, upto = (
            np.array(
                [
                    np.searchsorted(column, value, side)
                    for column, value in zip(member.reference.T, member.scores, strict=True)
                ]
            )
            for side in ("left", "right")
        )
        ranks.append((below + upto) / 2 / len(member.reference))
    np.testing.assert_allclose(EnsemblePolicy.RANK_MEAN.combine(members).values, np.mean(ranks, 0), **close)


def test_quantiles_are_mid_ranks() -> None:
    """A score above all references is 1, below all 0, among equals half of them count."""
    reference = np.repeat(np.array([0.2, 0.4, 0.4, 0.8])[:, np.newaxis], 14, axis=1)
    for score, expected in ((0.9, 1.0), (0.1, 0.0), (0.4, 0.5), (0.3, 0.25), (0.8, 0.875)):
        member = MemberScores("m", np.full(14, score), reference=reference)
        assert quantiles(member).tolist() == [expected] * 14


@given(strategies.member_scores(smallest=2))
def test_rank_mean_needs_every_reference(members: Members) -> None:
    """One member without out-of-fold scores is refused by name."""
    for missing in (None, np.empty((0, 14))):
        lacking = [*members[:-1], evolve(members[-1], reference=missing)]
        with pytest.raises(UsageError, match=members[-1].name):
            EnsemblePolicy.RANK_MEAN.combine(lacking)


@pytest.mark.parametrize("weight", [None, 0.0, -1.0, float("nan")])
def test_weighted_mean_needs_every_weight(weight: float | None) -> None:
    """One member without a weight above 0 is refused."""
    members = [MemberScores("a", np.zeros(14), 1.0), MemberScores("b", np.zeros(14), weight)]
    with pytest.raises(UsageError, match="1 of 2 members"):
        EnsemblePolicy.WEIGHTED_MEAN.combine(members)


@pytest.mark.parametrize("policy", list(EnsemblePolicy))
def test_an_ensemble_of_none(policy: EnsemblePolicy) -> None:
    """There is nothing to combine without members."""
    with pytest.raises(UsageError):
        policy.combine([])


@pytest.mark.parametrize("shape", [(14,), (3, 13), (3, 1)])
def test_references_of_another_form(shape: tuple[int, ...]) -> None:
    """Out-of-fold scores are (n, 14)."""
    with pytest.raises(ValueError, match="reference"):
        MemberScores("m", np.zeros(14), reference=np.zeros(shape))


@given(strategies.probabilities())
def test_sigmoid_and_logit_are_inverse(values: strategies.Float64) -> None:
    """To the logit and back changes nothing beyond the 1e-7 that are kept from 0 and 1."""
    np.testing.assert_allclose(sigmoid(logit(values)), values, rtol=0, atol=1.1e-7)


@given(strategies.location_scores(), st.floats(0.1, 10.0))
def test_temperature(scores: LocationScores, temperature: float) -> None:
    """None changes nothing; a temperature divides logits and never takes a score across one half."""
    assert tempered(scores, None) is scores
    cooled = tempered(scores, [temperature] * 14).values
    np.testing.assert_allclose(
        logit(cooled), np.clip(logit(scores.values) / temperature, *logit(np.array([0.0, 1.0]))), atol=1e-6
    )
    assert np.all(np.sign(np.round(cooled - 0.5, 9)) * np.sign(np.round(scores.values - 0.5, 9)) >= 0)


def test_average_is_exact() -> None:
    """Sums do not lose small rows between large ones."""
    rows = np.array([[1e16], [1.0], [-1e16], [1.0]])
    assert average(rows).tolist() == [0.5]
