"""What goes into a network and what comes out: batches, scores, and the 14 probabilities of a series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from neuronetra.domain.arrays import (
    Float32,
    Float64,
    UInt8,
    locked_as_given,
    locked_float64,
    locked_if_given,
    require_dtype,
    require_shape,
    same,
    summary,
)
from neuronetra.domain.locations import ARTERIES, LABELS, LOCATIONS, MIRROR, Location
from neuronetra.domain.modality import Modality
from neuronetra.errors import ScoringError


@frozen(eq=False)
class Batch:
    """``images`` uint8 (n, 3, H, W) and ``modality`` int64 (n,), the ``Modality.code`` of each."""

    images: UInt8 = field(converter=locked_as_given, repr=summary)
    modality: npt.NDArray[np.int64] = field(converter=locked_as_given)

    def __attrs_post_init__(self) -> None:
        require_dtype("images", self.images, np.uint8)
        require_shape("images", self.images, (None, 3, None, None))
        require_dtype("modality", self.modality, np.int64)
        require_shape("modality", self.modality, (len(self.images),))
        if self.modality.min() < 0 or self.modality.max() >= len(Modality):
            raise ValueError(f"modality codes are 0 to {len(Modality) - 1}")

    def __len__(self) -> int:
        return len(self.images)

    def singles(self) -> tuple[Batch, ...]:
        """Each image as a batch of its own."""
        return self.parts(1)

    def parts(self, most: int) -> tuple[Batch, ...]:
        """The images in batches of ``most``, the last of what is left."""
        starts = range(0, len(self), most)
        return tuple(Batch(self.images[i : i + most], self.modality[i : i + most]) for i in starts)


@frozen(eq=False)
class Scores:
    """``probabilities`` float32 (n, 14) in [0, 1]; ``maps`` float32 (n, 13, h, w) where the recipe says where.

    Raises ``ScoringError`` for another shape, NaN or a value outside [0, 1]: a runtime gave them.
    """

    probabilities: Float32 = field(converter=locked_as_given)
    maps: Float32 | None = field(default=None, converter=locked_if_given, repr=summary)

    def __attrs_post_init__(self) -> None:
        given = self.probabilities
        if given.ndim != 2 or given.shape[1] != len(LABELS) or given.dtype != np.float32:
            raise ScoringError(
                "the network's output has another form",
                found=f"{given.dtype} {given.shape}",
                expected=f"float32 (n, {len(LABELS)})",
            )
        if not np.isfinite(given).all():
            raise ScoringError(
                "the network gave values that are not numbers",
                found=f"{int((~np.isfinite(given)).sum())} of {given.size} NaN or infinite",
                expected="probabilities in [0, 1]",
                fix="verify the store with `neuronetra models verify`, or try another runtime",
            )
        if given.min(initial=0.0) < 0.0 or given.max(initial=0.0) > 1.0:
            raise ScoringError(
                "the network gave values outside [0, 1]",
                found=f"{given.min():.4g} to {given.max():.4g}",
                expected="probabilities",
            )
        self._require_maps()

    def _require_maps(self) -> None:
        maps, shape = self.maps, (len(self.probabilities), len(ARTERIES))
        if maps is not None and (maps.ndim != 4 or maps.shape[:2] != shape or maps.dtype != np.float32):
            raise ScoringError(
                "the network's maps have another form",
                found=f"{maps.dtype} {maps.shape}",
                expected=f"float32 ({shape[0]}, {shape[1]}, h, w)",
            )


@frozen(eq=False)
class LocationScores:
    """The 14 probabilities of one series: ``values`` float64 (14,), in [0, 1], in the order of ``LABELS``."""

    values: Float64 = field(converter=locked_float64)

    def __attrs_post_init__(self) -> None:
        require_shape("scores", self.values, (len(LABELS),))
        if not bool(np.all((self.values >= 0.0) & (self.values <= 1.0))):
            raise ScoringError("scores outside [0, 1]", found=str(self.values.tolist()))

    def __getitem__(self, location: Location) -> float:
        return float(self.values[location.index])

    @property
    def mirrored(self) -> LocationScores:
        """The scores of the mirrored head: five pairs change places."""
        return LocationScores(self.values[list(MIRROR)])

    def by_name(self) -> dict[str, float]:
        """Label name -> probability, in order."""
        return {location.value: self[location] for location in LOCATIONS}

    def __eq__(self, other: object) -> bool:
        return same(self.values, other.values) if isinstance(other, LocationScores) else NotImplemented

    __hash__: Any = None
