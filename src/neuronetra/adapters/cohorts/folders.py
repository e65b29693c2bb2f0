"""Where the files of each series lie below a cohort's folder."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from attrs import define, field

from neuronetra.errors import CohortError

SERIES = "series"
_BETWEEN_TOKENS = re.compile(r"[^0-9A-Za-z.]+")
_OUT = "the series folder is a link that leads out of the cohort"


@define
class SeriesFolders:
    """The folders below ``root``/series, ``root`` being resolved; ``wanted`` are the uids looked for.

    ``renamed`` counts those that were found under another name than their uid.
    """

    root: Path
    wanted: Collection[str]
    renamed: int = 0
    _entries: dict[str, os.DirEntry[str]] = field(init=False, repr=False)
    _by_token: dict[str, list[str]] | None = field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        self._entries = {entry.name: entry for entry in _all_listed(self._top())}

    def find(self, uid: str) -> str:
        """The folder of a series: ``series/<uid>``, or one whose name holds the uid as a whole word.

        The latter lies at most two levels below ``series``. A link is followed while it stays in the cohort.
        Raises ``ValueError`` that says why there is none.
        """
        entry = self._entries.get(uid)
        if entry is not None:
            self._require_usable(Path(entry.path))
            return entry.path
        if self._by_token is None:
            self._by_token = self._tokens()
        found = self._by_token.get(uid, [])
        if len(found) > 1:
            found = [path for path in found if Path(path).name == uid] or found
        if len(found) > 1:
            raise ValueError("several folders below series have the uid in their names")
        if not found:
            raise ValueError("its series folder is missing")
        self._require_usable(Path(found[0]))
        self.renamed += 1
        return found[0]

    def _top(self) -> Path:
        top = self.root / SERIES
        if not top.is_dir():
            raise CohortError(
                "no folder of series", where=SERIES, expected="series/<SeriesInstanceUID>/*.dcm"
            )
        if not self._is_inside(top):
            fix = "give a cohort whose series folder lies in it: move it there, or mount it"
            raise CohortError("a link that leads out of the cohort's folder", where=SERIES, fix=fix)
        return top

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root)

    def _require_usable(self, path: Path) -> None:
        try:
            self._require_folder_inside(path)
        except OSError:
            raise ValueError("the series folder cannot be opened") from None

    def _require_folder_inside(self, path: Path) -> None:
        if not path.exists():
            raise ValueError("the series folder is a link that leads nowhere")
        if not self._is_inside(path):
            raise ValueError(_OUT)
        if not path.is_dir():
            raise ValueError("what has the uid for its name is no folder")
        if next(iter(_listed(path)), None) is None:
            raise ValueError("the series folder is empty or cannot be opened")

    def _tokens(self) -> dict[str, list[str]]:
        """Folders by the uids looked for that are words of their names, at most two levels down."""
        wanted = set(self.wanted)
        found: dict[str, list[str]] = {}
        for entry in self._entries.values():
            words = _words(entry.name) & wanted
            within = () if words or not _is_folder(entry) else _listed(entry.path)
            for held, path in ((words, entry.path), *((_words(e.name) & wanted, e.path) for e in within)):
                for word in held:
                    found.setdefault(word, []).append(path)
        return {word: list(filter(os.path.isdir, paths)) for word, paths in found.items()}


def _all_listed(top: Path) -> list[os.DirEntry[str]]:
    """The entries of the folder of series. Raises ``CohortError`` where it cannot be opened."""
    try:
        with os.scandir(top) as listing:
            return list(listing)
    except OSError as error:
        found = error.strerror or "an error"
        raise CohortError("the folder of series cannot be opened", where=SERIES, found=found) from None


def _words(name: str) -> set[str]:
    return {name, *_BETWEEN_TOKENS.split(name)}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _listed(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """A folder's entries; none of one that cannot be opened."""
    try:
        with os.scandir(folder) as listing:
            yield from listing
    except OSError:
        return
