"""Whether a run goes on as it was begun: what of its settings differs, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 40


def differences(found: object, wanted: object, where: str = "") -> Iterator[str]:
    """Each plain value that differs between two documents, by its path: ``recipe.training.epochs (10, not 20)``."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        for key in (*wanted, *(key for key in found if key not in wanted)):
            place = f"{where}.{key}" if where else str(key)
            yield from differences(found.get(key), wanted.get(key), place)
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for number, pair in enumerate(zip(found, wanted, strict=True)):
            yield from differences(*pair, f"{where}.{number}")
    elif found != wanted:
        yield f"{where} ({_shown(found)}, not {_shown(wanted)})"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return f"{len(value)} entries"
    text = "none" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
