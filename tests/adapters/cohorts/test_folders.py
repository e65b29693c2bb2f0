"""Series folders: by their uid, under other names, and links that stay inside or lead out."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.cohorts.folders import SeriesFolders
from neuronetra.errors import CohortError

UID = "1.2.34"


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "file").touch()
    return path


def _find(root, *wanted):
    folders = SeriesFolders(root.resolve(), {UID, *wanted})
    return folders.find(UID), folders.renamed


@pytest.mark.parametrize("name", ["positive/1.2.34", "1.2.34_pos", "scan 1.2.34", "a/x-1.2.34-y", "(1.2.34)"])
def test_a_folder_with_the_uid_in_its_name_is_found(tmp_path, name):
    """One or two levels down, with words around the uid; it counts as renamed."""
    place = _folder(tmp_path / "series" / name)
    assert _find(tmp_path) == (str(place.resolve()), 1)


@pytest.mark.parametrize("name", ["1.2.345", "1.2.34.5", "01.2.34", "x1.2.34", "a/b/1.2.34", "series"])
def test_another_uid_or_too_deep_is_not_found(tmp_path, name):
    """The uid must be a whole word, and no more than two levels down."""
    _folder(tmp_path / "series" / name)
    with pytest.raises(ValueError, match="missing"):
        _find(tmp_path)


def test_the_exact_name_comes_first(tmp_path):
    """``series/<uid>`` is it, whatever else has the uid in its name."""
    place = _folder(tmp_path / "series" / UID)
    _folder(tmp_path / "series" / f"{UID}_copy")
    assert _find(tmp_path) == (str(place.resolve()), 0)


def test_several_folders_are_not_chosen_from(tmp_path):
    """Two names with the uid are ambiguous, unless one of them is the uid."""
    _folder(tmp_path / "series" / f"{UID}_a")
    _folder(tmp_path / "series" / f"{UID}_b")
    with pytest.raises(ValueError, match="several folders"):
        _find(tmp_path)
    exact = _folder(tmp_path / "series" / "positive" / UID)
    assert _find(tmp_path)[0] == str(exact.resolve())


def test_series_within_series_folders_are_not_searched(tmp_path):
    """A folder that is a wanted series itself is not looked into for others."""
    _folder(tmp_path / "series" / "1.9" / UID)
    with pytest.raises(ValueError, match="missing"):
        _find(tmp_path, "1.9")


def test_a_link_inside_is_followed(tmp_path):
    """A link to a folder of the cohort is as good as the folder."""
    _folder(tmp_path / "stored" / "x")
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / UID).symlink_to(tmp_path / "stored" / "x")
    assert _find(tmp_path)[0] == str(tmp_path.resolve() / "series" / UID)


@pytest.mark.parametrize(
    ("target", "why"),
    [("outside", "leads out"), ("nowhere", "leads nowhere"), (UID, "nowhere"), ("file", "no folder")],
)
def test_a_link_that_is_none_of_a_series(tmp_path, target, why):
    """A link out, to nothing, to itself or to a file is told for what it is, under another name too."""
    root = tmp_path / "cohort"
    (root / "series").mkdir(parents=True)
    _folder(tmp_path / "outside")
    (root / "file").touch()
    to = {"outside": tmp_path / "outside", "file": root / "file"}.get(target, root / "series" / target)
    (root / "series" / UID).symlink_to(to)
    with pytest.raises(ValueError, match=why):
        _find(root)
    if target == "outside":
        (root / "series" / UID).rename(root / "series" / f"{UID}_x")
        with pytest.raises(ValueError, match=why):
            _find(root)


def test_a_file_or_an_empty_folder_is_no_series(tmp_path):
    """What has the uid for its name must be a folder, with something in it."""
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / UID).touch()
    with pytest.raises(ValueError, match="no folder"):
        _find(tmp_path)
    (tmp_path / "series" / UID).unlink()
    (tmp_path / "series" / UID).mkdir()
    with pytest.raises(ValueError, match="empty"):
        _find(tmp_path)


def test_there_must_be_a_folder_of_series(tmp_path):
    """Without ``series`` nothing is looked for."""
    with pytest.raises(CohortError, match="no folder of series"):
        SeriesFolders(tmp_path, {UID})


def test_a_folder_of_series_that_cannot_be_opened_is_an_error(tmp_path, monkeypatch):
    """Not every series is missing then: the reason is said once."""
    (tmp_path / "series").mkdir()

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(CohortError, match="cannot be opened; found Permission denied"):
        SeriesFolders(tmp_path, {UID})


def test_a_renamed_link_that_may_not_be_followed_is_one_missing_series(tmp_path):
    """A link to what cannot be examined (here: a name too long) leaves out its series and no other."""
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / f"x_{UID}").symlink_to("n" * 300)
    with pytest.raises(ValueError, match="missing"):
        _find(tmp_path)
