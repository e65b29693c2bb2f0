"""What is gathered of each series that must not tell its label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from hashlib import blake2b

from attrs import field, frozen


class FactGroup(Enum):
    """Where a fact comes from; the value is what reports call it."""

    HEADER = "header"
    FILES = "files"
    ORDER = "order"
    PIXELS = "pixels"
    PATH = "path"
    READING = "reading"

    @property
    def advice(self) -> str:
        """What to look at where a fact of this group tells the label."""
        return _ADVICE[self]


_ADVICE = {
    FactGroup.HEADER: "Positives and negatives were acquired or stored differently: do they come from "
    "different places, or were they converted differently?",
    FactGroup.FILES: "Files of positives and negatives differ: were they exported, compressed or cropped "
    "differently?",
    FactGroup.ORDER: "Positives and negatives were numbered, listed or written one after the other: shuffle "
    "them.",
    FactGroup.PIXELS: "Whole pictures of positives and negatives differ: were they scaled, filtered or "
    "converted differently?",
    FactGroup.PATH: "A name tells the label: rename folders and files to plain uids.",
    FactGroup.READING: "Positives and negatives are not read equally well: look at what was left out.",
}


@frozen(order=True)
class FactKey:
    """A fact's name within its group. ``secret``: it comes from the data and may have to be hidden."""

    group: FactGroup = field(order=lambda group: list(FactGroup).index(group))
    name: str
    secret: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        """Keys that come from other processes are shared by all series, so that thousands cost no more."""
        return (_shared_key if not self.secret else FactKey, (self.group, self.name, self.secret))


@lru_cache(4096)
def _shared_key(group: FactGroup, name: str, secret: bool) -> FactKey:
    return FactKey(group, name, secret)


Numbers = Mapping[FactKey, float]
Categories = Mapping[FactKey, str]


@frozen
class SeriesFacts:
    """The facts of one series: small enough to keep of every series of a cohort.

    What a series has no value of is not there. ``categories`` hold digests where the text may not be shown
    (``hidden``). ``words`` are the words of names.
    """

    numbers: Numbers = field(factory=dict, repr=False)
    categories: Categories = field(factory=dict, repr=False)
    words: frozenset[FactKey] = field(factory=frozenset, repr=False)

    def with_more(self, *others: SeriesFacts) -> SeriesFacts:
        """These facts and others'."""
        found = (self, *others)
        return SeriesFacts(
            {key: value for one in found for key, value in one.numbers.items()},
            {key: value for one in found for key, value in one.categories.items()},
            frozenset(key for one in found for key in one.words),
        )


def numbers(group: FactGroup, values: Iterable[tuple[str, float | None]]) -> SeriesFacts:
    """Facts of one group from names and numbers; ``None`` is left out."""
    return SeriesFacts({FactKey(group, name): float(value) for name, value in values if value is not None})


def categories(group: FactGroup, values: Iterable[tuple[str, str]]) -> SeriesFacts:
    """Facts of one group from names and texts that are no secret."""
    return SeriesFacts(categories={FactKey(group, name): text for name, text in values})


def hidden(value: bytes | str) -> str:
    """A digest that tells equal values from others and shows none."""
    content = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return blake2b(content, digest_size=8, person=b"leak fact").hexdigest()
