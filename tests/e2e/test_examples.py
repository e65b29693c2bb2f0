"""Every example runs as its first lines say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import SimpleITK as sitk

from neuronetra.domain.locations import LABELS

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def _own_cache(fresh_cache: Path) -> None:
    """Optimised copies go to a folder of the test's own."""


def run(name: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_series(tmp_path: Path) -> None:
    """It writes 120 files."""
    assert "120 files" in run("make_series.py", tmp_path / "scan")
    assert len(list((tmp_path / "scan").iterdir())) == 120


def test_embed(small_store: Path, scan: Path) -> None:
    """It prints one line per series, with the notice."""
    text = run("embed.py", small_store, scan)
    assert "untrained" in text
    assert len(text.splitlines()) == 1


def test_volume_gives_what_the_series_gives(small_store: Path, scan: Path, tmp_path: Path) -> None:
    """The series as one NIfTI file, read by SimpleITK, gives the probabilities of the DICOM series."""
    from neuronetra import open_predictor

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(scan)))
    sitk.WriteImage(reader.Execute(), str(tmp_path / "volume.nii.gz"))
    lines = run("volume.py", small_store, tmp_path / "volume.nii.gz", "CTA").splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == list(LABELS)
    with open_predictor(small_store) as predictor:
        (expected,) = predictor.predict(str(scan))
    assert expected.scores is not None
    found = [float(line.split()[0]) for line in lines]
    assert found == pytest.approx(expected.scores.values.tolist(), abs=1e-3)
