"""What a test says of a made-up series: the volume in the patient, and the way a scanner would store it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from neuronetra.domain.arrays import Array, Float64
from neuronetra.domain.geometry import Plane
from neuronetra.testing.phantom import phantom

CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"
MR_CLASS = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_CT_CLASS = "1.2.840.10008.5.1.4.1.1.2.1"
ENHANCED_MR_CLASS = "1.2.840.10008.5.1.4.1.1.4.1"
ROOT = "1.2.826.0.1.3680043.8.498.1515"
"""Below the root that pydicom gives to its users."""
LAYOUTS = ("single", "classic", "enhanced")


@frozen
class StoredTurn:
    """How a canonical slice becomes a stored one: rows and columns reversed, then transposed."""

    transpose: bool = False
    reverse_rows: bool = False
    reverse_columns: bool = False

    def apply(self, canonical: Array) -> Array:
        """A view of ``canonical`` (..., rows, columns) as it is stored."""
        turned = canonical[..., ::-1, :] if self.reverse_rows else canonical
        turned = turned[..., ::-1] if self.reverse_columns else turned
        return turned.swapaxes(-1, -2) if self.transpose else turned

    def undo(self, stored: Array) -> Array:
        """A view of ``stored`` (..., rows, columns) as it is canonical."""
        turned = stored.swapaxes(-1, -2) if self.transpose else stored
        turned = turned[..., ::-1, :] if self.reverse_rows else turned
        return turned[..., ::-1] if self.reverse_columns else turned

    def then(self, other: StoredTurn) -> StoredTurn:
        """This turn and then another as one."""
        rows, columns = other.reverse_rows, other.reverse_columns
        if self.transpose:  # the other's rows are this one's columns
            rows, columns = columns, rows
        return StoredTurn(
            self.transpose != other.transpose, self.reverse_rows != rows, self.reverse_columns != columns
        )


POSTURES: dict[str, tuple[StoredTurn, bool]] = {
    "HFS": (StoredTurn(), False),
    "HFP": (StoredTurn(reverse_rows=True, reverse_columns=True), False),
    "HFDL": (StoredTurn(transpose=True, reverse_rows=True), False),
    "HFDR": (StoredTurn(transpose=True, reverse_columns=True), False),
    "FFS": (StoredTurn(reverse_columns=True), True),
    "FFP": (StoredTurn(reverse_rows=True), True),
    "FFDL": (StoredTurn(transpose=True), True),
    "FFDR": (StoredTurn(transpose=True, reverse_rows=True, reverse_columns=True), True),
}
"""For each PatientPosition the turn and the reversed numbering that it brings.

A scanner stores its own axes: columns to its right as seen from the table's foot, rows downwards, slices
numbered into the gantry (DICOM part 3, C.7.3.1.1.2). The patient who lies otherwise in it has other axes there.
"""


@frozen(kw_only=True)
class SeriesPlan:
    """A volume in the patient and the way it is stored.

    ``shape`` and ``spacing`` (mm) are canonical: (slice, row, column). ``transpose``, ``reverse_rows`` and
    ``reverse_columns`` say how canonical frames were turned to be stored, ``posture`` (a PatientPosition)
    how they were turned before that; ``descending`` numbers the slices against the canonical order.
    ``rotation`` turns the patient's axes (degrees about x, y, z); ``tilt`` is the gantry's, in degrees;
    ``keep`` names the slices that exist (all by default); ``picture`` gives the values 0 to 1 of a shape.

    ``layout``: ``single`` (a file a slice), ``classic`` (one file of many frames without geometry of their
    own; ``geometry`` ``first`` states that of the first frame, ``none`` nothing) or ``enhanced`` (functional
    groups; those named in ``shared`` are told once, the others per frame). ``frame_order`` shuffles frames
    by that seed, over ``files``. ``stacks``, ``temporal`` positions and ``echoes`` are as many volumes each.

    ``encoding`` is a name of ``encodings.ENCODINGS``; each frame lies in ``fragments``, and ``offsets``
    tells where (``none``, ``basic``, ``extended``). ``slopes`` stand for ``slope``, one a slice;
    ``floating`` (32 or 64) makes float pixels; ``padding`` is PixelPaddingValue, or it and the range's limit;
    ``overlay`` fills the bits that are not stored.
    """

    plane: Plane = Plane.AXIAL
    shape: tuple[int, int, int] = (6, 10, 12)
    spacing: tuple[float, float, float] = (3.0, 0.9, 0.6)
    origin: tuple[float, float, float] = (-41.5, -62.25, -30.0)
    transpose: bool = False
    reverse_rows: bool = False
    reverse_columns: bool = False
    descending: bool = False
    posture: str | None = None
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tilt: float = 0.0
    keep: tuple[int, ...] | None = None
    layout: str = "single"
    geometry: str = "none"
    shared: tuple[str, ...] = ("orientation", "measures", "transformation")
    frame_order: int | None = None
    files: int = 1
    stacks: int = 1
    temporal: int = 1
    echoes: int = 1
    encoding: str = "explicit"
    fragments: int = 1
    offsets: str = "basic"
    modality: str = "MR"
    signed: bool = False
    bits_stored: int = 12
    bits_allocated: int = 16
    high_bit: int | None = None
    floating: int | None = None
    slope: float | None = None
    intercept: float | None = None
    slopes: tuple[float, ...] | None = None
    padding: int | tuple[int, int] | None = None
    overlay: bool = False
    monochrome1: bool = False
    implicit: bool = False
    series: int = 1
    patient: str = "PATIENT"
    picture: Callable[[tuple[int, int, int]], Float64] = phantom
    seed: int = 0

    @property
    def syntax(self) -> str:
        """The encoding; ``implicit`` is another way to ask for that one."""
        return "implicit" if self.implicit else self.encoding

    @property
    def kept(self) -> tuple[int, ...]:
        """The slices that exist, in canonical order."""
        return tuple(range(self.shape[0])) if self.keep is None else self.keep

    @property
    def turn(self) -> StoredTurn:
        """What posture and plan make of a canonical slice."""
        own = StoredTurn(self.transpose, self.reverse_rows, self.reverse_columns)
        return POSTURES[self.posture or "HFS"][0].then(own)

    @property
    def counts_down(self) -> bool:
        """Whether slices are numbered against the canonical order."""
        return self.descending != POSTURES[self.posture or "HFS"][1]

    @property
    def top_bit(self) -> int:
        """HighBit (0028,0102)."""
        return self.bits_stored - 1 if self.high_bit is None else self.high_bit
