"""Cells of a data set's tables as values: what can only mean one thing is taken, the rest is refused.

Each function raises ``ValueError`` with a plain reason that quotes nothing which could tell who a patient is.
"""

from __future__ import annotations

import math
import re

from attrs import frozen

from neuronetra.domain.cohort import Sex
from neuronetra.domain.cohort_csv import quoted
from neuronetra.domain.locations import ARTERIES, Location
from neuronetra.domain.modality import Modality
from neuronetra.errors import ModalityError

OLDEST = 120.0
_UID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_TRUE, _FALSE = frozenset({"1", "1.0", "1,0", "true"}), frozenset({"0", "0.0", "0,0", "false"})
_SEXES = {"": None, "female": Sex.FEMALE, "f": Sex.FEMALE, "male": Sex.MALE, "m": Sex.MALE}
_ANSWERS = frozenset("0123456789yntfx") | {"yes", "no", "na", "nan", "none", "null", "unknown"}
_SCANS = frozenset(
    {"ct", "ctv", "ctp", "mr", "mri", "mrv", "us", "xa", "xr", "dsa", "pet", "pt", "nm", "cr", "dx", "angio"}
    | {"t1", "t2", "pd", "flair", "dwi", "adc", "swi", "tof", "pre", "post", "unknown", "none", "nan"}
)
_OF_LOCATIONS = frozenset(word for one in ARTERIES for word in one.value.lower().split())
_AGE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,17})?)Y?")
_NUMBER = r"[-+]?[0-9]{1,9}(?:\.[0-9]{0,20})?(?:[eE][-+]?[0-9]{1,3})?"
_PAIR = rf"""(?:'([xyf])'|"([xyf])")\s*:\s*({_NUMBER})"""
_COORDINATES = re.compile(rf"\{{\s*{_PAIR}(?:\s*,\s*{_PAIR}){{1,2}}\s*\}}")
LONGEST_COORDINATES = 200


def uid_of(cell: str) -> str:
    """A UID, which also names a folder: letters, digits, dots, ``_`` and ``-``, 64 at most."""
    if not _UID.fullmatch(cell):
        raise ValueError("no UID" if cell else "the UID is empty")
    return cell


def label_of(cell: str) -> bool:
    """Whether a label is positive: 0 or 1, also written ``0.0`` or ``True``."""
    word = cell.lower()
    if word not in _TRUE | _FALSE:
        shown = _shown(cell, _words(cell) <= _ANSWERS)
        raise ValueError(f"{shown} is neither 0 nor 1" if cell else "is empty, neither 0 nor 1")
    return word in _TRUE


def modality_of(cell: str) -> Modality:
    """A modality as the data set spells it (``MRI T2``) or as this program does."""
    try:
        return Modality.parse(cell)
    except ModalityError as error:
        shown = _shown(cell, _words(cell) <= _SCANS)
        raise ValueError(f"{shown} is no modality, {error.expected}") from None


def sex_of(cell: str) -> Sex | None:
    """``Female``, ``Male`` or their first letters; ``None`` where the cell is empty."""
    try:
        return _SEXES[cell.lower()]
    except KeyError:
        raise ValueError("neither Female nor Male") from None


def age_of(cell: str) -> float | None:
    """Years; ``None`` where the cell is empty. ``063Y`` is 63, a decimal comma is a point."""
    if not cell:
        return None
    found = _AGE.fullmatch(cell)
    if not found:
        raise ValueError("not a number of years")
    age = float(found[1].replace(",", "."))
    if age > OLDEST:
        raise ValueError(f"not between 0 and {OLDEST:.0f} years")
    return age


def artery_of(cell: str) -> Location:
    """One of the 13 arterial locations, by its exact name."""
    for location in ARTERIES:
        if location.value == cell:
            return location
    shown = _shown(cell, bool(_words(cell) & _OF_LOCATIONS))
    raise ValueError(f"{shown} is none of the 13 locations")


def _shown(cell: str, harmless: bool) -> str:
    """A wrong cell for a message. One whose words are not its column's may be a name, and is not quoted."""
    return quoted(cell) if harmless else "what stands there"


def _words(cell: str) -> set[str]:
    return set(re.findall(r"\w+", cell.lower()))


@frozen
class Coordinates:
    """A place in a stored image: ``column`` and ``row`` in pixels (0 at pixel centres), ``frame`` from 0."""

    column: float
    row: float
    frame: int | None = None


def coordinates_of(cell: str) -> Coordinates:
    """The place in a cell such as ``{'x': 258.3, 'y': 261.4}``, with ``'f'`` for the frame."""
    if len(cell) > LONGEST_COORDINATES or not _COORDINATES.fullmatch(cell):
        raise ValueError("coordinates are not like {'x': 258.3, 'y': 261.4}")
    pairs = [(single or double, value) for single, double, value in re.findall(_PAIR, cell)]
    told = {name: float(value) for name, value in pairs}
    if len(told) != len(pairs) or not {"x", "y"} <= told.keys() or not all(map(math.isfinite, told.values())):
        raise ValueError("coordinates are not one x, one y and at most one f")
    frame = told.get("f")
    if frame is not None and (frame < 0 or frame != int(frame)):
        raise ValueError("the frame is no whole number from 0 on")
    return Coordinates(told["x"], told["y"], None if frame is None else int(frame))
