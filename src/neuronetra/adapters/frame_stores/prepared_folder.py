"""The folder of a prepared cohort: who may write to it now, what a killed run left there, and its tables."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

from neuronetra.adapters.disk.atomic import make_folder, refused, replacing, write_bytes
from neuronetra.adapters.disk.lock import held
from neuronetra.adapters.frame_stores.png import FRAMES, UNFINISHED
from neuronetra.domain.cohort_table import NAME as COHORT
from neuronetra.domain.prepared_manifest import NAME as MANIFEST
from neuronetra.domain.prepared_manifest import differences
from neuronetra.domain.prepared_tables import FAILURES, MAPPING, failures_from
from neuronetra.domain.shards import Shard
from neuronetra.errors import OutputError

_LOCK, _TABLES_LOCK = ".lock", ".lock-tables"
_WHAT = "another prepare"
_PARTIAL = re.compile(
    rf"\.({'|'.join(map(re.escape, (MANIFEST, MAPPING, FAILURES, COHORT)))})\.[0-9a-f]{{8}}\.part"
)
_PATIENCE = 2.0
"""Seconds that one which begins waits for another that is only tidying up."""


class PreparedFolder:
    """A place for prepared frames; several shards of one cohort may be written to it at once."""

    def __init__(self, location: str) -> None:
        self._place = Path(location)

    @contextmanager
    def opened(self, manifest: Mapping[str, Any], shard: Shard) -> Iterator[None]:
        """The folder for a run of its own, made if need be; what killed runs left is removed.

        Other shards may be at work there, no other run. Raises ``OutputError`` where one is, where the folder
        cannot be written to, is not empty and none of ours, or was prepared in another way than ``manifest``.
        """
        self.require_ours()
        make_folder(self._place)
        self._sweep_if_alone()
        try:
            with self._locked(shard):
                with self.tables():
                    self._agree(manifest)
                yield
        finally:
            self._sweep_if_alone()

    def require_ours(self) -> None:
        """Refuse a folder with anything in it but no manifest of ours. Raises ``OutputError``."""
        try:
            names = os.listdir(self._place) if self._place.exists() else []  # noqa: PTH208 - names alone
        except (OSError, ValueError) as error:
            found = getattr(error, "strerror", None) or "no folder's name"
            raise OutputError("cannot be written", where=str(self._place)[:200], found=found) from None
        strange = [name for name in names if not _is_leftover(name)]
        if strange and MANIFEST not in strange:
            raise OutputError(
                "not empty, and not a folder of prepared frames",
                where=str(self._place),
                found=f"{len(strange)} entries and no {MANIFEST}",
                fix="name a folder that is new or empty",
            )
        if strange:
            _manifest(self._place / MANIFEST)

    def tables(self) -> AbstractContextManager[None]:
        """The turn to write tables, waited for: a shard that ends sees all that earlier ones wrote."""
        return held(self._place / _TABLES_LOCK, patience=inf, what=_WHAT)

    def failures(self) -> dict[str, str]:
        """Uid and reason of the series that failed in earlier runs, as far as the table can be read."""
        with suppress(OSError, ValueError):
            return dict(failures_from((self._place / FAILURES).read_text(encoding="utf-8")))
        return {}

    def write(self, name: str, parts: Iterable[str]) -> None:
        """A text file of these parts, whole or not at all. Raises ``OutputError``."""
        with replacing(self._place / name) as stream:
            for part in parts:
                stream.write(part.encode())

    @contextmanager
    def _locked(self, shard: Shard) -> Iterator[None]:
        if shard.whole:
            with held(self._place / _LOCK, patience=_PATIENCE, what=_WHAT):
                yield
            return
        own = self._place / f"{_LOCK}-{shard.number}-of-{shard.count}"
        together = held(self._place / _LOCK, shared=True, patience=_PATIENCE, what=_WHAT)
        with together, held(own, what=_WHAT):
            yield

    def _agree(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, or be of one mind with the one that is there. Raises ``OutputError``."""
        path = self._place / MANIFEST
        if not path.exists():
            write_bytes(path, _bytes(manifest))
            return
        found = _manifest(path)
        if differing := list(differences(found, manifest)):
            raise OutputError(
                "was prepared in another way",
                where=str(self._place),
                found=f"a difference in {'; '.join(differing)}",
                fix="prepare into another folder, or in the way that this one was",
            )
        if found != manifest:  # what is said of the cohort beside, which its images decide too
            write_bytes(path, _bytes(manifest))

    def _sweep_if_alone(self) -> None:
        """Remove what runs that were killed left, unless another is at work, whose it may be."""
        with suppress(OSError), held(self._place / _LOCK):
            for path in list(self._place.iterdir()):
                if path.name != _LOCK and _is_leftover(path.name):
                    path.unlink(missing_ok=True)
            for path in (self._place / FRAMES).glob(f"{UNFINISHED}*"):
                shutil.rmtree(path, ignore_errors=True)


def _is_leftover(name: str) -> bool:
    """Whether it is a lock, or a file that never got its name."""
    return name == _LOCK or name.startswith(f"{_LOCK}-") or _PARTIAL.fullmatch(name) is not None


def _bytes(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise refused(path, error) from error
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping) or "cohort_digest" not in document:
        raise OutputError(
            "not the manifest of prepared frames", where=str(path), fix="name a folder that is new or empty"
        )
    return document
