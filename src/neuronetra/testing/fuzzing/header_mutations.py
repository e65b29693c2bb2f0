"""Ways to make a header say what is not so: of the layout of pixels, of places, of encodings, of kinds of object."""

from __future__ import annotations

from collections.abc import Mapping
from struct import pack

from pydicom.datadict import tag_for_keyword

from neuronetra.testing.fuzzing.element_mutations import TreeMutation, encoded, put
from neuronetra.testing.fuzzing.element_tree import Element, FileTree
from neuronetra.testing.fuzzing.nonsense import (
    CHARACTER_SETS,
    INTEGERS,
    MARK,
    Chance,
    even,
    integer,
    text,
)

_SYNTAXES = (
    b"1.2.840.10008.1.2 1.2.840.10008.1.2.1 1.2.840.10008.1.2.1.98 1.2.840.10008.1.2.1.99 1.2.840.10008.1.2.2 "
    b"1.2.840.10008.1.2.5 1.2.840.10008.1.2.4.50 1.2.840.10008.1.2.4.51 1.2.840.10008.1.2.4.57 "
    b"1.2.840.10008.1.2.4.70 1.2.840.10008.1.2.4.80 1.2.840.10008.1.2.4.81 1.2.840.10008.1.2.4.90 "
    b"1.2.840.10008.1.2.4.91 1.2.840.10008.1.2.4.92 1.2.840.10008.1.2.4.100 1.2.840.10008.1.2.4.201 "
    b"1.2.840.10008.1.2.4.203 1.2.3"
).split()
_CLASSES = (
    b"1.2.840.10008.5.1.4.1.1.2 1.2.840.10008.5.1.4.1.1.4 1.2.840.10008.5.1.4.1.1.2.1 "
    b"1.2.840.10008.5.1.4.1.1.4.1 1.2.840.10008.5.1.4.1.1.7 1.2.840.10008.5.1.4.1.1.66.4 "
    b"1.2.840.10008.5.1.4.1.1.88.11 1.2.840.10008.1.3.10 1.2.3"
).split()
_FRAMES, _PHOTOMETRIC = 0x00280008, 0x00280004
_SHAPING = (
    0x00280002,
    _PHOTOMETRIC,
    0x00280006,
    _FRAMES,
    *range(0x00280010, 0x00280012),
    *range(0x00280100, 0x00280104),
)
"""Elements that say how pixels are laid out."""
_PLACING = tuple(
    map(
        tag_for_keyword,
        [
            "Modality",
            "ImageType",
            "SliceThickness",
            "SpacingBetweenSlices",
            "StudyInstanceUID",
            "SeriesInstanceUID",
            "SeriesNumber",
            "AcquisitionNumber",
            "InstanceNumber",
            "ImagePositionPatient",
            "ImageOrientationPatient",
            "FrameOfReferenceUID",
            "SliceLocation",
            "PixelSpacing",
            "RescaleIntercept",
            "RescaleSlope",
            "PixelPaddingValue",
            "PixelPaddingRangeLimit",
            "TemporalPositionIdentifier",
            "EchoNumbers",
            "DiffusionBValue",
            "PatientName",
            "PatientID",
        ],
    )
)
"""Elements that say what a slice is and where it lies."""
_MEASURES = frozenset({0x00200032, 0x00200037, 0x00280030, 0x00201041, 0x00180050, 0x00281052, 0x00281053})
"""Decimal strings that say where slices lie and what pixels are worth."""


def contradicting(chance: Chance, tree: FileTree) -> None:
    """Rows, columns, bits, frames and the rest of the pixels' layout say something else."""
    for tag in chance.sample(_SHAPING, chance.choice((1, 1, 1, 2, 3))):
        element = tree.find(tag)
        vr = element.vr if element is not None else {_FRAMES: b"IS", _PHOTOMETRIC: b"CS"}.get(tag, b"US")
        small = pack(tree.writing.order + "H", chance.choice(INTEGERS) & chance.choice((0xF, 0x3F, 0xFFFF)))
        stated = {
            b"IS": even(str(chance.choice((*INTEGERS[:20], 10**9, -1))).encode()),
            b"CS": even(
                chance.choice((b"MONOCHROME1", b"MONOCHROME2", b"RGB", b"PALETTE COLOR", b"YBR_FULL", b""))
            ),
        }
        put(tree, Element(tag, vr, stated.get(vr, small)))


