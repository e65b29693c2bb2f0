"""The process that reads damaged folders: a line with a folder comes in, a line of JSON goes out.

It may die of what it reads. What it and its libraries print goes to a log, not to whoever listens.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import attrs

from neuronetra.ports import SeriesReader
from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.examination import Examination, examine
from neuronetra.testing.fuzzing.output import output_into

LARGE_BYTES = 1 << 30
"""By so much no folder of a few kilobytes may let a process grow."""
HEADROOM = 4 << 30
"""Bytes of address space beyond those that the libraries take."""


def reader_named(name: str) -> SeriesReader:
    """A reader of a plug-in's name, or what ``module:attribute`` makes, with one thread."""
    if ":" in name:
        module, attribute = name.split(":")
        foreign: SeriesReader = getattr(import_module(module), attribute)()
        return foreign
    from neuronetra.wiring import registry

    shipped: SeriesReader = registry().make("series_readers", name, threads=1)
    return shipped


def main(arguments: Sequence[str]) -> None:
    """``log`` and the names of readers; folders on stdin until it ends."""
    log, *names = arguments
    readers = {name: reader_named(name) for name in names}
    _import_libraries()
    answers = os.fdopen(os.dup(1), "w")
    with Path(log).open("a+b", buffering=0) as file:
        faulthandler.enable(file)
        with output_into(file.fileno()):
            _limit_memory()
            for answer in _answers(readers, file.fileno()):
                answers.write(answer + "\n")
                answers.flush()


def _answers(readers: Mapping[str, SeriesReader], log: int) -> Iterator[str]:
    for line in sys.stdin:
        before, printed = _peak(), os.fstat(log).st_size
        found = examine(line.rstrip("\n"), readers)
        sys.stdout.flush()
        sys.stderr.flush()
        grown = max(0, _peak(reset=False) - before)
        found = _with_side_effects(found, grown, _tail(log, printed))
        yield json.dumps({**attrs.asdict(found), "grown": grown})


def _with_side_effects(found: Examination, grown: int, printed: str) -> Examination:
    problems = list(found.problems)
    if printed:
        said = " ".join(printed.split()[:2])
        problems.append(Problem("printed", said, printed[:2000]))
    if grown > LARGE_BYTES:
        problems.append(Problem("memory", "peak", f"{grown >> 20} MiB"))
    return attrs.evolve(found, problems=tuple(problems))


def _tail(log: int, start: int) -> str:
    return os.pread(log, 20_000, start).decode("utf-8", "replace")


def _peak(reset: bool = True) -> int:
    """The most memory in use, in bytes, since it was last asked to forget (Linux; elsewhere ever)."""
    status = Path("/proc/self/status")
    if not status.exists():
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024


def _limit_memory() -> None:
    """A bomb ends in ``MemoryError``, and not in the death of other processes."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        held = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + HEADROOM, held + HEADROOM))


def _import_libraries() -> None:
    """Beforehand, so that no case is blamed for what an import costs or says."""
    for name in ("SimpleITK", "pydicom.pixels", "PIL.Image", "openjpeg", "rle", "jpeg_ls"):
        if find_spec(name.partition(".")[0]) is not None:
            import_module(name)


if __name__ == "__main__":
    main(sys.argv[1:])
