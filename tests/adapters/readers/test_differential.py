"""Both readers give the same bits, and the right ones, over the builder's matrix."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuronetra.adapters.dicom import loading, side_by_side
from neuronetra.adapters.readers.pydicom import PydicomReader
from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.domain.geometry import Plane
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build

PLANES = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
READERS = (PydicomReader(), SimpleITKReader())
VALUES: dict[str, dict[str, object]] = {
    "plain": {},
    "implicit": {"implicit": True},
    "signed CT": {"modality": "CT", "signed": True, "slope": 1.0, "intercept": 0.0, "bits_stored": 16},
    "unsigned CT": {"modality": "CT", "slope": 1.0, "intercept": -1024.0},
    "CT far below air": {"modality": "CT", "slope": 1.0, "intercept": -3024.0},
    "fractional slope": {"slope": 0.7312, "intercept": 3.3},
    "signed, fractional": {"signed": True, "slope": 2.25, "intercept": -7.125},
    "MONOCHROME1": {"monochrome1": True},
    "MONOCHROME1 signed": {"monochrome1": True, "signed": True, "slope": 0.3, "intercept": 1.0},
    "MONOCHROME1 CT": {"modality": "CT", "monochrome1": True, "slope": 1.0, "intercept": -1024.0},
    "8 bits": {"bits_allocated": 8, "bits_stored": 8, "shape": (4, 9, 11)},
    "32 bits": {"bits_allocated": 32, "bits_stored": 20},
    "high bit": {"bits_stored": 10, "high_bit": 15},
    "high bit, signed": {"bits_stored": 12, "high_bit": 13, "signed": True},
}


def check(folder: Path, built: BuiltSeries) -> None:
    """Both readers see the same series and give exactly the built volume."""
    (one,), (other,) = (reader.scan(str(folder)) for reader in READERS)
    assert one == other
    assert one.error is None
    assert one.geometry is not None
    assert one.geometry.affine is not None
    np.testing.assert_allclose(one.geometry.affine, built.affine, atol=1e-5)
    frames = [reader.load(one, range(one.frame_count)) for reader in READERS]
    assert frames[0] == frames[1]
    assert np.array_equal(frames[0].pixels, built.volume)


@pytest.mark.parametrize("values", list(VALUES))
@pytest.mark.parametrize("plane", PLANES, ids=lambda p: p.value)
def test_rules_17_to_19_values(tmp_path: Path, plane: Plane, values: str) -> None:
    """Signed, masked, rescaled, inverted: equal bits from both, equal to what was built."""
    plan = SeriesPlan(plane=plane, transpose=True, reverse_rows=True, **VALUES[values])  # type: ignore[arg-type]
    built = build(plan)
    built.write(tmp_path)
    check(tmp_path, built)


@pytest.mark.parametrize("plane", PLANES, ids=lambda p: p.value)
@pytest.mark.parametrize(
    "turn", list(itertools.product([False, True], repeat=4)), ids=lambda t: "".join("ny"[v] for v in t)
)
def test_rule_11_every_stored_turn(tmp_path: Path, plane: Plane, turn: tuple[bool, ...]) -> None:
    """Transposed, reversed, numbered backwards: the canonical volume and affine are the same."""
    transpose, rows, columns, descending = turn
    built = build(
        SeriesPlan(
            plane=plane,
            transpose=transpose,
            reverse_rows=rows,
            reverse_columns=columns,
            descending=descending,
            shape=(4, 7, 9),
        )
    )
    built.write(tmp_path)
    check(tmp_path, built)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PLANES),
    st.tuples(*[st.floats(-18, 18)] * 3),
    st.tuples(*[st.booleans()] * 4),
    st.integers(0, 1000),
)
def test_rules_07_to_11_random_rotations_shuffles_and_reversals(
    tmp_path_factory: pytest.TempPathFactory,
    plane: Plane,
    rotation: tuple[float, float, float],
    turn: tuple[bool, bool, bool, bool],
    seed: int,
) -> None:
    """Whatever the pose, stored orientation and file order: one volume, one affine."""
    built = build(
        SeriesPlan(
            plane=plane,
            rotation=rotation,
            transpose=turn[0],
            reverse_rows=turn[1],
            reverse_columns=turn[2],
            descending=turn[3],
            shape=(3, 5, 6),
            seed=seed,
        )
    )
    folder = tmp_path_factory.mktemp("series")
    built.write(folder)
    check(folder, built)


def test_rule_10_tilted_series(tmp_path: Path) -> None:
    """The affine follows the sheared step; the tilt is said."""
    built = build(SeriesPlan(modality="CT", tilt=15.0))
    built.write(tmp_path)
    check(tmp_path, built)
    (series,) = READERS[0].scan(str(tmp_path))
    assert any("tilt" in warning for warning in series.reading.warnings)


def test_overlays_in_high_bits_do_not_show(tmp_path: Path) -> None:
    """Bits above the stored ones may hold anything."""
    built = build(SeriesPlan())
    for dataset in built.datasets:
        dirty = np.frombuffer(dataset.PixelData, "<u2") | 0xF000
        dataset.PixelData = dirty.astype("<u2").tobytes()
    built.write(tmp_path)
    check(tmp_path, built)


@pytest.mark.parametrize(("keyword", "kind"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")])
def test_rule_19_float_pixels(tmp_path: Path, keyword: str, kind: str) -> None:
    """Float and double pixel data are read as they are."""
    built = build(SeriesPlan())
    for dataset, values in zip(built.datasets, built.volume, strict=True):
        del dataset.PixelData, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
        dataset.BitsAllocated = 8 * np.dtype(kind).itemsize
        setattr(dataset, keyword, (values.astype(kind) / 7).tobytes())
    built.write(tmp_path)
    (series,) = READERS[0].scan(str(tmp_path))
    frames = [reader.load(series, range(6)) for reader in READERS]
    assert frames[0] == frames[1]
    expected = (built.volume.astype(kind) / 7).astype(np.float32)
    assert np.array_equal(frames[0].pixels, expected)


def test_threads_do_not_change_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread or many, also where every slice counts as slow."""
    built = build(SeriesPlan())
    built.write(tmp_path)
    monkeypatch.setattr(side_by_side, "SLOW_SECONDS", 0.0)
    for reader in (PydicomReader(threads=4), SimpleITKReader(threads=4)):
        (series,) = reader.scan(str(tmp_path))
        assert np.array_equal(reader.load(series, [*range(6), 2]).pixels, built.volume[[*range(6), 2]])


