"""Plug-ins: typed records behind pluggy hooks, collected anew by every ``load_registry()``.

A package offers plug-ins through the entry-point group ``neuronetra``: a module (or object) whose
functions, marked with ``hookimpl`` and named as in ``HookSpecifications``, return ``Plugin`` records.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any

import pluggy
from attrs import field, frozen

from neuronetra.errors import (
    AmbiguousPluginError,
    MissingDependencyError,
    NeuronetraError,
    UnknownPluginError,
    UsageError,
)

GROUP = "neuronetra"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)

SHIPPED = "neuronetra"
"""The owner's name of the plug-ins that come with this package."""


@frozen
class Plugin:
    """A named adapter.

    ``factory`` is called with options and gives the adapter; it imports what it needs only then.
    ``needs`` are the distributions that must be installed (``a|b``: either will do); ``install`` is the
    command that installs them.
    """

    name: str
    factory: Callable[..., Any] = field(repr=False)
    needs: tuple[str, ...] = ()
    install: str = ""


class HookSpecifications:
    """The hooks. Each returns a sequence of ``Plugin`` records."""

    @hookspec
    def neuronetra_series_readers(self) -> Iterable[Plugin]:
        """Factories of ``SeriesReader``; options ``stack: int`` and ``threads: int``."""
        raise AssertionError

    @hookspec
    def neuronetra_preprocessors(self) -> Iterable[Plugin]:
        """Factories of ``Preprocessor``."""
        raise AssertionError

    @hookspec
    def neuronetra_model_runtimes(self) -> Iterable[Plugin]:
        """Factories of ``ModelRuntime``; options ``device``, ``precision``, ``threads``."""
        raise AssertionError

    @hookspec
    def neuronetra_checkpoint_stores(self) -> Iterable[Plugin]:
        """Factories of ``CheckpointStore``; option ``location: str``."""
        raise AssertionError

    @hookspec
    def neuronetra_network_exporters(self) -> Iterable[Plugin]:
        """Factories of ``NetworkExporter``."""
        raise AssertionError

    @hookspec
    def neuronetra_result_writers(self) -> Iterable[Plugin]:
        """Factories of ``ResultWriter``."""
        raise AssertionError

    @hookspec
    def neuronetra_cohorts(self) -> Iterable[Plugin]:
        """Factories of ``Cohort``; options ``location: str``, ``patients: str``, ``patient_key: str``."""
        raise AssertionError

    @hookspec
    def neuronetra_frame_stores(self) -> Iterable[Plugin]:
        """Factories of ``FrameStore``; option ``location: str``."""
        raise AssertionError

    @hookspec
    def neuronetra_trainers(self) -> Iterable[Plugin]:
        """Factories of ``Trainer``; options ``device``, ``precision``, ``workers: int``."""
        raise AssertionError

    @hookspec
    def neuronetra_executors(self) -> Iterable[Plugin]:
        """Factories of ``Executor``; option ``jobs: int``."""
        raise AssertionError


PREFIX = "neuronetra_"
KINDS: tuple[str, ...] = tuple(
    name.removeprefix(PREFIX) for name in vars(HookSpecifications) if name.startswith(PREFIX)
)
"""The kinds of plug-in: the hooks' names less their prefix."""


@frozen
class Offer:
    """A plug-in of a kind and the distribution that offers it."""

    kind: str
    plugin: Plugin
    owner: str


@frozen
class Problem:
    """A plug-in, or a part of one, that cannot be used, and why (one line)."""

    owner: str
    reason: str


