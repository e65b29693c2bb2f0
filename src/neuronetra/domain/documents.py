"""Plain data (as JSON gives it) read exactly: no silent cast, no unknown key, no number that is none."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any


def exactly(document: object, *names: str) -> Mapping[str, Any]:
    """``document`` if it is a mapping with just these keys; ``ValueError`` otherwise."""
    if not isinstance(document, Mapping):
        raise ValueError(f"{type(document).__name__} where keys were expected")
    missing = [name for name in names if name not in document]
    unknown = [str(name)[:40] for name in document if name not in names]
    if missing or unknown:
        raise ValueError("; ".join([f"no {n!r}" for n in missing] + [f"unknown {n!r}" for n in unknown]))
    return document


def text(value: object) -> str:
    """A string; ``ValueError`` otherwise."""
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} where text was expected")
    return value


def whole(value: object) -> int:
    """A whole number of at most nine digits; ``ValueError`` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**9:
        raise ValueError(f"{type(value).__name__} where a whole number was expected")
    return value


def number(value: object) -> float:
    """A finite number; ``ValueError`` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise ValueError(f"{type(value).__name__} where a number was expected")
    if not isfinite(value):
        raise ValueError(f"{value} where a number was expected")
    return float(value)


def flag(value: object) -> bool:
    """True or false; ``ValueError`` otherwise."""
    if not isinstance(value, bool):
        raise ValueError(f"{type(value).__name__} where true or false was expected")
    return value


def several(value: object, count: int | None = None) -> list[Any]:
    """A list (of ``count`` entries, where that is given); ``ValueError`` otherwise."""
    if not isinstance(value, list) or (count is not None and len(value) != count):
        wanted = "a list" if count is None else f"a list of {count}"
        found = f"{len(value)} entries" if isinstance(value, list) else type(value).__name__
        raise ValueError(f"{found} where {wanted} was expected")
    return value
