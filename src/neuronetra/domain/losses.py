"""The loss of recipes v1 to v3, written for reading: what is trained on computes the same from tensors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neuronetra.domain.arrays import Float64, require_shape
from neuronetra.domain.locations import LABELS, LOCATIONS, Location
from neuronetra.domain.training_plan import TrainingPlan


def label_weights(plan: TrainingPlan) -> tuple[float, ...]:
    """What each of the 14 labels weighs in the cross-entropy: 1, Aneurysm Present ``presence_weight``."""
    return tuple(plan.presence_weight if label is Location.ANEURYSM_PRESENT else 1.0 for label in LOCATIONS)


def series_loss(logits: npt.ArrayLike, labels: npt.ArrayLike, plan: TrainingPlan) -> Float64:
    """The loss (n,) of each series: a share of weighted cross-entropy, the rest focal, means over labels.

    ``logits`` (n, 14) any finite numbers, ``labels`` (n, 14) 0 or 1. The focal loss of a label is
    (1 - p)^gamma * -log(p), p the probability given to what the label is (Lin et al. 2017, without alpha).
    """
    given, truth = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
    for name, array in (("logits", given), ("labels", truth)):
        require_shape(name, array, (None, len(LABELS)))
    toward = given * (2.0 * truth - 1.0)  # the logit of what the label is
    entropy = np.logaddexp(0.0, -toward)
    focal = np.exp(-plan.focal_gamma * np.logaddexp(0.0, toward)) * entropy
    weighted = (entropy * label_weights(plan)).mean(axis=1)
    found: Float64 = plan.bce_share * weighted + (1.0 - plan.bce_share) * focal.mean(axis=1)
    return found
