"""Facts of the files of a series as files: names, sizes, times. Nothing in them is read."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from neuronetra.domain.leaks.facts import FactGroup, SeriesFacts, categories, numbers
from neuronetra.domain.leaks.words import SeriesNames


@frozen
class FolderListing:
    """The regular files in a series' folder: relative ``names``, ``sizes`` in bytes, ``times`` in seconds.

    ``folders`` are the names of the folders from the cohort down to it, ``target`` those of the place that it
    leads to where one of them is a link.
    """

    names: tuple[str, ...] = field(default=(), repr=False)
    sizes: tuple[int, ...] = field(default=(), repr=False)
    times: tuple[float, ...] = field(default=(), repr=False)
    folders: tuple[str, ...] = field(default=(), repr=False)
    target: tuple[str, ...] = field(default=(), repr=False)

    def facts(self, uid: str) -> SeriesFacts:
        """What they are called, how large they are and when they were written."""
        names = SeriesNames(uid, self.folders, self.target, self.names)
        layout = categories(
            FactGroup.FILES,
            [
                ("depth", str(len(self.folders))),
                ("linked", str(bool(self.target))),
                ("endings", self._endings()),
            ],
        )
        return SeriesFacts(words=names.words()).with_more(layout, self._sizes(), self._times(uid))

    def _endings(self) -> str:
        endings = {name.rpartition(".")[2][:8] if "." in name else "" for name in self.names}
        return " ".join(sorted(ending for ending in endings if not ending.isdigit())[:4])

    def _sizes(self) -> SeriesFacts:
        if not self.sizes:
            return SeriesFacts()
        sizes = np.array(self.sizes, np.float64)
        lengths = np.mean([len(name) for name in self.names])
        return numbers(
            FactGroup.FILES,
            [
                ("files", len(sizes)),
                ("bytes in all", float(sizes.sum())),
                ("bytes of a file", float(sizes.mean())),
                ("bytes of the smallest file", float(sizes.min())),
                ("spread of file sizes", float(sizes.std())),
                ("length of file names", float(lengths)),
            ],
        )

    def _times(self, uid: str) -> SeriesFacts:
        digits = [int(character) for character in uid if character.isdigit()]
        times = (min(self.times), max(self.times) - min(self.times)) if self.times else (None, None)
        order = [
            ("time of its files", times[0]),
            ("time from its first to its last file", times[1]),
            ("length of the uid", len(uid)),
            ("parts of the uid", uid.count(".") + 1),
            ("last digit of the uid", digits[-1] if digits else None),
        ]
        return numbers(FactGroup.ORDER, order)
