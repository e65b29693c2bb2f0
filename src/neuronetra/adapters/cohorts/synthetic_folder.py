"""The folder of a synthetic cohort: who may write to it, what it was begun as, and its tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from neuronetra.adapters.cohorts.synthetic import SERIES, UNFINISHED
from neuronetra.adapters.disk.atomic import make_folder, refused, replacing, write_bytes
from neuronetra.adapters.disk.lock import held
from neuronetra.errors import OutputError

DOCUMENT = "synthetic.json"
"""What marks a cohort as synthetic."""
_LOCK = ".lock"


class SyntheticFolder:
    """A place for a synthetic cohort."""

    def __init__(self, location: str) -> None:
        self._place = Path(location)

    @contextmanager
    def opened(self, document: Mapping[str, Any]) -> Iterator[None]:
        """The folder for one run, made if need be; what killed runs left half-made is removed.

        Raises ``OutputError`` where another run has it, where it cannot be written to, is not empty and none of
        ours, or was begun as another cohort than ``document`` tells.
        """
        self._require_ours()
        make_folder(self._place)
        with held(self._place / _LOCK, what="another synthesize"):
            self._agree(document)
            make_folder(self._place / SERIES)
            self._tidy()
            try:
                yield
            finally:
                self._tidy()

    def _tidy(self) -> None:
        """Remove what a run that was stopped left half-made."""
        for left in self._place.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        for part in self._place.glob(".*.part"):
            with suppress(OSError):
                part.unlink()

    def write(self, name: str, lines: Iterable[str]) -> None:
        """A text file, whole or not at all. Raises ``OutputError``."""
        with replacing(self._place / name) as stream:
            for line in lines:
                stream.write(line.encode())

    def _require_ours(self) -> None:
        try:
            names = [path.name for path in self._place.iterdir()] if self._place.exists() else []
        except (OSError, ValueError) as error:
            found = getattr(error, "strerror", None) or "no folder's name"
            raise OutputError("cannot be written", where=str(self._place)[:200], found=found) from None
        strange = [name for name in names if name != _LOCK and not name.endswith(".part")]
        if strange and DOCUMENT not in strange:
            raise OutputError(
                "not empty, and not a synthetic cohort",
                where=str(self._place),
                found=f"{len(strange)} entries and no {DOCUMENT}",
                fix="name a folder that is new or empty",
            )

    def _agree(self, document: Mapping[str, Any]) -> None:
        path = self._place / DOCUMENT
        if not path.exists():
            write_bytes(path, (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
            return
        try:
            found = json.loads(path.read_bytes())
        except OSError as error:
            raise refused(path, error) from error
        except (ValueError, RecursionError):
            found = None
        if found != dict(document):
            known = found if isinstance(found, dict) else {}
            other = [key for key in document if known.get(key) != document[key]]
            raise OutputError(
                "was begun as another synthetic cohort",
                where=str(self._place),
                found=f"a difference in {', '.join(other) or DOCUMENT}",
                fix="name another folder, or the same options as before",
            )
