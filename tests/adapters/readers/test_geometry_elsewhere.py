"""The affine against a judge who shares no code with this package: ITK's own series reader."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.domain.geometry import Plane
from neuronetra.testing.series_builder import SeriesPlan, build

REAL = Path(
    os.environ.get("NEURONETRA_REAL_SERIES") or Path(__file__).parents[4] / "shared" / "data" / "t1post-head"
)


def assert_same_patient(folder: Path, samples: int = 200) -> None:
    """Random voxels: at the point that our affine gives, ITK's volume holds the value that ours holds."""
    reader = PydicomReader()
    (series,) = reader.scan(str(folder))
    assert series.geometry is not None
    affine = series.geometry.affine
    assert affine is not None
    volume = reader.load(series, range(series.frame_count)).pixels
    elsewhere = sitk.ImageSeriesReader()
    elsewhere.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    image = elsewhere.Execute()
    assert sorted(image.GetSize()) == sorted(volume.shape)
    generator = np.random.default_rng(0)
    for _ in range(samples):
        index = [int(generator.integers(length)) for length in volume.shape]
        point = (affine @ [*index, 1.0])[:3]
        there = image.TransformPhysicalPointToContinuousIndex(point.tolist())
        assert np.abs(np.array(there) - np.rint(there)).max() < 0.02
        value = image.GetPixel(*(round(part) for part in there))
        assert value == pytest.approx(float(volume[tuple(index)]), abs=1e-3)


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"descending": True, "reverse_columns": True},
        {"transpose": True, "reverse_rows": True},
        {"rotation": (7.0, -5.0, 9.0), "reverse_rows": True, "reverse_columns": True},
    ],
)
def test_built_series_lie_where_itk_sees_them(tmp_path: Path, plane: Plane, stored: dict) -> None:
    """Any plane, turn, direction and rotation: the same value at the same point of the patient."""
    plan = SeriesPlan(plane=plane, shape=(9, 14, 11), modality="CT", intercept=-1024.0, slope=1.0, **stored)
    build(plan).write(tmp_path)
    assert_same_patient(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real series is not beside the repository")
def test_the_real_series_lies_where_itk_sees_it() -> None:
    """A scanner's own series: the same value at the same point of the patient."""
    assert_same_patient(REAL)
