"""The loss that networks are trained on: ``domain.losses`` from tensors, always in float32."""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid

from neuronetra.domain.losses import label_weights
from neuronetra.domain.training_plan import TrainingPlan


def series_loss(logits: torch.Tensor, labels: torch.Tensor, plan: TrainingPlan) -> torch.Tensor:
    """The loss (n,), float32, of each series; see ``domain.losses.series_loss``.

    ``logits`` (n, 14) of any precision, under autocast or not; ``labels`` (n, 14) 0 or 1, on the same device.
    """
    with torch.autocast(logits.device.type, enabled=False):
        toward = logits.float() * (2.0 * labels.float() - 1.0)
        entropy = -logsigmoid(toward)
        focal = torch.exp(plan.focal_gamma * logsigmoid(-toward)) * entropy
        weights = torch.tensor(label_weights(plan), dtype=torch.float32, device=logits.device)
        weighted = (entropy * weights).mean(dim=1)
        return plan.bce_share * weighted + (1.0 - plan.bce_share) * focal.mean(dim=1)
