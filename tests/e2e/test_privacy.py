"""Rule 28 through the real command line: nothing that it writes holds a word of a header."""

from __future__ import annotations

import re
import runpy
import struct
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from neuronetra.testing.command_line import NONE_DONE, SOME_FAILED, run
from neuronetra.testing.series_builder import SeriesPlan

MARKED = runpy.run_path(str(Path(__file__).parents[1] / "adapters" / "readers" / "test_privacy.py"))
"""How the readers' own tests plant marks in every element, and find them again."""
planted, leaks_of, FEW = MARKED["planted"], MARKED["leaks_of"], MARKED["FEW"]
NAMES = re.compile(r"DOE|JANE|3680043\.8\.498")
"""What the folder, its files and its UIDs are called by."""


SERIES = {
    "mixed DOE^JANE/DOE 1": SeriesPlan(shape=(6, 32, 30), slope=2.0),
    "mixed DOE^JANE/DOE 2": SeriesPlan(shape=(5, 32, 30), series=2, layout="enhanced"),
    "mixed DOE^JANE/DOE 3": SeriesPlan(shape=(5, 32, 30), series=3, encoding="RLE"),
    "mixed DOE^JANE/CUT": SeriesPlan(shape=(2, 32, 30), series=4),
    "refused DOE^JANE/CUT": SeriesPlan(shape=(3, 32, 30), series=5),
}


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders and files that bear a patient's name: series among damage, damage alone, and no series at all."""
    root = tmp_path_factory.mktemp("patients")
    for place, plan in SERIES.items():
        paths = planted(root / place, plan, FEW)
        for path in paths if place.endswith("CUT") else paths[4:]:
            if plan.layout == "single":
                path.write_bytes(path.read_bytes()[:-600])
    for name in ("mixed", "empty"):
        (root / f"{name} DOE^JANE").mkdir(exist_ok=True)
        (root / f"{name} DOE^JANE" / "notes").write_bytes(paths[0].read_bytes()[200:1200])
    for number, path in enumerate(sorted(path for path in root.rglob("*") if path.is_file())):
        path.rename(path.with_name(f"DOE^JANE ZQ9{number:08X}.dcm"))
    return root


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every warning shown; temporary files and caches in a folder of the test's own."""
    folder = tmp_path / "surroundings"
    for name in ("temporary", "cache"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(folder / "temporary"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("PYTHONWARNINGS", "always")
    return folder


def told_by(arguments: Iterable[object], folders: Iterable[Path]) -> tuple[int, list[object]]:
    """The exit code of a command, and all that came of it: both streams, and every file in ``folders``."""
    done = run(*arguments)
    files = [path for folder in folders if folder.exists() for path in sorted(folder.rglob("*"))]
    assert not [path for path in files if path.suffix == ".png" and not has_pixels_only(path.read_bytes())]
    contents = [path.read_bytes() for path in files if path.is_file()]
    return done.returncode, [done.stdout, done.stderr, *(path.name for path in files), *contents]


def has_pixels_only(png: bytes) -> bool:
    """Whether a picture has no chunk that could hold a text."""
    kinds, place = set(), 8
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        kinds.add(png[place + 4 : place + 8])
        place += 12 + length
    return kinds <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


@pytest.mark.parametrize(
    ("name", "code", "options"),
    [
        ("mixed", SOME_FAILED, "--format json --debug --volume"),
        ("mixed", SOME_FAILED, "--format table --reader simpleitk"),
        ("mixed", SOME_FAILED, "--format json --hide-names --debug"),
        ("mixed", SOME_FAILED, "--format table --hide-names --reader simpleitk"),
        ("refused", NONE_DONE, "--format table --debug"),
        ("refused", NONE_DONE, "--format json --hide-names"),
        ("empty", NONE_DONE, "--hide-names --debug"),
    ],
)
def test_rule_28_inspect_tells_nothing_of_a_header(
    patients: Path, surroundings: Path, tmp_path: Path, name: str, code: int, options: str
) -> None:
    """Neither streams nor files, of folders with whole, cut and damaged series; hidden names in none either."""
    folder, out = patients / f"{name} DOE^JANE", tmp_path / "out"
    found, told = told_by(
        ("inspect", folder, "--out", out, *options.split()), folders=(out, surroundings / "temporary")
    )
    assert found == code, told[:2]
    assert unwanted(told, hidden="--hide-names" in options) == []
    assert name == "empty" or "truncated" in str(told)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("json", "--hide-names --debug"),
        ("table", "--hide-names"),
        ("parquet", "--hide-names"),
        ("jsonl", "--debug"),
        ("csv", ""),
    ],
)
def test_rule_28_predict_tells_nothing_of_a_header(
    patients: Path, surroundings: Path, tmp_path: Path, small_store: Path, form: str, options: str
) -> None:
    """In every format, hidden names or not."""
    folder, out = patients / "mixed DOE^JANE", tmp_path / "out" / f"result.{form}"
    out.parent.mkdir()
    given = ("predict", folder, "--models", small_store, "--format", form, "--out", out, *options.split())
    found, told = told_by(given, folders=(out.parent, surroundings / "temporary"))
    assert found == SOME_FAILED, told[:2]
    if form == "parquet":
        told.append(str(pl.read_parquet(out).to_dicts()))
    assert unwanted(told, hidden="--hide-names" in options) == []
    assert "truncated" in str(told)


def unwanted(told: list[object], hidden: bool) -> list[str]:
    """Marks of headers; names and UIDs too where they are ``hidden``."""
    shown = [leak for leak in leaks_of(told) if hidden or "ZQ9" not in leak]
    return shown + ([text for text in map(str, told) if NAMES.search(text)] if hidden else [])
