"""The errors that neuronetra raises on purpose.

::

    NeuronetraError
    ├── UsageError (ValueError)               an argument that makes no sense
    ├── ConfigError (ValueError)              a configuration file or key
    ├── InputError (ValueError)               what was given to be read
    │   ├── InputNotFoundError (FileNotFoundError)
    │   ├── NoSeriesError (LookupError)       nothing under the path is a usable series
    │   ├── SeriesError                       one series that cannot be used
    │   │   └── SliceError                    named slices whose pixels cannot be had
    │   ├── GeometryError                     an affine or orientation that is none
    │   └── ModalityError                     a modality that the model cannot take
    ├── StoreError (ValueError)               a checkpoint store
    │   ├── StoreNotFoundError (FileNotFoundError)
    │   ├── MissingMemberError (FileNotFoundError)
    │   ├── ManifestError                     a manifest that is damaged or disagrees
    │   ├── IntegrityError                    a file whose sha256 is not the recorded one
    │   └── ReadOnlyStoreError (PermissionError)
    ├── CohortError (ValueError)              a data set whose tables cannot be used
    ├── FrameStoreError (ValueError)          prepared frames that are not there or damaged
    ├── WorkerError (RuntimeError)            a process that died at its work
    ├── TrainingError (RuntimeError)          a training that cannot go on
    ├── ScoringError (RuntimeError)           a network that gave no valid scores
    ├── ExportError (RuntimeError)            a network whose exported copy disagrees
    ├── OutputError (OSError)                 a result that cannot be written
    └── PluginError (RuntimeError)
        ├── UnknownPluginError (LookupError)
        ├── AmbiguousPluginError (LookupError)
        └── MissingDependencyError (ImportError)

Each error is one line that says where, what was found, what was expected and what mends it.
It never holds a patient's name, date or identifier.
"""

from __future__ import annotations

from functools import partial


class NeuronetraError(Exception):
    """Base of every error raised on purpose.

    ``problem`` is the plain sentence; ``where`` names the file, key or series; ``found``,
    ``expected`` and ``fix`` complete the line where they are known.
    """

    def __init__(
        self, problem: str, *, where: str = "", found: str = "", expected: str = "", fix: str = ""
    ) -> None:
        self.problem = problem
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix
        super().__init__(problem)

    def __str__(self) -> str:
        line = f"{self.where}: {self.problem}" if self.where else self.problem
        parts = [f"found {self.found}" if self.found else ""]
        parts += [f"expected {self.expected}" if self.expected else ""]
        parts += [f"fix: {self.fix}" if self.fix else ""]
        return "; ".join([" ".join(line.split()), *(" ".join(p.split()) for p in parts if p)])

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders whole, their keyword arguments too."""
        fields = {name: getattr(self, name) for name in ("where", "found", "expected", "fix")}
        return (partial(type(self), **fields), (self.problem,))


class UsageError(NeuronetraError, ValueError):
    """An argument or a combination of arguments that makes no sense."""


class ConfigError(NeuronetraError, ValueError):
    """A configuration file that cannot be read, or a key in it that is unknown or wrong."""


class InputError(NeuronetraError, ValueError):
    """What was given to be read cannot be used."""


class InputNotFoundError(InputError, FileNotFoundError):
    """The path given does not exist."""


class NoSeriesError(InputError, LookupError):
    """Nothing under the path given is a usable image series."""


class SeriesError(InputError):
    """One series cannot be used as a whole."""


class SliceError(SeriesError):
    """The pixels of named slices cannot be had; ``reasons`` maps each file to a reason."""

    def __init__(self, reasons: dict[str, str]) -> None:
        first = next(iter(reasons), "")
        super().__init__("pixels cannot be read", where=first, found=reasons.get(first, ""))
        self.reasons = dict(reasons)

    def __reduce__(self) -> tuple[object, ...]:
        return (SliceError, (self.reasons,))


class GeometryError(InputError):
    """An affine or an orientation from which no patient axes can be derived."""


class ModalityError(InputError):
    """A modality that is unknown, or that the chosen model was not trained to take."""


class StoreError(NeuronetraError, ValueError):
    """A checkpoint store cannot be used."""


class StoreNotFoundError(StoreError, FileNotFoundError):
    """There is no checkpoint store at the place given."""


class MissingMemberError(StoreError, FileNotFoundError):
    """A member that the ensemble names is not in the store."""


class ManifestError(StoreError):
    """A manifest is damaged, or disagrees with the program or with another manifest."""


class IntegrityError(StoreError):
    """A file's sha256 is not the one that its manifest records."""


class ReadOnlyStoreError(StoreError, PermissionError):
    """The store cannot be written to."""


class CohortError(NeuronetraError, ValueError):
    """The tables of a data set cannot be used; ``rows`` lists every bad one, where rows are what is wrong."""

    def __init__(
        self,
        problem: str,
        *,
        where: str = "",
        found: str = "",
        expected: str = "",
        fix: str = "",
        rows: tuple[str, ...] = (),
    ) -> None:
        super().__init__(problem, where=where, found=found, expected=expected, fix=fix)
        self.rows = rows

    def __reduce__(self) -> tuple[object, ...]:
        fields = {name: getattr(self, name) for name in ("where", "found", "expected", "fix", "rows")}
        return (partial(type(self), **fields), (self.problem,))


class FrameStoreError(NeuronetraError, ValueError):
    """Prepared frames are not there, are damaged, or are not what their manifest says."""


class WorkerError(NeuronetraError, RuntimeError):
    """A process that died at its work, or whose work ended in an unexpected exception."""


class TrainingError(NeuronetraError, RuntimeError):
    """A training that cannot go on: what it gave, or what it needs."""


class ScoringError(NeuronetraError, RuntimeError):
    """A runtime gave something other than probabilities."""


class ExportError(NeuronetraError, RuntimeError):
    """An exported network does not give what the original gives."""


class OutputError(NeuronetraError, OSError):
    """A result cannot be written where it should go."""


class PluginError(NeuronetraError, RuntimeError):
    """A plug-in cannot be used."""


class UnknownPluginError(PluginError, LookupError):
    """No plug-in of that kind has the name asked for."""


class AmbiguousPluginError(PluginError, LookupError):
    """Two third-party plug-ins of one kind share the name asked for."""


class MissingDependencyError(PluginError, ImportError):
    """A plug-in needs a library that is not installed."""