@pytest.mark.parametrize(
    ("encoding", "threads"), [("explicit", (8, 8)), ("RLE", (2, 8)), ("JPEG-LS", (2, 8)), ("HTJ2K", (2, 2))]
)
def test_threads_are_used_where_the_library_lets_go_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, threads: tuple[int, int]
) -> None:
    """Where it does not, one thread reads while another decodes."""
    pytest.importorskip("imagecodecs", reason="encoding these needs imagecodecs, of the extra testing")
    build(SeriesPlan(encoding=encoding)).write(tmp_path)
    used: list[int] = []

    def noted(work: Callable, items: list, threads: int, sample: int) -> Iterator:
        used.append(threads)
        return map(work, items)

    monkeypatch.setattr(loading, "side_by_side", noted)
    for reader in (PydicomReader(threads=8), SimpleITKReader(threads=8)):
        (series,) = reader.scan(str(tmp_path))
        reader.load(series, [0, 1])
    assert tuple(used) == threads


@pytest.mark.parametrize("layout", ["single", "enhanced"])
@pytest.mark.parametrize("encoding", ["explicit", "JPEG 2000", "deflated"])
def test_rule_03_a_share_is_not_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, encoding: str
) -> None:
    """A scan opens each file once and stops before its pixels; a load opens the files that it needs alone."""
    pytest.importorskip("imagecodecs", reason="encoding these needs imagecodecs, of the extra testing")
    plan = SeriesPlan(shape=(30, 128, 128), layout=layout, encoding=encoding)
    paths = build(plan).write(tmp_path)
    opened: list[str] = []
    taken: list[int] = []
    opens, reads = os.open, os.read

    def noted_open(path: str, *rest: Any, **options: Any) -> int:
        opened.append(str(path))
        return opens(path, *rest, **options)

    def noted_read(descriptor: int, length: int) -> bytes:
        content = reads(descriptor, length)
        taken.append(len(content))
        return content

    reader = PydicomReader(threads=1)
    monkeypatch.setattr(os, "open", noted_open)
    monkeypatch.setattr(os, "read", noted_read)
    (series,) = reader.scan(str(tmp_path))
    files = [name for name in opened if name.startswith(str(tmp_path))]
    assert sorted(files) == sorted(map(str, paths))
    if encoding != "deflated":  # whose length only inflating tells
        assert sum(taken) < len(paths) * 8192 + 30 * 2 * 8192
    opened.clear()
    reader.load(series, [3, 17])
    assert len([name for name in opened if name.startswith(str(tmp_path))]) == min(2, len(paths))
