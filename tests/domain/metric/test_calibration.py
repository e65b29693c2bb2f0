"""The expected calibration error by hand, and its table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.metric.calibration import Calibration, calibration_error
from neuronetra.errors import InputError


@given(st.integers(1, 200), st.integers(1, 20), st.booleans(), st.integers(0, 2**32 - 1))
def test_error_is_that_of_its_table(count, bins, equal_mass, seed) -> None:
    """The table counts every series once, each within its edges, and gives the error when averaged by n."""
    generator = np.random.default_rng(seed)
    given_ = generator.integers(0, 21, count) / 20
    truth = generator.random(count) < 0.4
    found = Calibration.of(truth, given_, bins, equal_mass=equal_mass)
    rows = [row for row in found.table if row["n"]]
    assert sum(row["n"] for row in rows) == count
    for row in rows:
        assert row["low"] - 1e-12 <= row["mean_probability"] <= row["high"] + 1e-12
    by_hand = sum(row["n"] * abs(row["mean_probability"] - row["share_positive"]) for row in rows) / count
    assert found.error == pytest.approx(by_hand, abs=1e-12)
    assert [found.table[0]["low"], found.table[-1]["high"]] == [0.0, 1.0]


def test_known_errors() -> None:
    """Perfect certainty has none, the opposite has 1, and one half given to all has the distance of the share."""
    truth = np.array([True, False, True, True])
    assert calibration_error(truth, truth.astype(float)) == 0.0
    assert calibration_error(truth, 1.0 - truth) == 1.0
    assert calibration_error(truth, np.full(4, 0.5)) == pytest.approx(0.25)
    assert calibration_error([], []) is None


def test_edges_belong_to_the_bin_above() -> None:
    """0.1 is in the second of ten bins and 1.0 in the last."""
    found = Calibration.of([True, False, True], [0.1, 0.0, 1.0])
    assert found.bins.ravel().tolist() == [1, 0, 9]


def test_weights_repeat() -> None:
    """A weight of two is a series that is there twice."""
    truth, given_ = np.array([True, False, True]), np.array([0.2, 0.25, 0.9])
    weighted = Calibration.of(truth, given_)(np.array([[2.0], [1.0], [0.0]]))[0, 0]
    assert weighted == pytest.approx(calibration_error([True, True, False], [0.2, 0.2, 0.25]))


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_pooled_labels_count_alone(count, labels, seed) -> None:
    """Of several labels the error is that of all in one column, and a series' weight that of all its labels."""
    generator = np.random.default_rng(seed)
    given_, truth = generator.random((count, labels)), generator.random((count, labels)) < 0.3
    weights = generator.integers(0, 4, count).astype(float)
    pooled = Calibration.of(truth, given_)
    assert pooled.error == pytest.approx(calibration_error(truth.ravel(), given_.ravel()), abs=1e-12)
    alone = Calibration.of(truth.ravel(), given_.ravel())(np.repeat(weights, labels)[:, np.newaxis])
    np.testing.assert_allclose(pooled(weights[:, np.newaxis]), alone, atol=1e-12)


def test_exact_probabilities_err_by_chance() -> None:
    """What exact probabilities err by on average is foretold to a few per cent."""
    generator = np.random.default_rng(0)
    given_ = generator.beta(1.0, 1.5, 500)
    drawn = [calibration_error(generator.random(500) < given_, given_) for _ in range(300)]
    foretold = Calibration.of(np.zeros(500), given_).by_chance
    assert foretold == pytest.approx(np.mean(drawn), rel=0.05)
    assert Calibration.of([], []).by_chance is None


@pytest.mark.parametrize("bad", [float("nan"), -0.01, 1.01])
def test_not_a_probability(bad) -> None:
    """A value that is no number, or outside [0, 1], is an error."""
    with pytest.raises(InputError):
        calibration_error([True], [bad])
    with pytest.raises(ValueError, match="bins"):
        Calibration.of([True], [0.5], 0)
