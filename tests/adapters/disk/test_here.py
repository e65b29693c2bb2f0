"""The working folder is never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuronetra.adapters.disk.here import require_not_here
from neuronetra.errors import OutputError


def test_the_working_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It and what it lies in are refused by the name that was given; a folder in it, or beside it, is not."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for goal in (tmp_path / "here", tmp_path):
        with pytest.raises(OutputError, match=r"^\.: is the folder that you are in"):
            require_not_here(goal, ".")
    require_not_here(tmp_path / "here" / "new", "new")
    require_not_here(tmp_path / "here-too", "../here-too")


def test_a_working_folder_that_is_gone_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the working folder was removed nothing can be replaced under anybody."""

    def gone() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    require_not_here(tmp_path, str(tmp_path))
