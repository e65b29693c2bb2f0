"""A recipe by what users call it: a shipped name, or a TOML file of their own."""

from __future__ import annotations

import tomllib
from pathlib import Path

from neuronetra.domain.recipe_settings import recipe_from
from neuronetra.domain.recipes import RECIPES, Recipe
from neuronetra.errors import ConfigError, UsageError


def recipe_at(text: str) -> Recipe:
    """The shipped recipe of that name, or the one in a file that ends in ``.toml``.

    Raises ``UsageError`` for another name, ``ConfigError`` for a file that cannot be read or is no recipe.
    """
    if text.endswith(".toml"):
        return recipe_from(_settings(text), text)
    if text not in RECIPES:
        raise UsageError(
            "unknown recipe",
            found=repr(text[:80]),
            expected=f"one of {', '.join(RECIPES)}, or a file that ends in .toml",
        )
    return RECIPES[text]


def _settings(path: str) -> dict[str, object]:
    try:
        content = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError("cannot be read", where=path[:200], found=error.strerror or "an error") from None
    except ValueError:  # bytes that are no UTF-8, or no name of a file
        raise ConfigError("not a text file", where=repr(path[:200]), expected="TOML in UTF-8") from None
    try:
        return tomllib.loads(content)
    except ValueError as error:
        raise ConfigError("not TOML", where=path, found=str(error)[:200]) from None
    except RecursionError:
        raise ConfigError("not TOML", where=path, found="brackets within brackets without end") from None
