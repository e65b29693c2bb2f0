"""What every ``SeriesReader`` promises, as tests: subclass and give ``make_reader``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pytest

from neuronetra.domain.frames import Frames
from neuronetra.domain.geometry import Plane
from neuronetra.domain.series import OrderKey, Series
from neuronetra.errors import InputNotFoundError, NoSeriesError, SliceError
from neuronetra.ports import SeriesReader
from neuronetra.testing.encodings import ENCODINGS, LOSSLESS
from neuronetra.testing.faults import FAULTS
from neuronetra.testing.series_builder import BuiltSeries, SeriesPlan, build, truncate
from neuronetra.testing.series_plan import POSTURES


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

    def spoilt(self, folder: Path, name: str, plan: SeriesPlan | None = None) -> BuiltSeries:
        """A series written to ``folder`` and spoilt by a fault of ``faults.FAULTS``."""
        series = build(FAULTS[name].planned(plan or SeriesPlan()))
        FAULTS[name].spoil(folder, series.write(folder))
        return series

    def whole(self, series: Series) -> Frames:
        """All frames of a series."""
        assert series.error is None
        return self.make_reader().load(series, range(series.frame_count))

    def require(self, folder: Path, built: BuiltSeries) -> Series:
        """The folder's one series is what was built: slices, order, pixels to the bit, plane and affine."""
        series = self.only(folder)
        assert series.uid == built.uid
        assert np.array_equal(self.whole(series).pixels, built.volume)
        assert series.geometry is not None
        assert series.geometry.plane is built.plan.plane
        assert series.geometry.affine is not None
        np.testing.assert_allclose(series.geometry.affine, built.affine, atol=1e-5)
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

    @pytest.mark.parametrize("posture", list(POSTURES))
    def test_posture_does_not_move_the_patient(self, tmp_path: Path, posture: str) -> None:
        """However the patient lay, the canonical volume and affine are the same."""
        series = self.require(tmp_path, self.built(tmp_path, SeriesPlan(posture=posture)))
        assert series.laterality_known

    @pytest.mark.parametrize("encoding", LOSSLESS)
    def test_lossless_encodings(self, tmp_path: Path, encoding: str) -> None:
        """Every lossless encoding gives every bit."""
        if not ENCODINGS[encoding].available:
            pytest.skip(f"making {encoding} needs {ENCODINGS[encoding].needs}")
        self.require(tmp_path, self.built(tmp_path, SeriesPlan(encoding=encoding, signed=True)))

    @pytest.mark.parametrize("files", [1, 3])
    @pytest.mark.parametrize("shared", [(), ("orientation", "measures", "transformation")])
    def test_enhanced_frames(self, tmp_path: Path, files: int, shared: tuple[str, ...]) -> None:
        """Frames in any order, over one file or several, with a slope each, are ordered by position."""
        slopes = (1.0, 2.0, 3.0, 1.5, 2.5, 3.5)
        plan = SeriesPlan(
            plane=Plane.SAGITTAL,
            layout="enhanced",
            frame_order=4,
            files=files,
            shared=shared,
            slopes=slopes,
            transpose=True,
        )
        series = self.require(tmp_path, self.built(tmp_path, plan))
        assert series.reading.order_key is OrderKey.POSITION
        assert series.laterality_known
        assert series.reading.files_found == files

    def test_enhanced_echoes_are_not_mixed(self, tmp_path: Path) -> None:
        """Of several echoes at each position one whole volume is taken, and the others are named."""
        plan = SeriesPlan(layout="enhanced", frame_order=4, echoes=2, temporal=2)
        series = self.require(tmp_path, self.built(tmp_path, plan))
        assert [other.slices for other in series.reading.other_stacks] == [6, 6, 6]
        assert any("stack" in warning for warning in series.reading.warnings)

    def test_dimension_indices_alone_tell_phases_apart(self, tmp_path: Path) -> None:
        """Where nothing but its dimension indices says which phase a frame is of, phases come apart as well."""
        built = build(SeriesPlan(layout="enhanced", frame_order=4, temporal=2))
        for group in built.datasets[0].PerFrameFunctionalGroupsSequence:
            del group.FrameContentSequence[0].TemporalPositionIndex
        built.write(tmp_path)
        series = self.require(tmp_path, built)
        assert [other.slices for other in series.reading.other_stacks] == [6]

    def test_load_names_the_frame_that_cannot_be_had(self, tmp_path: Path) -> None:
        """A damaged codestream among whole ones is named by its file and frame, and the others are read."""
        built = self.spoilt(tmp_path, "truncated fragment", SeriesPlan(layout="enhanced", encoding="JPEG-LS"))
        series = self.only(tmp_path)
        with pytest.raises(SliceError) as caught:
            self.whole(series)
        assert list(caught.value.reasons) == [series.slices[0].name]
        assert "frame 1" in series.slices[0].name
        frames = self.make_reader().load(series, range(1, 6))
        assert np.array_equal(frames.pixels, built.volume[1:])

    def test_classic_frames_without_geometry_are_unverified(self, tmp_path: Path) -> None:
        """Frames keep the order of the file; left and right are unknown, and both are said."""
        built = self.built(tmp_path, SeriesPlan(layout="classic"))
        series = self.only(tmp_path)
        assert np.array_equal(self.whole(series).pixels, built.volume)
        assert series.laterality_known is False
        assert series.geometry is not None
        assert series.geometry.affine is None
        assert any("unverified" in warning for warning in series.reading.warnings)

    def test_lost_number_of_frames(self, tmp_path: Path) -> None:
        """As many frames as the pixel data hold are taken, with a warning."""
        built = self.spoilt(tmp_path, "missing number of frames", SeriesPlan(layout="classic"))
        series = self.only(tmp_path)
        assert np.array_equal(self.whole(series).pixels, built.volume)
        assert any("NumberOfFrames" in warning for warning in series.reading.warnings)

    @pytest.mark.parametrize("layout", ["single", "enhanced"])
    def test_uneven_steps(self, tmp_path: Path, layout: str) -> None:
        """Uneven steps are kept and said, and the positions are each slice's own."""
        self.spoilt(tmp_path, "uneven steps", SeriesPlan(layout=layout))
        series = self.only(tmp_path)
        assert series.frame_count == 6
        assert series.geometry is not None
        assert series.geometry.steps is not None
        assert not series.geometry.uniform
        np.testing.assert_allclose(series.geometry.steps, [3.0, 3.4, 2.6, 3.0, 3.0], atol=1e-6)
        assert any("uneven" in warning for warning in series.reading.warnings)

    @pytest.mark.parametrize("layout", ["single", "enhanced"])
    def test_gap(self, tmp_path: Path, layout: str) -> None:
        """A slice that was never sent is a gap, counted and said; the spacing is that of the others."""
        self.built(tmp_path, SeriesPlan(layout=layout, keep=(0, 1, 2, 4, 5)))
        series = self.only(tmp_path)
        assert series.frame_count == 5
        assert series.missing_slices == 1
        assert series.geometry is not None
        assert series.geometry.slice_spacing == pytest.approx(3.0)
        assert any("gap" in warning for warning in series.reading.warnings)

    @pytest.mark.parametrize("fault", ["duplicate", "duplicate pixels"])
    def test_duplicates(self, tmp_path: Path, fault: str) -> None:
        """A slice that was sent twice counts once; the other file is left out as a duplicate."""
        built = self.spoilt(tmp_path, fault)
        series = self.require(tmp_path, built)
        assert len(series.reading.left_out) == 1
        assert "duplicate" in series.reading.left_out[0].reason
        assert any("duplicate" in warning for warning in series.reading.warnings)

    def test_two_patients_are_never_mixed(self, tmp_path: Path) -> None:
        """Two patients under one series UID give a series each, and both say so."""
        for number, patient in enumerate(("A", "B"), 1):
            kept = tuple(range(number - 1, 6, 2))
            build(SeriesPlan(patient=patient, keep=kept, seed=number)).write(tmp_path)
        found = self.make_reader().scan(str(tmp_path))
        assert [series.frame_count for series in found] == [3, 3]
        assert all(any("patient" in warning for warning in one.reading.warnings) for one in found)

    def test_progress(self, tmp_path: Path) -> None:
        """Progress grows to its total, of files at the scan and of slices at the load."""
        self.built(tmp_path)
        seen: list[tuple[int, int]] = []
        reader = self.make_reader()
        (series,) = reader.scan(str(tmp_path), lambda done, total: seen.append((done, total)))
        assert seen[-1] == (6, 6)
        assert seen == sorted(seen)
        seen.clear()
        reader.load(series, [0, 2, 4], lambda done, total: seen.append((done, total)))
        assert seen[-1] == (3, 3)
        assert seen == sorted(seen)