@frozen
class Registry:
    """What is installed: the usable plug-ins, the ambiguous ones and the problems met."""

    offers: tuple[Offer, ...]
    problems: tuple[Problem, ...] = ()

    def named(self, kind: str, name: str) -> Plugin:
        """The plug-in of that kind and name; a shipped one stays the shipped one.

        Raises ``UnknownPluginError``, or ``AmbiguousPluginError`` where two packages offer the name.
        """
        found = [offer for offer in self.offers if (offer.kind, offer.plugin.name) == (kind, name)]
        shipped = [offer for offer in found if offer.owner == SHIPPED]
        if shipped:
            return shipped[0].plugin
        if len(found) > 1:
            raise AmbiguousPluginError(
                f"two packages offer one of the {_words(kind)} under this name",
                where=name,
                found=" and ".join(sorted(offer.owner for offer in found)),
                fix="uninstall one of them",
            )
        if not found:
            raise UnknownPluginError(
                f"unknown name among the {_words(kind)}",
                found=repr(name),
                expected=f"one of {', '.join(self.names(kind))}",
                fix="see `neuronetra plugins`",
            )
        return found[0].plugin

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of one kind, in the order in which they were offered."""
        return tuple(dict.fromkeys(offer.plugin.name for offer in self.offers if offer.kind == kind))

    def taken(self, kind: str, name: str, **options: object) -> dict[str, object]:
        """Those of ``options`` that the plug-in's factory takes: hints that need not be."""
        plugin = self.named(kind, name)
        return {key: value for key, value in options.items() if _takes(plugin, key)}

    def make(self, kind: str, name: str, **options: object) -> Any:
        """The adapter, made with those of ``options`` that are not ``None``.

        Raises ``MissingDependencyError`` or ``UsageError`` where it does not take an option.
        """
        plugin = self.named(kind, name)
        require_installed(plugin)
        given = {key: value for key, value in options.items() if value is not None}
        _require_accepted(plugin, given)
        try:
            return plugin.factory(**given)
        except NeuronetraError:
            raise
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{plugin.name} cannot be made with these options", found=", ".join(given) or "none"
            ) from error


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def installed_version(need: str) -> str | None:
    """The version of a distribution (of the first of ``a|b`` that is there), ``None`` where there is none."""
    for name in need.split("|"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def require_installed(plugin: Plugin) -> None:
    """Raise ``MissingDependencyError`` unless all that the plug-in needs is installed."""
    missing = [need.split("|")[0] for need in plugin.needs if installed_version(need) is None]
    if missing:
        raise MissingDependencyError(
            f"{plugin.name} needs packages that are not installed",
            found=f"no {', '.join(missing)}",
            fix=plugin.install or f"pip install {' '.join(missing)}",
        )


def _parameters(plugin: Plugin) -> Mapping[str, inspect.Parameter] | None:
    """What the factory takes by name; ``None`` where it takes anything, or does not tell."""
    try:
        found = inspect.signature(plugin.factory).parameters
    except ValueError:
        return None  # a factory written in C; it will raise by itself
    return None if any(p.kind is p.VAR_KEYWORD for p in found.values()) else found


def _takes(plugin: Plugin, option: str) -> bool:
    parameters = _parameters(plugin)
    return parameters is None or option in parameters


def _require_accepted(plugin: Plugin, options: Mapping[str, object]) -> None:
    for name in options:
        if not _takes(plugin, name):
            known = ", ".join(_parameters(plugin) or ()) or "none"
            raise UsageError(f"{plugin.name} takes no option {name!r}", expected=f"of its options {known}")


def load_registry(builtin: object) -> Registry:
    """The shipped plug-ins of ``builtin`` and those of every installed package.

    A package's plug-in that does not import, raises, misspells a hook or returns something else is
    recorded as a problem; it is never fatal.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(HookSpecifications)
    offers = list(_offers(manager, builtin, SHIPPED))
    problems: list[Problem] = []
    for point in entry_points(group=GROUP):
        owner = point.dist.name if point.dist is not None else point.value
        try:
            offers.extend(_offers(manager, point.load(), owner))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is a stranger's code
            problems.append(Problem(owner, _reason(point, error)))
    return Registry(tuple(offers), (*problems, *_shadowed(offers)))


def _reason(point: EntryPoint, error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return f"entry point {point.name!r} ({point.value}): {type(error).__name__}: {text}"


def _offers(manager: pluggy.PluginManager, plugin: object, owner: str) -> Iterable[Offer]:
    manager.register(plugin, name=f"{owner}:{id(plugin)}")
    found: list[Offer] = []
    for caller in manager.get_hookcallers(plugin) or ():
        if not caller.has_spec():
            raise UnknownPluginError(
                "there is no such hook",
                found=caller.name,
                expected=", ".join(PREFIX + kind for kind in KINDS),
            )
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                given: Iterable[object] = implementation.function()  # type: ignore[assignment]
                records = [_require_record(record) for record in given]
                found += [Offer(caller.name.removeprefix(PREFIX), record, owner) for record in records]
    return found


def _require_record(record: object) -> Plugin:
    if not isinstance(record, Plugin):
        raise TypeError(f"a hook returned {type(record).__name__} where a Plugin record was expected")
    return record


def _shadowed(offers: Iterable[Offer]) -> Iterable[Problem]:
    """A third-party plug-in under a shipped name is not used, and one of two with one name neither."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for offer in offers:
        by_name.setdefault((offer.kind, offer.plugin.name), []).append(offer.owner)
    for (kind, name), owners in by_name.items():
        if len(owners) > 1 and SHIPPED in owners:
            yield Problem(
                ", ".join(o for o in owners if o != SHIPPED), f"{kind} {name!r}: the shipped one is used"
            )
        elif len(owners) > 1:
            yield Problem(", ".join(owners), f"{kind} {name!r} is offered twice: neither is used")
