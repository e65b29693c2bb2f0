"""What the header of one image file says, parsed: the values that grouping and ordering need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

from attrs import field, frozen

from neuronetra.domain.modality import ModalityFacts
from neuronetra.domain.pixels import PixelFacts

Cosines = tuple[float, float, float, float, float, float]
Point = tuple[float, float, float]
TieBreak = tuple[int, tuple[tuple[int, str], ...], str, int]


class ImageKind(Enum):
    """The kind of image that ImageType (0008,0008) tells; kinds are never mixed in one stack."""

    IMAGE = "image"
    LOCALIZER = "localizer"
    MOSAIC = "mosaic"
    REFORMAT = "mpr"
    PROJECTION = "projection"
    PHASE = "phase"
    REAL = "real"
    IMAGINARY = "imaginary"

    @classmethod
    def of(cls, image_type: Sequence[str]) -> ImageKind:
        """The kind, from upper-case values of ImageType; magnitude and plain images are ``IMAGE``."""
        for word in image_type:
            if word in _KIND_OF_WORD:
                return _KIND_OF_WORD[word]
        for word in image_type[2:]:
            if word in _KIND_OF_LETTER:
                return _KIND_OF_LETTER[word]
            if word.startswith("P_") or word.endswith("_P"):
                return cls.PHASE
        return cls.IMAGE


_KIND_OF_WORD = {
    "LOCALIZER": ImageKind.LOCALIZER,
    "SCOUT": ImageKind.LOCALIZER,
    "MOSAIC": ImageKind.MOSAIC,
    "VFRAME": ImageKind.MOSAIC,
    "MPR": ImageKind.REFORMAT,
    "REFORMATTED": ImageKind.REFORMAT,
    "PROJECTION IMAGE": ImageKind.PROJECTION,
    "MIP": ImageKind.PROJECTION,
    "MAX_IP": ImageKind.PROJECTION,
    "MIN_IP": ImageKind.PROJECTION,
    "MINIP": ImageKind.PROJECTION,
    "PJN": ImageKind.PROJECTION,
    "PHASE": ImageKind.PHASE,
    "PHASE MAP": ImageKind.PHASE,
    "PHASE_MAP": ImageKind.PHASE,
    "VELOCITY MAP": ImageKind.PHASE,
    "REAL": ImageKind.REAL,
    "IMAGINARY": ImageKind.IMAGINARY,
}
_KIND_OF_LETTER = {"P": ImageKind.PHASE, "R": ImageKind.REAL, "I": ImageKind.IMAGINARY}


@frozen
class PixelPlace:
    """Where one frame's pixel data stand: ``parts`` (offset, length) in bytes, one after the other.

    They count in the file, or where ``deflated`` is where its deflated data set begins, in what that inflates
    to. ``compressed`` bytes are a codestream. Big-endian words of ``swap`` bytes (0: none are) begin at
    ``origin``.
    """

    parts: tuple[tuple[int, int], ...] = ()
    compressed: bool = False
    deflated: int | None = None
    swap: int = 0
    origin: int = 0

    @property
    def length(self) -> int:
        """Bytes of the frame as it is stored."""
        return sum(length for _, length in self.parts)


@frozen(order=True)
class Patient:
    """Digests of PatientID and PatientName, empty where there is none: they tell patients apart."""

    identifier: str = field(default="", repr=False)
    name: str = field(default="", repr=False)

    def agrees(self, other: Patient) -> bool:
        """Whether both may be one patient: no part that both state differs."""
        pairs = ((self.identifier, other.identifier), (self.name, other.name))
        return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)


@frozen(kw_only=True)
class Times:
    """When a slice was taken, only ever compared: seconds of the day, the trigger's in milliseconds."""

    trigger: float | None = None
    acquisition: float | None = None
    content: float | None = None


