"""Recipes of one's own, from plain settings as TOML gives them: the rest is as in a shipped recipe."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

from attrs import Attribute, evolve, fields_dict

from neuronetra.domain.documents import number, several, text, whole
from neuronetra.domain.ensemble import EnsemblePolicy
from neuronetra.domain.preprocessing import Preprocessing, ResizeStep
from neuronetra.domain.recipes import RECIPES, Architecture, Choice, Recipe
from neuronetra.domain.training_plan import Augmentation, TrainingPlan
from neuronetra.domain.views import View, view_named
from neuronetra.errors import ConfigError, UsageError

T = TypeVar("T")
_USUAL_BASE = "v3"
_COUNTS = frozenset({"epochs", "batch", "accumulation", "holes"})
_PAIRS = frozenset({"noise_variance", "gamma"})
_KEYS = (
    "name",
    "base",
    "folds",
    "choice",
    "views",
    "policy",
    "precision",
    "image_size",
    "training",
    "architectures",
)
_COLOURS = ("mean", "deviation")


def recipe_from(settings: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """The recipe of ``settings``: a ``name``, and what differs from the shipped recipe ``base`` (v3).

    Keys: ``folds``, ``choice``, ``views``, ``policy``, ``precision``; ``image_size``, a number or
    [rows, columns]; ``training`` with keys of ``TrainingPlan``, ``augmentation`` in it; ``architectures``: tables of
    ``name``, ``timm_name`` and, where they are not ImageNet's, ``mean``, ``deviation`` and ``options``.
    Raises ``ConfigError`` that names ``where`` and the key: unknown, of a wrong type or out of range.
    """
    _require_known(settings, _KEYS, where)
    name, base = _name(settings, where), _base(settings, where)
    changes: dict[str, Any] = {
        key: _checked(Recipe, base, key, _read(f"{where}: {key}", read, settings[key]), f"{where}: {key}")
        for key, read in _PLAIN.items()
        if key in settings
    }
    if "image_size" in settings:
        steps = base.pipeline.preprocessing.steps[:-1]
        resize = _read(f"{where}: image_size", _size, settings["image_size"])
        changes["pipeline"] = evolve(base.pipeline, preprocessing=Preprocessing((*steps, resize)))
    if "training" in settings:
        changes["training"] = _training(settings["training"], base.training, f"{where}: training")
    if "architectures" in settings:
        changes["architectures"] = _architectures(settings["architectures"], f"{where}: architectures")
    return _read(where, lambda given: evolve(base, name=name, **given), changes)


def _name(settings: Mapping[str, Any], where: str) -> str:
    if "name" not in settings:
        raise ConfigError("a recipe without a name", where=where, fix='say name = "my-recipe"')
    found = _read(f"{where}: name", text, settings["name"])
    if found in RECIPES:
        raise ConfigError(
            "a shipped recipe's name", where=f"{where}: name", found=repr(found), fix="choose another name"
        )
    return str(_checked(Recipe, RECIPES[_USUAL_BASE], "name", found, f"{where}: name"))


def _base(settings: Mapping[str, Any], where: str) -> Recipe:
    found = _read(f"{where}: base", text, settings.get("base", _USUAL_BASE))
    if found not in RECIPES:
        raise ConfigError(
            "no shipped recipe", where=f"{where}: base", found=repr(found), expected=" or ".join(RECIPES)
        )
    return RECIPES[found]


def _training(settings: object, base: TrainingPlan, where: str) -> TrainingPlan:
    given = dict(_table(settings, where))
    _require_known(given, tuple(fields_dict(TrainingPlan)), where)
    augmentation = base.augmentation
    if "augmentation" in given:
        augmentation = _merged(augmentation, given.pop("augmentation"), f"{where}.augmentation")
    return evolve(_merged(base, given, where), augmentation=augmentation)


Plan = TypeVar("Plan", TrainingPlan, Augmentation)


def _merged(base: Plan, settings: object, where: str) -> Plan:
    """``base`` with the settings in the place of its own."""
    given = _table(settings, where)
    _require_known(given, tuple(fields_dict(type(base))), where)
    changes: dict[str, Any] = {}
    for key, value in given.items():
        place = f"{where}.{key}"
        changes[key] = _checked(type(base), base, key, _read(place, _kind(key), value), place)
    return _read(where, lambda all_of_them: evolve(base, **all_of_them), changes)


def _kind(key: str) -> Callable[[Any], Any]:
    return whole if key in _COUNTS else _pair if key in _PAIRS else number


def _architectures(settings: object, where: str) -> tuple[Architecture, ...]:
    entries = _read(where, several, settings)
    return tuple(_architecture(entry, f"{where}[{number}]") for number, entry in enumerate(entries))


def _architecture(settings: object, where: str) -> Architecture:
    given = dict(_table(settings, where))
    _require_known(given, tuple(fields_dict(Architecture)), where)
    if missing := [key for key in ("name", "timm_name") if key not in given]:
        raise ConfigError(f"an architecture without {missing[0]}", where=where)
    for key in ("name", "timm_name"):
        given[key] = _read(f"{where}.{key}", text, given[key])
    for key in _COLOURS:
        if key in given:
            given[key] = _read(f"{where}.{key}", _colours, given[key])
    options = _table(given.pop("options", {}), f"{where}.options")
    for key, value in options.items():
        _read(f"{where}.options.{key}", _finite, value)
    return _read(where, lambda all_of_them: Architecture(options=options.items(), **all_of_them), given)


def _colours(value: object) -> tuple[float, ...]:
    return tuple(number(entry) for entry in several(value, 3))


def _pair(value: object) -> tuple[float, ...]:
    return tuple(number(entry) for entry in several(value, 2))


def _finite(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    for entry in value if isinstance(value, list) else ():
        _finite(entry)


def _size(value: object) -> ResizeStep:
    if isinstance(value, list):
        rows, columns = (whole(length) for length in several(value, 2))
        return ResizeStep(rows, columns)
    return ResizeStep(whole(value), whole(value))


def _views(value: object) -> tuple[View, ...]:
    return tuple(view_named(text(name)) for name in several(value))


def _member(kind: type[Enum]) -> Callable[[Any], Enum]:
    def read(value: object) -> Enum:
        known = {str(entry.value): entry for entry in kind}
        if text(value) not in known:
            raise ValueError(f"expected {', '.join(known)}")
        return known[text(value)]

    return read


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "folds": whole,
    "choice": _member(Choice),
    "views": _views,
    "policy": _member(EnsemblePolicy),
    "precision": text,
}
"""Keys that are fields of a recipe, and how each is read."""


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError("wrong type", where=where, found=type(value).__name__, expected="a table of keys")
    return value


def _require_known(given: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), 1)
            fix = f"did you mean {near[0]!r}?" if near else ""
            raise ConfigError(
                "unknown key", where=where, found=repr(key[:60]), expected=", ".join(known), fix=fix
            )


def _read(where: str, read: Callable[[Any], T], value: Any) -> T:
    """``read`` of a value; what it says against it becomes an error that names the key."""
    try:
        return read(value)
    except UsageError as error:
        raise ConfigError(
            error.problem, where=where, found=error.found, expected=error.expected, fix=error.fix
        ) from None
    except (ValueError, TypeError) as error:
        found = "" if isinstance(value, Mapping) else repr(value)[:80]
        # attrs adds the attribute and the value to its sentence
        raise ConfigError(f"wrong value: {error.args[0]}", where=where, found=found) from None


def _checked(kind: type, base: object, key: str, value: Any, where: str) -> Any:
    """A value as the field ``key`` of ``kind`` takes it, held against that field alone."""
    attribute: Attribute[Any] = fields_dict(kind)[key]

    def held(given: Any) -> Any:
        if attribute.validator is not None:
            attribute.validator(base, attribute, given)
        return given

    return _read(where, held, value)
