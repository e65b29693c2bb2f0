"""Damaged folders give typed errors or what is left, the same from both readers; and the search for them works."""

from __future__ import annotations

import os
import platform
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.testing.fuzzing.attempts import Problem
from neuronetra.testing.fuzzing.bases import SHIPPED, Base, bases
from neuronetra.testing.fuzzing.byte_mutations import BYTES
from neuronetra.testing.fuzzing.cases import FILES, Case, Mutation, cases, drawn
from neuronetra.testing.fuzzing.element_mutations import ELEMENTS
from neuronetra.testing.fuzzing.element_tree import FileTree
from neuronetra.testing.fuzzing.examination import examine
from neuronetra.testing.fuzzing.findings import Findings
from neuronetra.testing.fuzzing.header_mutations import HEADERS
from neuronetra.testing.fuzzing.hunt import Hunt, write_files
from neuronetra.testing.fuzzing.judging import made_up, problems_of, verdict
from neuronetra.testing.fuzzing.output import output_into
from neuronetra.testing.fuzzing.pixel_mutations import PIXELS
from neuronetra.testing.fuzzing.worker_process import WorkerProcess

READERS = {"pydicom": PydicomReader(threads=1), "simpleitk": SimpleITKReader(threads=1)}
ALL = bases()
MADE = [base for base in ALL if base.layout != SHIPPED]
LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="the memory of a process is bounded on Linux alone"
)
BRIEF = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FAULTY = """
import ctypes, os, time, warnings
import numpy as np
from neuronetra.testing.fakes import FakeReader, fake_series

class Faulty:
    def scan(self, path, progress=None):
        name = max(os.listdir(path))
        if max(os.path.getsize(os.path.join(path, one)) for one in os.listdir(path)) > int(os.environ["LONGEST"]):
            name = "untyped"
        if name == "crash":
            ctypes.string_at(0)
        if name == "hang":
            time.sleep(600)
        if name == "bomb":
            bytearray(8 << 30)
        if name == "large":
            bytearray(b"1") * (3 << 29)
        if name == "print":
            os.write(1, b"said by a library")
        if name == "warn":
            warnings.warn("of a library")
        if name == "untyped":
            raise KeyError(name)
        return (fake_series("1.2", 3, (40, 40)),)

    def load(self, series, positions, progress=None):
        frames = FakeReader.of(series).load(series, positions)
        nobody_wrote = np.empty((3, 40, 40), np.float32)
        return frames.with_pixels(np.nan_to_num(nobody_wrote) if os.environ["NAME"] == "memory" else frames.pixels)
"""


def faults(case: Case, folder: Path) -> list[Problem]:
    """What must not be and is, of a case read in this process."""
    write_files(folder, case.files())
    with tempfile.TemporaryFile() as output:
        with output_into(output.fileno()):
            problems = list(examine(str(folder), READERS).problems)
        if os.fstat(output.fileno()).st_size:
            problems.append(Problem("printed", "", os.pread(output.fileno(), 10_000, 0).decode("latin-1")))
    return list(verdict(case, problems).problems)


@BRIEF
@given(cases(ALL, tuple(BYTES)))
def test_rule_24_damaged_bytes(tmp_path: Path, case: Case) -> None:
    """Bytes flipped, lost, doubled, files cut: typed errors or slices, the same from both readers."""
    assert faults(case, tmp_path / "case") == []


@BRIEF
@given(cases(ALL, (*ELEMENTS, *HEADERS, *FILES)))
def test_rule_24_wrong_elements(tmp_path: Path, case: Case) -> None:
    """Elements lost, malformed, contradictory, nested, of false length: the same."""
    assert faults(case, tmp_path / "case") == []


@BRIEF
@given(cases([base for base in MADE if base.layout == "enhanced" or base.encapsulated], tuple(PIXELS)))
def test_rules_14_16_22_lies_about_frames(tmp_path: Path, case: Case) -> None:
    """Fragments, offset tables, functional groups and codestreams that lie: the same."""
    assert faults(case, tmp_path / "case") == []


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    """Both readers in two processes whose fresh memory differs."""
    with Hunt(tmp_path_factory.mktemp("hunt"), available=ALL) as started:
        yield started


@LINUX
def test_rule_22_nothing_is_made_up_in_other_processes(hunt: Hunt) -> None:
    """Eighty cases in processes of their own: no crash, no hang, no pixels that nobody wrote."""
    results = [hunt.drawn(2024, number) for number in range(80)]
    shown = [(str(one.case), one.problems) for one in results if one.problems]
    assert shown == []
    assert {one.outcome for one in results} == {"read", "left out", "refused"}


@LINUX
@pytest.mark.parametrize("base", [base for base in MADE if base.number == "0"], ids=str)
def test_rule_22_a_cut_file_gives_no_pixels_of_the_slice_that_was_cut(hunt: Hunt, base: Base) -> None:
    """Every layout and encoding cut at its end: what is still given is what it was."""
    for seed in range(2):
        result = hunt.tried(Case(base, (Mutation("cut", seed),)))
        assert result.problems == ()