def misplaced(chance: Chance, tree: FileTree) -> None:
    """What says where and what a slice is becomes other text."""
    tag = chance.choice(_PLACING) or 0
    for _, element in [pair for pair in tree.walk() if pair[1].tag == tag] or [([], Element(tag, b"LO"))]:
        element.value = encoded(element.vr, chance, tree.writing)
        element.items = None
        if tree.find(tag) is None and element.vr == b"LO":
            put(tree, element)


def geometry(chance: Chance, tree: FileTree) -> None:
    """One number of a position, orientation, spacing or location is another: small, large, of the other sign."""
    found = [one for _, one in tree.walk() if one.tag in _MEASURES and one.value]
    for element in found if chance.random() < 0.3 else found and [chance.choice(found)]:
        numbers = element.value.decode("latin-1").rstrip(" \0").split("\\")
        at = chance.randrange(len(numbers))
        stated = numbers[at].strip()
        turned = stated[1:] if stated.startswith("-") else f"-{stated}"
        near = f"{stated[:12]}7" if "." in stated else f"{stated[:12]}.001"
        numbers[at] = chance.choice(
            (turned, near, "0", "1", "1e-9", "1e9", "1e30", "1e300", "-1e38", numbers[0])
        )
        element.value = even("\\".join(numbers).encode("latin-1"))


def group_length(chance: Chance, tree: FileTree) -> None:
    """A group length that lies: that of the meta information, or a retired one."""
    group = chance.choice((0x0002, 0x0002, 0x0008, 0x0020, 0x0028, 0x7FE0))
    lie = Element(
        group << 16,
        b"UL",
        pack(("<" if group == 2 else tree.writing.order) + "I", integer(chance) % (1 << 32)),
    )
    if group == 2:
        tree.meta[:] = [lie, *(one for one in tree.meta if one.tag != lie.tag)]
    else:
        put(tree, lie)


def character_set(chance: Chance, tree: FileTree) -> None:
    """A character set that there is not, and a name that is no text in any."""
    put(tree, Element(0x00080005, b"CS", even(chance.choice(CHARACTER_SETS).encode())))
    put(tree, Element(0x00100010, b"PN", even(MARK.encode("utf-16") + chance.randbytes(6))))


def syntax(chance: Chance, tree: FileTree) -> None:
    """Another transfer syntax than the file is written in, or none."""
    for element in tree.meta:
        if element.tag == 0x00020010:
            uid = chance.choice(_SYNTAXES)
            element.value = uid + b"\0" * (len(uid) % 2)


def sop_class(chance: Chance, tree: FileTree) -> None:
    """Another SOP class, of images or of what is none."""
    uid = chance.choice(_CLASSES)
    put(tree, Element(0x00080016, b"UI", uid + b"\0" * (len(uid) % 2)))


def transformation(chance: Chance, tree: FileTree) -> None:
    """A modality LUT, padding, slopes: whatever turns stored numbers into values, true or false."""
    how, kind = tree.writing, chance.randrange(3)
    if kind == 0:
        three = [integer(chance) % 65536, integer(chance) % 65536, chance.choice((0, 8, 16, 32))]
        entries = chance.choice((three[0] % 4097, 0, 7))
        table = [
            Element(0x00283002, b"US", pack(how.order + "3H", *three)),
            Element(0x00283004, b"LO", b"HU"),
            Element(0x00283006, b"OW", chance.randbytes(2 * entries)),
        ]
        put(tree, Element(0x00283000, b"SQ", items=[table] * chance.choice((0, 1, 1, 2))))
    elif kind == 1:
        for tag in (0x00280120, 0x00280121)[: chance.choice((1, 2))]:
            put(tree, Element(tag, chance.choice((b"US", b"SS")), encoded(b"US", chance, how)))
    else:
        for tag in (0x00281052, 0x00281053):
            put(tree, Element(tag, b"DS", even(text(chance))))


def preamble(chance: Chance, tree: FileTree) -> None:
    """No preamble, another one, or no meta information; something behind the end."""
    kind = chance.randrange(4)
    if kind == 0:
        tree.before = b""
    elif kind == 1:
        tree.meta.clear()
    elif kind == 2:
        tree.before, tree.meta = b"", []
    else:
        tree.after = chance.choice((bytes(8), bytes(1000), chance.randbytes(64), even(MARK.encode())))


HEADERS: Mapping[str, TreeMutation] = {
    "contradiction": contradicting,
    "place malformed": misplaced,
    "geometry": geometry,
    "false group length": group_length,
    "character set": character_set,
    "transfer syntax": syntax,
    "SOP class": sop_class,
    "transformation": transformation,
    "preamble": preamble,
}
"""By name."""
