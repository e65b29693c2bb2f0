"""Whether sampled slices look like a head, from lengths and values alone: a warning, never a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from neuronetra.domain.body import Body
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.head_signs import (
    AIR_HU,
    DOUBTFUL,
    HEAD,
    UNKNOWN,
    emptiness,
    pattern,
    size_of,
    skull_and_brain,
    structure,
)
from neuronetra.domain.modality import Modality
from neuronetra.domain.stack import StackGeometry

Lengths = tuple[float | None, float | None, float | None]

_NOWHERE: Lengths = (None, None, None)


@frozen
class Plausibility:
    """Whether a series looks like a head: ``verdict`` is ``head``, ``doubtful`` or ``unknown``.

    ``reasons`` are plain sentences: what speaks against a head or, of ``unknown``, why it cannot be told.
    ``body_mm`` is (left-right, front-back, head-foot) in mm, as far as the slices looked at show it.
    """

    verdict: str
    reasons: tuple[str, ...] = ()
    body_mm: Lengths = _NOWHERE

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line where a head is doubtful."""
        if self.verdict != DOUBTFUL:
            return ()
        return (f"plausibility: this may not be a head: {'; '.join(self.reasons)}",)

    def as_document(self) -> dict[str, Any]:
        """Plain data; lengths in whole mm."""
        lengths = [None if length is None else round(length) for length in self.body_mm]
        return {"verdict": self.verdict, "reasons": list(self.reasons), "body_mm": lengths}


def plausibility(frames: Frames, geometry: StackGeometry | None, modality: Modality | None) -> Plausibility:
    """A verdict on float32 rescaled ``frames`` (k, H, W) of a series; it reads nothing more.

    A true head must not be called doubtful, so each sign asks for what no slice of a head shows; what is
    cut off, masked or of unknown scale is ``unknown``. What has a head's size and structure passes for one.
    """
    signs, lengths = list(emptiness(frames.pixels)), _NOWHERE
    if not signs:
        spacing = None if geometry is None else geometry.pixel_spacing
        hounsfield = modality in (Modality.CT, Modality.CTA)
        body = Body.of(frames.pixels, spacing, AIR_HU if hounsfield else None)
        signs += [*pattern(body), *(skull_and_brain(body) if hounsfield else structure(body, modality))]
        if geometry is None or spacing is None:
            signs.append((UNKNOWN, "the spacing of pixels is unknown"))
        else:
            signs += size_of(body, frames.plane)
            lengths = _lengths(frames, geometry, body)
    for verdict in (DOUBTFUL, UNKNOWN):
        reasons = tuple(reason for weight, reason in signs if weight == verdict)
        if reasons:
            return Plausibility(verdict, reasons, lengths)
    return Plausibility(HEAD, (), lengths)


def _lengths(frames: Frames, geometry: StackGeometry, body: Body) -> Lengths:
    """Of the plane, the largest outline; across the slices, from the first to the last that shows a body."""
    if not body.shown or not body.solid:
        return _NOWHERE
    width, height = (max(getattr(one, name) for one in body.shown) for name in ("width", "height"))
    through = _through(frames, geometry, body)
    planes = {
        Plane.AXIAL: (width, height, through),
        Plane.SAGITTAL: (through, width, height),
        Plane.CORONAL: (width, through, height),
    }
    return planes.get(frames.plane, _NOWHERE)


def _through(frames: Frames, geometry: StackGeometry, body: Body) -> float | None:
    """Head-foot of axial slices and so on: each sampled slice stands for the way to the next."""
    spacing = geometry.slice_spacing
    if geometry.offsets is None or spacing is None or len(set(frames.positions)) < 2:
        return None
    places = geometry.offsets[list(frames.positions)]
    showing = places[[one is not None for one in body.outlines]]
    sampled = float(np.median(np.diff(np.unique(places))))
    return min(float(np.ptp(showing)) + sampled, float(np.ptp(geometry.offsets)) + spacing)
