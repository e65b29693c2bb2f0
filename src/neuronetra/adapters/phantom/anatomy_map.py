"""All fields of a head at given places: each body is computed only in the box that holds it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neuronetra.adapters.phantom import anatomy_face as face
from neuronetra.adapters.phantom import brain_parts as brain
from neuronetra.adapters.phantom import skull_bones as bones
from neuronetra.adapters.phantom import skull_cavity as skull
from neuronetra.adapters.phantom.anatomy import Anatomy
from neuronetra.adapters.phantom.anatomy_distances import Place, Points
from neuronetra.adapters.phantom.anatomy_fields import FAR, Field
from neuronetra.adapters.phantom.brain_folds import folds
from neuronetra.adapters.phantom.brain_ventricles import ventricles
from neuronetra.domain.arrays import Array, Float32

_RADIAL = 0.45
"""How far a place is drawn towards the cortex before the folds are looked up: so sulci stand upright on it."""
_SHELL = 58.0
_NEAR_SKIN = 14.0


class FieldMap:
    """``values`` float32 (fields, n) at n places."""

    def __init__(self, points: Points, anatomy: Anatomy) -> None:
        self.points, self.anatomy = points, anatomy
        self.values = np.full((len(Field), points.x.size), FAR, np.float32)

    def fill(self) -> Float32:
        points, anatomy, values = self.points, self.anatomy, self.values
        values[Field.THICKNESS] = 0.0
        values[Field.X], values[Field.Y], values[Field.Z] = points.x, points.y, points.z
        values[Field.SKIN] = face.skin(points, anatomy)
        inside = values[Field.SKIN] < 8.0
        self._put(inside, Field.CAVITY, skull.cavity)
        near = inside & (values[Field.CAVITY] < 16) & (values[Field.CAVITY] > -8)
        self._put(near, Field.THICKNESS, lambda p: skull.thickness(p, anatomy))
        self._brain(inside & (values[Field.CAVITY] < 6))
        self._face(inside & (values[Field.CAVITY] > -4))
        return values

    def _put(self, mask: Array, name: Field, field: Callable[[Points], Float32]) -> None:
        if mask.any():
            self.values[name, mask] = field(self.points.where(mask))

    def _within(self, mask: Array, low: Place, high: Place) -> Array:
        return mask & self.points.inside(low, high)

    def _face(self, mask: Array) -> None:
        anatomy = self.anatomy
        outside = mask & ((self.points.z < 30) | (self.values[Field.CAVITY] > 5))
        self._put(outside, Field.MUSCLE, lambda p: face.muscles(p, anatomy))
        self._put(outside, Field.FOLD, lambda p: _soft_folds(p, anatomy))
        low = self._within(mask, (-90, -100, -200), (90, 120, 30))
        if not low.any():
            return
        points = self.points.where(low)
        sinus = bones.sinuses(points, anatomy)
        self.values[Field.BONE, low] = bones.bones(points, sinus)
        self.values[Field.AIR, low] = np.minimum(sinus, bones.airways(points.folded, anatomy))
        self.values[Field.CELLS, low] = bones.cells(points, anatomy)
        self.values[Field.DENSE, low] = bones.dense(points.folded)
        orbits = self._within(mask, (-54, -84, -28), (54, 2, 16))
        for name, field in ((Field.ORBIT, bones.orbit), (Field.EYE, face.eyes), (Field.CORD, face.cords)):
            self._put(orbits, name, lambda p, field=field: field(p.folded))  # type: ignore[misc]

    def _brain(self, mask: Array) -> None:
        if not mask.any():
            return
        points, anatomy, values = self.points.where(mask), self.anatomy, self.values
        cavity = values[Field.CAVITY, mask]
        stem, tentorium = brain.stem(points), skull.tentorium(points)
        values[Field.STEM, mask] = np.maximum(stem, cavity + 1.5)
        values[Field.TENTORIUM, mask] = tentorium
        values[Field.CEREBRUM, mask] = brain.cerebrum(points, anatomy, cavity, tentorium, stem)
        values[Field.FOLD, mask] = _cortical_folds(points, anatomy)
        low = self._within(mask, (-62, 10, -62), (62, 112, 24))
        if low.any():
            places = self.points.where(low)
            values[Field.CEREBELLUM, low] = brain.cerebellum(
                places, values[Field.CAVITY, low], values[Field.TENTORIUM, low], values[Field.STEM, low]
            )
            values[Field.FOLIA, low] = _folia(places)
        self._put(self._within(mask, (-45, -40, -30), (45, 85, 60)), Field.VENTRICLE, self._ventricles)
        deep = self._within(mask, (-40, -35, -25), (40, 65, 55))
        self._put(deep, Field.NUCLEI, lambda p: brain.nuclei(p.folded))
        self._put(deep, Field.CHOROID, lambda p: brain.choroid(p.folded))
        self._put(self._within(mask, (-40, -50, 0), (40, 75, 60)), Field.BRIDGE, brain.bridge)
        self._put(self._within(mask, (-12, -16, -14), (12, 10, 12)), Field.GLAND, brain.gland)
        self._put(self._within(mask, (-8, 30, 10), (8, 52, 28)), Field.PINEAL, _pineal)

    def _ventricles(self, points: Points) -> Float32:
        return ventricles(points, self.anatomy)


def _pineal(points: Points) -> Float32:
    """Distance to its middle: how large its calcium is differs by subject."""
    return np.asarray(np.sqrt(points.x**2 + (points.y - 38) ** 2 + (points.z - 19) ** 2))


def _cortical_folds(points: Points, anatomy: Anatomy) -> Float32:
    """Looked up part of the way out to the cortex along the ray from the brain's middle."""
    y, z = points.y - 23, points.z - 22
    radius = np.sqrt(points.x**2 * np.float32(1.35) + y * y * np.float32(0.85) + z * z) + 1
    outward = np.float32(1 - _RADIAL) + np.float32(_RADIAL * _SHELL) / np.maximum(radius, 12)
    drawn_out = Points(points.x * outward, y * outward, z * outward)
    return folds(drawn_out, anatomy.turn, anatomy.shift)


def _soft_folds(points: Points, anatomy: Anatomy) -> Float32:
    """Fat between muscles: longer sheets along the body's axis."""
    stretched = Points(points.x * np.float32(0.8), points.y * np.float32(0.8), points.z * np.float32(0.35))
    return folds(stretched, np.eye(3), anatomy.shift) * np.float32(1.25)


def _folia(points: Points) -> Float32:
    """Radius of the arcs that the folia lie on, about a line through the fourth ventricle."""
    y, z = points.y - 34, (points.z + 12) * np.float32(0.9)
    return np.asarray(np.sqrt(points.x**2 * np.float32(0.8) + y * y + z * z) + np.float32(0.2) * z)


def fields_at(points: Points, anatomy: Anatomy) -> Float32:
    """float32 (fields, *shape) at ``points`` of the mean head, in the order of ``Field``."""
    flat = Points(points.x.ravel(), points.y.ravel(), points.z.ravel())
    return FieldMap(flat, anatomy).fill().reshape(len(Field), *points.x.shape)
