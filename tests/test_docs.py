"""The tables of ``docs/dicom.md`` are those that the tests run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from neuronetra.adapters.dicom.decoders.table import PYDICOM, SIMPLEITK, packages
from neuronetra.testing import series_plan
from neuronetra.testing.encodings import ENCODINGS
from neuronetra.testing.faults import FAULTS

PAGE = Path(__file__).parents[1] / "docs" / "dicom.md"
LAYOUTS = {
    "single": "one file a slice, with its own position and orientation",
    "enhanced": "many frames in one file or several, placed by functional groups per frame or shared",
    "classic": "many frames in one file, which says nothing of where each lies: read in their order, unverified",
}


def table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, "|".join(["", *["---"] * (head.count("|") - 1), ""])]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def encodings() -> str:
    rows = [
        (
            name,
            str(encoding.uid),
            ", ".join(packages(str(encoding.uid), PYDICOM, lossless=not encoding.lossy)),
            ", ".join(packages(str(encoding.uid), SIMPLEITK, lossless=not encoding.lossy)),
        )
        for name, encoding in ENCODINGS.items()
    ]
    return table("| encoding | transfer syntax | decoded by, reader `pydicom` | reader `simpleitk` |", rows)


def layouts() -> str:
    return table("| layout | what it is |", LAYOUTS.items())


def faults() -> str:
    rows = []
    for name, fault in FAULTS.items():
        outcome = fault.outcome + (f", {fault.many}" if fault.many else "")
        rows.append((name, fault.description, outcome, f"`{fault.word}`" if fault.word else ""))
    return table("| fault | what is wrong | outcome | word |", rows)


@pytest.mark.parametrize("made", [encodings, layouts, faults])
def test_rule_26_the_page_holds_the_table_that_the_tests_run(made: object) -> None:
    """A row for each encoding, layout and fault, word for word."""
    name = made.__name__  # type: ignore[attr-defined]
    page = PAGE.read_text(encoding="utf-8")
    stated = page.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0].strip()
    assert stated == made(), f"put this between the marks of {name}:\n{made()}"  # type: ignore[operator]


def test_every_layout_has_its_row() -> None:
    """None is read that the page does not tell of."""
    assert set(LAYOUTS) == set(series_plan.LAYOUTS)


def test_every_rule_has_a_test_that_names_it() -> None:
    """Rules 1 to 28 of reading, each by its number in the name of a test."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    tests += "\n".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[1] / "src/neuronetra/testing").glob("*_contract.py")
    )
    missing = [n for n in range(1, 29) if not any(f"def test_rule{s}_{n:02}" in tests for s in ("", "s"))]
    assert not missing
