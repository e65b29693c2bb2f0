"""One folder read by one reader: what came of it, and all that must not happen meanwhile."""

from __future__ import annotations

import logging
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import attrs
from attrs import define, field, frozen

from neuronetra.domain.frames import Frames
from neuronetra.domain.series import Series
from neuronetra.errors import InputError, SliceError
from neuronetra.ports import SeriesReader
from neuronetra.testing.fuzzing.nonsense import MARK

READ, LEFT_OUT, REFUSED = "read", "left out", "refused"
SLOW_SECONDS = 10.0
_PACKAGE, _TESTING = Path(__file__).parents[2], Path(__file__).parents[1]


@frozen
class Problem:
    """Something that must not be: its ``kind``, ``where`` it shows (what makes it one finding), all of it."""

    kind: str
    where: str
    detail: str = field(default="", repr=False)


@define
class Attempt:
    """What one reader made of a folder: the series or why there are none, and errors of loads.

    ``used`` are the series less the slices that could not be loaded, ``frames`` all the others of each.
    """

    error: tuple[str, str] | None = None
    series: tuple[Series, ...] = ()
    used: list[Series] = field(factory=list)
    frames: list[Frames | None] = field(factory=list)
    failures: list[tuple[str, str]] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    seconds: float = 0.0

    @property
    def outcome(self) -> str:
        """Whether all was read, some, or nothing."""
        if not any(self.frames):
            return REFUSED
        lost = self.failures or any(one.error or one.reading.left_out for one in self.series)
        return LEFT_OUT if lost else READ

    @property
    def slices(self) -> dict[str, str]:
        """A digest of the pixels of every slice that was given, by its name."""
        found = {}
        for series, frames in zip(self.used, self.frames, strict=True):
            given = () if frames is None else zip(frames.positions, frames.pixels, strict=True)
            for position, pixels in given:
                digest = blake2b(pixels.tobytes(), digest_size=8).hexdigest()
                found[series.slices[position].name] = digest
        return found

    @property
    def digest(self) -> str:
        """Of everything that came of it."""
        series = [attrs.astuple(one, recurse=False) for one in (*self.series, *self.used)]
        told = repr((self.error, self.failures, series, sorted(self.slices.items())))
        return blake2b(told.encode(), digest_size=8).hexdigest()


def attempt(reader: SeriesReader, folder: str) -> Attempt:
    """Everything that one reader makes of a folder."""
    made, begun = Attempt(), time.process_time()
    with warnings.catch_warnings(record=True) as said, _logged() as records:
        warnings.simplefilter("always")
        try:
            _read(reader, folder, made)
        except MemoryError:
            made.problems.append(Problem("memory", _blamed(), traceback.format_exc()))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            where = f"{type(error).__name__} {_blamed()}"
            made.problems.append(Problem("untyped error", where, traceback.format_exc()))
    made.seconds = time.process_time() - begun
    made.problems += [*_warned(said), *_spoken(records)]
    made.problems += [
        Problem("value quoted", _without_digits(line), line) for line in _told(made) if MARK in line
    ]
    if made.seconds > SLOW_SECONDS:
        made.problems.append(Problem("slow", "", f"{made.seconds:.1f} s"))
    return made


def _warned(said: list[warnings.WarningMessage]) -> Iterator[Problem]:
    for one in said:
        where = f"{one.category.__name__} {Path(one.filename).name}:{one.lineno}"
        yield Problem("library warning", where, str(one.message))


def _spoken(records: list[logging.LogRecord]) -> Iterator[Problem]:
    for record in records:
        told = record.getMessage()
        if record.levelno >= logging.WARNING or MARK in told:
            yield Problem("logged", f"{record.name}:{record.lineno}", told)


class _Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _logged() -> Iterator[list[logging.LogRecord]]:
    """Everything that is logged in the block, at any level."""
    handler, root = _Records(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.records
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _read(reader: SeriesReader, folder: str, made: Attempt) -> None:
    try:
        made.series = reader.scan(folder)
    except InputError as error:
        made.error = (type(error).__name__, str(error).replace(folder, ""))
        return
    for series in made.series:
        left, frames = _loaded(reader, series, made) if series.error is None else (series, None)
        made.used.append(left)
        made.frames.append(frames)


def _loaded(reader: SeriesReader, series: Series, made: Attempt) -> tuple[Series, Frames | None]:
    """All slices that can be had, and the series of them."""
    try:
        return series, reader.load(series, range(series.frame_count))
    except SliceError as error:
        made.failures += sorted(error.reasons.items())
        left = series.without(error.reasons)
    except InputError as error:
        made.failures.append((type(error).__name__, str(error)))
        return series, None
    return left, reader.load(left, range(left.frame_count)) if left.error is None else None


def _told(made: Attempt) -> Iterator[str]:
    """Every sentence that a user would see."""
    yield from made.error or ()
    for pair in made.failures:
        yield from pair
    for series in (*made.series, *made.used):
        reading = series.reading
        yield from (series.uid, series.error or "")
        yield from (*reading.warnings, *reading.repaired, *reading.assumed, reading.plane_source)
        yield from (item.reason for item in reading.left_out)
        yield from (other.reason for other in reading.other_stacks)


def _blamed() -> str:
    """The place of the error that is being handled, and the last one within this package."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    mine = [one for one in frames if _is_ours(Path(one.filename))]
    places = [f"{Path(one.filename).name}:{one.name}" for one in (mine[-1:] + frames[-1:])]
    return " ".join(dict.fromkeys(places))


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(_PACKAGE) and not path.is_relative_to(_TESTING)


def _without_digits(line: str) -> str:
    return "".join("#" if one.isdigit() else one for one in line)[:80]
