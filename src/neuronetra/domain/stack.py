"""Where the slices of one stack lie in the patient, after the canonical turn and order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from neuronetra.domain.arrays import Float64, locked, same
from neuronetra.domain.geometry import OBLIQUE_DEGREES, Orientation, Plane, Turn
from neuronetra.errors import GeometryError

UNIFORM_TOLERANCE = 0.02
GAP_FACTOR = 1.5
DRIFT = 0.5
"""Part of a step by which a slice of a uniform stack may lie off the line through the first and the last."""
TILT_DEGREES = 1.0
ROUNDING_DEGREES = 0.01
"""What cosines written with four decimals may be off."""


def _points(values: npt.ArrayLike | None) -> Float64 | None:
    return None if values is None else locked(values, np.float64)


@frozen(eq=False)
class StackGeometry:
    """Canonical geometry of ``count`` slices of ``shape`` (rows, columns).

    ``positions`` (count, 3) is the LPS point in mm of each slice's first canonical pixel, in slice order;
    ``offsets`` (count,) where each slice lies along the normal in mm (known even where the first pixel is
    not); ``pixel_spacing`` is (between rows, between columns) in mm. ``None`` stands for unknown.
    """

    count: int
    shape: tuple[int, int]
    orientation: Orientation | None = None
    positions: Float64 | None = field(default=None, converter=_points)
    offsets: Float64 | None = field(default=None, converter=_points)
    pixel_spacing: tuple[float, float] | None = None

    def __attrs_post_init__(self) -> None:
        if min(self.count, *self.shape) < 1:
            raise GeometryError("a stack without pixels", found=f"{self.count} slices of {self.shape}")
        spacing = self.pixel_spacing or (1.0, 1.0)
        if not np.isfinite(spacing).all() or min(spacing) <= 0.0:
            raise GeometryError("pixel spacing is not above 0", found=f"{spacing}")
        for name, given, shape in (
            ("positions", self.positions, (self.count, 3)),
            ("offsets", self.offsets, (self.count,)),
        ):
            if given is not None and given.shape != shape:
                raise GeometryError(
                    f"{name} do not fit the slices", found=f"shape {given.shape}", expected=f"{shape}"
                )
            if given is not None and not np.isfinite(given).all():
                raise GeometryError(f"{name} are not finite")

    @classmethod
    def from_stored(
        cls,
        stored_shape: tuple[int, int],
        orientation: Orientation | None,
        positions: npt.ArrayLike | None,
        pixel_spacing: tuple[float, float] | None,
        count: int,
    ) -> StackGeometry:
        """From what headers say of the stored slices, already in canonical order.

        ``positions`` (count, 3) are the LPS points of the stored pixel (0, 0), as ImagePositionPatient.
        """
        turn = Turn() if orientation is None else Turn.of(orientation)
        offsets = None
        if orientation is not None and positions is not None:
            offsets = np.asarray(positions, dtype=np.float64).reshape(count, 3) @ orientation.normal
        spacing = pixel_spacing and (pixel_spacing[::-1] if turn.transpose else pixel_spacing)
        moved = None if positions is None else np.asarray(positions, dtype=np.float64).reshape(count, 3)
        if moved is not None and orientation is not None and pixel_spacing is not None:
            row, column = turn.first_pixel(stored_shape)
            moved = moved + row * pixel_spacing[0] * orientation.down
            moved = moved + column * pixel_spacing[1] * orientation.along
        elif moved is not None and turn.first_pixel(stored_shape) != (0, 0):
            moved = None
        return cls(count, turn.shape(stored_shape), orientation, moved, offsets, spacing)

    @property
    def plane(self) -> Plane:
        return Plane.UNKNOWN if self.orientation is None else self.orientation.plane

    @property
    def oblique(self) -> bool:
        limit = OBLIQUE_DEGREES + ROUNDING_DEGREES
        return self.orientation is not None and self.orientation.obliqueness > limit

    @property
    def turn(self) -> Turn:
        """How a stored slice becomes a canonical frame."""
        return Turn() if self.orientation is None else Turn.of(self.orientation)

    @property
    def steps(self) -> Float64 | None:
        """(count - 1,) mm between neighbours along the normal; ``None`` where unknown or alone."""
        return None if self.offsets is None or self.count < 2 else np.asarray(np.diff(self.offsets))

    @property
    def slice_spacing(self) -> float | None:
        """The step in mm along the normal (DICOM's SliceThickness plays no part).

        ``None`` without an orientation: along another line the steps are not the spacing.
        """
        steps = self.steps
        if steps is None or self.orientation is None:
            return None
        return float(np.mean(steps)) if self.uniform else float(np.median(steps))

    @property
    def even(self) -> bool:
        """Whether every step along the normal is within 2 % of the median; a stack of one is."""
        steps = self.steps
        if steps is None:
            return self.count < 2
        median = np.median(steps)
        return bool(np.all(np.abs(steps - median) <= UNIFORM_TOLERANCE * abs(median)))

    @property
    def shifted(self) -> bool:
        """Whether slices lie off the line of the median step, by 2 % of a step or half a pixel.

        Tilt alone is no shift: there the offset within the plane grows with that along the normal.
        """
        if self.orientation is None or self.positions is None or self.count < 3:
            return False
        steps = np.diff(self.positions, axis=0)
        along = steps @ self.orientation.normal
        median = np.median(steps, axis=0)
        run = float(median @ self.orientation.normal)
        if run <= 0.0:
            return False
        across = np.linalg.norm(steps - np.outer(along / run, median), axis=1)
        limit = UNIFORM_TOLERANCE * float(np.linalg.norm(median))
        return bool(across.max() > min(limit, 0.5 * min(self.pixel_spacing or (np.inf,))))

    @property
    def uniform(self) -> bool:
        """Whether every step is the median step, to 2 %, along the normal and within the plane."""
        known = self.orientation is not None or self.count < 2
        return self.even and not self.shifted and known and self.drift <= DRIFT * abs(self._mean_step)

    @property
    def drift(self) -> float:
        """How far in mm along the normal a slice lies off the line from the first to the last one."""
        if self.offsets is None or self.count < 3:
            return 0.0
        line = self.offsets[0] + self._mean_step * np.arange(self.count)
        return float(np.abs(self.offsets - line).max())

    @property
    def _mean_step(self) -> float:
        steps = self.steps
        return 0.0 if steps is None else float(np.mean(steps))

    @property
    def missing(self) -> int:
        """How many slices the gaps (steps over 1.5 medians) leave room for."""
        steps = self.steps
        if steps is None or np.median(steps) <= 0:
            return 0
        ratio = steps / np.median(steps)
        return int(np.sum(np.maximum(1, np.rint(ratio[ratio > GAP_FACTOR]) - 1)))

    @property
    def tilt_degrees(self) -> float:
        """Degrees between the median step and the normal: the gantry's tilt; 0 where unknown or shifted."""
        if self.orientation is None or self.positions is None or self.count < 2 or self.shifted:
            return 0.0
        step = np.median(np.diff(self.positions, axis=0), axis=0)
        length = float(np.linalg.norm(step))
        cosine = 1.0 if length == 0.0 else abs(float(step @ self.orientation.normal)) / length
        return float(np.degrees(np.arccos(min(1.0, cosine))))

    @property
    def affine(self) -> Float64 | None:
        """(4, 4) from canonical (slice, row, column) indices to LPS mm; ``None`` where unknown.

        It steps by the position vector from slice to slice, sheared under gantry tilt: the median of all
        steps or, where they are uniform, their mean, which meets the last slice too where positions were
        rounded. 1 mm along the normal for a single slice.
        """
        if self.orientation is None or self.positions is None or self.pixel_spacing is None:
            return None
        down, along = self.canonical_directions
        step = self.orientation.normal
        if self.count > 1:
            steps = np.diff(self.positions, axis=0)
            step = np.mean(steps, axis=0) if self.uniform else np.median(steps, axis=0)
        affine = np.eye(4)
        affine[:3, 0] = step
        affine[:3, 1] = down * self.pixel_spacing[0]
        affine[:3, 2] = along * self.pixel_spacing[1]
        affine[:3, 3] = self.positions[0]
        return affine

    @property
    def canonical_directions(self) -> tuple[Float64, Float64]:
        """Unit vectors along which canonical rows and columns grow."""
        if self.orientation is None:
            raise GeometryError("no orientation: directions are unknown")
        turn, down, along = self.turn, self.orientation.down, self.orientation.along
        if turn.transpose:
            down, along = along, down
        return (-down if turn.reverse_rows else down, -along if turn.reverse_columns else along)

    def keep(self, indices: tuple[int, ...]) -> StackGeometry:
        """The geometry of those slices alone."""
        rows = list(indices)
        positions = None if self.positions is None else self.positions[rows]
        offsets = None if self.offsets is None else self.offsets[rows]
        return evolve(self, count=len(rows), positions=positions, offsets=offsets)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StackGeometry):
            return NotImplemented
        return (
            (self.count, self.shape, self.pixel_spacing, self.turn, self.plane)
            == (other.count, other.shape, other.pixel_spacing, other.turn, other.plane)
            and same(self.positions, other.positions)
            and same(self.offsets, other.offsets)
            and same(self.affine, other.affine)
        )

    __hash__ = None  # type: ignore[assignment]
