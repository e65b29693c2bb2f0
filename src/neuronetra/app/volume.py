"""A volume that a caller already holds, as a series and as the reader of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from neuronetra.domain.arrays import Array, Float64, own
from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Orientation, require_matrix
from neuronetra.domain.modality import Modality, ResolvedModality
from neuronetra.domain.reading_notes import geometry_warnings
from neuronetra.domain.series import Reading, Series, Slice
from neuronetra.domain.stack import StackGeometry
from neuronetra.errors import GeometryError, InputError
from neuronetra.ports import Progress

_FLAT = 1e-3
"""Below this share of a box's volume an affine's three steps lie nearly in a plane."""
_SMALLEST_MM3 = 1e-9
_FARTHEST_MM = 1e6


def volume_series(
    array: npt.ArrayLike, affine: npt.ArrayLike, modality: Modality
) -> tuple[Series, tuple[int, ...]]:
    """A series of ``array`` (slice, row, column), and which slice of it each canonical slice is.

    Raises ``InputError`` for another shape or kind of array and ``GeometryError`` for an affine that is
    not (4, 4), not finite, flat, or whose rows and columns are not perpendicular.
    """
    volume = _require_volume(array)
    matrix = _require_affine(affine)
    down, along = matrix[:3, 1], matrix[:3, 2]
    spacing = float(np.linalg.norm(down)), float(np.linalg.norm(along))
    orientation = Orientation(along / spacing[1], down / spacing[0])
    positions = matrix[:3, 3] + np.arange(len(volume))[:, np.newaxis] * matrix[:3, 0]
    grows = float(matrix[:3, 0] @ orientation.normal) > 0.0
    order = np.arange(len(volume)) if grows else np.arange(len(volume))[::-1]
    geometry = StackGeometry.from_stored(
        (volume.shape[1], volume.shape[2]), orientation, positions[order], spacing, len(volume)
    )
    slices = tuple(Slice("", f"slice {index}", "", int(index)) for index in order)
    resolved = ResolvedModality(modality, "named by the caller")
    warnings = tuple(geometry_warnings(geometry))
    reading = Reading(plane_source="the affine given", warnings=warnings)
    return Series("in-memory-volume", slices, geometry, resolved, reading), tuple(
        int(index) for index in order
    )


def _require_volume(array: npt.ArrayLike) -> Array:
    if isinstance(array, np.ma.MaskedArray):
        raise InputError("a masked array", fix="fill what is masked: array.filled(...)")
    try:
        volume = np.asarray(array)
    except ValueError:
        raise InputError("not a volume", expected="numbers of shape (slice, row, column)") from None
    if volume.ndim != 3 or 0 in volume.shape or volume.dtype.kind not in "biuf":
        raise InputError(
            "not a volume",
            found=f"{volume.dtype} of shape {volume.shape}",
            expected="numbers of shape (slice, row, column)",
        )
    return volume


def _require_affine(affine: npt.ArrayLike) -> Float64:
    matrix = require_matrix(affine)
    if not np.allclose(matrix[3], (0.0, 0.0, 0.0, 1.0)):
        raise GeometryError("the affine's last row is not 0 0 0 1", found=str(matrix[3].tolist()))
    box = float(np.prod(np.linalg.norm(matrix[:3, :3], axis=0)))
    volume = abs(float(np.linalg.det(matrix[:3, :3])))
    if np.abs(matrix).max() > _FARTHEST_MM:
        raise GeometryError(
            "the affine does not speak of millimetres in a patient",
            found=f"{np.abs(matrix).max():.3g} mm",
            expected=f"at most {_FARTHEST_MM:.0e}",
        )
    if volume < _SMALLEST_MM3 or volume < _FLAT * box:
        raise GeometryError(
            "the affine is flat: its determinant is near zero",
            found=f"{volume:.3g} mm3 per voxel",
            expected="three steps that span a volume",
        )
    return matrix


@frozen
class VolumeReader:
    """Reads slices of an array in memory; ``order[i]`` is the array's index of canonical slice i."""

    array: npt.ArrayLike
    order: tuple[int, ...]

    def scan(self, path: str, progress: Progress | None = None) -> tuple[Series, ...]:  # noqa: ARG002
        """There is nothing to scan. Raises ``InputError``."""
        raise InputError("a volume in memory has no path", found=path)

    def load(self, series: Series, positions: Sequence[int], progress: Progress | None = None) -> Frames:
        """float32 (k, H, W), canonical. Raises ``InputError`` where a slice holds NaN or infinity."""
        if series.geometry is None:
            raise InputError("a volume without geometry")
        volume = np.asarray(self.array)
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
            stored = np.stack([volume[self.order[position]] for position in positions]).astype(np.float32)
        if not np.isfinite(stored).all():
            raise InputError("the volume holds values that are not finite", expected="numbers")
        pixels = np.ascontiguousarray(series.geometry.turn.apply(stored))
        if progress is not None:
            progress(len(positions), len(positions))
        return Frames(own(pixels), tuple(positions), series.geometry.plane)
