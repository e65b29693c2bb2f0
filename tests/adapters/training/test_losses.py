"""The loss from tensors is the loss of the domain, and so are its gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuronetra.domain.losses import series_loss as reference
from neuronetra.domain.training_plan import TrainingPlan

torch = pytest.importorskip("torch", reason="training needs the extra train")
from neuronetra.adapters.training.losses import series_loss

PLANS = st.builds(
    TrainingPlan,
    bce_share=st.floats(0, 1),
    presence_weight=st.floats(0.1, 10),
    focal_gamma=st.sampled_from((0.0, 0.5, 1.0, 2.0, 5.0)),
)
ROWS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _rows(generator: np.random.Generator, spread: float = 4.0) -> tuple[Any, Any]:
    return generator.normal(0, spread, (5, 14)), generator.integers(0, 2, (5, 14))


@given(ROWS, PLANS, st.sampled_from((1.0, 10.0, 1000.0)))
def test_it_is_the_domains(generator: np.random.Generator, plan: TrainingPlan, spread: float) -> None:
    """Of each series, to the precision of float32, for small and huge logits."""
    logits, labels = _rows(generator, spread)
    found = series_loss(torch.tensor(logits, dtype=torch.float32), torch.tensor(labels), plan)
    assert (found.dtype, tuple(found.shape)) == (torch.float32, (5,))
    np.testing.assert_allclose(found.numpy(), reference(logits, labels, plan), rtol=2e-5, atol=1e-6)


@given(ROWS, PLANS)
def test_gradients_are_the_domains(generator: np.random.Generator, plan: TrainingPlan) -> None:
    """What autograd finds is what the reference's differences show."""
    logits, labels = _rows(generator, 2.0)
    tensor = torch.tensor(logits, dtype=torch.float32, requires_grad=True)
    series_loss(tensor, torch.tensor(labels), plan).sum().backward()
    step, expected = 1e-5, np.zeros_like(logits)
    for label in range(14):
        nudge = np.zeros(14)
        nudge[label] = step
        ends = (reference(logits + sign * nudge, labels, plan) for sign in (1, -1))
        expected[:, label] = np.subtract(*ends) / (2 * step)
    np.testing.assert_allclose(tensor.grad.numpy(), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("size", [1e2, 1e3, 1e4])
def test_it_is_stable(size: float) -> None:
    """Logits of ten thousand, right and wrong, have finite losses and gradients."""
    labels = torch.tensor([[0.0, 1.0] * 7])
    logits = torch.tensor([[size, -size] * 7, [-size, size] * 7]).requires_grad_()
    found = series_loss(logits, labels.expand(2, 14), TrainingPlan())
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(logits.grad).all()
    assert found[1] < 1e-40
    assert (logits.grad[0] * torch.tensor([1.0, -1.0] * 7) > 0).all()


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_it_is_computed_in_float32(precision: str) -> None:
    """Under autocast, of logits in half precision, as of the same logits in full."""
    half = torch.randn(4, 14).to(getattr(torch, precision))
    labels = torch.randint(0, 2, (4, 14)).float()
    with torch.autocast("cpu", torch.bfloat16):
        found = series_loss(half, labels, TrainingPlan())
    assert found.dtype is torch.float32
    assert torch.equal(found, series_loss(half.float(), labels, TrainingPlan()))


def test_no_series_have_no_loss() -> None:
    """A process whose share of a batch is empty gets no loss, which can be summed and gone back through."""
    logits = torch.zeros((0, 14), requires_grad=True)
    series_loss(logits, torch.zeros((0, 14)), TrainingPlan()).sum().backward()
    assert logits.grad.shape == (0, 14)
