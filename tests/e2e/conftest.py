"""Fixtures that several tests of commands share; a test file's own of the same name comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.domain.geometry import Plane
from neuronetra.testing.cohort_builder import small_cohort
from neuronetra.testing.command_line import ALL_DONE, run
from neuronetra.testing.running_command import tree

SERIES, SLICES = 10, 12


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of every plane and layout. Not to be written to."""
    planes = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    place = tmp_path_factory.mktemp("given") / "cohort"
    return small_cohort(place, SERIES, SLICES, planes=planes, layouts=("single", "enhanced"), synthetic=True)


@pytest.fixture(scope="module")
def undisturbed(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tree of a run that nothing disturbed, by one process."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    done = run("prepare", cohort, out, "--jobs", 1)
    assert done.returncode == ALL_DONE, done.stderr
    return tree(out)
