"""Data sets of many frames: classic ones without geometry, enhanced ones with functional groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import field, frozen
from pydicom.dataset import Dataset
from pydicom.uid import UID

from neuronetra.domain.arrays import Array
from neuronetra.testing.image_dataset import add_place, decimals, image_dataset
from neuronetra.testing.pixel_element import add_pixels
from neuronetra.testing.series_plan import ROOT, SeriesPlan
from neuronetra.testing.stored_places import StoredPlace
from neuronetra.testing.stored_values import slope_of

ECHO_MS = 7.5
"""Between echoes, and before the first."""


@frozen(eq=False)
class StoredFrame:
    """One frame: which volume (stack, temporal position and echo, from 0) and slice it is, and where.

    ``place`` counts the kept slices of its volume in canonical order; ``number`` is what the scanner
    called it, from 1. ``location`` in mm. ``content`` is its codestream, ``decoded`` (rows, columns) the
    stored integers that come out of it.
    """

    stack: int
    temporal: int
    echo: int
    place: int
    index: int
    number: int
    where: StoredPlace = field(repr=False)
    location: float
    content: bytes = field(repr=False)
    decoded: Array = field(repr=False)

    @property
    def volume(self) -> tuple[int, int, int]:
        return self.stack, self.temporal, self.echo


def classic_dataset(plan: SeriesPlan, uid: str, number: int, frames: Sequence[StoredFrame]) -> Dataset:
    """One file whose frames say nothing of where they lie, as de-identified sets have them."""
    dataset = image_dataset(plan, uid, number)
    dataset.InstanceNumber = number
    dataset.NumberOfFrames = len(frames)
    if plan.geometry == "first":
        add_place(dataset, frames[0].where, frames[0].location)
    dataset.PixelSpacing = list(frames[0].where.spacing)
    add_rescale(dataset, plan, frames[0].index)
    add_pixels(dataset, plan, [frame.content for frame in frames])
    return dataset


def enhanced_dataset(plan: SeriesPlan, uid: str, number: int, frames: Sequence[StoredFrame]) -> Dataset:
    """One file of enhanced CT or MR (part 3, C.7.6.16, A.36, A.38)."""
    dataset = image_dataset(plan, uid, number)
    dataset.InstanceNumber = number
    dataset.NumberOfFrames = len(frames)
    _add_dimensions(dataset, plan)
    shared = set(plan.shared) - ({"transformation"} if plan.slopes else set())
    dataset.SharedFunctionalGroupsSequence = [_shared(plan, frames[0], shared)]
    dataset.PerFrameFunctionalGroupsSequence = [_own(plan, frame, shared) for frame in frames]
    add_pixels(dataset, plan, [frame.content for frame in frames])
    return dataset


def add_rescale(dataset: Dataset, plan: SeriesPlan, index: int) -> None:
    """RescaleSlope and RescaleIntercept of a slice, where the plan has any."""
    slope = slope_of(plan, index)
    if slope is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, plan.intercept or 0.0


def _add_dimensions(dataset: Dataset, plan: SeriesPlan) -> None:
    """Which elements the indices of a frame count: stack, place in it, and what else tells frames apart."""
    organization = UID(f"{ROOT}.7.{plan.series}")
    dataset.DimensionOrganizationSequence = [_item(DimensionOrganizationUID=organization)]
    pointers = [(0x00209056, 0x00209111), (0x00209057, 0x00209111)]
    if plan.temporal > 1:
        pointers.append((0x00209128, 0x00209111))
    if plan.echoes > 1:
        pointers.append((0x00189082, 0x00189114))
    dataset.DimensionIndexSequence = [
        _item(DimensionIndexPointer=tag, FunctionalGroupPointer=group, DimensionOrganizationUID=organization)
        for tag, group in pointers
    ]


def _shared(plan: SeriesPlan, first: StoredFrame, shared: set[str]) -> Dataset:
    group = Dataset()
    kind = _item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])
    setattr(
        group, "CTImageFrameTypeSequence" if plan.modality == "CT" else "MRImageFrameTypeSequence", [kind]
    )
    _add_macros(group, plan, first, shared)
    return group


def _own(plan: SeriesPlan, frame: StoredFrame, shared: set[str]) -> Dataset:
    """What one frame says for itself; macros that are not shared stand here."""
    group = Dataset()
    content = _item(
        StackID=str(frame.stack + 1),
        InStackPositionNumber=frame.number,
        DimensionIndexValues=_indices(plan, frame),
    )
    if plan.temporal > 1:
        content.TemporalPositionIndex = frame.temporal + 1
    group.FrameContentSequence = [content]
    group.PlanePositionSequence = [_item(ImagePositionPatient=decimals(frame.where.corner))]
    if plan.echoes > 1:
        group.MREchoSequence = [_item(EffectiveEchoTime=ECHO_MS * (frame.echo + 1))]
    _add_macros(group, plan, frame, {"orientation", "measures", "transformation"} - shared)
    return group


def _add_macros(group: Dataset, plan: SeriesPlan, frame: StoredFrame, names: set[str]) -> None:
    where = frame.where
    if "orientation" in names:
        cosines = decimals((*where.along, *where.down))
        group.PlaneOrientationSequence = [_item(ImageOrientationPatient=cosines)]
    if "measures" in names:
        measures = _item(PixelSpacing=list(where.spacing), SliceThickness=plan.spacing[0])
        group.PixelMeasuresSequence = [measures]
    if "transformation" in names and slope_of(plan, frame.index) is not None:
        transformation = _item(RescaleType="HU" if plan.modality == "CT" else "US")
        add_rescale(transformation, plan, frame.index)
        group.PixelValueTransformationSequence = [transformation]


def _indices(plan: SeriesPlan, frame: StoredFrame) -> list[int]:
    indices = [frame.stack + 1, frame.number]
    if plan.temporal > 1:
        indices.append(frame.temporal + 1)
    if plan.echoes > 1:
        indices.append(frame.echo + 1)
    return indices


def _item(**elements: Any) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item
