"""Cases one after the other, each read in two processes, and the faults that they show."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import define, evolve, field, frozen

from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.bases import Base, bases
from neuronetra.testing.fuzzing.cases import Case, drawn
from neuronetra.testing.fuzzing.judging import disagreement, made_up, problems_of, verdict
from neuronetra.testing.fuzzing.worker_process import WorkerProcess

READERS = ("pydicom", "simpleitk")
PATTERNS = (0x55, 0xAA)
DIED = "died"


@frozen
class Result:
    """A case, whether it was read, left out in part, refused, or killed its reader; its faults."""

    case: Case
    outcome: str
    problems: tuple[Problem, ...] = ()
    exempt: tuple[str, ...] = ()


@define
class Hunt:
    """Reads spoilt folders in ``place``, with the readers named, in two processes. A context manager."""

    place: Path
    readers: Sequence[str] = READERS
    available: Sequence[Base] = field(factory=bases)
    workers: tuple[WorkerProcess, ...] = ()
    wholes: dict[Base, dict[str, str]] = field(factory=dict, init=False, repr=False)

    def __enter__(self) -> Self:
        self.place.mkdir(parents=True, exist_ok=True)
        orders = (tuple(self.readers), tuple(reversed(self.readers)))
        self.workers = tuple(
            WorkerProcess(order, self.place / f"{pattern:02x}.log", pattern)
            for order, pattern in zip(orders, PATTERNS, strict=True)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.close()

    def drawn(self, seed: int, number: int) -> Result:
        """Case ``number`` of a seed, tried."""
        return self.tried(drawn(seed, number, self.available))

    def tried(self, case: Case) -> Result:
        """A case in both processes; the second is asked only where the first gave pixels."""
        folder = self.written(case)
        answer = self.workers[0].ask(folder)
        if isinstance(answer, Problem):
            return Result(case, DIED, (answer,))
        problems = problems_of(answer)
        if case.cut:
            problems += made_up(case, answer, self._whole(case.base))
        if answer["slices"]:
            again = self.workers[1].ask(self.written(case))
            problems += [again] if isinstance(again, Problem) else disagreement(answer, again)
        judged = verdict(case, problems)
        return Result(case, str(answer["outcome"]), judged.problems, judged.exempt)

    def written(self, case: Case) -> Path:
        """The folder of a case; there is one at a time."""
        return write_files(self.place / "case", case.files())

    def _whole(self, base: Base) -> dict[str, str]:
        """Digests of the slices of a base as it was."""
        if base not in self.wholes:
            answer = self.workers[0].ask(self.written(Case(base, ())))
            self.wholes[base] = {} if isinstance(answer, Problem) else answer["slices"]
        return self.wholes[base]

    def smallest(self, result: Result) -> Result:
        """The same fault with as few mutations as show it, each in as few files."""
        wanted = {(one.kind, one.where) for one in result.problems}
        best = result
        for mutation in result.case.mutations:
            rest = tuple(one for one in best.case.mutations if one != mutation)
            alone = tuple(
                evolve(one, everywhere=False) if one == mutation else one for one in best.case.mutations
            )
            for fewer in (rest, alone):
                found = (
                    self.tried(evolve(best.case, mutations=fewer)) if fewer != best.case.mutations else best
                )
                if wanted <= {(one.kind, one.where) for one in found.problems}:
                    best = found
                    break
        return best


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    """A fresh folder that holds those files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