@pytest.mark.parametrize("encoding", ["explicit", "big endian", "deflated", "RLE", "JPEG 2000"])
@pytest.mark.parametrize("layout", ["single", "enhanced"])
def test_pixels_of_a_cut_slice_would_be_found(layout: str, encoding: str) -> None:
    """A reader that filled up what is missing, or gave other pixels, would be told of."""
    base = Base(layout, encoding, "0")
    names = {"single": ["0", "1", "2"], "enhanced": ["0 (frame 1)", "0 (frame 10)", "0 (frame 9)"]}[layout]
    whole = dict.fromkeys(names, "digest")
    cuts = [Case(base, (Mutation("cut", seed),)) for seed in range(100)]
    case = next(one for one in cuts if one.cut == "0" and _less(one) > 40)
    last = "0" if layout == "single" else "0 (frame 10)"
    assert [(one.where, one.detail) for one in made_up(case, {"slices": whole}, whole)] == [
        ("the slice that was cut", last)
    ]
    others = {name: digest for name, digest in whole.items() if name != last}
    assert made_up(case, {"slices": others}, whole) == []
    assert len(made_up(case, {"slices": dict.fromkeys(others, "another")}, whole)) == 1


def _less(case: Case) -> int:
    return len(case.base.files()["0"]) - len(case.files()["0"])


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a reader that does what the name of a file tells it."""
    (tmp_path / "faulty_reader.py").write_text(FAULTY)
    for name, value in {"PYTHONPATH": str(tmp_path), "NAME": "", "LONGEST": "100000"}.items():
        monkeypatch.setenv(name, value)
    return "faulty_reader:Faulty"


@pytest.fixture
def worker(tmp_path: Path, faulty: str) -> Iterator[WorkerProcess]:
    """A process that reads with it."""
    started = WorkerProcess((faulty,), tmp_path / "log", 0x55)
    yield started
    started.close()


@LINUX
def test_faults_of_a_reader_are_found(worker: WorkerProcess, tmp_path: Path) -> None:
    """Whatever a reader does wrong is told, and its process goes on or is started again."""
    expected = {
        "untyped": {"untyped error"},
        "warn": {"library warning"},
        "print": {"printed"},
        "bomb": {"memory"},
        "large": {"memory"},
        "crash": {"crash"},
        "nothing": set(),
    }
    for name, kinds in expected.items():
        answer = worker.ask(write_files(tmp_path / "case", {name: b""}))
        problems = [answer] if isinstance(answer, Problem) else problems_of(answer)
        assert {one.kind for one in problems} == kinds, name


@LINUX
def test_a_reader_that_hangs_is_ended(worker: WorkerProcess, tmp_path: Path) -> None:
    """Who takes too long is ended, and said to hang."""
    assert not isinstance(worker.ask(write_files(tmp_path / "case", {"nothing": b""})), Problem)
    worker.wait = 0.5
    answer = worker.ask(write_files(tmp_path / "case", {"hang": b""}))
    assert isinstance(answer, Problem)
    assert answer.kind == "hang"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="memory is filled by glibc alone")
@pytest.mark.parametrize("name", ["memory", ""])
def test_memory_that_nobody_wrote_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: str, name: str
) -> None:
    """Pixels that hold what was in memory differ between the two processes; others do not."""
    monkeypatch.setenv("NAME", name)
    with Hunt(tmp_path / "hunt", (faulty,), available=ALL) as hunt:
        result = hunt.tried(Case(MADE[0], ()))
    assert [one.kind for one in result.problems] == (["differs between processes"] if name else [])


@LINUX
def test_a_finding_is_kept_small_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: str
) -> None:
    """A fault is saved once, with the one mutation that it needs and the files that show it."""
    monkeypatch.setenv("LONGEST", str(max(map(len, MADE[0].files().values()))))
    case = Case(
        MADE[0], tuple(Mutation(kind, 5, everywhere=True) for kind in ("bits flipped", "run duplicated"))
    )
    with Hunt(tmp_path / "hunt", (faulty,), available=ALL) as hunt:
        findings = Findings(tmp_path / "found")
        new = [findings.add(hunt.tried(case), hunt, "here") for _ in range(2)]
    assert [[one.kind for one in found] for found in new] == [["untyped error"], []]
    (kept,) = findings.first.values()
    assert kept.case.mutations == (Mutation("run duplicated", 5),)
    assert (tmp_path / "found" / "001-untyped-error" / "files" / "0").is_file()


@pytest.mark.parametrize("base", [base for base in MADE if base.number == "0"], ids=str)
def test_a_file_taken_apart_is_written_as_it_was(base: Base) -> None:
    """What the mutations of elements start from is the valid file, to the byte."""
    for content in base.files().values():
        tree = FileTree.of(content)
        again = FileTree.of(tree.written())
        assert again == tree
        assert tree.deflated or tree.written() == content


def test_the_same_seed_gives_the_same_cases() -> None:
    """A case of a run is found again by its seed and number, to the byte."""
    one, other = (drawn(5, 77, ALL) for _ in range(2))
    assert one == other
    assert one.files() == other.files() != one.base.files()


def test_a_file_that_has_lost_its_fragments_can_still_be_mutated() -> None:
    """An earlier mutation may have taken all of them; the next one finds nothing to shuffle."""
    pixels = SimpleNamespace(fragments=[])
    chance = SimpleNamespace(randrange=lambda *_: 2, sample=random.sample)
    PIXELS["frames"](chance, SimpleNamespace(pixels=pixels))
    assert pixels.fragments == []
