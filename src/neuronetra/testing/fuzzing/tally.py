"""What was tried and what came of it, counted and shown as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import define, field

from neuronetra.testing.fuzzing.attempts import LEFT_OUT, READ, REFUSED
from neuronetra.testing.fuzzing.hunt import DIED, Result

OUTCOMES = (READ, LEFT_OUT, REFUSED, DIED)


@define
class Tally:
    """Counts of results by kind of mutation and by layout and encoding."""

    mutations: Counter[tuple[str, str]] = field(factory=Counter)
    encodings: Counter[tuple[str, str]] = field(factory=Counter)
    layouts: Counter[tuple[str, str]] = field(factory=Counter)
    outcomes: Counter[str] = field(factory=Counter)
    exempt: Counter[tuple[str, str]] = field(factory=Counter)

    def add(self, result: Result) -> None:
        """Count one result."""
        base = result.case.base
        self.outcomes[result.outcome] += 1
        self.encodings[base.encoding, result.outcome] += 1
        self.layouts[base.layout, result.outcome] += 1
        for kind in {mutation.kind for mutation in result.case.mutations}:
            self.mutations[kind, result.outcome] += 1
        for kind in result.exempt:
            self.exempt[kind, base.encoding] += 1

    @property
    def cases(self) -> int:
        return sum(self.outcomes.values())

    def table(self) -> str:
        """Three tables: a case of several mutations counts once for each kind of them."""
        parts = [("mutation", self.mutations), ("encoding", self.encodings), ("layout", self.layouts)]
        shown = ["\n".join(_rows(name, counts)) for name, counts in parts]
        found = [f"{kind}, {encoding}: {count}" for (kind, encoding), count in sorted(self.exempt.items())]
        return "\n\n".join([*shown, "let pass in damaged codestreams: " + ("; ".join(found) or "nothing")])


def _rows(name: str, counts: Counter[tuple[str, str]]) -> Iterable[str]:
    yield f"{name:28}{'cases':>9}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES)
    for kind in sorted({kind for kind, _ in counts}):
        found = [counts[kind, outcome] for outcome in OUTCOMES]
        yield f"{kind:28}{sum(found):9}" + "".join(f"{count:10}" for count in found)
