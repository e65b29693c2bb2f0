"""A series: the slices of one coherent stack in canonical order, and what reading it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import evolve, field, frozen

from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import ResolvedModality
from neuronetra.domain.stack import StackGeometry


class OrderKey(Enum):
    """What ordered the slices, best first."""

    POSITION = "position"
    SLICE_LOCATION = "slice_location"
    INSTANCE_NUMBER = "instance_number"
    FRAME = "frame"


@frozen(order=True)
class LeftOut:
    """A file (named relative to the path given) that was not used, and the plain reason."""

    file: str
    reason: str


@frozen
class Slice:
    """One stored slice: the file to read, which of its ``frames`` it is (from 0), its SOPInstanceUID.

    ``source`` opens the file and is never shown; ``file`` is its name relative to the path given.
    """

    source: str = field(repr=False)
    file: str
    instance_uid: str = ""
    frame: int = 0
    frames: int = 1

    @property
    def name(self) -> str:
        """The file's name, with the frame's number from 1 where there are several."""
        return self.file if self.frames == 1 else f"{self.file} (frame {self.frame + 1})"


@frozen
class OtherStack:
    """Another coherent stack under the same SeriesInstanceUID, which can be asked for by ``number``."""

    number: int
    slices: int
    rows: int
    columns: int
    reason: str


@frozen
class Reading:
    """How a series was read (the facts that its geometry does not hold).

    ``files_found`` counts this series' files and those that belong to no image series; each of them
    is either used or in ``left_out``. ``missing`` counts slices that were sent and could not be had.
    ``repaired`` and ``assumed`` say what was mended and what was taken for granted (each stands among the
    ``warnings`` too, where it may matter); ``transfer_syntaxes`` are the UIDs of the encodings met.
    ``unloaded`` are those of them whose pixels could not be had when they were asked for.
    ``beyond`` of the missing lay outside of the stack, where they leave no gap.
    ``unverified``: plane, left and right are what a multi-frame file says of all its frames at once, or
    nothing does.
    """

    files_found: int = 0
    left_out: tuple[LeftOut, ...] = ()
    order_key: OrderKey = OrderKey.POSITION
    warnings: tuple[str, ...] = ()
    other_stacks: tuple[OtherStack, ...] = ()
    plane_source: str = ""
    missing: int = 0
    unloaded: int = 0
    beyond: int = 0
    unverified: bool = False
    repaired: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    transfer_syntaxes: tuple[str, ...] = ()


@frozen
class Series:
    """Slices of one stack in canonical order: feet to head, right to left or front to back.

    A series that cannot be used has no slices and an ``error`` of one line instead.
    """

    uid: str
    slices: tuple[Slice, ...]
    geometry: StackGeometry | None
    modality: ResolvedModality | None = None
    reading: Reading = field(factory=Reading)
    error: str | None = None

    def __attrs_post_init__(self) -> None:
        if bool(self.slices) == (self.error is not None):
            raise ValueError("a series has slices, or else an error that says why it has none")
        if self.slices and (self.geometry is None or self.geometry.count != len(self.slices)):
            count = None if self.geometry is None else self.geometry.count
            raise ValueError(f"{len(self.slices)} slices with a geometry of {count}")

    @classmethod
    def unusable(cls, uid: str, error: str, reading: Reading | None = None) -> Series:
        """A series found under the path of which nothing can be used; ``error`` is one line."""
        return cls(uid, (), None, None, reading or Reading(), " ".join(error.split()))

    @property
    def frame_count(self) -> int:
        return len(self.slices)

    @property
    def laterality_known(self) -> bool:
        """Whether the patient's left and right can be told.

        The orientation tells them within a slice; of sagittal slices, their positions tell which is which.
        """
        if self.geometry is None or self.geometry.orientation is None or self.reading.unverified:
            return False
        return self.geometry.plane is not Plane.SAGITTAL or self.reading.order_key is OrderKey.POSITION

    @property
    def geometry_verified(self) -> bool:
        """Whether the headers say of each slice itself where it lies in the patient."""
        known = self.geometry is not None and self.geometry.affine is not None
        return known and not self.reading.unverified and self.reading.order_key is OrderKey.POSITION

    @property
    def missing_slices(self) -> int:
        """How many slices are known to be missing: lost ones leave gaps, and are not counted twice."""
        gaps, beyond = 0 if self.geometry is None else self.geometry.missing, self.reading.beyond
        return max(self.reading.missing - beyond, gaps) + beyond

    def without(self, reasons: Mapping[str, str]) -> Series:
        """The series less the slices named (``Slice.name``), each left out with its reason.

        What is lost counts as missing slices and is warned of; losing all makes the series unusable.
        """
        kept = tuple(i for i, item in enumerate(self.slices) if item.name not in reasons)
        if len(kept) == len(self.slices):
            raise ValueError("none of the slices named belongs to this series")
        lost = self.reading.unloaded + len(self.slices) - len(kept)
        total = self.reading.unloaded + len(self.slices)
        left_out = (*self.reading.left_out, *(LeftOut(name, why) for name, why in reasons.items()))
        before, after = (
            f"{count} slice(s) could not be read when they were loaded, and count as missing: truncated or damaged"
            for count in (self.reading.unloaded, lost)
        )
        said = tuple(text for text in self.reading.warnings if text != before)
        reading = evolve(
            self.reading,
            left_out=tuple(sorted(set(left_out))),
            warnings=(*said, after),
            missing=self.reading.missing + lost - self.reading.unloaded,
            unloaded=lost,
        )
        if not kept or self.geometry is None:
            reason = min(Counter(reasons.values()).items(), key=lambda pair: (-pair[1], pair[0]))[0]
            error = f"no slice of the series can be read: {reason} ({lost} of {total} slices)"
            return evolve(self, reading=reading).failed(error)
        slices = tuple(self.slices[i] for i in kept)
        return evolve(self, slices=slices, geometry=self.geometry.keep(kept), reading=reading)

    def accounted(self, stray: tuple[LeftOut, ...]) -> Series:
        """The series with each file either used or left out once, whatever became of its other frames.

        ``stray``, sorted, are the files that belong to no series.
        """
        used = {item.file for item in self.slices}
        reasons: dict[str, LeftOut] = {}
        for item in sorted(self.reading.left_out):
            if item.file not in used:
                reasons.setdefault(item.file, item)
        left_out = stray
        if reasons:
            left_out = tuple(sorted((*reasons.values(), *stray), key=lambda item: (item.file, item.reason)))
        return evolve(self, reading=evolve(self.reading, left_out=left_out))

    def failed(self, error: str) -> Series:
        """The series as one that cannot be used, with what was learnt of it; ``error`` is one line."""
        return evolve(self, slices=(), geometry=None, error=" ".join(error.split()))

    def warned(self, *warnings: str) -> Series:
        """The series with further warnings, each said once."""
        reading = evolve(self.reading, warnings=_merged(self.reading.warnings, warnings))
        return evolve(self, reading=reading)


def _merged(old: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))
