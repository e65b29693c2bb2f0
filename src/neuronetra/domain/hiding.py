"""Uids and file names replaced by numbers, where they are asked to be hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from neuronetra.domain.series import LeftOut, Series
from neuronetra.errors import NeuronetraError

_FRAME = re.compile(r" \(frame [0-9]+\)$")
"""What a slice's name has behind that of its file."""


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    parts = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![^\W_])(?:{parts})(?![^\W_])" if parts else "(?!)")


@frozen
class NameHider:
    """Replaces a series' uid, its instance uids and its file names wherever a text holds them."""

    replacements: Mapping[str, str] = field(factory=dict)
    _pattern: re.Pattern[str] = field(init=False, repr=False, eq=False)
    _unlikely: re.Pattern[str] = field(init=False, repr=False, eq=False)

    @_pattern.default
    def _any_name(self) -> re.Pattern[str]:
        """Any of the names as whole words, the longest first."""
        return _any_of(self.replacements)

    @_unlikely.default
    def _any_unlikely_name(self) -> re.Pattern[str]:
        """Those of them that are no word or number that a sentence may hold."""
        return _any_of([name for name in self.replacements if len(name) > 3 and not name.isalpha()])

    @classmethod
    def of(cls, series: Series, number: int) -> NameHider:
        """Numbers for the names in ``series``, which becomes ``series-<number>``."""
        names = {item.file for item in series.reading.left_out} | {item.file for item in series.slices}
        files = {_FRAME.sub("", name) for name in names}
        numbered = {name: f"file-{i}" for i, name in enumerate(sorted(files), start=1)}
        uids = {item.instance_uid: "instance" for item in series.slices}
        sources = {item.source: numbered[item.file] for item in series.slices}
        given = {**uids, **sources, **numbered, series.uid: f"series-{number}"}
        return cls({name: number for name, number in given.items() if name})

    def text(self, text: str) -> str:
        """``text`` with every name in it replaced, once: a number is not taken for a name again."""
        if text in self.replacements:
            return self.replacements[text]
        return self._pattern.sub(lambda match: self.replacements[match[0]], text)

    def name(self, name: str) -> str:
        """The number of a file, or of one and its frame."""
        file = _FRAME.sub("", name)
        return self.replacements.get(file, file) + name[len(file) :]

    def sentence(self, text: str) -> str:
        """A report's sentence without names; a file called "1" or "gap" takes nothing out of it."""
        return self._unlikely.sub(lambda match: self.replacements[match[0]], text)

    def censor(self, error: NeuronetraError) -> None:
        """Replace the names in an error, which may yet be raised."""
        for part in ("problem", "where", "found", "expected", "fix"):
            setattr(error, part, self.text(getattr(error, part)))
        error.args = (error.problem,)

    def series(self, series: Series) -> Series:
        """The series with numbers for names."""
        found = series.reading
        reasons = {reason: self.sentence(reason) for reason in {item.reason for item in found.left_out}}
        reading = evolve(
            found,
            left_out=tuple(LeftOut(self.name(item.file), reasons[item.reason]) for item in found.left_out),
            warnings=tuple(map(self.sentence, found.warnings)),
            repaired=tuple(map(self.sentence, found.repaired)),
            assumed=tuple(map(self.sentence, found.assumed)),
        )
        slices = tuple(evolve(item, file=self.name(item.file), instance_uid="") for item in series.slices)
        error = None if series.error is None else self.text(series.error)
        return evolve(series, uid=self.text(series.uid), slices=slices, reading=reading, error=error)
