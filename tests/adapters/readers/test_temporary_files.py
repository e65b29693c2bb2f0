"""The SimpleITK reader's temporary files: trouble with them is this machine's, not a slice's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from neuronetra.adapters.readers.simpleitk import SimpleITKReader
from neuronetra.errors import OutputError
from neuronetra.testing.series_builder import SeriesPlan, build


def test_rule_24_a_full_or_missing_temporary_folder_is_an_error_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No slice is called damaged for it, and the error says what mends it."""
    build(SeriesPlan(shape=(3, 7, 9))).write(tmp_path)
    reader = SimpleITKReader()
    (series,) = reader.scan(str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OutputError, match="TMPDIR"):
        reader.load(series, [0, 1])


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever became of the slice."""
    build(SeriesPlan(shape=(3, 7, 9))).write(tmp_path / "series")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    reader = SimpleITKReader()
    (series,) = reader.scan(str(tmp_path / "series"))
    reader.load(series, [0, 1, 2])
    assert not list((tmp_path / "temporary").iterdir())
