"""What networks gave, kept in a folder, a file for some series at a time: a ladder that was ended goes on where it was."""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from neuronetra.adapters.disk.atomic import make_folder, replacing
from neuronetra.domain.arrays import own
from neuronetra.domain.out_of_fold_rows import Part

SUFFIX = ".npz"
_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
)
"""What numpy and zipfile raise of a file in which bits are wrong; ``RuntimeError`` of one that claims to be encrypted."""
_ABOUT, _SIDES, _ROWS = "about", "laterality_known", "rows"


class LadderCache:
    """A ``Kept`` in ``folder``, which is made when there is something to keep.

    Rows are known again by member and sha256 of its weights. A damaged file counts for nothing: its series are
    scored anew.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def parts(self) -> Iterator[Part]:
        """All that is kept."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            part = _read(path)
            if part is not None:
                yield part

    def add(self, part: Part) -> None:
        """Whole or not at all. Raises ``OutputError``."""
        make_folder(self._folder)
        rows = {key: given for key, given in part.rows.items() if not np.isnan(given).all()}
        about = {
            "uids": list(part.uids),
            "members": list(rows),
            "seconds": {what: list(told) for what, told in part.seconds.items()},
        }
        sides = part.laterality_known
        arrays = {f"{_ROWS}{number}": given.astype(np.float32) for number, given in enumerate(rows.values())}
        with replacing(self._folder / f"{secrets.token_hex(8)}{SUFFIX}") as stream:
            np.savez(
                stream, allow_pickle=False, **{**arrays, _ABOUT: np.array(json.dumps(about)), _SIDES: sides}
            )


def _read(path: Path) -> Part | None:
    try:
        with np.load(path, allow_pickle=False) as held:
            about = json.loads(str(held[_ABOUT]))
            uids, sides = tuple(map(str, about["uids"])), np.asarray(held[_SIDES], bool)
            rows = {
                str(key): own(held[f"{_ROWS}{number}"].astype(np.float64))
                for number, key in enumerate(about["members"])
            }
            seconds = {str(what): (float(s), int(n)) for what, (s, n) in about["seconds"].items()}
            return Part(uids, rows, sides, seconds)
    except _DAMAGED:
        return None
