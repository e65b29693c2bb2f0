"""What every ``SeriesReader`` promises, as tests: subclass and give ``make_reader``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest

from neuronetra.domain.geometry import Plane
from neuronetra.domain.series import OrderKey, Series
from neuronetra.errors import InputNotFoundError, NoSeriesError, SliceError
from neuronetra.ports import SeriesReader
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build, truncate


class SeriesReaderContract(ABC):
    """The promises of ``scan`` and ``load``; every reader, shipped or foreign, passes them."""

    @abstractmethod
    def make_reader(self) -> SeriesReader:
        """A reader with its default options."""

    def only(self, folder: Path) -> Series:
        """The one series of a folder."""
        (series,) = self.make_reader().scan(str(folder))
        return series

    def built(self, folder: Path, plan: SeriesPlan | None = None) -> BuiltSeries:
        """A series written to ``folder``."""
        series = build(plan or SeriesPlan())
        series.write(folder)
        return series

    def test_is_a_series_reader(self) -> None:
        """The reader has the port's methods."""
        assert isinstance(self.make_reader(), SeriesReader)

    @pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
    @pytest.mark.parametrize("descending", [False, True])
    def test_canonical_volume_and_affine(self, tmp_path: Path, plane: Plane, descending: bool) -> None:
        """Any stored turn and numbering gives the canonical volume, order and affine."""
        plan = SeriesPlan(plane=plane, descending=descending, transpose=True, reverse_columns=True)
        built = self.built(tmp_path, plan)
        series = self.only(tmp_path)
        assert series.geometry is not None
        assert series.uid == built.uid
        assert series.geometry.plane is plane
        assert series.reading.order_key is OrderKey.POSITION
        frames = self.make_reader().load(series, range(series.frame_count))
        assert np.array_equal(frames.pixels, built.volume)
        assert series.geometry.affine is not None
        np.testing.assert_allclose(series.geometry.affine, built.affine, atol=1e-6)

    def test_load_gives_the_slices_asked_for(self, tmp_path: Path) -> None:
        """Positions come in the order asked for, repeats included, as finite float32."""
        built = self.built(tmp_path, SeriesPlan(modality="CT", slope=1.0, intercept=-1024.0))
        frames = self.make_reader().load(self.only(tmp_path), [4, 0, 4])
        assert frames.positions == (4, 0, 4)
        assert frames.pixels.dtype == np.float32
        assert np.array_equal(frames.pixels, built.volume[[4, 0, 4]])

    def test_load_reads_only_the_slices_asked_for(self, tmp_path: Path) -> None:
        """Files of other slices may vanish between scan and load."""
        built = build(SeriesPlan())
        paths = built.write(tmp_path)
        series = self.only(tmp_path)
        for path in paths[2:]:
            path.unlink()
        frames = self.make_reader().load(series, [0, 1])
        assert np.array_equal(frames.pixels, built.volume[:2])

    def test_load_names_every_slice_that_cannot_be_had(self, tmp_path: Path) -> None:
        """One error names all damaged files among those asked for."""
        paths = build(SeriesPlan()).write(tmp_path)
        series = self.only(tmp_path)
        for path in paths[1:3]:
            truncate(path, 0.8)
        with pytest.raises(SliceError) as caught:
            self.make_reader().load(series, range(6))
        assert set(caught.value.reasons) == {path.name for path in paths[1:3]}
        assert all("truncated" in reason for reason in caught.value.reasons.values())

    def test_truncated_file_is_left_out_and_named(self, tmp_path: Path) -> None:
        """A short file among good ones is left out, named, and warned of."""
        paths = build(SeriesPlan()).write(tmp_path)
        truncate(paths[2], 0.8)
        series = self.only(tmp_path)
        assert series.frame_count == 5
        assert [item.file for item in series.reading.left_out] == [paths[2].name]
        assert "truncated" in series.reading.left_out[0].reason
        assert any("truncated" in warning for warning in series.reading.warnings)

    def test_series_that_is_all_truncated_is_unusable(self, tmp_path: Path) -> None:
        """A series of which nothing can be used comes back with its error."""
        for path in build(SeriesPlan()).write(tmp_path):
            truncate(path, 0.8)
        series = self.only(tmp_path)
        assert series.error is not None
        assert "truncated" in series.error

    def test_two_series_are_two(self, tmp_path: Path) -> None:
        """Series come apart, sorted by uid, each with its own slices."""
        build(SeriesPlan(series=2, shape=(4, 10, 12))).write(tmp_path, seed=2)
        build(SeriesPlan(series=1)).write(tmp_path, seed=1)
        found = self.make_reader().scan(str(tmp_path))
        assert [series.frame_count for series in found] == [6, 4]
        assert [series.uid for series in found] == sorted(series.uid for series in found)

    def test_every_file_is_used_or_left_out(self, tmp_path: Path) -> None:
        """Files found are files used plus files left out with a reason."""
        self.built(tmp_path / "deep" / "er")
        (tmp_path / "notes.txt").write_text("no image")
        series = self.only(tmp_path)
        assert series.reading.files_found == 7
        assert [item.file for item in series.reading.left_out] == ["notes.txt"]
        assert series.reading.left_out[0].reason
        assert all(item.file.startswith("deep/er/") for item in series.slices)

    def test_no_such_path(self, tmp_path: Path) -> None:
        """A path that does not exist is its own error."""
        with pytest.raises(InputNotFoundError):
            self.make_reader().scan(str(tmp_path / "nothing"))

    def test_no_series(self, tmp_path: Path) -> None:
        """A folder without an image series is an error, not an empty result."""
        with pytest.raises(NoSeriesError):
            self.make_reader().scan(str(tmp_path))
        (tmp_path / "notes.txt").write_text("no image")
        with pytest.raises(NoSeriesError):
            self.make_reader().scan(str(tmp_path))
