"""From the frames of a series to what networks see, and from what they give to one set of scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen

from neuronetra.app.reading import Sampled
from neuronetra.domain.arrays import Array
from neuronetra.domain.checkpoints import EnsembleMember, Manifest, ModelSpec
from neuronetra.domain.ensemble import EnsemblePolicy, MemberScores, average, tempered
from neuronetra.domain.frames import Frames
from neuronetra.domain.modality import Modality
from neuronetra.domain.recipes import Recipe
from neuronetra.domain.scores import Batch, LocationScores
from neuronetra.domain.views import View
from neuronetra.ports import Preprocessor


@frozen
class Look:
    """A series as networks see it: one batch for each modality that it is prepared as, an image a view."""

    modality: Modality
    batches: Mapping[Modality, Batch]
    warnings: tuple[str, ...] = ()
    laterality_known: bool = True

    def given(self, spec: ModelSpec) -> Batch:
        """What a network of that spec takes. Raises ``ModalityError``."""
        return self.batches[spec.admit(self.modality)[0]]


def looked(read: Sampled, specs: Iterable[ModelSpec], recipe: Recipe, preprocessor: Preprocessor) -> Look:
    """Prepared and encoded once for each modality that the networks take the series as.

    Raises ``SeriesError`` without frames, ``ModalityError`` where a network cannot take it.
    """
    frames, modality = read.require()
    admitted = {spec.admit(modality) for spec in specs}
    warnings = tuple(sorted({warning for _, warning in admitted if warning}))
    steps = recipe.pipeline.preprocessing
    batches = {one: batch_of(preprocessor.apply(frames, steps, one), one, recipe) for one, _ in admitted}
    return Look(modality, batches, warnings, read.series.laterality_known)


def batch_of(prepared: Frames, modality: Modality, recipe: Recipe) -> Batch:
    """Prepared frames as one image for each view."""
    encoder = recipe.pipeline.encoder
    images = np.stack([encoder.encode(view.apply(prepared)).image for view in recipe.views])
    return Batch(images, np.full(len(images), modality.code, np.int64))


def combined(
    policy: EnsemblePolicy,
    views: Sequence[View],
    members: Sequence[tuple[EnsembleMember, Manifest]],
    rows: Sequence[Array],
    temperatures: Sequence[float] | None = None,
) -> LocationScores:
    """What members gave of a series, ``rows`` (views, 14) each: un-mirrored, averaged over views, combined.

    Raises ``UsageError`` where the policy needs what a member lacks.
    """
    scores = []
    for (chosen, manifest), given in zip(members, rows, strict=True):
        pairs = zip(views, given, strict=True)
        restored = average(np.stack([view.restore(row) for view, row in pairs]))
        scores.append(MemberScores(str(chosen.name), restored, chosen.weight, manifest.out_of_fold))
    return tempered(policy.combine(scores), temperatures)
