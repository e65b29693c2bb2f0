"""Orientation, plane and the canonical turn of slices, in patient space (LPS, mm).

A stored pixel (row i, column j) lies at ``position + i * spacing_row * down + j * spacing_column * along``
(DICOM part 3, C.7.6.2.1.1). Canonical frames are reached by transposing and reversing alone.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import Array, Float64, locked
from neuronetra.errors import GeometryError

OBLIQUE_DEGREES = 20.0
"""A normal further than this from its nearest patient axis is called oblique."""


class Plane(Enum):
    """The patient plane nearest to a stack's slices."""

    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    UNKNOWN = "unknown"

    @property
    def axis(self) -> int | None:
        """The patient axis (0 x, 1 y, 2 z) along which the slices are ordered, growing."""
        return {"axial": 2, "sagittal": 0, "coronal": 1}.get(self.value)


_CANONICAL: dict[Plane, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    Plane.AXIAL: ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    Plane.SAGITTAL: ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    Plane.CORONAL: ((0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
}
"""For each plane, where canonical rows (downwards) and columns (rightwards) grow to."""


def _vector(values: npt.ArrayLike) -> Float64:
    return locked(values, np.float64)


@frozen(eq=False)
class Orientation:
    """Unit vectors ``along`` (where the column index grows) and ``down`` (where the row index grows).

    Raises ``GeometryError`` unless both are finite, of unit length to 1 % and perpendicular to 1e-2.
    """

    along: Float64 = field(converter=_vector)
    down: Float64 = field(converter=_vector)

    def __attrs_post_init__(self) -> None:
        both = np.concatenate([self.along.ravel(), self.down.ravel()])
        if self.along.shape != (3,) or self.down.shape != (3,) or not np.isfinite(both).all():
            raise GeometryError("orientation is not six finite numbers", found=f"{both.size} values")
        lengths = np.linalg.norm(both.reshape(2, 3), axis=1)
        if np.abs(lengths - 1.0).max() > 1e-2 or abs(float(self.along @ self.down)) > 1e-2:
            raise GeometryError("orientation is not two perpendicular unit vectors")

    @classmethod
    def from_cosines(cls, cosines: npt.ArrayLike) -> Orientation:
        """From the six values of ImageOrientationPatient (0020,0037)."""
        values = np.asarray(cosines, dtype=np.float64).ravel()
        return cls(values[:3], values[3:])

    @property
    def normal(self) -> Float64:
        """Unit normal, along x down, turned so that its largest component is positive."""
        cross = np.cross(self.along, self.down)
        sign = 1.0 if cross[np.argmax(np.abs(cross))] >= 0 else -1.0
        return _vector(sign * cross / np.linalg.norm(cross))

    @property
    def plane(self) -> Plane:
        """The plane whose axis the normal is nearest to."""
        axis = int(np.argmax(np.abs(self.normal)))
        return (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[axis]

    @property
    def obliqueness(self) -> float:
        """Degrees between the normal and its nearest patient axis."""
        return float(np.degrees(np.arccos(min(1.0, float(np.abs(self.normal).max())))))

    def agrees(self, other: Orientation, tolerance: float = 1e-3) -> bool:
        """Whether every cosine differs by at most ``tolerance``."""
        difference = np.abs(np.concatenate([self.along - other.along, self.down - other.down]))
        return bool(difference.max() <= tolerance)


@frozen
class Turn:
    """How a stored slice becomes canonical: transposed first, then reversed along its new axes."""

    transpose: bool = False
    reverse_rows: bool = False
    reverse_columns: bool = False

    @classmethod
    def of(cls, orientation: Orientation) -> Turn:
        """The turn to the canonical axes of the orientation's own plane."""
        rows_to, columns_to = (np.array(v) for v in _CANONICAL[orientation.plane])
        along, down = orientation.along, orientation.down
        kept = abs(down @ rows_to) + abs(along @ columns_to)
        turned = abs(along @ rows_to) + abs(down @ columns_to)
        transpose = bool(turned > kept)
        new_down, new_along = (along, down) if transpose else (down, along)
        return cls(transpose, bool(new_down @ rows_to < 0), bool(new_along @ columns_to < 0))

    def apply(self, pixels: Array) -> Array:
        """A view of ``pixels`` (..., rows, columns), turned; no value changes."""
        turned = pixels.swapaxes(-1, -2) if self.transpose else pixels
        turned = turned[..., ::-1, :] if self.reverse_rows else turned
        return turned[..., ::-1] if self.reverse_columns else turned

    def shape(self, stored: tuple[int, int]) -> tuple[int, int]:
        """(rows, columns) after the turn."""
        return (stored[1], stored[0]) if self.transpose else stored

    def first_pixel(self, stored: tuple[int, int]) -> tuple[int, int]:
        """The stored (row, column) that becomes canonical (0, 0)."""
        rows, columns = self.shape(stored)
        row = rows - 1 if self.reverse_rows else 0
        column = columns - 1 if self.reverse_columns else 0
        return (column, row) if self.transpose else (row, column)


def ras_to_lps(affine: npt.ArrayLike) -> Float64:
    """An affine to NIfTI's RAS millimetres as one to DICOM's LPS: x and y change sign.

    ``affine`` is (4, 4); the index axes stay as they are. Raises ``GeometryError`` for anything else.
    """
    lps: Float64 = np.diag([-1.0, -1.0, 1.0, 1.0]) @ require_matrix(affine)
    return lps


def require_matrix(affine: npt.ArrayLike) -> Float64:
    """``affine`` as float64. Raises ``GeometryError`` unless it is (4, 4), real and finite."""
    try:
        given = np.asarray(affine)
    except ValueError:
        raise GeometryError("not an affine", expected="(4, 4), finite") from None
    if given.shape != (4, 4) or given.dtype.kind not in "biuf" or not np.isfinite(given).all():
        found = f"{given.dtype} of shape {given.shape}"
        raise GeometryError("not an affine", found=found, expected="(4, 4), real and finite")
    return given.astype(np.float64)
