"""Words of names: what a folder, a file or a uid is called, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import frozen

from neuronetra.domain.leaks.facts import FactGroup, FactKey

_WORD = re.compile(r"[^\W\d_]+|\d+")
LONGEST = 24
"""Characters of a word that can recur; longer numbers are parts of uids that no two series share."""
MOST = 40
"""Words of one kind of one series that are kept."""


def words_of(text: str) -> list[str]:
    """Runs of letters and runs of digits, in order."""
    return [word for word in _WORD.findall(text) if len(word) <= LONGEST]


@frozen
class SeriesNames:
    """The names that a series goes by.

    ``folders`` lead from the cohort down to its own, ``target`` to where a link leads; ``files`` are the
    names in it, relative to it.
    """

    uid: str
    folders: Sequence[str] = ()
    target: Sequence[str] = ()
    files: Sequence[str] = ()

    def words(self) -> frozenset[FactKey]:
        """The words of all of them. The whole uid is no word; its parts are, since some may recur."""
        found = {
            "uid part": self.uid.split("."),
            "folder word": self._without_uid(self.folders),
            "link target word": self._without_uid(self.target),
            "file word": _file_words([name.replace(self.uid, " ") for name in self.files]),
        }
        return frozenset(
            FactKey(FactGroup.PATH, f"{kind}: {word}", secret=True)
            for kind, words in found.items()
            for word in sorted({word for word in words if len(word) <= LONGEST})[:MOST]
        )

    def _without_uid(self, names: Iterable[str]) -> list[str]:
        return [word for name in names for word in words_of(name.replace(self.uid, " "))]


def _file_words(names: Sequence[str]) -> set[str]:
    """Letters of any file's name, and whatever the names of all files share."""
    taken = [words_of(name) for name in names]
    letters = {word for words in taken for word in words if not word.isdigit()}
    shared = set.intersection(*map(set, taken)) if taken else set()
    return letters | shared
