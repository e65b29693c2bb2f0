"""Where results go, as users meet it."""

from __future__ import annotations

from pathlib import Path

from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.command_line import refused


def test_a_link_to_itself_is_one_line(tmp_path: Path) -> None:
    """A place that can never be written to is told before any work, not as a defect of the program."""
    cohort, loop = small_cohort(tmp_path / "c", series=2, slices=2), tmp_path / "loop"
    loop.symlink_to("loop")
    for command in (("evaluate", cohort, "--out", loop), ("explore", cohort, loop)):
        line = refused(*command)
        assert line.startswith("error: ")
        assert "leads to itself" in line
