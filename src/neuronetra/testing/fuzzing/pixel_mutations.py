"""Ways to spoil frames: their order, fragments, offset tables, codestreams and functional groups."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from struct import pack

from neuronetra.testing.fuzzing.byte_mutations import BYTES
from neuronetra.testing.fuzzing.element_mutations import TreeMutation, encoded, put
from neuronetra.testing.fuzzing.element_tree import Element, FileTree
from neuronetra.testing.fuzzing.nonsense import Chance, integer

SHARED, PER_FRAME = 0x52009229, 0x52009230


def _fragments(tree: FileTree) -> list[bytes]:
    """The fragments behind the offset table, if there are any."""
    pixels = tree.pixels
    return [] if pixels is None or pixels.fragments is None else pixels.fragments


def codestream(chance: Chance, tree: FileTree) -> None:
    """Bytes inside a fragment, whose item stays whole; more often in its header."""
    fragments = _fragments(tree)
    if len(fragments) < 2:
        return
    which = chance.randrange(1, len(fragments))
    content = bytearray(fragments[which])
    kind = chance.choice(list(BYTES))
    if chance.random() < 0.5:
        length = chance.choice((4, 16, 64, 160))
        head = bytearray(content[:length])
        BYTES[kind](chance, head)
        content[:length] = head
    else:
        BYTES[kind](chance, content)
    fragments[which] = bytes(content) + b"\0" * (len(content) % 2)


def fragments(chance: Chance, tree: FileTree) -> None:
    """Fragments swapped, lost, doubled, emptied, split, joined, shuffled, of odd length."""
    parts = _fragments(tree)
    if len(parts) < 2:
        return
    at = chance.randrange(1, len(parts))
    whole, half = parts[at], len(parts[at]) // 2
    kind = chance.randrange(8)
    if kind == 0:
        other = chance.randrange(1, len(parts))
        parts[at], parts[other] = parts[other], parts[at]
    elif kind < 5:
        parts[at : at + 1] = ([], [whole, whole], [b""], [whole[:half], whole[half:]])[kind - 1]
    elif kind == 5:
        parts[at : at + 2] = [b"".join(parts[at : at + 2])]
    elif kind == 6:
        parts[1:] = chance.sample(parts[1:], max(0, len(parts) - 1))
    else:
        parts[at] = whole[:-1]


def offset_table(chance: Chance, tree: FileTree) -> None:
    """A basic or an extended offset table that lies, or is no table."""
    parts = _fragments(tree)
    if not parts:
        return
    true = [sum(8 + len(part) for part in parts[1:n]) for n in range(1, len(parts))]
    lies = [value + chance.choice((0, 0, 0, 1, 8, -8)) for value in true]
    lies = chance.choice(
        (lies, true[::-1], true[:-1], [*true, 0], [integer(chance) for _ in true], [], true * 3)
    )
    if chance.random() < 0.5:
        parts[0] = b"".join(pack("<I", value % (1 << 32)) for value in lies)
        parts[0] += b"\0" * chance.choice((0, 0, 0, 2))
        return
    lengths = [len(part) for part in parts[1:]]
    lengths = chance.choice((lengths, lengths[:-1], [integer(chance) for _ in lengths]))
    for tag, values in ((0x7FE00001, lies), (0x7FE00002, lengths)):
        put(tree, Element(tag, b"OV", b"".join(pack("<Q", value % (1 << 64)) for value in values)))


def frames(chance: Chance, tree: FileTree) -> None:
    """Frames in another order, or pixel data of another element, twice, longer or shorter."""
    pixels = tree.pixels
    if pixels is None:
        return
    kind = chance.randrange(5)
    if kind == 0:
        pixels.tag = chance.choice((0x7FE00008, 0x7FE00009, 0x7FE00010))
    elif kind == 1:
        put(tree, Element(chance.choice((0x7FE00008, 0x7FE00009)), b"OF", pixels.value[:64]))
    elif pixels.fragments is not None:
        pixels.fragments[1:] = chance.sample(pixels.fragments[1:], max(0, len(pixels.fragments) - 1))
    elif kind == 2:
        half = len(pixels.value) // 4 * 2
        pixels.value = pixels.value[half:] + pixels.value[:half]
    elif kind == 3:
        pixels.value = pixels.value * chance.choice((2, 3))
    else:
        pixels.value = pixels.value[: len(pixels.value) - 2 * chance.randrange(1, 40)]


def functional_groups(chance: Chance, tree: FileTree) -> None:
    """Groups per frame that are fewer, more, of another order, empty, or of another frame."""
    own = tree.find(PER_FRAME)
    if own is None or not own.items:
        return
    items, at = own.items, chance.randrange(len(own.items))
    kind = chance.randrange(7)
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(at, deepcopy(chance.choice(items)))
    elif kind == 2:
        chance.shuffle(items)
    elif kind == 3:
        items[at] = []
    elif kind == 4:
        items[at] = deepcopy(chance.choice(items))
    elif kind == 5:
        own.tag = chance.choice((SHARED, 0x00091001))
    else:
        tree.elements[:] = [one for one in tree.elements if one.tag != SHARED]


def macro(chance: Chance, tree: FileTree) -> None:
    """A macro of one frame, or of all, is lost, empty, doubled, or says something else."""
    groups = [one for tag in (SHARED, PER_FRAME) if (one := tree.find(tag)) is not None]
    held = [item for group in groups for item in group.items or () if item]
    if not held:
        return
    item = chance.choice(held)
    element = chance.choice(item)
    kind = chance.randrange(4)
    if kind == 0:
        item.remove(element)
    elif kind == 1:
        element.items = [[] for _ in range(chance.randrange(3))]
    elif kind == 2:
        item.append(deepcopy(element))
    else:
        for inner in [one for part in element.items or () for one in part]:
            inner.value = encoded(inner.vr, chance, tree.writing, chance.choice((1, 2, 3, 6)))


def dimensions(chance: Chance, tree: FileTree) -> None:
    """Dimension indices and what they point to: other numbers, fewer, more."""
    for _, element in list(tree.walk()):
        if (
            element.tag in (0x00209157, 0x00209165, 0x00209167, 0x00209057, 0x00209128)
            and chance.random() < 0.5
        ):
            element.value = encoded(element.vr, chance, tree.writing, chance.choice((0, 1, 2, 3, 4)))
        if element.tag == 0x00209056 and chance.random() < 0.5:
            element.value = chance.choice((b"1 ", b"2 ", b"", b"1\\2 ", b"\xff\xff"))


PIXELS: Mapping[str, TreeMutation] = {
    "codestream": codestream,
    "fragments": fragments,
    "offset table": offset_table,
    "frames": frames,
    "functional groups": functional_groups,
    "macro": macro,
    "dimensions": dimensions,
}
"""By name."""
GROUPED = frozenset({"functional groups", "macro", "dimensions"})
"""What can be done to enhanced images alone."""
ENCODED = frozenset({"codestream", "fragments", "offset table"})
"""What can be done to encapsulated pixel data alone."""
