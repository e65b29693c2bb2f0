"""Uids and file names replaced by numbers, where they are asked to be hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve, field, frozen

from neuronetra.domain.series import LeftOut, Series
from neuronetra.errors import NeuronetraError


@frozen
class NameHider:
    """Replaces a series' uid, its instance uids and its file names wherever a text holds them."""

    replacements: Mapping[str, str] = field(factory=dict)
    _pattern: re.Pattern[str] = field(init=False, repr=False, eq=False)

    @_pattern.default
    def _any_name(self) -> re.Pattern[str]:
        """Any of the names as whole words, the longest first."""
        names = sorted(self.replacements, key=len, reverse=True)
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_])" if names else "(?!)")

    @classmethod
    def of(cls, series: Series, number: int) -> NameHider:
        """Numbers for the names in ``series``, which becomes ``series-<number>``."""
        files = {item.file for item in series.reading.left_out} | {item.file for item in series.slices}
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

    def censor(self, error: NeuronetraError) -> None:
        """Replace the names in an error, which may yet be raised."""
        for part in ("problem", "where", "found", "expected", "fix"):
            setattr(error, part, self.text(getattr(error, part)))
        error.args = (error.problem,)

    def series(self, series: Series) -> Series:
        """The series with numbers for names."""
        reading = evolve(
            series.reading,
            left_out=tuple(
                LeftOut(self.text(item.file), self.text(item.reason)) for item in series.reading.left_out
            ),
            warnings=tuple(map(self.text, series.reading.warnings)),
            repaired=tuple(map(self.text, series.reading.repaired)),
            assumed=tuple(map(self.text, series.reading.assumed)),
        )
        slices = tuple(evolve(item, file=self.text(item.file), instance_uid="") for item in series.slices)
        error = None if series.error is None else self.text(series.error)
        return evolve(series, uid=self.text(series.uid), slices=slices, reading=reading, error=error)
