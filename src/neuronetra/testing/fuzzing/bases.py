"""The valid folders that are spoilt: series of the builder in every layout and encoding, files that pydicom ships."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from attrs import frozen

from neuronetra.domain.geometry import Plane
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.fuzzing.nonsense import MARK, Chance, chance_of
from neuronetra.testing.series_builder import SeriesPlan, build
from neuronetra.testing.series_plan import LAYOUTS

SHIPPED = "shipped"
"""The layout of files that came with pydicom: one alone, whatever it holds."""
VARIANTS = 3
_LARGEST_SHIPPED = 60_000
_ONE_FRAGMENT = ("RLE", "encapsulated uncompressed")


@frozen
class Base:
    """A valid folder by what it holds; ``number`` tells variants apart, or names a shipped file."""

    layout: str
    encoding: str
    number: str

    def __str__(self) -> str:
        return f"{self.layout}/{self.encoding}/{self.number}"

    @classmethod
    def named(cls, text: str) -> Base:
        """The base of which ``text`` is the name."""
        return cls(*text.split("/"))

    @property
    def encapsulated(self) -> bool:
        """Whether pixel data stand in fragments, as far as is known."""
        return self.encoding in ENCODINGS and ENCODINGS[self.encoding].encapsulated

    @property
    def entropy_coded(self) -> bool:
        """Whether two codecs may make different pixels of a codestream that is damaged."""
        return self.encapsulated and self.encoding not in _ONE_FRAGMENT

    def files(self) -> dict[str, bytes]:
        """The files by their names."""
        return dict(_files(self))


@cache
def _files(base: Base) -> tuple[tuple[str, bytes], ...]:
    if base.layout == SHIPPED:
        return (("0", (_shipped_folder() / base.number).read_bytes()),)
    files = []
    for number, dataset in enumerate(build(plan_of(base)).datasets):
        buffer = BytesIO()
        dataset.save_as(buffer, enforce_file_format=True)
        files.append((str(number), buffer.getvalue()))
    return tuple(files)


def bases() -> tuple[Base, ...]:
    """Every base that can be made here."""
    made = [
        Base(layout, encoding, str(number))
        for encoding, one in ENCODINGS.items()
        if one.available
        for layout in LAYOUTS
        for number in range(VARIANTS)
    ]
    return (*made, *_shipped())


def _shipped_folder() -> Path:
    import pydicom.data

    return Path(pydicom.data.__file__).parent / "test_files"


@cache
def _shipped() -> tuple[Base, ...]:
    """Those of the files in pydicom's package that are small, by transfer syntax."""
    found = sorted(_shipped_folder().glob("*.dcm"))
    return tuple(
        Base(SHIPPED, _encoding(path), path.name) for path in found if path.stat().st_size < _LARGEST_SHIPPED
    )


def _encoding(path: Path) -> str:
    """The name of the transfer syntax, ``other`` where there is none or another."""
    _, found, rest = path.read_bytes()[:1000].partition(b"\x02\0\x10\0UI")
    uid = rest[2 : 2 + int.from_bytes(rest[:2], "little")].rstrip(b"\0").decode("latin-1") if found else ""
    return next((name for name, one in ENCODINGS.items() if one.uid == uid), "other")


def plan_of(base: Base) -> SeriesPlan:
    """What the builder is asked for."""
    chance = chance_of(base)
    for _ in range(100):
        plan = SeriesPlan(
            layout=base.layout,
            encoding=base.encoding,
            shape=(chance.choice((3, 3, 4, 5, 5, 18)), chance.randrange(5, 34), chance.randrange(5, 34)),
            plane=chance.choice((Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)),
            transpose=chance.random() < 0.5,
            reverse_rows=chance.random() < 0.5,
            descending=chance.random() < 0.5,
            patient=MARK,
            **_values(base.encoding, chance),
            **_framing(base, chance),
        )
        try:
            build(plan)
        except ValueError:  # what was drawn contradicts itself: draw again, at most a hundred times
            continue
        return plan
    raise ValueError(f"{base} cannot be made")


def _values(encoding: str, chance: Chance) -> dict[str, Any]:
    one = ENCODINGS[encoding]
    most = [bits for bits in (8, 10, 12, 16, 20, 32) if bits <= one.most_bits]
    stored = chance.choice(most)
    values: dict[str, Any] = {
        "bits_stored": stored,
        "bits_allocated": next(size for size in (8, 16, 32) if stored <= size),
        "signed": chance.random() < 0.4,
        "modality": chance.choice(("CT", "MR")),
        "monochrome1": chance.random() < 0.2,
        **one.plan,
    }
    if chance.random() < 0.5:
        values |= {"slope": chance.choice((1.0, 2.5, 0.3)), "intercept": chance.choice((0.0, -1024.0, 7.5))}
    if chance.random() < 0.2:
        values["padding"] = chance.choice((0, 1, (1, 5)))
    if not one.encapsulated and chance.random() < 0.15:
        values["floating"] = chance.choice((32, 64))
    return values


def _framing(base: Base, chance: Chance) -> dict[str, Any]:
    framing: dict[str, Any] = {}
    if base.encapsulated:
        framing["offsets"] = chance.choice(("none", "basic", "extended"))
        if base.encoding not in _ONE_FRAGMENT and framing["offsets"] != "extended":
            framing["fragments"] = chance.choice((1, 1, 2, 3))
    if base.layout == "single":
        framing |= chance.choice(({}, {}, {}, {"temporal": 2}, {"echoes": 2}))
    if base.layout == "classic":
        framing["geometry"] = chance.choice(("none", "first"))
    if base.layout == "enhanced":
        several = chance.choice(("", "files", "stacks", "temporal", "echoes"))
        framing |= {"frame_order": chance.choice((None, 1, 2)), **({several: 2} if several else {})}
        framing["shared"] = chance.choice(((), ("orientation", "measures", "transformation")))
    return framing
