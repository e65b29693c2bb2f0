"""Ways to damage bytes, whatever they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from neuronetra.testing.fuzzing.nonsense import Chance, integer

ByteMutation = Callable[[Chance, bytearray], None]
_LONGEST_RUN = 400
_META = 360
"""About where the data set begins behind its meta information."""


def _place(chance: Chance, content: bytearray) -> int:
    """Anywhere; often near the start, the end or an item, where lengths stand."""
    if not content:
        return 0
    kind = chance.random()
    if kind < 0.25 and len(content) > 128 + _META:
        return 128 + chance.randrange(_META)
    if kind < 0.35:
        return max(0, len(content) - 1 - chance.randrange(min(len(content), 80)))
    if kind < 0.5 and (at := content.find(b"\xfe\xff\x00\xe0", chance.randrange(len(content)))) >= 0:
        return min(len(content) - 1, at + chance.randrange(40))
    return chance.randrange(len(content))


def _run(chance: Chance) -> int:
    return chance.choice((1, 1, 2, 2, 3, 4, 4, 6, 8, 16, chance.randrange(1, _LONGEST_RUN)))


def flip(chance: Chance, content: bytearray) -> None:
    """One to eight bits flipped."""
    for _ in range(chance.choice((1, 1, 2, 8)) if content else 0):
        content[_place(chance, content)] ^= 1 << chance.randrange(8)


def overwrite(chance: Chance, content: bytearray) -> None:
    """A run overwritten: noise, zeros or ones."""
    at, length = _place(chance, content), _run(chance)
    new = chance.choice((chance.randbytes(length), bytes(length), b"\xff" * length))
    content[at : at + length] = new[: max(0, len(content) - at)]


def insert(chance: Chance, content: bytearray) -> None:
    """Bytes put in."""
    at, length = _place(chance, content), _run(chance)
    content[at:at] = chance.choice((chance.randbytes(length), bytes(length), b"\xff" * length))


def delete(chance: Chance, content: bytearray) -> None:
    """A run taken out."""
    at = _place(chance, content)
    del content[at : at + _run(chance)]


def cut(chance: Chance, content: bytearray) -> None:
    """The end is missing: a few bytes or most."""
    less = chance.choice((1, 2, 8, 9, 10, chance.randrange(1, 60), chance.randrange(1, max(2, len(content)))))
    del content[max(0, len(content) - less) :]


def duplicate(chance: Chance, content: bytearray) -> None:
    """A run that stands twice, side by side or elsewhere."""
    at = _place(chance, content)
    copied = bytes(content[at : at + _run(chance)])
    to = at if chance.random() < 0.5 else _place(chance, content)
    content[to:to] = copied


def number(chance: Chance, content: bytearray) -> None:
    """Two or four bytes become a number on which much hangs; either byte order."""
    size = chance.choice((2, 4))
    at = _place(chance, content) & ~1
    new = (integer(chance) & ((1 << 8 * size) - 1)).to_bytes(
        size, "little" if chance.random() < 0.7 else "big"
    )
    content[at : at + size] = new[: max(0, len(content) - at)]


def swap(chance: Chance, content: bytearray) -> None:
    """Two runs of equal length change places."""
    one, other = sorted((_place(chance, content), _place(chance, content)))
    length = min(_run(chance), other - one, len(content) - other)
    first = bytes(content[one : one + length])
    content[one : one + length] = content[other : other + length]
    content[other : other + length] = first


BYTES: Mapping[str, ByteMutation] = {
    "bits flipped": flip,
    "run overwritten": overwrite,
    "bytes inserted": insert,
    "bytes deleted": delete,
    "cut": cut,
    "run duplicated": duplicate,
    "number": number,
    "runs swapped": swap,
}
"""By name."""
