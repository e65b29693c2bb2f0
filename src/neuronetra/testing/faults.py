"""What can be wrong with a series, by name: how to spoil it, and what a reader must do about it.

>>> fault = FAULTS["missing slice"]
>>> built = build(fault.planned(SeriesPlan()))
>>> fault.spoil(folder, built.write(folder))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from neuronetra.testing import file_faults as files
from neuronetra.testing import header_faults as headers
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.file_faults import Spoil, in_all, in_one, nothing
from neuronetra.testing.header_faults import edited, set_to, stranger, without, written
from neuronetra.testing.series_plan import LAYOUTS, ROOT, SeriesPlan

READ, LEFT_OUT, REFUSED = "read", "left out", "refused"
_MANY = ("classic", "enhanced")
_NATIVE = ("explicit", "implicit", "big endian")
_CODECS = tuple(name for name, one in ENCODINGS.items() if one.encode is not None)


@frozen
class Fault:
    """One thing that is wrong, and its ``outcome``; ``many`` where one file holds all frames.

    ``read``: every slice that is there is read. ``left out``: a slice is not, and said why. ``refused``: the
    scan raises or the series has its error, or the load raises. ``word`` then stands in a warning, a reason
    or the error. ``plan`` holds what a plan must say for the fault, ``layouts`` and ``encodings`` where it can
    be. ``harmless``: the volume is the same, to the bit.
    """

    description: str
    spoil: Spoil
    outcome: str
    word: str = ""
    many: str = ""
    harmless: bool = False
    plan: Mapping[str, Any] = field(factory=dict)
    layouts: tuple[str, ...] = LAYOUTS
    encodings: tuple[str, ...] = tuple(ENCODINGS)

    def fits(self, plan: SeriesPlan) -> bool:
        """Whether a series of that layout and encoding can be spoilt so."""
        return plan.layout in self.layouts and plan.syntax in self.encodings

    def planned(self, plan: SeriesPlan) -> SeriesPlan:
        """The plan with what the fault needs."""
        return evolve(plan, **self.plan)

    def expected(self, plan: SeriesPlan) -> str:
        """The outcome for a layout; several files of many frames are like single images."""
        whole = plan.layout != "single" and plan.files == 1
        return self.many if whole and self.many else self.outcome


_STATED = {"geometry": "first"}
_SLOPE = {"slope": 2.0, "intercept": 1.0}
_PLACED = ("single", "enhanced")
FAULTS: dict[str, Fault] = {
    "truncated header": Fault(
        "a file ends in its meta information", in_one(files.cut_header), LEFT_OUT, "truncated", many=REFUSED
    ),
    "truncated pixels": Fault(
        "a file ends in its pixel data", in_one(files.cut_pixels), LEFT_OUT, "truncated", many=REFUSED
    ),
    "truncated fragment": Fault(
        "a codestream ends early in a whole item",
        in_one(files.cut_fragment),
        REFUSED,
        "truncated",
        encodings=_CODECS,
    ),
    "missing slice": Fault(
        "one slice of five was never sent",
        nothing,
        READ,
        "gap",
        harmless=True,
        plan={"shape": (5, 8, 10), "keep": (0, 1, 2, 4)},
        layouts=_PLACED,
    ),
    "duplicate": Fault("an instance was sent twice", files.copied, READ, "duplicate", harmless=True),
    "duplicate pixels": Fault(
        "a slice was sent again under another instance UID",
        stranger(headers.unchanged),
        READ,
        "duplicate",
        harmless=True,
        layouts=_PLACED,
    ),
    "second patient": Fault(
        "another patient has the same series UID",
        stranger(set_to(PatientID="OTHER", PatientName="OTHER")),
        READ,
        "patient",
    ),
    "second series": Fault(
        "another series lies in the folder", stranger(set_to(SeriesInstanceUID=f"{ROOT}.77")), READ
    ),
    "scout": Fault(
        "a localizer across the slices is part of the series",
        stranger(headers.as_scout),
        LEFT_OUT,
        "image type",
        harmless=True,
        layouts=("single",),
    ),
    "mixed sizes": Fault(
        "one image has a row less",
        in_one(edited(headers.fewer_rows)),
        LEFT_OUT,
        "rows and columns",
        layouts=("single",),
        encodings=_NATIVE,
    ),
    "uneven steps": Fault(
        "one slice lies off by less than a step",
        in_one(edited(headers.moved)),
        READ,
        "uneven",
        layouts=_PLACED,
    ),
    "false positions": Fault(
        "every position is zero", in_all(edited(headers.all_at_origin)), READ, "geometry", layouts=_PLACED
    ),
    "missing orientation": Fault(
        "no orientation anywhere",
        in_all(edited(without("ImageOrientationPatient"))),
        READ,
        "orientation",
        plan=_STATED,
    ),
    "missing position": Fault(
        "no position anywhere",
        in_all(edited(without("ImagePositionPatient"))),
        READ,
        "geometry",
        plan=_STATED,
    ),
    "decimal commas": Fault(
        "spacing is written with commas",
        in_all(edited(headers.decimal_commas)),
        READ,
        "PixelSpacing",
        harmless=True,
    ),
    "no number": Fault(
        "a slope is no number",
        in_all(edited(written("RescaleSlope", "NaN"))),
        READ,
        "slope",
        plan=_SLOPE,
    ),
    "several numbers": Fault(
        "a slope is two numbers that differ",
        in_all(edited(written("RescaleSlope", "2\\7"))),
        READ,
        "slope",
        plan=_SLOPE,
    ),
    "empty number": Fault("spacing is empty", in_all(edited(written("PixelSpacing", ""))), READ, "spacing"),
    "zero spacing": Fault(
        "spacing is zero", in_all(edited(written("PixelSpacing", "0\\0"))), READ, "spacing"
    ),
    "wrong number of frames": Fault(
        "more frames are stated than there are",
        in_all(edited(headers.more_frames)),
        REFUSED,
        "pixel data",
        layouts=_MANY,
    ),
    "missing number of frames": Fault(
        "NumberOfFrames is lost",
        in_all(edited(without("NumberOfFrames"))),
        READ,
        "NumberOfFrames",
        harmless=True,
        layouts=_MANY,
    ),
    "surplus pixels": Fault(
        "pixel data are longer than the image",
        in_one(files.surplus_pixels),
        READ,
        "surplus",
        harmless=True,
        encodings=(*_NATIVE, "deflated"),
    ),
    "larger codestream": Fault(
        "the codestream has a row more than the header",
        in_all(edited(headers.one_row_less)),
        REFUSED,
        "damaged",
        encodings=tuple(name for name in _CODECS if name != "RLE"),
    ),
    "surplus RLE": Fault(  # which says nothing of its size
        "RLE segments hold a row more than the header",
        in_all(edited(headers.one_row_less)),
        REFUSED,
        "damaged",
        encodings=("RLE",),
    ),
    "largest image": Fault(
        "the header says 65535 x 65535",
        in_all(edited(set_to(Rows=headers.LARGEST, Columns=headers.LARGEST))),
        REFUSED,
        "too large",
    ),
    "a thousand million frames": Fault(
        "the header says 10^9 frames", in_all(edited(set_to(NumberOfFrames=10**9))), REFUSED, "too large"
    ),
    "nested": Fault("thousands of nested levels", in_all(files.nested), READ, harmless=True),
    "character set": Fault(
        "a character set that there is not",
        in_all(edited(headers.nonsense_characters)),
        READ,
        harmless=True,
    ),
    "wrong group length": Fault(
        "the length of the meta information is wrong", in_all(files.false_group_length), READ, harmless=True
    ),
    "deflate bomb": Fault(
        "a deflated header inflates to more than a hundred megabytes",
        in_one(files.deflate_bomb),
        LEFT_OUT,
        "too large",
        many=REFUSED,
        encodings=("deflated",),
    ),
    "no RLE segments": Fault(
        "an RLE header counts no segments", in_one(files.no_segments), REFUSED, "damaged", encodings=("RLE",)
    ),
}
"""Every fault by its name."""
