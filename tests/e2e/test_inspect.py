"""``inspect`` as users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from neuronetra.testing.command_line import ALL_DONE, run


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def test_inspect_writes_what_it_says(scan: Path, tmp_path: Path) -> None:
    """Report, pictures and arrays in a folder named by the series' uid; the report is the JSON on stdout."""
    done = run("inspect", scan, "--out", tmp_path / "seen", "--volume", "--format", "json")
    assert done.returncode == ALL_DONE, done.stderr
    (report,) = json.loads(done.stdout)
    folder = tmp_path / "seen" / report["series_uid"]
    assert {path.name for path in folder.iterdir()} == {
        "report.json",
        "frames.png",
        "encoded.png",
        "encoded.npy",
        "volume.npy",
    }
    assert json.loads((folder / "report.json").read_text()) == report
    encoded = np.load(folder / "encoded.npy")
    assert (encoded.dtype, encoded.shape) == (np.uint8, (3, 224, 224))
    volume = np.load(folder / "volume.npy")
    assert (volume.dtype, volume.shape) == (np.float32, (24, 48, 40))
    assert {
        "series_uid",
        "modality",
        "plane",
        "frame_count",
        "files_found",
        "left_out",
        "order_key",
        "spacing_mm",
        "affine",
        "positions_mm",
        "uniform",
        "laterality_known",
        "warnings",
        "error",
    } <= set(report)


@pytest.mark.parametrize("reader", ["pydicom", "simpleitk"])
def test_inspect_is_the_same_by_each_reader(scan: Path, tmp_path: Path, reader: str) -> None:
    """Both readers give byte-equal encoded images and volumes, and equal reports."""
    reports = []
    for name in ("pydicom", reader):
        out = tmp_path / name
        done = run("inspect", scan, "--reader", name, "--out", out, "--volume", "--format", "json")
        reports.append(json.loads(done.stdout))
    assert reports[0] == reports[1]
    uid = reports[0][0]["series_uid"]
    for file in ("encoded.npy", "volume.npy", "frames.png"):
        assert (tmp_path / "pydicom" / uid / file).read_bytes() == (
            tmp_path / reader / uid / file
        ).read_bytes()


def test_inspect_as_a_table(scan: Path) -> None:
    """Without --out the table alone, for a person."""
    done = run("inspect", scan)
    assert done.returncode == ALL_DONE
    assert "left and right" in done.stdout
    assert "axial" in done.stdout


def test_a_budget_from_the_configuration(scan: Path, tmp_path: Path) -> None:
    """A series over the bound is refused in one line that says which bound, and how to raise it."""
    (tmp_path / "neuronetra.toml").write_text("[reader_options]\nmax_files = 5\n")
    done = run("inspect", scan, "--config", tmp_path / "neuronetra.toml")
    assert done.returncode == 2
    assert "too large: more than 5 files or frames; fix: raise max_files in [reader_options]" in done.stderr
    (tmp_path / "neuronetra.toml").write_text("[reader_options]\nmax_files = 0\n")
    done = run("inspect", scan, "--config", tmp_path / "neuronetra.toml")
    assert done.returncode == 2
    assert "max_files is no budget" in done.stderr
