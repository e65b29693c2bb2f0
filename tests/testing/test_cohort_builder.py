"""The builder of small cohorts: equal bytes for a seed, and no leak but those asked for."""

from __future__ import annotations

import csv

import pydicom
import pytest

from neuronetra.testing.cohort_builder import small_cohort


def _tree(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _positive(root):
    with (root / "train.csv").open(newline="") as stream:
        return {row["SeriesInstanceUID"]: row["Aneurysm Present"] == "1" for row in csv.DictReader(stream)}


def test_a_seed_decides_every_byte(tmp_path):
    """Equal seeds give equal trees, other seeds other series."""
    one, same, other = (small_cohort(tmp_path / str(n), slices=2, seed=s) for n, s in enumerate((3, 3, 4)))
    assert _tree(one) == _tree(same)
    assert not _positive(one).keys() & _positive(other).keys()


def test_nothing_goes_with_the_label(tmp_path):
    """Half of the series are positive, of each pair one, and neither parity nor order tells which."""
    positive = list(_positive(small_cohort(tmp_path, series=40, slices=1)).values())
    pairs = list(zip(positive[::2], positive[1::2], strict=True))
    assert all(one != other for one, other in pairs)
    assert 4 < sum(one for one, _ in pairs) < 16


def test_a_leak_can_be_planted(tmp_path):
    """Folders named by the label, and brighter positives, are there where they are asked for."""
    root = small_cohort(
        tmp_path,
        folder_of=lambda positive, uid: f"{'sick' if positive else 'well'}/{uid}",
        brightness_of=lambda positive: 1.0 if positive else 0.5,
        noise=0.0,
        modalities=("MRA",),
    )
    for uid, positive in _positive(root).items():
        folder = root / "series" / ("sick" if positive else "well") / uid
        pixels = [pydicom.dcmread(path).pixel_array.mean() for path in folder.iterdir()]
        assert sum(pixels) / len(pixels) == pytest.approx(1700 if positive else 850, rel=0.15)
