"""The rules of values on real files: malformed numbers, look-up tables, padding, surplus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.series import Series
from neuronetra.testing.series_builder import SeriesPlan, build

READER = PydicomReader()
SIMPLE = SeriesPlan(shape=(4, 7, 9))


def only(folder: Path) -> Series:
    (series,) = READER.scan(str(folder))
    return series


def warned(series: Series, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in series.reading.warnings)


def spoiled(folder: Path, change: Callable[[Dataset], None], plan: SeriesPlan = SIMPLE) -> Series:
    """The series of a plan after each of its data sets was changed."""
    built = build(plan)
    for dataset in built.datasets:
        change(dataset)
    built.write(folder)
    return only(folder)


@pytest.mark.parametrize("text", [b"", b"0\\0", b"nonsense", b"0.9"])
def test_rule_20_useless_pixel_spacing_is_unknown(tmp_path: Path, text: bytes) -> None:
    """Zero, empty, one value, nonsense: unknown, not one."""

    def change(dataset: Dataset) -> None:
        dataset.PixelSpacing = ["3.217", "3.217"]

    built = build(SIMPLE)
    for dataset in built.datasets:
        change(dataset)
    for path in built.write(tmp_path):
        raw = path.read_bytes()
        path.write_bytes(raw.replace(b"3.217\\3.217 ", text.ljust(12)))
    series = only(tmp_path)
    assert series.geometry is not None
    assert series.geometry.pixel_spacing is None
    assert warned(series, "spacing")


@pytest.mark.parametrize(
    ("text", "slope"),
    [(b"1,500", 1.5), (b"NaN", 1.0), (b"0", 1.0), (b"2\\2", 2.0), (b"2\\3", 1.0), (b"x", 1.0)],
)
def test_rule_20_malformed_slopes(tmp_path: Path, text: bytes, slope: float) -> None:
    """What can only mean one thing is taken, the rest falls back to 1; both are said."""
    built = build(SeriesPlan(shape=(4, 7, 9), slope=7.531, intercept=2.0))
    for path in built.write(tmp_path):
        raw = path.read_bytes()
        path.write_bytes(raw.replace(b"7.531 ", text.ljust(6)))
    series = only(tmp_path)
    assert warned(series, "slope") or warned(series, "Slope")
    stored = (built.volume.astype(np.float64) - 2.0) / 7.531
    for reader in (READER, SimpleITKReader()):
        assert np.allclose(reader.load(series, range(4)).pixels, stored * slope + 2.0, atol=1e-3)


@pytest.mark.parametrize("empty_slope", [False, True])
def test_rule_17_modality_lut_is_applied(tmp_path: Path, empty_slope: bool) -> None:
    """A modality LUT in a sequence stands instead of slope and intercept; an empty slope is none."""

    def change(dataset: Dataset) -> None:
        table = Dataset()
        table.add_new(0x00283002, "US", [4096, 0, 16])
        table.add_new(0x00283004, "LO", "US")
        table.add_new(0x00283006, "OW", (np.arange(4096) * 3).astype("<u2").tobytes())
        dataset.ModalityLUTSequence = DicomSequence([table])
        if empty_slope:
            dataset.RescaleSlope = None

    series = spoiled(tmp_path, change)
    assert warned(series, "slope: ", "empty") is empty_slope
    expected = build(SIMPLE).volume * 3
    assert np.array_equal(READER.load(series, range(4)).pixels, expected)
    assert READER.load(series, range(4)) == SimpleITKReader().load(series, range(4))


def test_rule_18_padding_in_a_file(tmp_path: Path) -> None:
    """PixelPaddingValue becomes the smallest other value of an MR slice."""

    def change(dataset: Dataset) -> None:
        dataset.add_new(0x00280120, "US", 0)

    series = spoiled(tmp_path, change)
    frames = READER.load(series, range(4))
    for frame, slice_values in zip(frames.pixels, build(SIMPLE).volume, strict=True):
        assert frame.min() == slice_values[slice_values > 0].min()


def test_rule_22_surplus_is_allowed_and_said(tmp_path: Path) -> None:
    """Trailing bytes in the pixel data are ignored."""

    def change(dataset: Dataset) -> None:
        dataset.NumberOfFrames = 1
        dataset.PixelData += b"\0" * 30

    series = spoiled(tmp_path, change)
    assert warned(series, "longer than the image")
    assert np.array_equal(READER.load(series, range(4)).pixels, build(SIMPLE).volume)
