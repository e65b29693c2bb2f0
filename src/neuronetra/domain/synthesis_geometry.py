"""Where the slices of a made-up scan lie: in the patient's axes, and in the head that lies turned in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float64, locked
from neuronetra.domain.geometry import Plane
from neuronetra.domain.headers import Point

AXES: dict[Plane, tuple[Point, Point, Point]] = {
    Plane.AXIAL: ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    Plane.SAGITTAL: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    Plane.CORONAL: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
}
"""Where slices, rows and columns grow to, as unit vectors in LPS: straight along the patient's axes."""


def rotation(degrees: Point) -> Float64:
    """(3, 3): turns about x, then y, then z, by so many degrees each, from the head to the patient."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(degrees)):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[second, first], turn[first, second] = np.sin(angle), -np.sin(angle)
        matrix = turn @ matrix
    return matrix


@frozen
class ScanGeometry:
    """The field of one scan.

    ``shape`` (slices, rows, columns); ``steps`` between their centres and ``thickness`` of a slice in mm.
    ``pose``: degrees by which the head is turned about x, y and z. ``centre``: the middle of the field, in the
    patient's axes, in mm from the head's origin; ``origin`` is where that lies in the scanner. ``rising``:
    instances are numbered along the patient axis, or else against it. ``multiframe``: all in one file.
    """

    plane: Plane
    shape: tuple[int, int, int]
    steps: tuple[float, float, float]
    thickness: float
    pose: Point
    centre: Point
    origin: Point
    rising: bool
    multiframe: bool
    _turn: Float64 = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if min(self.shape) < 1 or min(*self.steps, self.thickness) <= 0.0:
            raise ValueError("a scan has slices, rows, columns, and steps above 0")
        object.__setattr__(self, "_turn", locked(rotation(self.pose)))

    @property
    def axes(self) -> tuple[Point, Point, Point]:
        """Unit vectors of slices, rows and columns."""
        return AXES[self.plane]

    @property
    def cosines(self) -> tuple[float, ...]:
        """ImageOrientationPatient (0020,0037): along a row, down a column."""
        return (*self.axes[2], *self.axes[1])

    @property
    def patient_affine(self) -> Float64:
        """(4, 4) that takes (slice, row, column, 1) to LPS in mm; slices grow along the patient axis."""
        affine = np.eye(4)
        affine[:3, :3] = np.array(self.axes).T * self.steps
        middle = (np.array(self.shape) - 1) / 2
        affine[:3, 3] = np.add(self.origin, self.centre) - affine[:3, :3] @ middle
        return affine

    @property
    def head_affine(self) -> Float64:
        """(4, 4) that takes (slice, row, column, 1) to the head's own frame in mm."""
        return np.asarray(np.linalg.inv(self.head_to_patient) @ self.patient_affine)

    @property
    def head_to_patient(self) -> Float64:
        """(4, 4) from the head's frame to LPS, both in mm."""
        affine = np.eye(4)
        affine[:3, :3], affine[:3, 3] = self._turn, self.origin
        return affine

    def place(self, point: Point) -> tuple[float, float, float]:
        """The (slice, row, column), from 0, of a ``point`` in the head's frame."""
        indices = np.linalg.inv(self.head_affine) @ np.array([*point, 1.0])
        return float(indices[0]), float(indices[1]), float(indices[2])

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point of the head's frame lies in the field, ``margin`` mm from its border at least."""
        inside = zip(self.place(point), self.shape, self.steps, strict=True)
        return all(margin / s - 0.5 <= p <= n - 0.5 - margin / s for p, n, s in inside)

    def position(self, index: int) -> Point:
        """ImagePositionPatient (0020,0032) of a slice: the centre of its first pixel."""
        x, y, z = self.patient_affine[:3] @ np.array([index, 0.0, 0.0, 1.0])
        return float(x), float(y), float(z)

    def number(self, index: int) -> int:
        """InstanceNumber (0020,0013) of a slice, or the place of its frame from 1."""
        return index + 1 if self.rising else self.shape[0] - index

    def as_document(self) -> dict[str, Any]:
        """The figures that must tell nothing of a label."""
        return {
            "slices": self.shape[0],
            "rows": self.shape[1],
            "columns": self.shape[2],
            "step": self.steps[0],
            "pixel": self.steps[1],
            "thickness": self.thickness,
            "field": self.steps[1] * self.shape[1],
            "pose": self.pose,
            "centre": self.centre,
            "origin": self.origin,
            "rising": self.rising,
            "multiframe": self.multiframe,
            "plane": self.plane.value,
        }
