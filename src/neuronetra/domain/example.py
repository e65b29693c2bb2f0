"""A picture of a series for a report, with its lesions marked on it."""

from __future__ import annotations

from attrs import field, frozen

from neuronetra.domain.arrays import UInt8, locked, summary
from neuronetra.domain.geometry import Plane
from neuronetra.domain.locations import Location
from neuronetra.domain.modality import Modality


def _picture(pixels: UInt8) -> UInt8:
    return locked(pixels)


@frozen(eq=False)
class Example:
    """One canonical slice as a network sees it: ``pixels`` uint8 (H, W).

    ``modality`` is the table's. ``lesions`` are all of the series; ``marks`` those in this slice, as
    location, row and column from 0 at pixel centres. ``at_lesion``: the slice is a lesion's, else one in
    the middle.
    """

    modality: Modality
    present: bool
    lesions: tuple[Location, ...]
    plane: Plane
    pixels: UInt8 = field(converter=_picture, repr=summary)
    marks: tuple[tuple[Location, float, float], ...] = ()
    at_lesion: bool = False

    @property
    def sides(self) -> tuple[str, str]:
        """What lies at the left and the right edge: R and L of the patient, or A (front) and P (back)."""
        match self.plane:
            case Plane.AXIAL | Plane.CORONAL:
                return "R", "L"
            case Plane.SAGITTAL:
                return "A", "P"
            case _:
                return "?", "?"
