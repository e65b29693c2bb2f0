"""The folder of a run of training: what decides it, the folds, its log, and who may work there now."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neuronetra.adapters.disk.atomic import make_folder, refused, write_bytes
from neuronetra.adapters.disk.lock import held
from neuronetra.domain.training_agreement import differences
from neuronetra.domain.training_log import is_entry
from neuronetra.errors import OutputError

FOLDER = "training"
RUN, FOLDS, LOG = "run.json", "folds.csv", "log.jsonl"
FORMAT = 1
_HEAD = "series_uid,fold"
_LOCK = ".lock"
_ORIGINS = "pretrained"
_JOB = re.compile(r"(.+)_fold[0-9]+")
_LOGGED = re.compile(r'"job": "([a-z0-9_]+)"')
_ANEW = "remove the folder and its store to begin anew, or fetch them again"


class RunFolder:
    """The folder ``training`` of a store."""

    def __init__(self, store: str) -> None:
        self._place = Path(store) / FOLDER

    @property
    def folder(self) -> str:
        """Its path."""
        return str(self._place)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The folder for one run, made if need be. Raises ``OutputError`` where another run has it."""
        make_folder(self._place)
        with held(self._place / _LOCK, what="another training"):
            self._mend_log()
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what runs that were killed left half-written, here and among the store's members."""
        for folder in (self._place, self._place.parent):
            for left in folder.glob(".*.part"):
                with suppress(OSError):
                    left.unlink()

    def begin(self, document: Mapping[str, Any], fold: Mapping[str, int]) -> bool:
        """Keep what decides the run, or be of one mind with what is there; whether it was there.

        ``pretrained`` in the document tells of the architectures that are trained now: those of other calls are kept beside
        them. ``run.json`` is written last: a run is begun when it is whole, and binds when something was trained.
        Raises ``OutputError``.
        """
        path = self._place / RUN
        if self._binds():
            found, agreed = _document(path), self._agreed(document)
            if agreed != found:
                write_bytes(path, _bytes(agreed))
            return True
        rows = "".join(f"{uid},{number}\n" for uid, number in fold.items())
        write_bytes(self._place / FOLDS, f"{_HEAD}\n{rows}".encode())
        write_bytes(path, _bytes(_plain(document)))
        return False

    def agree(self, document: Mapping[str, Any]) -> None:
        """Raise ``OutputError`` where the run there, if there is one, was begun as another."""
        if self._binds():
            self._agreed(document)

    def _binds(self) -> bool:
        """Whether a run was begun of which anything is kept. Raises ``OutputError``."""
        path = self._place / RUN
        try:
            return path.exists() and bool(self._trained())
        except OSError as error:
            raise refused(path, error) from error

    def _trained(self) -> frozenset[str]:
        """The architectures of which there is a state to go on from, a member, or a line in the log."""
        jobs = {path.stem for path in self._place.glob("*.state")}
        jobs |= {path.stem.rpartition("_epoch")[0] for path in self._place.parent.glob("*_epoch*.json")}
        log = self._place / LOG
        if log.exists():
            jobs |= set(_LOGGED.findall(log.read_text(encoding="utf-8", errors="replace")))
        return frozenset(match[1] for match in map(_JOB.fullmatch, jobs) if match)

    def _agreed(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The run's document with where all weights come from, those of earlier calls and of this one.

        Of an architecture of which nothing is trained yet, as where its first weights could not be had, it may be said anew.
        """
        found, wanted = _document(self._place / RUN), _plain(document)
        old, new = dict(found.get(_ORIGINS) or {}), dict(wanted.get(_ORIGINS) or {})
        old = {name: origin for name, origin in old.items() if name not in new or name in self._trained()}
        there, asked = {**found, _ORIGINS: {**new, **old}}, {**wanted, _ORIGINS: {**old, **new}}
        differing = list(differences(there, asked))
        if differing:
            more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
            raise OutputError(
                "was begun as another training",
                where=str(self._place),
                found=f"a difference in {'; '.join(differing[:3])}{more}",
                fix="name another store, or train in the way that this one was begun",
            )
        return there

    def folds(self) -> dict[str, int] | None:
        """The fold of each series as the run was begun; ``None`` where none was, or nothing came of it.

        Raises ``OutputError``.
        """
        path = self._place / FOLDS
        if not self._binds():
            return None
        try:
            head, *rows = path.read_text(encoding="utf-8").splitlines()
            pairs = [row.split(",") for row in rows]
            found = {uid: int(number) for uid, number in pairs}
        except OSError as error:
            raise refused(path, error) from error
        except ValueError:
            head, found = "", {}
        if head != _HEAD:
            raise OutputError("not the folds of a training", where=str(path), fix=_ANEW)
        return found

    def entries(self) -> tuple[Mapping[str, Any], ...]:
        """The log. Raises ``OutputError`` where a line is none."""
        path = self._place / LOG
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            found = tuple(json.loads(line) for line in lines)
        except OSError as error:
            raise refused(path, error) from error
        except (ValueError, RecursionError):
            found = (None,)
        if not all(map(is_entry, found)):
            raise OutputError("a line of the log is damaged", where=str(path), fix="remove that line")
        return found

    def add(self, entry: Mapping[str, Any]) -> None:
        """Append a line, on the disk when this returns, or nothing of it. Raises ``OutputError``."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = (json.dumps({"time": now, **entry}, allow_nan=False, ensure_ascii=False) + "\n").encode()
        path = self._place / LOG
        try:
            with path.open("ab") as stream:
                before = stream.tell()
                try:
                    stream.write(line)
                    stream.flush()
                    os.fsync(stream.fileno())
                except OSError:
                    with suppress(OSError):
                        os.truncate(path, before)
                    raise
        except OSError as error:
            raise refused(path, error) from error

    def write(self, name: str, text: str) -> None:
        """A file of the folder, whole or not at all. Raises ``OutputError``."""
        write_bytes(self._place / name, text.encode())

    def _mend_log(self) -> None:
        """Drop half a line at its end, as a machine that lost its power leaves it."""
        path = self._place / LOG
        try:
            content = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise refused(path, error) from error
        if content and not content.endswith(b"\n"):
            write_bytes(path, content[: content.rfind(b"\n") + 1])


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from JSON."""
    plain: dict[str, Any] = json.loads(json.dumps({"format": FORMAT, **document}, allow_nan=False))
    return plain


def _bytes(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _document(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise refused(path, error) from error
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "recipe" not in found:
        raise OutputError("not the document of a training", where=str(path), fix=_ANEW)
    return found