@frozen(kw_only=True, eq=False)
class SliceHeader:
    """What the header of an image file says of one frame; ``None`` or empty where it says nothing usable.

    ``frame`` counts from 0 in its file, which holds ``frames`` and may be ``part`` (0020,9162) of several. ``stack_id`` (0020,9056) and ``state``, the
    dimension indices that are no place (0020,9157), tell frames of a multi-frame file apart; ``unverified``
    marks a frame of which nothing but its place in the file says where it lies.
    ``patient`` and ``times`` tell slices apart and are never shown. ``family`` is the SOP class family.
    ``orientation`` (0020,0037) is two perpendicular unit vectors, ``position`` (0020,0032) an LPS point in
    mm, ``pixel_spacing`` (0028,0030) (between rows, between columns) in mm, above 0. ``repairs`` are
    plain sentences that name elements and never quote them.
    """

    source: str = field(repr=False)
    file: str
    series_uid: str
    instance_uid: str = ""
    patient: Patient = field(factory=Patient, repr=False)
    times: Times = field(factory=Times, repr=False)
    frame: int = 0
    frames: int = 1
    part: int = 0
    stack_id: str = field(default="", repr=False)
    state: tuple[int, ...] = ()
    unverified: bool = False
    family: str = ""
    facts: ModalityFacts = field(factory=ModalityFacts, repr=False)
    kind: ImageKind = ImageKind.IMAGE
    samples: int = 1
    photometric: str = field(default="", repr=False)
    transfer_syntax: str = ""
    orientation: Cosines | None = None
    position: Point | None = None
    pixel_spacing: tuple[float, float] | None = None
    slice_location: float | None = None
    instance_number: int | None = None
    acquisition_number: int | None = None
    echo_number: int | None = None
    temporal_position: int | None = None
    b_value: float | None = None
    pixels: PixelFacts = field(factory=PixelFacts)
    place: PixelPlace = field(factory=PixelPlace, repr=False)
    repairs: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Stored (rows, columns)."""
        return self.pixels.rows, self.pixels.columns

    @property
    def tie_break(self) -> TieBreak:
        """A lasting order among slices that nothing else tells apart."""
        number = self.instance_number
        number = number if number is not None else 1 << 40
        return (number, uid_order(self.instance_uid), self.file, self.frame)


@frozen(kw_only=True)
class Refused:
    """A file that gives no slice, and the plain reason.

    ``series_uid`` is empty where it belongs to no image series. ``lost``: a slice of the series that
    cannot be had (truncated, an encoding that is not read), not something that was never one;
    ``instance_uid`` and ``position`` say which, where that is known, and ``frames`` how many.
    """

    file: str
    reason: str
    series_uid: str = ""
    patient: Patient = field(factory=Patient, repr=False)
    lost: bool = False
    instance_uid: str = field(default="", repr=False)
    position: Point | None = field(default=None, repr=False)
    frames: int = 1


def uid_order(uid: str) -> tuple[tuple[int, str], ...]:
    """A sort key of a UID: its components compare as numbers, 1.9 before 1.10."""
    digits = (part.lstrip("0") for part in uid.split("."))
    return tuple((len(part), part) for part in digits)


def usable_orientation(values: Sequence[float]) -> Cosines | None:
    """``values`` when they are two perpendicular unit vectors (to 1 %), made exactly so; or ``None``.

    The row direction keeps its course; the column direction gives up what of it lies along the row's.
    """
    if len(values) != 6 or not all(map(math.isfinite, values)):
        return None
    a, b, c, d, e, f = values
    lengths = math.sqrt(a * a + b * b + c * c), math.sqrt(d * d + e * e + f * f)
    if max(abs(length - 1.0) for length in lengths) > 1e-2 or abs(a * d + b * e + c * f) > 1e-2:
        return None
    along = (a / lengths[0], b / lengths[0], c / lengths[0])
    shared = along[0] * d + along[1] * e + along[2] * f
    d, e, f = d - shared * along[0], e - shared * along[1], f - shared * along[2]
    length = math.sqrt(d * d + e * e + f * f)
    return (*along, d / length, e / length, f / length)
