"""Files of tables: read whole, within bounds, as UTF-8."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from attrs import field, frozen

from neuronetra.domain.cohort_csv import Table, parsed_table
from neuronetra.errors import CohortError

LARGEST = 256 << 20
"""Bytes of a table; the public data set's are half a megabyte."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@frozen
class TableFile:
    """A table as it lies on disk; ``name`` is what reports call it."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path, name: str, inside: Path | None = None) -> TableFile:
        """The file at ``path``, which must not lead out of ``inside`` (a resolved folder), if that is given.

        Raises ``CohortError`` where there is none, or it is no file of a table's size.
        """
        try:
            place = path.resolve(strict=True)
            if inside is not None and not place.is_relative_to(inside):
                raise CohortError("a link that leads out of the cohort's folder", where=name)
            return cls(name, _bytes(place, name))
        except (OSError, ValueError, RuntimeError) as error:
            if isinstance(error, CohortError):
                raise
            found = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
            raise CohortError("the table cannot be read", where=name, found=found) from None

    def table(self, known: Collection[str]) -> Table:
        """Its rows. Raises ``CohortError`` where it is not UTF-8 or no table."""
        return parsed_table(self.text(), self.name, known)

    def text(self) -> str:
        """Its characters. Raises ``CohortError`` where it is not UTF-8."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            utf_16 = self.content[:2] in _UTF_16
            line = 1 + self.content.count(b"\n", 0, error.start)
            raise CohortError(
                "the table is not UTF-8",
                where=self.name if utf_16 else f"{self.name}, line {line}",
                found="UTF-16" if utf_16 else "a byte that is none",
                fix="save it as text in UTF-8",
            ) from None


def cohort_folder(location: str) -> Path:
    """The folder that a cohort's location leads to. Raises ``CohortError`` where there is none."""
    try:
        found = Path(location).resolve(strict=True) if location else None
    except (OSError, ValueError, RuntimeError):
        found = None
    if found is None or not found.is_dir():
        raise CohortError("no such folder", where=location[:200] or "an empty path")
    return found


def _bytes(path: Path, name: str) -> bytes:
    """A regular file's content; a pipe in its place is not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise CohortError("not a regular file", where=name, expected="a table in CSV")
        content = stream.read(LARGEST + 1) if status.st_size <= LARGEST else None
    if content is None or len(content) > LARGEST:
        raise CohortError("the table is too large", where=name, expected=f"at most {LARGEST >> 20} MB")
    return content
