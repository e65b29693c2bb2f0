"""One real series, where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.geometry import Plane
from neuronetra.domain.modality import Modality
from neuronetra.domain.series import OrderKey, Series

PLACE = "NEURONETRA_REAL_SERIES"
DEFAULT = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "t1post-head"
FOLDER = Path(os.environ.get(PLACE, DEFAULT))

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no real series: set {PLACE} to a folder of 120 axial T1 slices"
)


@pytest.fixture(scope="module")
def series() -> Series:
    (found,) = PydicomReader().scan(str(FOLDER))
    return found


def test_real_series_is_read_whole(series: Series) -> None:
    """120 axial slices, feet to head, 1.5 mm apart, nothing left out, nothing to warn of."""
    assert series.geometry is not None
    assert series.frame_count == series.reading.files_found == 120
    assert series.reading.order_key is OrderKey.POSITION
    assert series.reading.warnings == ()
    assert series.reading.left_out == ()
    assert series.geometry.plane is Plane.AXIAL
    assert series.geometry.uniform
    assert series.geometry.slice_spacing == pytest.approx(1.5)
    assert series.geometry.positions is not None
    np.testing.assert_allclose(series.geometry.positions[:, 2], -92.000669 + 1.5 * np.arange(120), atol=1e-3)
    assert series.modality is not None
    assert series.modality.modality is Modality.MR


def test_real_pixels_are_what_pydicom_reads(series: Series) -> None:
    """Both readers give, bit by bit, pydicom's whole read of the same files."""
    positions = [12, 25, 38, 51, 64, 77, 90, 103]
    frames = PydicomReader().load(series, positions)
    assert frames == SimpleITKReader().load(series, positions)
    expected = [pydicom.dcmread(series.slices[p].source).pixel_array for p in positions]
    assert np.array_equal(frames.pixels, np.array(expected, np.float32))
