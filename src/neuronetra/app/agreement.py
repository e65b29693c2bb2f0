"""Whether two runtimes give the same scores for one member."""

from __future__ import annotations

import numpy as np

from neuronetra.domain.checkpoints import Checkpoint, Manifest
from neuronetra.domain.modality import Modality
from neuronetra.domain.scores import Batch
from neuronetra.errors import ExportError
from neuronetra.ports import ModelRuntime

TOLERANCE = 1e-4


def trial_batch(size: tuple[int, int], count: int = 2) -> Batch:
    """Seeded noise of ``size`` (rows, columns): ``count`` images that no network expects."""
    generator = np.random.default_rng(20)
    images = generator.integers(0, 256, (count, 3, *size), dtype=np.uint8)
    return Batch(images, np.full(count, Modality.CTA.code, np.int64))


def require_agreement(
    manifest: Manifest, original: tuple[ModelRuntime, str], exported: tuple[ModelRuntime, str]
) -> float:
    """The largest difference of probabilities between two (runtime, path) pairs of one member.

    Raises ``ExportError`` above 1e-4.
    """
    batch = trial_batch(manifest.spec.input_size)
    scores = []
    for runtime, path in (original, exported):
        with runtime.open(Checkpoint(manifest, runtime.weights, path)) as scorer:
            scores.append(scorer.score(batch).probabilities)
    difference = float(np.abs(scores[0] - scores[1]).max())
    if not difference <= TOLERANCE:
        raise ExportError(
            "the exported network disagrees with the original",
            where=str(manifest.name),
            found=f"a difference of {difference:.2e}",
            expected=f"at most {TOLERANCE:.0e}",
        )
    return difference
