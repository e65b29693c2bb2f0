"""What commands that work on a cohort ask for, and say of it on stderr."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from neuronetra.cli.cohort_options import SHOWN_ROWS, cohort_options, read_cohort, tell_rows
from neuronetra.errors import CohortError
from neuronetra.testing.cohort_builder import small_cohort


@click.command()
@click.argument("cohort")
@cohort_options
def counted(cohort, patients, patient_key, strict):
    """Counts series."""
    click.echo(len(read_cohort(cohort, patients, patient_key, strict)))


@pytest.fixture
def spoilt(tmp_path):
    """A cohort with one bad row."""
    root = small_cohort(tmp_path / "cohort", slices=2)
    text = (root / "train.csv").read_text().replace("CTA", "PET", 1)
    (root / "train.csv").write_text(text)
    return root


def test_bad_rows_are_told_and_left_out(spoilt):
    """The row with its line, and how many, on stderr; the result alone on stdout."""
    done = CliRunner().invoke(counted, [str(spoilt)])
    assert done.exit_code == 0
    assert done.stdout == "7\n"
    assert "bad row: train.csv, line 2: Modality: 'PET'" in done.stderr
    assert "left out" in done.stderr


def test_strict_refuses(spoilt):
    """With --strict the rows are told, and the error is raised."""
    done = CliRunner().invoke(counted, [str(spoilt), "--strict"])
    assert isinstance(done.exception, CohortError)
    assert done.stdout == ""
    assert "bad row: train.csv, line 2" in done.stderr


def test_many_rows_are_cut_short(capsys):
    """Twenty rows are shown, the rest counted."""
    tell_rows([f"row {n}" for n in range(SHOWN_ROWS + 5)])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == SHOWN_ROWS + 1
    assert lines[-1] == "and 5 more bad rows"


def test_tables_and_keys_can_be_given(tmp_path):
    """A table of patients and a key are handed on."""
    root = small_cohort(tmp_path / "cohort", slices=2)
    done = CliRunner().invoke(counted, [str(root), "--patients", str(tmp_path / "none.csv")])
    assert isinstance(done.exception, CohortError)
    assert "table of patients" in str(done.exception)
    done = CliRunner().invoke(counted, [str(root), "--patient-key", str(root / "train.csv")])
    assert done.stdout == "8\n"
