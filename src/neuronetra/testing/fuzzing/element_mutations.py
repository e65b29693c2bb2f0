"""Ways to make elements wrong: lost, malformed, contradictory, of false length, too many, too deep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import pack

from neuronetra.testing.fuzzing.element_tree import Element, FileTree, Writing, written
from neuronetra.testing.fuzzing.nonsense import (
    MARK,
    REALS,
    Chance,
    even,
    integer,
    text,
)

TreeMutation = Callable[[Chance, FileTree], None]
_VRS = (
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV "
    b"?? XX \0\0 us 0A"
).split(b" ")
_WEIGHTY = frozenset({0x0020, 0x0028, 0x5200})
_DEEPEST = 3000


def chosen(chance: Chance, tree: FileTree) -> tuple[list[Element], Element]:
    """An element with the list that it stands in; more often one that readers look at."""
    found = list(tree.walk())
    weights = [5 if element.tag >> 16 in _WEIGHTY or element.items is not None else 1 for _, element in found]
    return chance.choices(found, weights)[0]


def put(tree: FileTree, element: Element) -> None:
    """Set a top-level element, where it belongs by its tag."""
    tree.elements[:] = [one for one in tree.elements if one.tag != element.tag]
    place = sum(one.tag < element.tag for one in tree.elements)
    tree.elements.insert(place, element)


def encoded(vr: bytes, chance: Chance, how: Writing, count: int = 1) -> bytes:
    """A value of that VR that is well formed and nonsense."""
    whole = {b"US": "H", b"SS": "H", b"UL": "I", b"SL": "I", b"AT": "I", b"OL": "I", b"UV": "Q", b"SV": "Q"}
    if vr in whole:
        size = {"H": 16, "I": 32, "Q": 64}[whole[vr]]
        return b"".join(pack(how.order + whole[vr], integer(chance) % (1 << size)) for _ in range(count))
    if vr == b"FD":
        return b"".join(pack(how.order + "d", chance.choice(REALS)) for _ in range(count))
    if vr == b"FL":
        return b"".join(pack(how.order + "Q", chance.getrandbits(64))[:4] for _ in range(count))
    return even(text(chance))


def deleted(chance: Chance, tree: FileTree) -> None:
    """An element is missing."""
    level, element = chosen(chance, tree)
    level.remove(element)


def emptied(chance: Chance, tree: FileTree) -> None:
    """An element has no value, a sequence no items."""
    _, element = chosen(chance, tree)
    element.value = b""
    element.items = None if element.items is None else []


def malformed(chance: Chance, tree: FileTree) -> None:
    """The value is other text, or another number."""
    _, element = chosen(chance, tree)
    element.items = element.fragments = None
    element.endless = False
    element.value = encoded(element.vr, chance, tree.writing, chance.choice((1, 1, 1, 2, 3, 6)))


def wrong_vr(chance: Chance, tree: FileTree) -> None:
    """The VR is another, or none."""
    _, element = chosen(chance, tree)
    element.vr = chance.choice(_VRS)


def wrong_length(chance: Chance, tree: FileTree) -> None:
    """The length says more, less, nothing or no end."""
    _, element = chosen(chance, tree)
    near = len(element.value) + chance.choice((-2, -1, 1, 2, 8))
    element.length = max(0, chance.choice((near, near, integer(chance))))
    element.endless = element.endless or chance.random() < 0.2


def huge(chance: Chance, tree: FileTree) -> None:
    """A value that is far too long."""
    _, element = chosen(chance, tree)
    unit = chance.choice((b"1\\", b"9", b"\0", b"\\", even(MARK.encode()), b"1.5\\"))
    element.items = element.fragments = None
    element.endless = False
    element.value = unit * (chance.choice((300, 30_000, 70_000, 400_000)) // len(unit) // 2 * 2)
    if tree.writing.explicit and chance.random() < 0.5:
        element.vr = chance.choice((b"UT", b"OB", b"UN"))


def shuffled(chance: Chance, tree: FileTree) -> None:
    """Elements of one level out of order."""
    level, _ = chosen(chance, tree)
    if chance.random() < 0.5:
        chance.shuffle(level)
    else:
        level.insert(chance.randrange(len(level) + 1), level.pop(chance.randrange(len(level))))


def repeated(chance: Chance, tree: FileTree) -> None:
    """An element stands twice, with the same value or another's."""
    level, element = chosen(chance, tree)
    _, other = chosen(chance, tree)
    twin = Element(element.tag, element.vr, chance.choice((element, other)).value)
    level.insert(chance.randrange(len(level) + 1), twin)


def exchanged(chance: Chance, tree: FileTree) -> None:
    """Two elements have each other's value."""
    (_, one), (_, other) = chosen(chance, tree), chosen(chance, tree)
    one.value, other.value = other.value, one.value
    one.items, other.items = other.items, one.items


def nested(chance: Chance, tree: FileTree) -> None:
    """Sequences in sequences, under a private tag or one that is read, closed or not."""
    levels = chance.choice((1, 2, 10, 1000, _DEEPEST))
    tag = chance.choice((0x00091001, 0x00081140, 0x52009229, 0x52009230, 0x00283000, 0x00280030, 0x0020000E))
    inner = Element(tag, b"SQ", items=[[]], endless=True)
    start, end = _around(inner, tree.writing)
    body = (start * (levels - 1)) + written([inner], tree.writing) + end * (levels - 1)
    content = start + body + (end if chance.random() < 0.7 else b"")
    put(tree, Element(tag, b"SQ", content[12 if tree.writing.explicit else 8 :], endless=True))


def _around(inner: Element, how: Writing) -> tuple[bytes, bytes]:
    whole = written([inner], how)
    return whole[:-16], whole[-16:]


ELEMENTS: Mapping[str, TreeMutation] = {
    "element deleted": deleted,
    "element emptied": emptied,
    "value malformed": malformed,
    "wrong VR": wrong_vr,
    "false length": wrong_length,
    "huge value": huge,
    "elements shuffled": shuffled,
    "element twice": repeated,
    "values exchanged": exchanged,
    "nested": nested,
}
"""By name."""
