"""Faults, each once: kept in a folder with the files that show it and a line on how to see it again."""

from __future__ import annotations

from pathlib import Path

from attrs import define, field

from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.hunt import Hunt, Result, write_files

Key = tuple[str, str]


@define
class Findings:
    """Faults by kind and place; how often each was met, and the first case that showed it, made small.

    Nothing is written where ``folder`` is ``None``.
    """

    folder: Path | None
    counts: dict[Key, int] = field(factory=dict)
    first: dict[Key, Result] = field(factory=dict)

    def add(self, result: Result, hunt: Hunt, origin: str) -> list[Problem]:
        """Take in a result; the faults in it that are new. ``origin`` says where the case came from."""
        new = []
        for problem in result.problems:
            key = problem.kind, problem.where
            self.counts[key] = self.counts.get(key, 0) + 1
            if self.counts[key] == 1:
                new.append(problem)
        if new:
            small = hunt.smallest(result)
            for problem in new:
                self.first[problem.kind, problem.where] = small
                self._save(problem, small, origin)
        return new

    def _save(self, problem: Problem, result: Result, origin: str) -> None:
        if self.folder is None:
            return
        place = self.folder / f"{len(self.first):03}-{problem.kind.replace(' ', '-')}"
        write_files(place / "files", result.case.files())
        told = (
            "\n\n".join(one.detail for one in result.problems if one.kind == problem.kind) or problem.detail
        )
        how = f"python -m neuronetra.testing.fuzzing --again {place / 'files'}"
        lines = f"{problem.kind}: {problem.where}", f"case: {result.case}", f"from: {origin}", f"again: {how}"
        (place / "finding.txt").write_text("\n".join(lines) + f"\n\n{told}\n")
