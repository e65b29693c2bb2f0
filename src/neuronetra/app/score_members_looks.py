"""Looks at the series of a cohort: through its DICOM, or through frames that were prepared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from attrs import frozen

from neuronetra.app.looking import Look, batch_of, looked
from neuronetra.app.reading import sampled, scanned
from neuronetra.domain.checkpoints import ModelSpec
from neuronetra.domain.cohort import LabelledSeries
from neuronetra.domain.geometry import Plane
from neuronetra.domain.recipes import Recipe
from neuronetra.errors import CohortError, ModalityError, SeriesError
from neuronetra.ports import FrameStore, Preprocessor, SeriesReader


class Looks(Protocol):
    """Shows series to networks; may be asked by several threads at once."""

    def look(self, entry: LabelledSeries, specs: Iterable[ModelSpec], recipe: Recipe) -> Look:
        """An image for each view of ``recipe``, as networks of ``specs`` take the series.

        Raises ``InputError`` or ``FrameStoreError`` where this one cannot be used.
        """
        ...


@frozen
class DicomLooks:
    """Series as prediction reads them."""

    reader: SeriesReader
    preprocessor: Preprocessor

    def look(self, entry: LabelledSeries, specs: Iterable[ModelSpec], recipe: Recipe) -> Look:
        there = scanned(self.reader, entry.path, hide_names=True)
        mine = [series for series in there if series.uid == entry.uid]
        if len(mine) != 1:
            raise SeriesError(
                "the series is not in its folder", where=entry.uid, found=f"{len(mine)} of that uid"
            )
        return looked(
            sampled(self.reader, mine[0], recipe.pipeline.sampler), specs, recipe, self.preprocessor
        )


@frozen
class FrameLooks:
    """Series whose frames were prepared with the preprocessing of the recipe."""

    frames: FrameStore

    def look(self, entry: LabelledSeries, specs: Iterable[ModelSpec], recipe: Recipe) -> Look:
        """As of any ``Looks``; raises ``CohortError`` where the frames were kept for another sampler."""
        prepared = self.frames.series(entry.uid)
        for spec in specs:
            taken, _ = spec.admit(prepared.modality)
            if taken is not prepared.modality:
                raise ModalityError(
                    "its frames were prepared as a modality that a network was not trained on",
                    where=entry.uid,
                    found=prepared.modality.value,
                    fix="give the cohort of DICOM",
                )
        chosen = prepared.chosen(recipe.pipeline.sampler)
        if missing := sorted(set(chosen) - set(prepared.indices)):
            raise CohortError(
                "slices that the recipe looks at are not prepared",
                where=entry.uid,
                found=f"{len(missing)} of {len(set(chosen))} missing, the first: slice {missing[0]}",
                fix=f"prepare the cohort anew with --recipe {recipe.name}, or with --slices all",
            )
        frames, modality = self.frames.read(entry.uid, chosen), prepared.modality
        if frames.pixels.shape[1:] != recipe.pipeline.preprocessing.size:
            raise SeriesError("frames of another size than the recipe's", where=entry.uid)
        return Look(
            modality, {modality: batch_of(frames, modality, recipe)}, (), _sides_known(prepared.plane)
        )


def _sides_known(plane: Plane) -> bool:
    return plane is not Plane.UNKNOWN
