"""The error tree: typed, one line each, and whole across process borders."""

from __future__ import annotations

import copy
import pickle

import pytest

from neuronetra import errors
from neuronetra.errors import NeuronetraError, SliceError

BUILTINS = {
    "NeuronetraError": Exception,
    "UsageError": ValueError,
    "ConfigError": ValueError,
    "InputError": ValueError,
    "InputNotFoundError": FileNotFoundError,
    "NoSeriesError": LookupError,
    "SeriesError": ValueError,
    "SliceError": ValueError,
    "GeometryError": ValueError,
    "ModalityError": ValueError,
    "StoreError": ValueError,
    "StoreNotFoundError": FileNotFoundError,
    "MissingMemberError": FileNotFoundError,
    "ManifestError": ValueError,
    "IntegrityError": ValueError,
    "ReadOnlyStoreError": PermissionError,
    "CohortError": ValueError,
    "FrameStoreError": ValueError,
    "WorkerError": RuntimeError,
    "TrainingError": RuntimeError,
    "ScoringError": RuntimeError,
    "ExportError": RuntimeError,
    "OutputError": OSError,
    "PluginError": RuntimeError,
    "UnknownPluginError": LookupError,
    "AmbiguousPluginError": LookupError,
    "MissingDependencyError": ImportError,
}
FIELDS = {"where": "a\nfile", "found": "this\tone", "expected": "that  one", "fix": "do it"}


def kinds() -> list[type[NeuronetraError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, NeuronetraError)]


PLAIN = [kind for kind in kinds() if kind is not SliceError]


def test_the_tree_is_whole() -> None:
    """Every error is in the drawing of the tree and derives from the builtin named there."""
    assert {kind.__name__ for kind in kinds()} == set(BUILTINS)
    for kind in kinds():
        assert issubclass(kind, BUILTINS[kind.__name__])
        assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", PLAIN)
def test_one_line(kind: type[NeuronetraError]) -> None:
    """Where, problem, found, expected and fix stand in one line, whatever they hold."""
    assert str(kind("went\nwrong", **FIELDS)) == (
        "a file: went wrong; found this one; expected that one; fix: do it"
    )
    assert str(kind("went wrong")) == "went wrong"


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])  # noqa: S301
def test_errors_travel_whole(kind: type[NeuronetraError], again: object) -> None:
    """A worker's error arrives as it was raised, each part in its place."""
    assert callable(again)
    error = kind("went wrong", **FIELDS)
    arrived = again(error)
    assert type(arrived) is kind
    assert str(arrived) == str(error)
    assert (arrived.where, arrived.fix, arrived.args) == (error.where, error.fix, error.args)


def test_slice_errors_name_every_file() -> None:
    """The line tells the first file; the reasons hold them all, also after a journey."""
    error = SliceError({"1.dcm": "truncated", "2.dcm": "damaged"})
    assert str(error) == "1.dcm: pixels cannot be read; found truncated"
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert arrived.reasons == error.reasons
    assert str(SliceError({})) == "pixels cannot be read"
