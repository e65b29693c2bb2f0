"""Values that programs stumble over, and the chance by which they are picked."""

from __future__ import annotations

import math
import random

Chance = random.Random
MARK = "Zq7Secret"
"""Stands in planted text; nothing that a reader says may hold it."""

_SMALL = """
0 1 2 3 7 8 9 12 15 16 17 31 32 63 64 65 100 127 128 129 255 256 257 511 512 1000 4095 4096 4097
8192 32767 32768 65534 65535 65536
"""
INTEGERS = (
    *map(int, _SMALL.split()),
    1 << 20,
    (1 << 24) - 1,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 2,
    (1 << 32) - 1,
)
"""Where lengths, counts and sizes change their meaning."""

_NUMBERS = (
    r"0|-0|-1|1|1,5|1.5.2|NaN|nan\nan|inf|-inf|1e400|1e38|1e-400|-1e308|0x10|1_000|+1|--1|1e|.|-|\|\\\|1\2|1\2\3|0\0\0"
    r"|1\0\0\0\1\0|1\0\0\1\0\0|0\0\0\0\0\0|1e9\-1e9\0|999999999999999999999|１|٣|¼"
)
_WORDS = (
    r"M|AXIAL|DERIVED\SECONDARY\MPR|LOCALIZER|MOSAIC|PALETTE COLOR|RGB|MONOCHROME1|CT|MR|US|1.2.840.10008.1.2.4.50|1.2.3"
    r"|../../../etc|%s%n{0}"
)
_ODD = ("", " ", "9" * 400, "1" + "0" * 60 + "\\2", MARK, f"{MARK}\\1", "\t1", "1\n", "1\0", "\0\0", "é" * 3)
TEXTS = (*_NUMBERS.split("|"), *_WORDS.split("|"), *_ODD)
"""Text for elements of any kind."""

CHARACTER_SETS = (
    "ISO_IR 999",
    "ISO 2022 NONSENSE\\\\ISO_IR 0",
    "ISO_IR 192",
    "GB18030",
    "ISO 2022 IR 87",
    "\\",
    MARK,
    "\0",
)
REALS = (math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 1e-30, 1e30, 1.0, -1.0, 1e16)


def chance_of(seed: object) -> Chance:
    """A source of choices that the seed alone determines."""
    return random.Random(str(seed))  # noqa: S311 - what is tried, not a secret


def integer(chance: Chance) -> int:
    """One that is apt to go wrong, or any."""
    if chance.random() < 0.2:
        return chance.getrandbits(chance.choice((3, 8, 16, 32)))
    return chance.choice(INTEGERS)


def text(chance: Chance) -> bytes:
    """Text of any sense, sometimes bytes that are no text."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(1, 40))
    return chance.choice(TEXTS).encode("utf-8" if chance.random() < 0.7 else "utf-16-le")


def even(value: bytes) -> bytes:
    """Padded with a blank to an even length."""
    return value + b" " * (len(value) % 2)
