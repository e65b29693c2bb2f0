"""Prepared series: which slices lie in a frame store, as what, and where they came from."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from neuronetra.domain.geometry import Plane
from neuronetra.domain.headers import Point
from neuronetra.domain.modality import Modality
from neuronetra.domain.sampling import SegmentSampler


class Kept(Enum):
    """Which slices of a series are stored: every one that can be read, or those that the recipe looks at."""

    ALL = "all"
    SAMPLED = "sampled"


@frozen
class StoredFrame:
    """One prepared slice: ``index`` is its number in canonical order among all slices of the series, from 0.

    ``point`` is the LPS place in mm of its first canonical pixel, ``instance_uid`` and ``frame`` (from 0,
    ``None`` in a single-frame file) the image that it was made of.
    """

    index: int
    point: Point | None
    instance_uid: str
    frame: int | None = None


@frozen
class PreparedSeries:
    """A series in a frame store. ``slices`` counts those of the series, of which ``frames`` are stored.

    ``modality`` is the one that it was prepared as, resolved as prediction does. ``lost`` numbers slices
    whose pixels could not be had; ``missing`` counts all that were sent and could not be had, also those whose
    file showed it at once, which have no number. ``source_bytes`` is the size of the files that it was made of,
    ``made_by`` the digest of how it was prepared.
    """

    uid: str
    modality: Modality
    plane: Plane
    slices: int
    frames: tuple[StoredFrame, ...]
    warnings: tuple[str, ...] = field(default=(), repr=False)
    lost: tuple[int, ...] = ()
    source_bytes: int = 0
    missing: int = 0
    made_by: str = ""

    def __attrs_post_init__(self) -> None:
        indices = [frame.index for frame in self.frames]
        if not indices or indices != sorted(set(indices)) or not 0 <= indices[0] <= indices[-1] < self.slices:
            raise ValueError("frames stand in canonical order, each once, within the series")
        if list(self.lost) != sorted(set(self.lost) - set(indices)):
            raise ValueError("slices that were lost stand in order, each once, and are not stored")

    @property
    def indices(self) -> tuple[int, ...]:
        """The slices that are stored, in canonical order."""
        return tuple(frame.index for frame in self.frames)

    def chosen(self, sampler: SegmentSampler) -> tuple[int, ...]:
        """The slices that prediction looks at, by index, repeats kept.

        As there, the sampler chooses anew whenever it has met slices that cannot be read: those that it
        never met keep their place.
        """
        met: set[int] = set()
        while True:
            left = [index for index in range(self.slices) if index not in met]
            chosen = tuple(left[position] for position in sampler.positions(len(left)))
            if not met.symmetric_difference(met := met | (set(chosen) & set(self.lost))):
                return chosen
