"""Listing a series' folder without reading it."""

from __future__ import annotations

import os
from pathlib import Path

from neuronetra.adapters.disk.folder_listing import FolderLister


def _series(root: Path, name: str) -> Path:
    folder = root / "series" / name
    (folder / "more").mkdir(parents=True)
    (folder / "b.dcm").write_bytes(b"12345")
    (folder / "more" / "a.dcm").write_bytes(b"123")
    os.utime(folder / "b.dcm", (1000.0, 2000.0))
    return folder


def test_files_and_folders_by_name(tmp_path: Path) -> None:
    """Names relative to the folder, sizes and times of regular files; the way from the cohort down to it."""
    folder = _series(tmp_path, "x_pos")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe")
    found = FolderLister(str(tmp_path))(str(folder))
    assert found.names == ("b.dcm", "more/a.dcm")
    assert found.sizes == (5, 3)
    assert found.times[0] == 2000.0
    assert found.folders == ("series", "x_pos")
    assert found.target == ()


def test_a_link_gives_where_it_leads(tmp_path: Path) -> None:
    """A series folder that is a link inside the cohort tells its own name and that of its target."""
    _series(tmp_path, "positive")
    link = tmp_path / "series" / "1.2.3"
    link.symlink_to("positive")
    found = FolderLister(str(tmp_path))(str(link))
    assert found.folders == ("series", "1.2.3")
    assert found.target == ("series", "positive")
    assert found.names == ("b.dcm", "more/a.dcm")


def test_a_cohort_behind_a_link_is_no_target(tmp_path: Path) -> None:
    """Where the cohort itself is reached by a link, its series are not thought to be linked."""
    _series(tmp_path / "real", "x")
    (tmp_path / "link").symlink_to("real")
    for root in ("link", "real"):
        found = FolderLister(str(tmp_path / "link"))(str(tmp_path / root / "series" / "x"))
        assert (found.folders, found.target) == (("series", "x"), ())


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """What cannot be listed holds nothing, and names that are no text are escaped."""
    assert FolderLister(str(tmp_path))(str(tmp_path / "series" / "x")).names == ()
    folder = tmp_path / "y"
    folder.mkdir()
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.dcm"))).write_bytes(b"1")
    assert FolderLister(str(tmp_path))(str(folder)).names == ("\\xff.dcm",)
