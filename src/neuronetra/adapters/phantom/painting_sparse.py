"""Shares of the few voxels that vessels reach, by linear index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from attrs import frozen

from neuronetra.domain.arrays import Array, Float32


@frozen(eq=False)
class Sparse:
    """``keys`` (n,) linear voxel indices, rising; ``shares`` (n,) in [0, 1]. All other voxels hold 0."""

    keys: Array
    shares: Float32

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty(0, np.int64), np.empty(0, np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Sparse]) -> Self:
        """Parts that share no voxel, in rising order."""
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([part.keys for part in parts]), np.concatenate([part.shares for part in parts])
        )

    @classmethod
    def summed(cls, parts: Sequence[Sparse]) -> Self:
        """Parts that may share voxels; sums of more than 1 are 1."""
        if not parts:
            return cls.empty()
        keys = np.concatenate([part.keys for part in parts])
        voxels, place = np.unique(keys, return_inverse=True)
        shares = np.bincount(
            place, weights=np.concatenate([part.shares for part in parts]), minlength=len(voxels)
        )
        return cls(voxels, np.minimum(shares, 1.0).astype(np.float32))

    def beside(self, others: Sequence[Sparse]) -> Sparse:
        """What is left for these shares where ``others`` come first."""
        taken = sum((other.at(self.keys) for other in others), np.zeros(len(self.keys), np.float32))
        return Sparse(
            self.keys, np.minimum(self.shares, np.maximum(np.float32(1.0) - taken, np.float32(0.0)))
        )

    def at(self, keys: Array) -> Float32:
        """(k,) shares of the voxels ``keys`` (k,)."""
        if not len(self.keys):
            return np.zeros(len(keys), np.float32)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.shares[place], np.float32(0.0))

    def dense(self, first: int, shape: tuple[int, int, int]) -> Float32:
        """Slices ``first`` to ``first + shape[0]`` as an array of ``shape``."""
        whole = np.zeros(shape, np.float32)
        size = shape[1] * shape[2]
        start, end = np.searchsorted(self.keys, (first * size, (first + shape[0]) * size))
        whole.reshape(-1)[self.keys[start:end] - first * size] = self.shares[start:end]
        return whole
