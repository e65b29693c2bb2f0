"""The use case of making a cohort: what is made when, and what an error leaves."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from neuronetra.app.synthesize import Synthesis
from neuronetra.domain.synthesis_plan import plan_cohort
from neuronetra.domain.synthesis_tables import MadeSeries
from neuronetra.errors import OutputError
from neuronetra.testing.inline_executor import InlineExecutor

PLAN = plan_cohort(5, 2)


class Folder:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.log: list[str] = []
        self.document: dict[str, object] = {}

    @contextmanager
    def opened(self, document):
        self.document = dict(document)
        self.log.append("opened")
        try:
            yield
        finally:
            self.log.append("closed")

    def write(self, name, lines) -> None:
        self.log.append(name)
        self.files[name] = "".join(lines)


def make(planned) -> MadeSeries:
    return MadeSeries(planned.uid, (), 7)


def test_tables_come_last_sorted_by_uid() -> None:
    """Series are made in the folder's block, the tables after the last one, in the order of random uids."""
    folder, seen = Folder(), []
    made = Synthesis(folder, make, InlineExecutor(), {"neuronetra": "9"}).run(
        PLAN, lambda *counts: seen.append(counts)
    )
    assert folder.log == ["opened", "train.csv", "train_localizers.csv", "closed"]
    assert [one.uid for one in made] == sorted(one.uid for one in PLAN.series)
    lines = folder.files["train.csv"].splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [one.uid for one in made]
    assert seen[-1] == (5, 5)
    assert folder.document["versions"] == {"neuronetra": "9"}
    assert folder.document["seed"] == 2
    assert "synthetic" in str(folder.document["notice"])


def test_an_error_stops_without_tables() -> None:
    """The first series that fails ends the run with its error; no table is written and the folder is let go."""
    folder, made = Folder(), []

    def failing(planned) -> MadeSeries:
        if len(made) == 2:
            raise OutputError("full")
        made.append(planned)
        return make(planned)

    with pytest.raises(OutputError, match="full"):
        Synthesis(folder, failing, InlineExecutor(), {"neuronetra": "9"}).run(PLAN)
    assert len(made) == 2
    assert folder.log == ["opened", "closed"]
