"""Rounded bodies: what sacs and plates of calcium are made of."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from neuronetra.domain.arrays import Float64, locked_float64


@frozen(eq=False)
class Ellipsoid:
    """``centre`` (3,) mm; ``axes`` (3, 3), unit vectors as rows; ``radii`` (3,) mm along them."""

    centre: Float64 = field(converter=locked_float64)
    axes: Float64 = field(converter=locked_float64)
    radii: Float64 = field(converter=locked_float64)

    def __attrs_post_init__(self) -> None:
        if self.axes.shape != (3, 3) or not np.allclose(self.axes @ self.axes.T, np.eye(3), atol=1e-6):
            raise ValueError("an ellipsoid's axes are three unit vectors at right angles")
        if self.radii.shape != (3,) or not (self.radii > 0).all():
            raise ValueError("an ellipsoid's radii are three lengths above 0")

    @classmethod
    def sphere(cls, centre: Float64, radius: float) -> Ellipsoid:
        return cls(centre, np.eye(3), np.full(3, radius))

    @property
    def volume(self) -> float:
        """In mm³."""
        return float(4.0 / 3.0 * np.pi * np.prod(self.radii))

    def distance(self, points: Float64, edge: float = 0.0) -> Float64:
        """(n,) mm from the surface to ``points`` (n, 3), below 0 inside; exact for spheres, else to first order.

        ``edge`` mm is how wide the surface will be smeared: the radii are less by as much as keeps the volume.
        """
        radii = np.maximum(self.radii - edge * edge / (12.0 * self.radii), 0.5 * self.radii)
        local = (points - self.centre) @ self.axes.T / radii
        level = np.linalg.norm(local, axis=-1)
        slope = np.linalg.norm(local / radii, axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            near = level * (level - 1.0) / slope
        return np.asarray(np.where(level > 1e-6, near, -float(radii.min())))


def joined(first: Float64, second: Float64, blend: float) -> Float64:
    """The distance to the union of two bodies, whose seam is rounded over about ``blend`` mm."""
    overlap = np.maximum(blend - np.abs(first - second), 0.0) / blend
    return np.asarray(np.minimum(first, second) - overlap * overlap * blend / 4.0)


def frame_about(axis: Float64, generator: np.random.Generator) -> Float64:
    """(3, 3) unit vectors as rows: ``axis``, and two across it, turned by chance."""
    first = axis / np.linalg.norm(axis)
    second = np.cross(first, generator.normal(size=3))
    second /= np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)])
