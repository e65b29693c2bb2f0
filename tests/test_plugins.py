"""The registry: what is offered, what is broken, and whose a name is."""

from __future__ import annotations

import types
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from neuronetra import builtin, plugins
from neuronetra.errors import (
    AmbiguousPluginError,
    MissingDependencyError,
    UnknownPluginError,
    UsageError,
)
from neuronetra.plugins import KINDS, Plugin, Registry, hookimpl, load_registry


def _module(hook: str, *records: object) -> types.SimpleNamespace:
    def offer() -> list[object]:
        return list(records)

    offer.__name__ = hook
    return types.SimpleNamespace(**{hook: hookimpl(offer)})


class _Point:
    """An entry point that is not installed."""

    def __init__(self, owner: str, loaded: Any) -> None:
        self.name, self.value = "example", f"{owner}.hooks"
        self.dist = types.SimpleNamespace(name=owner)
        self._loaded = loaded

    def load(self) -> Any:
        if isinstance(self._loaded, BaseException):
            raise self._loaded
        return self._loaded


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pretends that packages with these entry points are installed."""

    def pretend(*points: _Point) -> Registry:
        monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == "neuronetra" else ())
        return load_registry(builtin)

    return pretend


def _reader(**options: object) -> object:
    return ("reader", options)


def test_shipped_plugins_cover_every_kind(installed: Any) -> None:
    """Each kind has at least one shipped plug-in, and none is a problem."""
    found = installed()
    assert {offer.kind for offer in found.offers} == set(KINDS)
    assert found.problems == ()
    assert found.names("series_readers") == ("pydicom", "simpleitk")
    assert found.names("model_runtimes") == ("onnx", "torch")


def test_foreign_plugin_is_used(installed: Any) -> None:
    """A package's plug-in is found under its name and made with the options that are set."""
    found = installed(_Point("acme", _module("neuronetra_series_readers", Plugin("acme", _reader))))
    assert found.make("series_readers", "acme", stack=2, threads=None) == ("reader", {"stack": 2})


@pytest.mark.parametrize(
    "broken",
    [
        ImportError("no such library"),
        SystemExit(3),
        RuntimeError("at import"),
        _module("neuronetra_serie_readers"),
        _module("neuronetra_series_readers", "not a record"),
        _module("neuronetra_series_readers", ("name", _reader)),
    ],
)
def test_broken_plugin_is_recorded(installed: Any, broken: Any) -> None:
    """One that does not import, raises, misspells a hook or returns something else harms nobody."""
    good = _Point("acme", _module("neuronetra_series_readers", Plugin("acme", _reader)))
    found = installed(_Point("broken", broken), good)
    assert [problem.owner for problem in found.problems] == ["broken"]
    assert "example" in found.problems[0].reason
    assert "acme" in found.names("series_readers")


def test_hook_that_raises_is_recorded(installed: Any) -> None:
    """A hook that raises when it is called is a problem of its package."""

    @hookimpl
    def neuronetra_series_readers() -> list[Plugin]:
        raise ValueError("not today")

    module = types.SimpleNamespace(neuronetra_series_readers=neuronetra_series_readers)
    found = installed(_Point("broken", module))
    assert "not today" in found.problems[0].reason


def test_two_packages_with_one_name(installed: Any) -> None:
    """Neither is used, the list says so, and asking for the name is an error that names both."""
    points = [
        _Point(owner, _module("neuronetra_series_readers", Plugin("x", _reader))) for owner in ("a", "b")
    ]
    found = installed(*points)
    assert any("neither" in problem.reason for problem in found.problems)
    with pytest.raises(AmbiguousPluginError, match="a and b"):
        found.named("series_readers", "x")


def test_shipped_name_stays_the_shipped_one(installed: Any) -> None:
    """A package that takes a shipped name is passed over, and the list says so."""
    found = installed(_Point("acme", _module("neuronetra_series_readers", Plugin("pydicom", _reader))))
    assert found.named("series_readers", "pydicom").factory is not _reader
    assert found.problems[0].owner == "acme"


def test_unknown_name(installed: Any) -> None:
    """The error names what there is."""
    with pytest.raises(UnknownPluginError, match="pydicom, simpleitk"):
        installed().named("series_readers", "nonsense")


def test_missing_distribution(installed: Any) -> None:
    """What is not installed is named with the command that installs it, before the factory runs."""
    plugin = Plugin("x", _reader, ("no-such-distribution-1|or-this",), "pip install 'acme[all]'")
    found = installed(_Point("acme", _module("neuronetra_series_readers", plugin)))
    with pytest.raises(MissingDependencyError, match=r"pip install 'acme\[all\]'"):
        found.make("series_readers", "x")
    with pytest.raises(ImportError):
        found.make("series_readers", "x")


def test_option_that_a_factory_does_not_take(installed: Any) -> None:
    """It is an error where the option is set, and none where it is not."""
    record = Plugin("x", lambda depth=1: depth)
    found = installed(_Point("acme", _module("neuronetra_series_readers", record)))
    assert found.make("series_readers", "x", stack=None) == 1
    assert found.make("series_readers", "x", depth=3) == 3
    with pytest.raises(UsageError, match="depth"):
        found.make("series_readers", "x", stack=2)


def test_every_registry_is_its_own(installed: Any) -> None:
    """A plug-in that is gone is gone: nothing is kept from an earlier registry."""
    installed(_Point("acme", _module("neuronetra_series_readers", Plugin("acme", _reader))))
    assert "acme" not in installed().names("series_readers")


def test_entry_points_are_what_is_read() -> None:
    """The real group is read without an error in this environment."""
    assert all(isinstance(point, EntryPoint) for point in plugins.entry_points(group="neuronetra"))
    assert load_registry(builtin).problems == ()
