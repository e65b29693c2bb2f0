"""What must be said with results, beside ``neuronetra.domain.prediction.NOTICE``."""

from __future__ import annotations

SYNTHETIC_NOTICE = (
    "Synthetic cohort: the images and labels are made up. Nothing here tells how a model does on patients."
)
SYNTHETIC_MODEL_NOTICE = "synthetic: trained on made-up heads alone, and worthless on patients."
"""With every result of a model that was trained on a synthetic cohort."""
