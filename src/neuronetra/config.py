"""Configuration: one TOML file as a frozen value; an unknown key or a wrong type is refused by its path."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cattrs
from attrs import field, fields, frozen
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError

from neuronetra.errors import ConfigError


@frozen(kw_only=True)
class Configuration:
    """What `neuronetra.toml` may say; ``None`` leaves the choice to the program.

    ``models``: the store. ``reader`` and ``runtime``: names of plug-ins. ``device``: auto, cpu or cuda.
    ``precision``: float32, float16 or bfloat16. ``threads``: how many cores to use. ``modality``:
    overrides the headers. ``stack``: which stack of a series to read, 0 the largest. ``hide_names``:
    number uids and files. ``reader_options`` and ``runtime_options``: handed to the plug-in as they are.
    """

    models: str | None = None
    reader: str = "pydicom"
    runtime: str = "onnx"
    device: str = "auto"
    precision: str = "float32"
    threads: int | None = None
    modality: str | None = None
    stack: int = 0
    hide_names: bool = False
    reader_options: Mapping[str, Any] = field(factory=dict)
    runtime_options: Mapping[str, Any] = field(factory=dict)


def _one_of(*values: str) -> tuple[Callable[[Any], bool], str]:
    return (lambda value: value in values), " or ".join(values)


def _is_name(value: str) -> bool:
    return bool(value) and "\0" not in value


_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "models": (_is_name, "the name of a store"),
    "reader": (_is_name, "the name of a reader"),
    "runtime": (_is_name, "the name of a runtime"),
    "device": _one_of("auto", "cpu", "cuda"),
    "precision": _one_of("float32", "float16", "bfloat16"),
    "threads": (lambda value: value >= 1, "1 or more"),
    "stack": (lambda value: value >= 0, "0 or more"),
}
"""What the value of a key must be, beyond its type."""


def read_configuration(path: str) -> Configuration:
    """The configuration in a TOML file. Raises ``ConfigError`` that names the file and the key."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError("cannot be read", where=path, found=error.strerror or "an error") from None
    except UnicodeDecodeError:
        raise ConfigError("not a text file", where=path, expected="TOML in UTF-8") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("not TOML", where=path, found=str(error)) from None
    except RecursionError:
        raise ConfigError("not TOML", where=path, found="brackets within brackets without end") from None
    return configuration_from(document, path)


def configuration_from(document: Mapping[str, Any], where: str = "configuration") -> Configuration:
    """The configuration of plain data, every key of which must be known and of the right type."""
    try:
        found = _converter().structure(document, Configuration)
    except ClassValidationError as group:
        raise _first_error(group, where) from None
    for key, (fits, expected) in _VALUES.items():
        value = getattr(found, key)
        if value is not None and not fits(value):
            raise ConfigError("wrong value", where=f"{where}: {key}", found=repr(value), expected=expected)
    return found


def overridden(base: Configuration, given: Mapping[str, Any], where: str = "settings") -> Configuration:
    """``base`` with those of ``given`` that are not ``None``, checked as a file's keys are."""
    values = {attribute.name: getattr(base, attribute.name) for attribute in fields(Configuration)}
    set_anew = {key: value for key, value in given.items() if value is not None or key not in values}
    merged = {key: value for key, value in {**values, **set_anew}.items() if value is not None}
    return configuration_from(merged, where)


def _first_error(group: ClassValidationError, where: str) -> ConfigError:
    error = group.exceptions[0]
    if isinstance(error, ForbiddenExtraKeysError):
        key = min(error.extra_fields)
        known = [attribute.name for attribute in fields(Configuration)]
        near = difflib.get_close_matches(key, known, 1)
        fix = f"did you mean {near[0]!r}?" if near else ""
        return ConfigError("unknown key", where=where, found=repr(key), expected=", ".join(known), fix=fix)
    notes = getattr(error, "__notes__", [])
    key = next((note.name for note in notes if hasattr(note, "name")), "?")
    return ConfigError("wrong type", where=f"{where}: {key}", found=str(error), expected=_expected(key))


def _expected(key: str) -> str:
    kinds = {attribute.name: str(attribute.type) for attribute in fields(Configuration)}
    return kinds.get(key, "another type")


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    return converter


def _exactly(value: Any, kind: type) -> Any:
    """No silent casts: TOML has types of its own."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} ({type(value).__name__})")
    return value
